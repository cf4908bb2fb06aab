import ArgumentParser
import Foundation
import TesseraFormats
import TesseraPaper
import TesseraReports
import TesseraServices

struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "Compute the claims of \"Clone-Robust AI Alignment\" and write a report.",
    discussion: """
      Sections: 1 Voronoi weights (Figures 1, 2), 2 impossibility (Theorem 2.3), 3 first-order conditions \
      (Theorems 2.5, 4.4, 4.6, Corollary 4.5, Lemmas E.1, G.1), 4 the standard estimate and clones (Theorem 3.2, \
      Tables 2, 3), 5 approximate clones (Definition 3.1, Theorem 4.2), 6 merging (Appendix C.3), 7 the case study \
      (Table 4, Figures 3 to 5), 8 beyond the paper: more clone topics, random populations. Sections 7 and 8 take \
      some minutes; every section is written as it ends, and --resume goes on from there.

      Every figure comes as figures/NAME.svg, a drawing for a paper that needs no browser, as figures/NAME.csv, its \
      numbers, and as figures/NAME.vl.json for Vega-Lite.

      The case study needs no network: a generator writes the descriptions, simulated annotators judge them. --llm \
      and --embedder name services with OpenAI's JSON that do both instead; what they reply is kept on disk, so \
      that a run that was interrupted goes on. Section 8 always uses the generator.

      --annotators puts others in the place of Table 4: a file with a row for each type, share,food,art,romance, where \
      attitudes are really like, mildly interested or very uninterested.

      Exit code 1 when a claim about mathematics fails; a claim about data that does not hold here is reported. \
      Examples:
        tessera reproduce --only 4,5 -o report/
        tessera reproduce --only "Figure 4" --annotators mine.csv -o mine/
        tessera reproduce --resume -o report/
        tessera reproduce --only 7 --llm http://localhost:8000/v1 --llm-model NAME --embedder \
      http://localhost:8001/v1 --embedder-model NAME
      """)

  @Option(
    help: ArgumentHelp(
      "Sections to compute (default: all), by number or by what stands in them: \"Figure 4\", \"Table 2\", \"Theorem 3.2\".",
      valueName: "section,..."))
  var only: String?

  @Option(
    help: ArgumentHelp(
      "Annotators of section 7 in place of Table 4: CSV, JSONL or Parquet with share, food, art, romance.",
      valueName: "file"))
  var annotators: String?

  @Option(name: .shortAndLong, help: "Folder for index.html, figures/ and results.json.")
  var output: String = "report"

  @Flag(help: "Keep the sections that the folder holds already, where it was written with the same settings.")
  var resume = false

  @OptionGroup var page: PageOptions

  @OptionGroup(title: "Memory") var memory: MemoryOptions
  @OptionGroup(title: "Sizes") var sizes: ReproductionSizes
  @OptionGroup(title: "Services of the case study") var models: StudyServices
  @OptionGroup(title: "How services are asked") var requests: RequestOptions

  private func settings() throws -> Reproduction.Settings {
    var settings = Reproduction.Settings()
    settings.instances = sizes.instances
    settings.seed = sizes.seed
    settings.study.comparisons = sizes.comparisons
    settings.study.runs = sizes.runs
    settings.study.repeats = sizes.repeats ?? (models.llm == nil ? settings.study.repeats : 5)
    settings.study.populations = sizes.populations
    if let annotators { settings.study.annotators = try AnnotatorsFile.read(annotators) }
    let cache = models.llm != nil || models.embedder != nil ? try requests.openCache() : nil
    if let llm = models.llm {
      settings.study.source = .model(
        try ChatService(requests.service(at: llm), model: models.llmModel, cache: cache))
    }
    if let embedder = models.embedder {
      settings.study.embedder = try EmbeddingService(
        requests.service(at: embedder), model: models.embedderModel, batchSize: requests.requestSize,
        cache: cache)
    }
    return settings
  }

  private var sections: [String] {
    only?.split(separator: ",").flatMap { name in
      let name = name.trimmingCharacters(in: .whitespaces)
      let found = Reproduction.sections(with: name)
      return found.isEmpty ? [name] : found
    } ?? Reproduction.sectionNames
  }

  func validate() throws {
    guard sizes.instances >= 1 else {
      throw ValidationError("--instances is \(sizes.instances); expected at least 1.")
    }
    for name in sections where !Reproduction.sectionNames.contains(name) {
      throw ValidationError(
        "--only names \(name); expected some of the sections \(Reproduction.sectionNames.joined(separator: ", ")), or \(Reproduction.places)."
      )
    }
    if annotators != nil, !sections.contains("7") {
      throw ValidationError("--annotators are those of section 7, which --only leaves out.")
    }
    for (name, value) in [
      ("--comparisons", sizes.comparisons), ("--runs", sizes.runs), ("--repeats", sizes.repeats ?? 1),
      ("--populations", sizes.populations),
    ] where value < 1 {
      throw ValidationError("\(name) is \(value); expected at least 1.")
    }
    if sections.isEmpty { throw ValidationError("--only names no section.") }
  }

  func run() throws {
    let library = page.library()
    // A folder that cannot be made is found out before the work, not after it.
    try page.makeFolder(output)
    try page.makeFolder(output + "/figures")
    var result = try resume ? earlier() : Reproduction(settings())
    let before = Set(result.sections.map(\.name))
    // Nothing to compute is no reason to leave the page as it was: it may have been asked for with another library.
    if !before.isEmpty { try write(result, library) }
    let work = Console.work("reproducing", threads: nil)
    try result.compute(sections, work: work) { sofar in try write(sofar, library) }
    work.report(1)

    var table = TextTable([
      ("source", .left), ("paper", .left), ("expected", .left), ("found", .left), ("verdict", .left),
    ])
    for claim in result.claims {
      table.add([
        claim.source, claim.paper, claim.expected, claim.found,
        claim.verdict == .fails ? "FAILS" : claim.verdict.rawValue,
      ])
    }
    let kept = before.isEmpty ? "" : " Kept from before: section \(before.sorted().joined(separator: ", "))."
    try Console.output(
      table.text
        + "\n\(result.summary).\(kept) Report: \(URL(fileURLWithPath: output).relativePath)/index.html\n")
    if result.claims.contains(where: { $0.verdict == .fails }) { throw ExitCode(1) }
  }

  /// What the folder holds already.
  ///
  /// - Throws: `FormatError` where it was written with other settings.
  private func earlier() throws -> Reproduction {
    let settings = try settings()
    let file = output + "/results.json"
    guard let results = FileManager.default.contents(atPath: file) else { return Reproduction(settings) }
    guard let found = Reproduction(settings, resuming: String(decoding: results, as: UTF8.self)) else {
      // What was computed with others stays where it is.
      throw FormatError.content(
        file: file, line: nil, field: "settings", found: "others than those that are asked for now",
        expected: "the same; give another --output, or leave --resume out to begin anew")
    }
    return found
  }

  /// Figures before the results that name them: what is interrupted in between is computed again.
  private func write(_ result: Reproduction, _ library: HTMLPage.Library?) throws {
    try page.write(
      result.sections.flatMap(\.figures).flatMap(\.files) + [
        ReportFile("results.json", result.json.text()),
        ReportFile("index.html", result.page.html(library)),
      ], to: output)
  }
}

/// How much is computed.
struct ReproductionSizes: ParsableArguments {
  @Option(help: "Random instances where a claim is checked on many.")
  var instances: Int = 200

  @Option(help: "Seed of the random instances.")
  var seed: UInt64 = 0

  @Option(help: "Comparisons of a data set of the case study.")
  var comparisons: Int = 1_000

  @Option(help: "Runs of each training of the case study.")
  var runs: Int = 20

  @Option(
    help:
      "Pairs of data sets of the case study (default: 16, with --llm 5). Verdicts need several; each costs replies."
  )
  var repeats: Int?

  @Option(help: "Random populations of section 8.")
  var populations: Int = 40
}

/// Services that write, judge and embed in place of the generator.
struct StudyServices: ParsableArguments {
  @Option(
    help: ArgumentHelp("Service whose language model writes and judges in section 7.", valueName: "url"))
  var llm: String?

  @Option(help: "Its model.")
  var llmModel: String = "gpt-4o-mini"

  @Option(help: ArgumentHelp("Service that embeds in section 7.", valueName: "url"))
  var embedder: String?

  @Option(help: "Its model.")
  var embedderModel: String = "text-embedding-3-small"
}
