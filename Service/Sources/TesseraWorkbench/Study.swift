import Tessera
import TesseraFormats

/// Uploaded preferences, or a stored fit: numbers to look at, and, where there are comparisons, questions to ask.
public struct Study: Sendable {
  /// As `tessera fit --verdict --format json` writes it.
  public let fit: FitDocument
  /// nil for a stored fit, which cannot be fitted again.
  public let live: LiveStudy?
  /// The rows of the file; nil for stored documents.
  let rows: Rows?
  /// Places of the answers whose numbers go to the page.
  let shown: [Int]

  /// What is told of the file.
  struct Rows: Sendable {
    let layout: String
    let count: Int
    let warnings: [String]
    let leftOut: Int
  }

  /// - Throws: `FormatError` and all that `LiveStudy` throws.
  public init(_ files: StudyFiles, limits: WorkbenchLimits = WorkbenchLimits(), work: Work = Work()) throws {
    switch try StudyContent(files, limits: limits, work: work.part(0...0.3)) {
    case .fit(let document):
      (fit, live, rows) = (document, nil, nil)
      shown = Array(document.alternatives.indices.prefix(limits.shown))
    case .comparisons(let dataset, let contexts, let file):
      let live = try LiveStudy(dataset, contexts: contexts, work: work.part(0.3...1))
      rows = file.map {
        Rows(
          layout: $0.layout, count: $0.rows, warnings: $0.warnings,
          leftOut: RowFaults.Kind.allCases.reduce(0) { [file = $0] in $0 + file.faults.count($1) })
      }
      let ids = live.data.alternatives.map(\.id)
      fit = FitDocument(
        live.result,
        verdict: live.verdict.map {
          CloneVerdictDocument($0, ids: ids, weighted: live.result.choice.weights.name)
        })
      shown = live.shown(limits.shown)
      self.live = live
    }
  }
}

extension LiveStudy {
  /// All answers, or where there are too many of them those in groups of near-duplicates and then the most compared.
  fileprivate func shown(_ most: Int) -> [Int] {
    let m = data.alternatives.count
    guard m > most else { return Array(0..<m) }
    let isGrouped = (0..<m).map { groups?.groupOf[$0] != nil }
    let counts = (0..<m).map { data.pairCounts.comparisons(of: $0) }
    let order = (0..<m).sorted { a, b in
      if isGrouped[a] != isGrouped[b] { return isGrouped[a] }
      return (counts[b], a) < (counts[a], b)
    }
    return order.prefix(most).sorted()
  }
}
