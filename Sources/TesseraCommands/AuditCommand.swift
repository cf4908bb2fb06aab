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

      Examples:
        tessera audit votes.csv --columns a=left,b=right,outcome=winner -o audit/
        tessera audit comparisons.jsonl --alternatives alternatives.jsonl --contexts embeddings.npy -o audit/
      """)

  @OptionGroup var input: ComparisonOptions
  @OptionGroup var alternatives: AlternativesOptions

  @Option(
    help: ArgumentHelp(
      "Weights to compare with the standard estimate: \(WeightingScheme.spellings).", valueName: "scheme,...")
  )
  var schemes: String = "voronoi,horizon"

  @Option(
    help: ArgumentHelp(
      "Distance within which answers are near-duplicates (default: half the median distance of nearest neighbours).",
      valueName: "distance"))
  var duplicatesWithin: Double?

  @Option(
    help: ArgumentHelp(
      "Alternative to clone in the simulation; may be repeated (default: the five best).", valueName: "id"))
  var clone: [String] = []

  @Option(help: "Strength of the regularisation (default: 0.1 times the share of pairs that were compared).")
  var lambda: Double?

  @Option(help: "Resamples of the bootstrap.")
  var bootstraps: Int = 100

  @OptionGroup var space: SpaceOptions
  @OptionGroup var texts: TextOptions

  @Option(name: .shortAndLong, help: "Folder for index.html and audit.json.")
  var output: String = "audit"

  @OptionGroup var page: PageOptions

  private func chosenSchemes() throws -> [WeightingScheme] {
    let named = try schemes.split(separator: ",").map { name -> WeightingScheme in
      guard let scheme = WeightingScheme(name: name.trimmingCharacters(in: .whitespaces)) else {
        throw ValidationError("--schemes names \(name); expected some of \(WeightingScheme.spellings).")
      }
      return scheme
    }
    var seen: Set<WeightingScheme> = []
    return ([.uniform] + named).filter { seen.insert($0).inserted }
  }

  func validate() throws {
    _ = try chosenSchemes()
    if let duplicatesWithin, !(duplicatesWithin >= 0 && duplicatesWithin.isFinite) {
      throw ValidationError("--duplicates-within is \(duplicatesWithin); expected a distance, zero or more.")
    }
    if let lambda, !(lambda > 0 && lambda.isFinite) {
      throw ValidationError("--lambda is \(lambda); expected a positive number.")
    }
    guard bootstraps >= 0 else { throw ValidationError("--bootstraps is \(bootstraps); expected 0 or more.") }
  }

  func run() throws {
    let script = try page.script()
    // A folder that cannot be made is found out before the work, not after it.
    try page.makeFolder(output)
    let raw = try DatasetOptions(comparisons: input, alternatives: alternatives, texts: (texts, space)).read(
      keepsPrompts: true, keepsTexts: .all)
    let (dataset, words) = try withContexts(raw)
    var settings = CloneAudit.Settings()
    settings.schemes = try chosenSchemes()
    settings.lambda = lambda
    settings.threshold = duplicatesWithin
    settings.bootstraps = bootstraps
    // The noise of sampled weights would look like shifts: at 500 samples an alternative it is some 4 % of a weight.
    settings.samples = max(space.samples, 500 * dataset.alternatives.count)
    settings.seed = space.seed
    settings.threads = space.threads
    let places = Dictionary(
      zip(raw.alternatives.map(\.id), raw.alternatives.indices), uniquingKeysWith: { a, _ in a })
    settings.targets = try clone.map { name in
      guard let place = places[name] else {
        throw ValidationError("--clone names \"\(name)\"; expected the id of an alternative.")
      }
      return place
    }
    let progress = Progress("audit")
    let audit = try CloneAudit(dataset, settings: settings) { share, what in
      progress.update(share, detail: ", \(what)")
    }
    progress.finish()
    if audit.groups.contains(where: { 2 * $0.members.count > dataset.alternatives.count }) {
      Console.warn(
        "one group of near-duplicates holds more than half of the alternatives: the distance \(Spell.short(audit.threshold)) is too large to tell them apart"
      )
    }
    let name = URL(fileURLWithPath: input.comparisons).lastPathComponent
    let report = AuditReport(audit, title: input.comparisons == "-" ? "" : name, contexts: words)
    try FileAccess.write(Array(report.json.text().utf8), to: output + "/audit.json")
    try FileAccess.write(Array(report.page.html(plotly: script).utf8), to: output + "/index.html")
    var text = report.verdict.joined(separator: "\n") + "\n"
    if let standard = audit.heldOut.first, audit.heldOut.count > 1 {
      let held = zip(audit.fits.dropFirst(), audit.heldOut.dropFirst()).map {
        "\($0.scheme.name) \(Spell.decimals($1.logLoss))"
      }
      text +=
        "Held-out log loss: standard \(Spell.decimals(standard.logLoss)) ± \(Spell.decimals(standard.logLossError)), \(held.joined(separator: ", ")).\n"
    }
    try Console.output(text + "Report: \(output)/index.html\n")
  }

  /// The dataset with contexts, and how they came about.
  private func withContexts(_ raw: PreferenceDataset) throws -> (PreferenceDataset, String) {
    if let contexts = raw.contexts {
      let (prepared, _) = try space.transformed(contexts)
      return (
        try raw.replacing(contexts: prepared), "Contexts: \(prepared.dimension) numbers for each alternative."
      )
    }
    let limit = 5_000
    guard raw.alternatives.count <= limit else {
      throw FormatError.content(
        file: alternatives.alternatives ?? input.comparisons, line: nil, field: "context",
        found: "no contexts",
        expected: "contexts or texts for more than \(Spell.count(limit)) alternatives: give --alternatives")
    }
    let graph = raw.winRates
    let fit = try SchemeFit(
      .uniform, .uniform(alternatives: raw.alternatives.count), graph,
      lambda: lambda ?? SchemeFit.sparseLambda(graph), threads: space.threads)
    return (
      try raw.replacing(contexts: BehaviourContexts.contexts(graph, rewards: fit.rewards)),
      "Contexts from behaviour: each alternative's win rates against the others, drawn towards the fitted ones where there are few comparisons. They come from the same comparisons as the rewards."
    )
  }
}
