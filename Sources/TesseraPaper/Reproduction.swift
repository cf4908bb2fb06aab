import Tessera
import TesseraFormats
import TesseraReports

/// The paper's claims, computed.
public struct Reproduction: Sendable {
  /// Names of the sections, in the order of the report.
  public static let sectionNames = ["1", "2", "3", "4", "5", "6"]

  public let sections: [PaperSection]

  /// Computes sections.
  ///
  /// - Parameters:
  ///   - names: Of `sectionNames`.
  ///   - instances: Random instances where a claim is checked on many.
  ///   - progress: Called before each section with the share done. Throwing stops.
  public init(
    sections names: [String] = Reproduction.sectionNames, instances: Int = 200, seed: UInt64 = 0,
    progress: ((Double, String) throws -> Void)? = nil
  ) throws {
    var sections: [PaperSection] = []
    for (number, name) in names.enumerated() {
      try progress?(Double(number) / Double(names.count), name)
      switch name {
      case "1": sections.append(try VoronoiFigures.section())
      case "2": sections.append(try Impossibility.section())
      case "3": sections.append(try FirstOrderConditions.section(instances: instances, seed: seed))
      case "4": sections.append(try StandardEstimate.section())
      case "5": sections.append(try ApproximateClones.section(instances: max(2, instances / 5), seed: seed))
      case "6": sections.append(try MergingClones.section())
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
          table: HTMLPage.Table(
            header: ["Source", "Claim", "Paper", "Found", "Verdict"],
            rows: section.claims.map {
              [$0.source, $0.statement, $0.expected, $0.found, $0.holds ? "holds" : "fails"]
            },
            styles: section.claims.map { $0.holds ? "good" : "bad" }),
          figures: section.figures)
      })
  }
}
