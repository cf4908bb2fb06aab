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
      as figures/NAME.vl.json for Vega-Lite.

      Examples:
        tessera audit votes.csv --columns a=left,b=right,outcome=winner -o audit/
        tessera audit comparisons.jsonl --alternatives alternatives.jsonl --contexts embeddings.npy -o audit/
        tessera audit votes.csv --families families.csv -o audit/
      """)

  @OptionGroup var input: ComparisonOptions
  @OptionGroup var alternatives: AlternativesOptions

  @Option(
    help: ArgumentHelp(
      "Weights to compare with the standard estimate: \(SchemeSpecification.spellings).",
      valueName: "scheme,...")
  )
  var schemes: String = AuditRequest().schemes

  @Option(
    name: [.customLong("family"), .customLong("families")],
    help: ArgumentHelp(
      "Declared families, compared with the standard estimate first, and marked: a file (CSV with id,family or JSONL), or a column of the votes, as organization for organization_a and organization_b.",
      valueName: "file or column"))
  var families: String?

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
  var bootstraps: Int = AuditRequest().bootstraps

  @OptionGroup(title: "Alternative space, samples, cores") var space: SpaceOptions
  @OptionGroup var estimate: EstimateOptions
  @OptionGroup var dry: DryRunOptions
  @OptionGroup var settings: SettingsOptions
  @OptionGroup(title: "Texts in place of contexts") var texts: TextOptions

  @Option(name: .shortAndLong, help: "Folder for index.html, figures/ and audit.json.")
  var output: String = "audit"

  @OptionGroup var page: PageOptions

  private func resolved() throws -> (settings: RewardFit.Settings, given: Set<RewardFit.Settings.Key>) {
    var (settings, given) = try settings.read(AuditRequest.keys)
    space.apply(to: &settings, &given)
    estimate.apply(to: &settings, &given)
    try SettingsOptions.check(settings)
    return (settings, given)
  }

  private func request(_ fit: RewardFit.Settings) -> AuditRequest {
    var request = AuditRequest()
    (request.fit, request.schemes, request.clone) = (fit, schemes, clone)
    (request.duplicatesWithin, request.bootstraps) = (duplicatesWithin, bootstraps)
    return request
  }

  func validate() throws {
    try input.requireFiles()
    if settings.config == nil { _ = try resolved() }
    try SettingsOptions.worded { try request(RewardFit.Settings()).check() }
    var read = ReadFiles(
      input,
      alternatives.files + [
        families.flatMap { FamilyDeclaration($0).file }, settings.config, space.transforms.transform,
        texts.embedder.fittedEmbedder, space.pool,
      ])
    let folder = output.isEmpty ? "." : output
    try read.refuse("--save-transform", space.transforms.saveTransform)
    for name in ["index.html", "audit.json"] { try read.refuse("--output", folder + "/" + name) }
    try read.refuse("--output", folder + "/figures", isFolder: true)
  }

  func run() throws {
    let (fit, given) = try resolved()
    let schemes = try SettingsOptions.worded {
      try request(fit).specifications(withFamilies: families != nil).map { $0.scheme(Sampling()) }
    }
    try SettingsOptions.refuseUnused(fit, given, hasContexts: true, schemes: schemes)
    let start = ContinuousClock.now
    let library = page.library()
    // A folder that cannot be made is found out before the work, not after it.
    if !dry.dryRun {
      try page.makeFolder(output)
      try page.makeFolder(output + "/figures")
    }
    let declaration = families.map { FamilyDeclaration($0) }
    var reader = try input.reader()
    reader.family = declaration?.column
    let read = try DatasetOptions(
      comparisons: input, alternatives: alternatives, texts: texts, seed: fit.seed, threads: space.threads
    ).readAll(reader, keepsPrompts: true, keepsTexts: .all)
    let data = read.dataset
    let ids = data.alternatives.map(\.id)
    let declared = try declaration?.read(ids, inRows: read.file.families(of: ids))
    let work = Console.work("audit", threads: space.threads)
    if dry.dryRun {
      return try DryRunOptions.say(since: start, ForecastWords.read(data), isJSON: false) {
        let trial = try SettingsOptions.worded {
          try request(fit).forecast(data, aids: space.aids(fit), work: work.silent)
        }
        let words = "schemes \(schemes), \(Spell.plural(bootstraps, "resample"))"
        return [("audit", [words], trial)]
      }
    }
    let plan = try plan(fit, data, declared, work.silent)
    try space.store(plan.transform)
    let name = input.comparisons.map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: ", ")
    var report = try plan.report(title: input.comparisons == ["-"] ? "" : name, work: work)
    report.origin = page.origin(
      of: input.comparisons + [alternatives.alternatives, declaration?.file].compactMap { $0 })
    work.report(1)
    for warning in report.warnings { Console.warn(warning) }
    try page.write(report.files(library: library), to: output)
    try Console.output(
      report.summary + "Report: \(URL(fileURLWithPath: output).relativePath)/index.html\n")
  }

  private func plan(
    _ fit: RewardFit.Settings, _ data: PreferenceDataset, _ families: FamiliesFile?, _ work: Work
  ) throws -> AuditPlan {
    do {
      return try SettingsOptions.worded {
        try AuditPlan(request(fit), of: data, families: families, aids: space.aids(fit), work: work)
      }
    } catch RewardFitError.noContexts(let what) {
      throw FormatError.content(
        file: alternatives.alternatives ?? input.name, line: nil, field: "context", found: "no contexts",
        expected: "contexts or texts for \(what): give --alternatives")
    }
  }
}
