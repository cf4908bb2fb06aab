import Tessera
import TesseraFormats

/// What was wrong with rows, in words.
enum FaultWords {
  /// What was left out on the way: nothing is dropped in silence.
  static func leftOut(_ file: ComparisonFile, filter: RowFilter) -> [String] {
    var lines: [String] = []
    let faults = file.faults
    func say(_ kind: RowFaults.Kind, _ one: String, _ many: String) {
      let number = faults.count(kind)
      guard number > 0 else { return }
      let place = faults.listed.first { $0.kind == kind }.map { ", the first at \($0.place)" } ?? ""
      lines.append("\(Spell.count(number)) \(number == 1 ? one : many)\(place)")
    }
    say(
      .equalSides, "comparison of a text with itself is left out",
      "comparisons of a text with itself are left out")
    say(.noOutcome, "row without an outcome is left out", "rows without an outcome are left out")
    say(
      .equalRatings, "pair of equal ratings is left out: it does not say who is better",
      "pairs of equal ratings are left out: they do not say who is better")
    if let limit = filter.limit, file.rows >= limit {
      lines.append("for a first look: only the first \(Spell.count(limit)) rows were read (--limit)")
    }
    return lines
  }

  /// A line of a list of faults.
  static func meaning(_ kind: RowFaults.Kind) -> String {
    switch kind {
    case .equalSides: "both sides are one text: left out"
    case .equalWhenTruncated: "both sides are one text up to the truncation"
    case .contradictory: "preferred the other way round elsewhere"
    case .bothRoles: "preferred in one row, turned down in another"
    case .duplicated: "the same row again"
    case .promptSpelledTwice: "a prompt that differs from another in case, space or closing punctuation alone"
    case .noOutcome: "no outcome: left out"
    case .equalRatings: "equal ratings: left out"
    case .filtered: "left out by a filter"
    }
  }
}
