import ArgumentParser
import Foundation
import Tessera
import TesseraFormats
import TesseraReports

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Do clones distort my rewards? Write a report.",
    discussion: """
      Finds near-duplicates and refits without them, adds simulated clones of the leading alternatives, and shows for \
      every estimate how far rewards move, which winners change, what the estimate rests on and how well it predicts \
      what is held out. Where nothing is known of the alternatives but their comparisons, as on leaderboards, their \
      profiles of win rates are their contexts.

      Every figure of the page comes as figures/NAME.svg, a drawing for a paper, as figures/NAME.csv, its numbers, and \
      as figures/NAME.json for plotly.

      Examples:
        tessera audit votes.csv --columns a=left,b=right,outcome=winner -o audit/
        tessera audit comparisons.jsonl --alternatives alternatives.jsonl --contexts embeddings.npy -o audit/
      """)

  @OptionGroup var input: ComparisonOptions
  @OptionGroup var alternatives: AlternativesOptions

  @Option(
    help: ArgumentHelp(
      "Weights to compare with the standard estimate: \(SchemeSpecification.spellings).",
      valueName: "scheme,...")
  )
  var schemes: String = "local,voronoi,horizon"

  @Option(
    help: ArgumentHelp(
      "Distance within which answers are near-duplicates (default: half the median distance of nearest neighbours).",
      valueName: "distance"))
  var duplicatesWithin: Double?

  @Option(
    help: ArgumentHelp(
      "Alternative to clone in the simulation; may be repeated (default: the five best).", valueName: "id"))
  var clone: [String] = []

  @Option(help: "Resamples of the bootstrap.")
  var bootstraps: Int = 100

  @OptionGroup(title: "Alternative space, samples, cores") var space: SpaceOptions
  @OptionGroup var estimate: EstimateOptions
  @OptionGroup var settings: SettingsOptions
  @OptionGroup(title: "Texts in place of contexts") var texts: TextOptions

  @Option(name: .shortAndLong, help: "Folder for index.html, figures/ and audit.json.")
  var output: String = "audit"

  @OptionGroup var page: PageOptions

  static let keys: [RewardFit.Settings.Key] = [
    .space, .method, .samples, .targetError, .relative, .seed, .normalize, .center, .pca, .lambda,
    .lambdaConvention, .pairs,
  ]

  private func resolved() throws -> (settings: RewardFit.Settings, given: Set<RewardFit.Settings.Key>) {
    var (settings, given) = try settings.read(Self.keys)
    space.apply(to: &settings, &given)
    estimate.apply(to: &settings, &given)
    try SettingsOptions.check(settings)
    return (settings, given)
  }

  private func chosenSchemes() throws -> [SchemeSpecification] {
    let named = try schemes.split(separator: ",").map { name -> SchemeSpecification in
      guard let scheme = SchemeSpecification(name: name.trimmingCharacters(in: .whitespaces)) else {
        let expected = NearestName.expectation(
          String(name), among: SchemeSpecification.spellings.components(separatedBy: ", "), "some")
        throw ValidationError("--schemes names \(name); \(expected)")
      }
      return scheme
    }
    var seen: Set<SchemeSpecification> = []
    return ([.uniform] + named).filter { seen.insert($0).inserted }
  }

  func validate() throws {
    try input.requireFiles()
    _ = try chosenSchemes()
    if settings.config == nil { _ = try resolved() }
    if let duplicatesWithin, !(duplicatesWithin >= 0 && duplicatesWithin.isFinite) {
      throw ValidationError("--duplicates-within is \(duplicatesWithin); expected a distance, zero or more.")
    }
    guard bootstraps >= 0 else { throw ValidationError("--bootstraps is \(bootstraps); expected 0 or more.") }
  }

  func run() throws {
    let (fit, given) = try resolved()
    let script = try page.script()
    // A folder that cannot be made is found out before the work, not after it.
    try page.makeFolder(output)
    try page.makeFolder(output + "/figures")
    let raw = try DatasetOptions(
      comparisons: input, alternatives: alternatives, texts: texts, seed: fit.seed, threads: space.threads
    ).read(keepsPrompts: true, keepsTexts: .all)
    let work = Console.work("audit", threads: space.threads)
    let aids = try space.aids(fit)
    let (dataset, transform, words) = try withContexts(raw, RewardFit(fit), aids, work)
    try space.store(transform)
    let pool = try aids.pool.map { try transform?.apply(to: $0) ?? $0 }
    let sampling = try fit.sampling(pool: pool)
    var settings = CloneAudit.Settings()
    settings.schemes = try chosenSchemes().map { $0.scheme(sampling) }
    try SettingsOptions.refuseUnused(fit, given, hasContexts: true, schemes: settings.schemes)
    settings.fit = fit
    settings.threshold = duplicatesWithin
    settings.bootstraps = bootstraps
    settings.looksForTopics = raw.contexts != nil
    settings.targets = try clone.map { try raw.place(of: $0, option: "--clone") }
    let audit = try CloneAudit(dataset, settings: settings, work: work)
    work.report(1)
    if audit.influences.contains(where: { 2 * $0.members.count > dataset.alternatives.count }) {
      Console.warn(
        "one group of near-duplicates holds more than half of the alternatives: the distance \(Spell.short(audit.nearDuplicates.threshold)) is too large to tell them apart"
      )
    }
    let name = input.comparisons.map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: ", ")
    let report = AuditReport(audit, title: input.comparisons == ["-"] ? "" : name, contexts: words)
    try DocumentFile.write(
      AuditDocument(
        audit, contexts: words, verdict: report.verdict + report.sentences, advice: WeightWords.words),
      to: output + "/audit.json")
    let written = report.page
    try FigureFiles.write(written.figures, to: output + "/figures")
    try FileAccess.write(Array(written.html(plotly: script).utf8), to: output + "/index.html")
    try Console.output(
      sentences(audit, report) + "Report: \(URL(fileURLWithPath: output).relativePath)/index.html\n")
  }

  private func sentences(_ audit: CloneAudit, _ report: AuditReport) -> String {
    var text = CloneVerdictWords.question + "\n"
    text += report.verdict.joined(separator: "\n") + "\n\n"
    text += report.sentences.joined(separator: "\n") + "\n"
    if let qualities = audit.heldOut?.qualities, let standard = qualities.first, qualities.count > 1 {
      let held = zip(audit.estimates.dropFirst(), qualities.dropFirst()).map {
        "\($0.scheme.name) \(Spell.decimals($1.logLoss))"
      }
      text +=
        "Held-out log loss: standard \(Spell.decimals(standard.logLoss)) ± \(Spell.decimals(standard.logLossError)), \(held.joined(separator: ", ")).\n"
    }
    return text
  }

  /// The dataset with contexts, what was done to them, and how they came about.
  private func withContexts(_ raw: PreferenceDataset, _ fit: RewardFit, _ aids: RewardFit.Aids, _ work: Work)
    throws
    -> (PreferenceDataset, ContextTransform?, String)
  {
    if let contexts = raw.contexts {
      let transform = try fit.transform(of: contexts, aids, work.silent)
      let prepared = try transform?.apply(to: contexts) ?? contexts
      return (
        try raw.replacing(contexts: prepared), transform,
        "Contexts: \(prepared.dimension - prepared.promptColumns) numbers for each alternative."
      )
    }
    let limit = BehaviourWeights.mostAlternatives
    guard raw.alternatives.count <= limit else {
      throw FormatError.content(
        file: alternatives.alternatives ?? input.name, line: nil, field: "context", found: "no contexts",
        expected: "contexts or texts for more than \(Spell.count(limit)) alternatives: give --alternatives")
    }
    let found = try BehaviourWeights(of: raw, by: Horizon(), fit: fit, work: work.silent)
    return (
      try raw.replacing(contexts: found.contexts), nil,
      "Contexts from behaviour: each alternative's win rates against the others, drawn towards the fitted ones where there are few comparisons. They come from the same comparisons as the rewards."
    )
  }
}
