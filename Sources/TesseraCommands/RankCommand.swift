import ArgumentParser
import Tessera
import TesseraFormats
import TesseraReports

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

  @OptionGroup(title: "Memory") var memory: MemoryOptions
  @OptionGroup var rows: RowOptions
  @OptionGroup var output: OutputOptions

  private var request: RankRequest {
    var request = RankRequest()
    request.fit.seed = seed
    request.fit.profiles = profiles
    if let lambda { request.fit.lambda = lambda }
    if let pairs { request.fit.pairs = pairs }
    (request.scale, request.level, request.ties) = (RatingScale(scale, anchor: anchor), level, ties)
    return request
  }

  func validate() throws {
    try input.requireFiles()
    try SettingsOptions.check(request.fit)
    try SettingsOptions.worded { try request.check() }
    if profiles, families.families != nil {
      throw ValidationError("--families tell the weights, and so do --profiles: give one of them.")
    }
    if let threads, threads < 1 { throw ValidationError("--threads is \(threads); expected 1 or more.") }
    try rows.check(output)
    var read = ReadFiles(input, [families.declaration?.file])
    try read.refuse("--output", output.output)
    try read.refuse("--suggest-families", families.suggestFamilies)
  }

  func run() throws {
    var reader = try input.reader()
    reader.category = category
    reader.family = families.declaration?.column
    let read = try DatasetOptions(
      // Models are what a leaderboard is about.
      comparisons: input, alternatives: AlternativesOptions.none, seed: seed, threads: threads,
      remarks: [.repeats]
    ).readAll(reader, keepsPrompts: true)
    let work = Console.work("ranking", threads: threads)
    let boards = try RankBoards(
      request, of: read.dataset, file: read.file, families: families.declaration, by: category, work: work)
    work.report(1)
    for warning in boards.warnings { Console.warn(warning) }
    if let file = families.suggestFamilies { try suggest(boards, read.dataset, to: file) }
    let table = RankTable(boards.document)
    switch output.askedFormat ?? .table {
    case .table: try output.write(table.text(rows.rows, for: .current))
    case .markdown: try output.write(table.markdown(rows.rows))
    case .csv: try output.write(table.csv(rows.rows))
    case .json: try output.write(DocumentFile.text(boards.document))
    }
    // What goes into a file is summed up where the user looks.
    if let file = output.output {
      try Console.output(boards.document.answer.map { $0 + "\n" }.joined() + "wrote \(file)\n")
    }
  }

  private func suggest(_ boards: RankBoards, _ data: PreferenceDataset, to file: String) throws {
    let suggestion = try boards.suggestion(data)
    try FileAccess.write(Array(suggestion.csv(data.alternatives.map(\.id)).utf8), to: file)
    Console.error(
      "tessera: wrote \(file): \(Spell.plural(suggestion.families.count, "family", "families")) of \(Spell.plural(suggestion.families.reduce(0) { $0 + $1.members.count }, "alternative")); correct it and give it back with --families"
    )
  }
}

extension TieChoice: ExpressibleByArgument {}
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
