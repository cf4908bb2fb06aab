import Tessera
import TesseraFormats
import TesseraReports

/// The paper's claims, computed one section after another.
///
///     var result = Reproduction()
///     try result.compute(["1", "4"]) { sofar in ... }    // called after every section, to write what is there
///     result.claims.filter { $0.verdict == .fails }
public struct Reproduction: Sendable {
  /// Names of the sections, in the order of the report.
  public static let sectionNames = ["1", "2", "3", "4", "5", "6", "7", "8"]

  /// Where the paper's figures, tables and statements are computed.
  private static let contents: KeyValuePairs = [
    "1": ["Figure 1", "Figure 2", "Definition 4.1"],
    "2": ["Theorem 2.3"],
    "3": ["Theorem 2.5", "Theorem 4.4", "Theorem 4.6", "Corollary 4.5", "Lemma E.1", "Lemma G.1"],
    "4": ["Theorem 3.2", "Theorem 4.2", "Table 2", "Table 3"],
    "5": ["Definition 3.1", "Theorem 3.2", "Theorem 4.2"],
    "6": ["Appendix C.3"],
    "7": ["Table 4", "Figure 3", "Figure 4", "Figure 5"],
  ]

  /// The sections that compute a figure, table or statement of the paper.
  ///
  /// - Parameter place: As the paper names it, `Figure 4`; case and the character between do not matter, `figure-4`.
  /// - Returns: None for what is in none.
  public static func sections(with place: String) -> [String] {
    func plain(_ text: String) -> String {
      text.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "." }
    }
    return contents.filter { $0.value.contains { plain($0) == plain(place) } }.map(\.key)
  }

  /// All that `sections(with:)` knows, in words.
  public static var places: String {
    var seen: Set<String> = []
    return contents.flatMap(\.value).filter { seen.insert($0).inserted }.joined(separator: ", ")
  }

  /// What is computed: the same settings give the same sections.
  public struct Settings: Sendable {
    /// Random instances where a claim is checked on many.
    public var instances = 200
    public var seed: UInt64 = 0
    /// Sizes of the case study, who writes and judges, and the embedder.
    public var study = StudySettings()

    public init() {}
  }

  public let settings: Settings
  /// Those that have been computed, in the order of the report.
  public private(set) var sections: [PaperSection]

  public init(_ settings: Settings = Settings()) {
    self.settings = settings
    sections = []
  }

  init(_ settings: Settings, sections: [PaperSection]) {
    self.settings = settings
    self.sections = sections
  }

  /// Computes sections that are not there yet.
  ///
  /// - Parameters:
  ///   - names: Of `sectionNames`.
  ///   - work: Reports the share done, by what sections cost.
  ///   - finished: Called after each section with all that is there, to write it. Throwing stops.
  /// - Throws: `Cancelled`, and what services and `finished` throw; finished sections stay.
  public mutating func compute(
    _ names: [String] = Reproduction.sectionNames, work: Work = Work(),
    finished: (Reproduction) throws -> Void = { _ in }
  ) throws {
    let missing = Self.sectionNames.filter { name in
      names.contains(name) && !sections.contains { $0.name == name }
    }
    let total = missing.reduce(0) { $0 + cost($1) }
    var done = 0.0
    for name in missing {
      try work.check()
      let next = done + cost(name)
      let own = work.part(done / total...min(next / total, 1), "section \(name)")
      own.report(0)
      if let section = try section(name, own) {
        sections.append(section)
        sections.sort { Self.place($0.name) < Self.place($1.name) }
        try finished(self)
      }
      done = next
    }
  }

  private static func place(_ name: String) -> Int { sectionNames.firstIndex(of: name) ?? sectionNames.count }

  private func section(_ name: String, _ work: Work) throws -> PaperSection? {
    let (instances, seed) = (settings.instances, settings.seed)
    return switch name {
    case "1": try VoronoiFigures.section()
    case "2": try Impossibility.section()
    case "3": try FirstOrderConditions.section(instances: instances, seed: seed, work: work)
    case "4": try StandardEstimate.section()
    case "5": try ApproximateClones.section(instances: max(2, instances / 5), seed: seed, work: work)
    case "6": try MergingClones.section()
    case "7": try CaseStudySection.section(settings.study, seed: seed, work: work)
    case "8": try CloneTopics.section(settings.study, seed: seed, work: work)
    default: nil
    }
  }

  /// Seconds of one processor that a section took where it was measured, scaled to the settings: shares of the progress.
  private func cost(_ name: String) -> Double {
    let study = settings.study
    let size = Double(study.comparisons) / 1_000
    switch name {
    case "3": return 0.003 * Double(settings.instances)
    case "5": return 0.002 * Double(settings.instances)
    case "7":
      let runs = Double(study.runs + (study.repeats - 1) * study.runsOfRepeats)
      // Eight trainings a pair, whose steps do not depend on the data; weights and contexts, which do.
      return 8 * runs * 0.27 + 3.5 * size * Double(study.repeats)
    case "8": return 4 + Double(study.populations) * (0.06 * Double(study.runs) + 1.5 * size * size)
    default: return 0.02
    }
  }

  public var claims: [Claim] { sections.flatMap(\.claims) }

  /// How many claims have each verdict, in words: "30 of 32 claims hold, 2 do not hold here".
  public var summary: String {
    func count(_ verdict: Claim.Verdict) -> Int { claims.count { $0.verdict == verdict } }
    var parts = ["\(count(.holds)) of \(claims.count) claims hold"]
    if count(.doesNotHoldHere) > 0 {
      parts.append("\(count(.doesNotHoldHere)) \(count(.doesNotHoldHere) == 1 ? "does" : "do") not hold here")
    }
    if count(.fails) > 0 { parts.append("\(count(.fails)) \(count(.fails) == 1 ? "fails" : "fail")") }
    return parts.joined(separator: ", ")
  }

  /// Figures in rows: those whose names go on where another's ends stand beside it.
  private static func rows(_ figures: [Figure]) -> [HTMLPage.Block] {
    var rows: [[Figure]] = []
    for figure in figures {
      if let first = rows.last?.first, figure.name.hasPrefix(first.name + "-") {
        rows[rows.count - 1].append(figure)
      } else {
        rows.append([figure])
      }
    }
    return rows.map { $0.count == 1 ? .figure($0[0]) : .beside($0) }
  }

  /// The report.
  public var page: HTMLPage {
    let missing = Self.sectionNames.filter { name in !sections.contains { $0.name == name } }
    return HTMLPage(
      title: "Clone-Robust AI Alignment, reproduced",
      headline: HTMLPage.Headline(
        answer: "\(summary).",
        action: missing.isEmpty
          ? "Each verdict is the outcome of a calculation."
          : "Not computed: section\(missing.count == 1 ? "" : "s") \(missing.joined(separator: ", "))."),
      introduction: [
        "Procaccia, Schiffer and Zhang (ICML 2025) show that near-duplicates shift the rewards that are fitted to preferences, and how to prevent it. This report computes their claims again.",
        "The column Paper has what the paper prints, and nothing where it prints no number; the column Expected has our own value, or the bound that was tested. A claim about mathematics holds or fails. A claim about data that was not found with ours, or not beyond chance, does not hold here.",
      ],
      sections: sections.map { section in
        var part = HTMLPage.Section(
          title: "\(section.name). \(section.title)",
          blocks: section.paragraphs.map(HTMLPage.Block.paragraph)
            + ([
              HTMLPage.Table(
                header: ["Verdict", "Source", "Claim", "Paper", "Expected", "Found"],
                rows: section.claims.map {
                  [$0.verdict.rawValue, $0.source, $0.statement, $0.paper, $0.expected, $0.found]
                },
                styles: section.claims.map { $0.holds ? "good" : $0.verdict == .fails ? "bad" : "" })
            ] + section.tables).map(HTMLPage.Block.table) + Self.rows(section.figures))
        part.command = "tessera reproduce --only \(section.name) -o report"
        return part
      })
  }
}
