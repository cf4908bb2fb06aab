import ArgumentParser
import Tessera
import TesseraFormats

struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract:
      "Fit rewards to comparisons: the standard estimate, and the clone-robust one where contexts are known.",
    discussion: """
      A row of comparisons names two alternatives (a, b; also model_a, model_b or left, right) and an outcome: \
      preference (the probability that a is preferred), preference_b, or winner / outcome (a, b, tie, both_bad, \
      the column's own name, or the id of one of the two). Optional: count, prompt, annotator / worker.

      Examples:
        tessera fit votes.csv --columns a=left,b=right,outcome=winner
        tessera fit comparisons.jsonl --alternatives alternatives.jsonl --contexts embeddings.npy
        tessera fit comparisons.jsonl --alternatives texts.jsonl
        tessera fit monday.jsonl --save-state week.json
        tessera fit tuesday.jsonl --from-state week.json --save-state week.json
      """)

  @OptionGroup var input: ComparisonOptions
  @OptionGroup var alternatives: AlternativesOptions

  @Option(help: ArgumentHelp(WeightChoice.help, valueName: "scheme"))
  var weights: WeightChoice?

  @OptionGroup(title: "Alternative space, samples, cores") var space: SpaceOptions

  @OptionGroup var estimate: EstimateOptions

  @OptionGroup var dry: DryRunOptions

  @OptionGroup var settings: SettingsOptions

  @Option(
    help: ArgumentHelp(
      "Declared families (CSV with id,family or JSONL): each weighs as one alternative, and is ranked by its mean beside its best member.",
      valueName: "file"))
  var families: String?

  @Flag(
    help: "Say first whether clones distort these rewards, and what to do now: takes about as long again.")
  var verdict = false

  @OptionGroup(title: "Which alternatives are alike") var likeness: LikenessOptions
  @OptionGroup(title: "More figures") var figures: FigureOptions
  @OptionGroup(title: "More votes, day by day") var states: StateOptions

  @OptionGroup(title: "Texts in place of contexts") var texts: TextOptions

  @OptionGroup var rows: RowOptions

  @OptionGroup var output: OutputOptions

  private func resolved() throws -> (settings: RewardFit.Settings, given: Set<RewardFit.Settings.Key>) {
    var (settings, given) = try settings.read(RewardFit.Settings.Key.allCases)
    space.apply(to: &settings, &given)
    estimate.apply(to: &settings, &given)
    if let weights {
      settings.weights = weights
      given.insert(.weights)
    }
    likeness.apply(to: &settings)
    settings = settings.implied(by: given)
    try SettingsOptions.check(settings)
    return (settings, given)
  }

  func validate() throws {
    if states.fromState == nil { try input.requireFiles() }
    try rows.check(output)
    if verdict, output.format == .csv {
      throw ValidationError("--verdict has no place in a CSV file: give another format.")
    }
    if figures.pairMasses, output.format != .json {
      throw ValidationError("--pair-masses is written into the JSON document: give --format json.")
    }
    // A configuration file is read when the command runs; what stands here is checked before.
    if settings.config == nil { try refuseWithoutFamilies(resolved().settings) }
    // Day by day a state takes the place of the one before.
    var read = ReadFiles(input, alternatives.files + [families, settings.config, space.pool])
    try read.refuse("--save-state", states.saveState)
    try read.refuse("--save-transform", space.transforms.saveTransform)
    try read.refuse("--output", output.output)
    var aids = ReadFiles(
      nil, [states.fromState, space.transforms.transform, texts.embedder.fittedEmbedder])
    try aids.refuse("--output", output.output)
    try aids.refuse("--save-transform", space.transforms.saveTransform)
  }

  private func refuseWithoutFamilies(_ settings: RewardFit.Settings) throws {
    if settings.weights == .scheme(.families), families == nil, states.fromState == nil {
      throw ValidationError("--weights families needs them: give --families.")
    }
    if families != nil, settings.weights != .automatic, settings.weights != .scheme(.families) {
      throw ValidationError(
        "--families weigh by themselves: give no other --weights than families.")
    }
  }

  /// Rows can bring texts, so that it shows after reading.
  private func refuseWithoutContexts(_ data: PreferenceDataset, _ settings: RewardFit.Settings) throws {
    guard data.contexts == nil, alternatives.alternatives == nil, !settings.profiles else { return }
    let wanted =
      settings.weights.needsContexts
      ? "--weights \(settings.weights.name) needs contexts"
      : settings.perPrompt || settings.pairSpace
        ? "--per-prompt and --pair-space weigh contexts"
        : settings.mergeDuplicates ? "--merge-duplicates compares contexts" : nil
    guard let wanted else { return }
    throw ValidationError(
      "\(wanted): give --alternatives, with --contexts, a context field or a text field, or rows of texts.")
  }

  func run() throws {
    let start = ContinuousClock.now
    var (settings, given) = try resolved()
    let state = try states.fromState.map { try DocumentFile.read(RewardFit.State.self, from: $0) }
    if let state {
      // What was not asked for is as it was.
      try state.check(settings, scheme: nil, only: given)
      settings = state.settings
    }
    try refuseWithoutFamilies(settings)
    var draws = false
    let data = try readData(settings, state) { draws = true }
    try refuseWithoutContexts(data, settings)
    if let file = states.fromState, state?.weightedRewards != nil, data.contexts == nil {
      throw FormatError.content(
        file: file, line: nil, field: "weightedRewards", found: "a weighted estimate, and no contexts now",
        expected: "--alternatives, with what the weights came from")
    }
    if data.contexts == nil, !settings.profiles,
      settings.weights.needsContexts || settings.mergeDuplicates || settings.perPrompt
    {
      throw FormatError.content(
        file: alternatives.alternatives ?? "", line: nil, field: "context", found: "no contexts",
        expected: "an array of numbers or a text on every line, or --contexts")
    }
    let declared = try families.map {
      try FamiliesReader.read(
        $0, format: ComparisonReader.Format(file: $0) ?? .csv, alternatives: data.alternatives.map(\.id))
    }
    let own = RewardFit(settings).choice(for: data, families: declared?.families).weights
    try SettingsOptions.refuseUnused(
      settings, given, hasContexts: data.contexts != nil || settings.profiles,
      schemes: [own.scheme(Sampling())])
    let against = figures.against
    let reference = try against.map { try data.place(of: $0, option: "--against") }

    let work = Console.work("fitting", threads: space.threads)
    var aids = try space.aids(settings)
    aids.families = declared?.families
    if dry.dryRun {
      return try DryRunOptions.say(since: start, ForecastWords.read(data), isJSON: output.format == .json) {
        let forecast = try RewardFit(settings).forecast(data, aids: aids, work: work.silent)
        let estimates = (
          "estimates", ForecastWords.estimates(forecast, lambda: settings.lambda), forecast.estimating
        )
        return (forecast.weighing.map { [("weights", [ForecastWords.weights(forecast)], $0)] } ?? []) + [
          estimates
        ]
      }
    }
    let result = try RewardFit(settings).run(
      data, aids: aids, against: reference, from: state, work: work)
    work.report(1)
    draws = draws || (aids.transform == nil && result.transform?.mean.isEmpty == false)
    if given.contains(.seed), !draws, !SeedUse.draws(result) {
      throw SeedUse.refusal(
        "the weights are exact, lambda was given, and errors are worked out, not simulated")
    }
    if let reference, let against, result.best.rewards[reference] == nil {
      Console.warn("\"\(against)\" has no reward, so the others have no difference from it")
    }
    try space.store(result.transform)
    let advice = weighed(result) ? WeightWords.say(result.weights) : []
    for (name, estimate) in [("standard", result.standard), ("weighted", result.weighted)] {
      if case .stopped(let why)? = estimate?.fit.outcome {
        Console.warn("the \(name) estimate is NOT A MINIMUM: \(why)")
      }
    }
    if let saveState = states.saveState { try DocumentFile.write(result.state, to: saveState) }
    if case .local(let local)? = result.fittedWeights.comparisons, local.hasDenseDomain {
      Console.warn(
        "a group of \(Spell.count(local.largestGroup)) comparisons hangs together and is wider than near-duplicates are: answers that lie much closer than elsewhere count as few; weigh such a domain on its own"
      )
    }
    if settings.profiles {
      Console.warn(
        "profiles of win rates tell how alternatives win, not which are versions of one another: expect clones with votes of their own to shift rewards nearly as before, and declare families (--families) where they are known"
      )
    }
    let ranking = try result.familyRanking(work: work.silent).map { ranking in
      let places = Dictionary(
        data.alternatives.enumerated().map { ($0.element.id, $0.offset) },
        uniquingKeysWith: { first, _ in first })
      return FamilyTable(ranking, result.fittedDataset) { id in
        places[id].flatMap { place in declared.flatMap { $0.names[$0.families.groupOf[place]] } }
      }
    }
    let why = WhyWords.lines(result)
    let clones = verdict ? try CloneVerdict(result, holdsOut: true, work: work.silent) : nil
    if verdict, clones == nil {
      Console.warn(
        "--verdict compares the standard estimate with a weighted one of alternatives that are not merged: there is none"
      )
    }
    let table = FitTable(result, why: why, against: against)
    let name = result.choice.weights.name
    switch output.format {
    case .table:
      let said = clones.map { CloneVerdictWords($0, ids: data.alternatives.map(\.label), weighted: name) }
      try output.write(
        (said.map { ([CloneVerdictWords.question] + $0.lines + [""]).joined(separator: "\n") + "\n" } ?? "")
          + table.text(rows: rows) + (ranking.map { FamiliesTable.text($0, rows: rows) } ?? "")
          + (state.map { MovesTable.text(result, since: $0, rows: rows) } ?? ""))
    case .json:
      try output.write(
        DocumentFile.text(
          FitDocument(
            result, advice: advice, why: why, families: ranking, pairMasses: figures.pairMasses,
            against: against,
            verdict: clones.map {
              CloneVerdictDocument($0, ids: data.alternatives.map(\.id), weighted: name)
            })))
    case .csv: try output.write(table.csv(rows: rows, work: work.silent))
    }
  }

  /// Says what there is to say of weights that decide something.
  private func weighed(_ result: RewardFit.Result) -> Bool {
    guard result.weighted != nil else { return false }
    WeightWords.warn(result.weights, of: result.dataset.alternatives.count)
    return true
  }

  private func readData(
    _ settings: RewardFit.Settings, _ state: RewardFit.State?, embedded: () -> Void
  ) throws -> PreferenceDataset {
    let looksAtContexts = settings.weights != .scheme(.uniform) || settings.mergeDuplicates
    if input.comparisons.isEmpty, let state {
      guard let known = try alternatives.read() else { return try state.dataset() }
      // Only the alternatives are new: the votes are those of the state.
      let contexts = known.contexts
      return try state.dataset().merging(known.alternatives, contexts: contexts)
    }
    let new = try DatasetOptions(
      comparisons: input, alternatives: alternatives, texts: looksAtContexts ? texts : nil,
      seed: settings.seed,
      threads: space.threads
    ).read(keepsPrompts: settings.perPrompt || settings.lambda == .automatic) { _ in embedded() }
    return try state.map { try $0.dataset().merging(new) } ?? new
  }
}

extension PreferenceDataset {
  /// Where an alternative stands that an option names.
  func place(of id: String, option: String) throws -> Int {
    guard let place = alternatives.firstIndex(where: { Array($0.id.utf8) == Array(id.utf8) }) else {
      throw ValidationError("\(option) names \"\(id)\"; expected the id of an alternative.")
    }
    return place
  }
}
