import ArgumentParser
import Tessera
import TesseraFormats
import TesseraReports

struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract:
      "Weigh alternatives, by the share of the alternative space nearest to each (Definition 4.1) or otherwise.",
    discussion: """
      Examples:
        tessera weights embeddings.npy
        tessera weights alternatives.jsonl --space unit-cube --format json
        tessera weights pairs.jsonl --weights horizon

      Of rows of preferences between texts, every different answer under its prompt is weighed.

      Samples can be divided among machines: parts counted anywhere add up to the weights of one run, byte for byte.
        tessera weights embeddings.npy --samples 10000000 --part 3/8 -o part3.json
        tessera weights --merge part*.json --format json
      """)

  @Argument(
    help:
      "Contexts (.npy, .npz, .safetensors, .parquet; one array of it as FILE:NAME), JSONL file of alternatives with a context or text each, or rows of preferences between texts."
  )
  var file: String?

  @OptionGroup var answerRows: AnswerRowOptions

  @OptionGroup var space: SpaceOptions

  @Option(name: .customLong("weights"), help: ArgumentHelp(WeightChoice.help, valueName: "scheme"))
  var weighting: WeightChoice?

  @Option(help: ArgumentHelp("Draw the cells of a space of 2 dimensions (SVG).", valueName: "file"))
  var picture: String?

  @Option(help: ArgumentHelp("Count the samples of one of N parts, and write them.", valueName: "k/n"))
  var part: SamplePart?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Put parts together instead of sampling.", valueName: "files"))
  var merge: [String] = []

  @OptionGroup var dry: DryRunOptions

  @OptionGroup var settings: SettingsOptions

  @OptionGroup(title: "Texts in place of contexts") var texts: TextOptions

  @OptionGroup var rows: RowOptions

  @OptionGroup var output: OutputOptions

  static let keys: [RewardFit.Settings.Key] = [
    .weights, .space, .method, .samples, .targetError, .relative, .seed, .normalize, .center, .pca,
  ]

  private func resolved() throws -> (settings: RewardFit.Settings, given: Set<RewardFit.Settings.Key>) {
    var (settings, given) = try settings.read(Self.keys)
    space.apply(to: &settings, &given)
    if let weighting { settings.weights = weighting }
    // Contexts alone are here: the paper's cells, and near-duplicates that share where a choice is asked for.
    if settings.weights == .automatic {
      settings.weights = weighting == nil ? .paper : .scheme(.horizon(distance: nil))
    }
    try SettingsOptions.check(settings)
    return (settings, given)
  }

  func validate() throws {
    if merge.isEmpty, file == nil { throw ValidationError("Missing expected argument '<file>'") }
    if !merge.isEmpty, file != nil || part != nil {
      throw ValidationError("--merge puts parts together: give neither a file of contexts nor --part.")
    }
    if !merge.isEmpty { try refuseBesideMerge() }
    try rows.check(output)
    if let file { try texts.refuseBesideArrays(file) }
    if part != nil, dry.dryRun {
      throw ValidationError("--dry-run tells of the whole: give it without --part.")
    }
    if part != nil, output.output == nil {
      throw ValidationError("--part writes a file for --merge: give -o.")
    }
    if part != nil, let format = output.askedFormat, format != .json {
      throw ValidationError("--part writes JSON; expected a file that ends in .json, and no other --format.")
    }
    if part != nil, space.targetError != nil {
      throw ValidationError("--part divides a number of samples: give --samples in place of --target-error.")
    }
    if settings.config == nil { _ = try resolved() }
    let given = file.map { ComparisonOptions([$0], answerRows.format, answerRows.filter) }
    var read = ReadFiles(
      given,
      merge + [file.map { ContextsFile.place($0).path }, settings.config, space.transforms.transform]
        + [texts.embedder.fittedEmbedder, space.pool])
    try read.refuse("--save-transform", space.transforms.saveTransform)
    try read.refuse("--output", output.output)
    try read.refuse("--picture", picture)
  }

  /// Parts were counted under settings of their own.
  private func refuseBesideMerge() throws {
    var given: Set<RewardFit.Settings.Key> = []
    var settings = RewardFit.Settings()
    space.apply(to: &settings, &given)
    if weighting != nil { given.insert(.weights) }
    var names = RewardFit.Settings.Key.allCases.filter(given.contains).map(SettingsOptions.flag)
    for (name, isGiven) in [
      ("--config", self.settings.config != nil), ("--picture", picture != nil),
      ("--threads", space.threads != nil), ("--transform", space.transforms.transform != nil),
      ("--save-transform", space.transforms.saveTransform != nil),
      ("--embedding-model", texts.embeddingModel != nil), ("--with-prompt", texts.withPrompt),
      ("--dry-run", dry.dryRun),
      (answerRows.given ?? "", answerRows.given != nil),
    ] where isGiven { names.append(name) }
    if let name = names.first {
      throw ValidationError(
        "\(name) has no effect here: the parts that --merge puts together were counted under their own settings."
      )
    }
  }

  func run() throws {
    if !merge.isEmpty { return try mergeParts() }
    let start = ContinuousClock.now
    let (settings, given) = try resolved()
    let scheme: SchemeSpecification =
      if case .scheme(let scheme) = settings.weights { scheme } else { .voronoi }
    try SettingsOptions.refuseUnused(settings, given, hasContexts: true, schemes: [scheme.scheme(Sampling())])
    if scheme != .voronoi, picture != nil || part != nil {
      throw ValidationError(
        "\(picture != nil ? "--picture draws" : "--part divides") Voronoi cells: give --weights voronoi.")
    }
    let file = self.file ?? ""
    var draws = false
    let (ids, raw) = try NamedContexts.read(file, answerRows, threads: space.threads) { known in
      if known.areOfRows, scheme.isLocal {
        throw ValidationError(
          "--weights local weighs comparisons: tessera export writes what each row weighs, tessera fit the shares of answers."
        )
      }
      let made = try texts.contexts(
        of: known.alternatives, prompts: known.prompts, file: file, seed: settings.seed,
        threads: space.threads)
      draws = made?.fitted != nil
      // As in a fit, the same words under two prompts are no copies.
      return try made.map { known.areOfRows ? try $0.texts.placed($0.contexts) : $0.contexts }
    }
    let work = Console.work("weights", threads: space.threads)
    let fit = RewardFit(settings)
    let aids = try space.aids(settings)
    let transform = try fit.transform(of: raw, aids, work.silent)
    let contexts = try transform?.apply(to: raw) ?? raw
    if !dry.dryRun { try space.store(transform) }
    let pool = try aids.pool.map { try transform?.apply(to: $0) ?? $0 }
    if let part { return try count(part, ids, contexts, settings, pool, work) }
    let chosen = try scheme == .uniform ? nil : scheme.scheme(settings.sampling(pool: pool))
    if dry.dryRun {
      let read = [Spell.plural(contexts.count, "alternative"), ForecastWords.contexts(contexts)]
      return try DryRunOptions.say(since: start, read, isJSON: output.format == .json) {
        let forecast = try WeightForecast(
          scheme, settings.sampling(pool: pool), contexts, work: work.silent)
        return [
          ("weighing", ["weights \(scheme.name)\(ForecastWords.cells(forecast.cells))"], forecast.trial)
        ]
      }
    }
    let weights = try chosen?.weights(of: contexts, work: work) ?? .uniform(alternatives: contexts.count)
    work.report(1)
    let isFitted = aids.transform == nil && transform?.mean.isEmpty == false
    draws = draws || isFitted || picture != nil
    if given.contains(.seed), !draws, !SeedUse.draws(weights, scheme.scheme(Sampling())) {
      throw SeedUse.refusal("the weights are exact")
    }
    try draw(ids, contexts, weights, settings, pool)
    try write(ids, weights)
  }

  private func draw(
    _ ids: [String], _ contexts: Contexts, _ weights: AlternativeWeights, _ settings: RewardFit.Settings,
    _ pool: Contexts?
  ) throws {
    guard let picture else { return }
    let region = try settings.space.space(around: contexts, pool: pool)
    guard region.dimension == 2 else {
      throw ValidationError(
        "--picture draws spaces of 2 dimensions; this one has \(region.dimension). --pca 2 reduces it.")
    }
    let cells = CellPicture(
      space: region, contexts: try region.aligned(contexts), ids: ids, weights: weights.values)
    try FileAccess.write(Array(cells.svg(seed: settings.seed).utf8), to: picture)
  }

  private func count(
    _ part: SamplePart, _ ids: [String], _ contexts: Contexts, _ settings: RewardFit.Settings,
    _ pool: Contexts?,
    _ work: Work
  ) throws {
    let region = try settings.space.space(around: contexts, pool: pool)
    let total = region.pointCount ?? settings.samples
    guard let range = VoronoiTally.range(ofPart: part.number - 1, of: part.count, samples: total) else {
      throw ValidationError(
        "--part \(part.number)/\(part.count) is empty: \(Spell.count(total)) samples make \(Spell.plural((total + VoronoiTally.unit - 1) / VoronoiTally.unit, "part")) at most."
      )
    }
    let tally = try VoronoiTally(
      counting: range, contexts: contexts, space: region, samples: settings.samples, method: settings.method,
      seed: settings.seed, work: work)
    work.report(1)
    try DocumentFile.write(WeightsPartDocument(ids: ids, tally: tally), to: output.output ?? "")
    try Console.output(
      "samples \(Spell.count(range.lowerBound)) to \(Spell.count(range.upperBound)) of \(Spell.count(total))\nwrote \(output.output ?? "")\n"
    )
  }

  private func mergeParts() throws {
    let parts = try merge.map { file in
      let part = try DocumentFile.read(WeightsPartDocument.self, from: file)
      guard part.kind == WeightsPartDocument.kind, part.ids.count == part.tally.copies.groupOf.count else {
        throw FormatError.content(
          file: file, line: nil, field: "ids",
          found: "\(part.ids.count) ids of \(part.tally.copies.groupOf.count)",
          expected: "one for each alternative")
      }
      return part
    }
    for (file, part) in zip(merge, parts) where part.ids != parts[0].ids {
      throw FormatError.content(
        file: file, line: nil, field: "ids", found: "other alternatives than in \(merge[0])",
        expected: "the same ones")
    }
    try write(parts[0].ids, VoronoiTally.merge(parts.map(\.tally)).weights())
  }

  private func write(_ ids: [String], _ weights: AlternativeWeights) throws {
    WeightWords.warn(weights, of: ids.count)
    let document = WeightsDocument(ids: ids, weights, advice: WeightWords.say(weights))
    switch output.format {
    case .table: try output.write(table(ids, weights))
    case .json: try output.write(DocumentFile.text(document))
    case .csv:
      var text = "id,weight,weightStandardError\n"
      for row in document.alternatives.prefix(rows.limitOfCSV) {
        text += "\(csvField(row.id)),\(row.weight),\(row.weightStandardError)\n"
      }
      try output.write(text)
    }
  }

  private func table(_ ids: [String], _ weights: AlternativeWeights) -> String {
    let p = weights.provenance
    var text = "\(Spell.plural(ids.count, "alternative")) in \(p.space ?? p.scheme), "
    text += p.method == .exact ? "exact\n" : "\(Spell.plural(p.samples, "sample")), seed \(p.seed)\n"
    text +=
      "effective alternatives \(Spell.decimals(weights.effectiveAlternatives, 1)), weight zero \(Spell.percent(weights.zeroWeightShare)), largest standard error \(Spell.short(weights.maxStandardError))\n\n"
    var table = TextTable([
      ("alternative", .left), ("weight", .right), ("standard error", .right), ("times 1/m", .right),
    ])
    let order = ids.indices.sorted { (weights.values[$1], $0) < (weights.values[$0], $1) }
    for i in order.prefix(rows.limit) {
      table.add([
        ids[i], Spell.decimals(weights.values[i], 6), Spell.short(weights.standardErrors[i]),
        Spell.decimals(weights.values[i] * Double(ids.count), 2),
      ])
    }
    return text + table.text + rows.rest(of: order.count)
  }
}

/// One of several parts of the samples: 3/8.
struct SamplePart: ExpressibleByArgument {
  let number: Int
  let count: Int

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], count >= 1, count <= 1_000_000,
      (1...count).contains(number)
    else { return nil }
    self.number = number
    self.count = count
  }
}
