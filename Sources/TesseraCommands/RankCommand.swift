import ArgumentParser
import Tessera
import TesseraFormats

struct RankCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rank",
    abstract: "Make a leaderboard of votes: who leads, by how much, and what is noise.",
    discussion: """
      Prints the answer in words, then a table: the rank with the places that an alternative can have, its score with an \
      interval, its record. Scores are on Elo's scale with a mean of 1000 (--scale logit for log-odds, --anchor for one \
      alternative's score). A rank is one more than how many are certainly above; alternatives that cannot be told apart \
      share it. Intervals of scores hold one by one, places hold for all alternatives of a component at once.

      Families (--families) are versions of one model that share a weight: then both estimates stand side by side, with what \
      moved and why. --suggest-families writes what names and prompts suggest, never what equal strength alone would.

      Examples:
        tessera rank votes.csv --columns a=left,b=right,outcome=winner
        tessera rank votes.csv --suggest-families families.csv
        tessera rank votes.csv --families families.csv --anchor "GPT 4=1200"
        tessera rank votes.csv --category language -o board.md
      """)

  @OptionGroup var input: ComparisonOptions
  @OptionGroup var families: FamilyOptions

  @Flag(
    help: "Take profiles of win rates for contexts, where nothing else tells which alternatives are alike.")
  var profiles = false

  @Option(
    help: ArgumentHelp("A table of its own for each value of this column of the votes.", valueName: "column"))
  var category: String?

  @Option(help: "elo: 400 points are odds of ten to one, the mean is 1000; logit: log-odds.")
  var scale: RatingScale.Unit = .elo

  @Option(
    help: ArgumentHelp("An alternative and the score that it has: ID=SCORE.", valueName: "id=score"))
  var anchor: RatingScale.Anchor?

  @Option(help: "How sure intervals are, between 0 and 1.")
  var level: Double = 0.95

  @Option(
    help:
      "half: a tie is half a win for either; davidson, rao-kupper: a model of ties; auto: what predicts held-out votes best."
  )
  var ties: TieChoice = .half

  @Option(
    help: ArgumentHelp(
      "Strength of the regularisation: a number, or auto (the default), what predicts best what is held out.",
      valueName: "lambda"))
  var lambda: LambdaChoice?

  @Option(
    help:
      "proportion: every compared pair counts once; count: in proportion to its comparisons; auto (the default)."
  )
  var pairs: PairChoice?

  @Option(help: "Seed of everything that is drawn.")
  var seed: UInt64 = 0

  @Option(help: "Cores to use (default: all).")
  var threads: Int?

  @OptionGroup var rows: RowOptions
  @OptionGroup var output: OutputOptions

  private var settings: RewardFit.Settings {
    var settings = RewardFit.Settings()
    settings.seed = seed
    settings.profiles = profiles
    if let lambda { settings.lambda = lambda }
    if let pairs { settings.pairs = pairs }
    return settings
  }

  func validate() throws {
    try input.requireFiles()
    try SettingsOptions.check(settings)
    guard level > 0, level < 1 else {
      throw ValidationError("--level is \(level); expected a number between 0 and 1, as 0.95.")
    }
    if profiles, families.families != nil {
      throw ValidationError("--families tell the weights, and so do --profiles: give one of them.")
    }
    if let threads, threads < 1 { throw ValidationError("--threads is \(threads); expected 1 or more.") }
    try rows.check(output)
    var declared: String?
    if case .file(let file)? = families.declaration { declared = file }
    let read = ReadFiles(input, [declared])
    try read.refuse("--output", output.output)
    try read.refuse("--suggest-families", families.suggestFamilies)
  }

  func run() throws {
    var reader = try input.reader()
    reader.category = category
    if case .column(let name)? = families.declaration { reader.family = name }
    let read = try DatasetOptions(
      // Models are what a leaderboard is about.
      comparisons: input, alternatives: AlternativesOptions.none, seed: seed, threads: threads,
      remarks: [.repeats]
    ).readAll(reader, keepsPrompts: true)
    let data = read.dataset
    let votes = read.file
    let work = Console.work("ranking", threads: threads)
    var document = try board(data, votes.bothBad, votes.families, work)
    if let category {
      let categories = try Categories(read.file)
      if categories.without > 0 {
        Console.warn(
          "\(Spell.plural(categories.without, "comparison")) without \(category) stand in no table of their own"
        )
      }
      document.by = category
      document.categories = try categories.datasets.map { name, data in
        RankDocument.Category(
          name: name,
          board: try board(
            data, nil, data.alternatives.map { votes.family(of: $0.id) }, work.silent, category: name))
      }
    }
    work.report(1)
    if let file = families.suggestFamilies { try suggest(data, document, to: file) }
    let table = RankTable(document)
    switch output.askedFormat ?? .table {
    case .table: try output.write(table.text(rows: rows))
    case .markdown: try output.write(table.markdown(rows: rows))
    case .csv: try output.write(table.csv(rows: rows))
    case .json: try output.write(DocumentFile.text(document))
    }
    // What goes into a file is summed up where the user looks.
    if let file = output.output {
      try Console.output(document.answer.map { $0 + "\n" }.joined() + "wrote \(file)\n")
    }
  }

  /// - Parameters:
  ///   - bothBad: Of each alternative, comparisons in which both were bad; nil where that is not known.
  ///   - inRows: Of each alternative, the family that rows name.
  ///   - category: The value of --category whose votes these are; nil for all votes.
  private func board(
    _ data: PreferenceDataset, _ bothBad: [Double]?, _ inRows: [String?], _ work: Work,
    category: String? = nil
  ) throws -> RankDocument {
    let ids = data.alternatives.map(\.id)
    // A category has some of the alternatives that a file of families names.
    let declared = try families.declaration.map {
      try $0.read(ids, inRows: inRows, passesOverOthers: category != nil)
    }
    var anchor = anchor
    if let category, let id = anchor?.id, !ids.contains(where: { Array($0.utf8) == Array(id.utf8) }) {
      Console.warn("\"\(id)\" has no votes in \(category): scores there hang at their mean")
      anchor = nil
    }
    let fit = RewardFit(settings)
    let result = try fit.run(
      data, aids: RewardFit.Aids(families: declared?.families), work: work.part(0...0.7, "estimates"))
    for (name, estimate) in [("standard", result.standard), ("weighted", result.weighted)] {
      if case .stopped(let why)? = estimate?.fit.outcome {
        Console.warn("the \(name) estimate is NOT A MINIMUM: \(why)")
      }
    }
    let comparison =
      ties == .automatic || ids.count <= RankWords.tieAdviceLimit
      ? try TieModelComparison(
        result.fittedDataset, result.best.pairs, lambda: result.best.fit.lambda, pairs: result.choice.pairs,
        lambdaConvention: result.settings.lambdaConvention,
        groups: result.weighted == nil ? nil : result.families,
        seed: seed, work: work.silent) : nil
    var model = (ties == .automatic ? comparison?.best ?? .half : ties).model
    if let category, let asked = model, data.ties == 0 {
      Console.warn(
        "\(category) has no ties: the \(asked.rawValue) model has nothing to fit there, and is left out")
      model = nil
    }
    let board = try Leaderboard(
      result, scale: RatingScale(scale, anchor: anchor), level: level, ties: model, seed: seed,
      work: work.part(0.7...1, "ranks"))
    var document = RankDocument(
      board, seed: seed, ties: comparison, bothBad: bothBad, why: WhyWords.lines(result)
    ) { place in
      declared.flatMap { $0.names[$0.families.groupOf[place]] }
    }
    document.answer = RankWords.sentences(document)
    return document
  }

  private func suggest(_ data: PreferenceDataset, _ document: RankDocument, to file: String) throws {
    let rewards = document.alternatives.map { $0.standard?.reward ?? 0 }
    let agreement = data.prompts.isEmpty ? nil : try Agreement(data, rewards: rewards)
    let ids = data.alternatives.map(\.id)
    let suggestion = FamilySuggestion(names: ids, agreement: agreement)
    try FileAccess.write(Array(FamilyOptions.csv(suggestion, ids).utf8), to: file)
    Console.error(
      "tessera: wrote \(file): \(Spell.plural(suggestion.families.count, "family", "families")) of \(Spell.plural(suggestion.families.reduce(0) { $0 + $1.members.count }, "alternative")); correct it and give it back with --families"
    )
  }
}

/// The votes of each value of a column, on the alternatives that they name.
private struct Categories {
  let datasets: [(name: String, data: PreferenceDataset)]
  /// Votes without a value.
  let without: Double

  /// - Throws: `DatasetError`.
  init(_ file: ComparisonFile) throws {
    without = file.categories.first { $0.name == nil }?.comparisons.total ?? 0
    datasets = try file.categories.compactMap { category in
      guard let name = category.name else { return nil }
      var places: [Int32: Int] = [:]
      var alternatives: [Alternative] = []
      func place(_ i: Int32) -> Int {
        if let known = places[i] { return known }
        places[i] = alternatives.count
        alternatives.append(file.alternatives[Int(i)])
        return alternatives.count - 1
      }
      let own = category.comparisons.comparisons.map { row in
        Comparison(
          a: place(row.a), b: place(row.b), outcome: row.outcome, count: row.count,
          annotator: row.annotator < 0 ? nil : Int(row.annotator))
      }
      return (
        name,
        try PreferenceDataset(
          alternatives: alternatives, annotators: file.annotators, comparisons: ComparisonTable(own))
      )
    }
  }
}

extension TieChoice: ExpressibleByArgument {
  /// nil for half wins.
  var model: TieModel? {
    switch self {
    case .davidson: .davidson
    case .raoKupper: .raoKupper
    case .half, .automatic: nil
    }
  }
}

extension RatingScale.Unit: ExpressibleByArgument {}

extension RatingScale.Anchor: ExpressibleByArgument {
  /// The score stands behind the last sign of equality.
  public init?(argument: String) {
    guard let sign = argument.lastIndex(of: "="), sign > argument.startIndex,
      let rating = Double(argument[argument.index(after: sign)...]), rating.isFinite
    else { return nil }
    self.init(id: String(argument[..<sign]), rating: rating)
  }
}
