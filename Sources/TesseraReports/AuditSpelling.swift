import Tessera

/// How an audit's figures are written, in its sentences, tables and figures alike.
enum AuditSpelling {
  /// Three digits.
  static func short(_ value: Double) -> String { printed("%.3g", value) }

  /// Searches end within about 1e-10 of their minimum: a smaller shift of rewards is the arithmetic's, not the data's.
  static func isRounding(_ shift: Double) -> Bool { shift < 1e-9 }

  /// Size of a shift of rewards.
  static func size(_ shift: Double) -> String { isRounding(shift) ? "0" : short(shift) }

  /// A shift with the ranks and winners that it changes; "-" where there is none.
  static func shift(_ shift: RewardShift?) -> String {
    guard let shift else { return "-" }
    var text = size(shift.largest)
    if shift.rankChanges > 0 { text += ", " + count(shift.rankChanges, "rank") }
    if shift.winnerFlips > 0 { text += ", " + count(shift.winnerFlips, "winner") }
    return text
  }

  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// A count of votes, which can be a fraction.
  static func number(_ count: Double) -> String {
    count == count.rounded() && abs(count) < 1e15
      ? printed("%.0f", count) : printed("%.1f", count)
  }

  static func votes(_ count: Double) -> String { "\(number(count)) vote\(count == 1 ? "" : "s")" }

  /// A share with two digits that count.
  static func percent(_ share: Double) -> String {
    // Two digits, and three for all of them.
    share >= 0.1 ? printed("%.0f %%", 100 * share) : printed("%.2g %%", 100 * share)
  }

  /// The upper one of two middle values; what is not known is left out.
  static func median(_ values: [Double?]) -> String {
    let sorted = values.compactMap { $0 }.filter(\.isFinite).sorted()
    return short(sorted.isEmpty ? .nan : sorted[sorted.count / 2])
  }

  /// A text on one line, of at most so many characters.
  static func cut(_ text: String?, _ length: Int) -> String {
    guard let text else { return "" }
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count > length ? line.prefix(length - 3) + "..." : line
  }
}
