import Tessera
import TesseraFormats
import TesseraReports

/// The paper's claims, computed.
public struct Reproduction: Sendable {
  /// Names of the sections, in the order of the report.
  public static let sectionNames = ["1", "2", "3", "4", "5", "6", "7", "8"]

  public let sections: [PaperSection]

  /// Computes sections.
  ///
  /// - Parameters:
  ///   - names: Of `sectionNames`.
  ///   - instances: Random instances where a claim is checked on many.
  ///   - study: Sizes of the case study, who writes and judges, and the embedder.
  ///   - progress: Called with the share done and the section under way. Throwing stops.
  public init(
    sections names: [String] = Reproduction.sectionNames, instances: Int = 200, seed: UInt64 = 0,
    study: StudySettings = StudySettings(),
    progress: ((Double, String) throws -> Void)? = nil
  ) throws {
    var sections: [PaperSection] = []
    for (number, name) in names.enumerated() {
      func show(_ share: Double) throws {
        try progress?((Double(number) + share) / Double(names.count), name)
      }
      try show(0)
      switch name {
      case "1": sections.append(try VoronoiFigures.section())
      case "2": sections.append(try Impossibility.section())
      case "3": sections.append(try FirstOrderConditions.section(instances: instances, seed: seed))
      case "4": sections.append(try StandardEstimate.section())
      case "5": sections.append(try ApproximateClones.section(instances: max(2, instances / 5), seed: seed))
      case "6": sections.append(try MergingClones.section())
      case "7": sections.append(try CaseStudySection.section(study, seed: seed, progress: show))
      case "8": sections.append(try CloneTopics.section(study, seed: seed, progress: show))
      default: break
      }
    }
    self.sections = sections
  }

  public var claims: [Claim] { sections.flatMap(\.claims) }

  /// results.json
  public var json: JSONValue {
    .object([
      ("holds", .bool(claims.allSatisfy(\.holds))),
      (
        "sections",
        .array(
          sections.map { section in
            .object([
              ("name", .string(section.name)), ("title", .string(section.title)),
              ("claims", .array(section.claims.map(\.json))),
              ("tables", .array(section.tables.map(\.json))),
              ("figures", .array(section.figures.map { .string("figures/\($0.name).json") })),
            ])
          })
      ),
    ])
  }

  /// The report.
  public var page: HTMLPage {
    HTMLPage(
      title: "Clone-Robust AI Alignment, reproduced",
      introduction: [
        "Procaccia, Schiffer and Zhang (ICML 2025) show that near-duplicates shift the rewards that are fitted to preferences, and how to prevent it. This report computes their claims again. Each verdict is the outcome of a calculation.",
        "\(claims.count { $0.holds }) of \(claims.count) claims hold.",
      ],
      sections: sections.map { section in
        HTMLPage.Section(
          title: "\(section.name). \(section.title)", paragraphs: section.paragraphs,
          tables: [
            HTMLPage.Table(
              header: ["Source", "Claim", "Paper", "Found", "Verdict"],
              rows: section.claims.map {
                [$0.source, $0.statement, $0.expected, $0.found, $0.holds ? "holds" : "fails"]
              },
              styles: section.claims.map { $0.holds ? "good" : "bad" })
          ] + section.tables,
          figures: section.figures)
      })
  }
}
