import Tessera
import TesseraFormats

/// What is said of rows once, beside what was left out: nothing is wrong with them, but much can follow.
enum RowRemark: CaseIterable {
  /// Names are compared where rows have answers too.
  case names
  /// Rows of texts say again, word for word, what others say.
  case repeats

  /// nil where it is not so.
  func words(_ file: ComparisonFile) -> String? {
    switch self {
    case .names:
      guard !file.passedOver.isEmpty else { return nil }
      return
        "alternatives are the models that rows name, not their answers (\(file.passedOver.joined(separator: " and "))): --by answer takes each answer instead"
    case .repeats:
      // The same name wins again and again; the same words seldom do.
      guard file.comparesTexts, file.repeats > 0 else { return nil }
      let several = LayoutName(name: file.layout)?.makesSeveral ?? false
      let what = Spell.plural(file.repeats, several ? "comparison" : "row")
      return file.repeats == 1
        ? "\(what) says what an earlier one says, word for word, and is a vote of its own: --drop repeats keeps the first alone"
        : "\(what) say what an earlier one says, word for word, and are votes of their own: --drop repeats keeps the first of each"
    }
  }
}

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
    say(
      .notRated, "rating that is N/A is left out: it is no rating",
      "ratings that are N/A are left out: they are no ratings")
    say(
      .repeated, "comparison that says what an earlier one says is left out (--drop repeats)",
      "comparisons that say what an earlier one says are left out (--drop repeats)")
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
    case .duplicated: "the same row again (--drop repeats keeps the first)"
    case .repeated: "the same row again: left out"
    case .promptSpelledTwice: "a prompt that differs from another in case, space or closing punctuation alone"
    case .noOutcome: "no outcome: left out"
    case .equalRatings: "equal ratings: left out"
    case .notRated: "a rating that is N/A: left out"
    case .filtered: "left out by a filter"
    }
  }
}
