import Foundation

/// Numbers as people read them.
enum Spell {
  /// Four decimals, with a sign.
  static func reward(_ value: Double) -> String { String(format: "%+.4f", value) }

  /// "-" for what is no number.
  static func decimals(_ value: Double, _ digits: Int = 4) -> String {
    value.isNaN ? "-" : String(format: "%.\(digits)f", value)
  }

  /// Two significant digits, as 2.1e-12.
  static func short(_ value: Double) -> String { String(format: "%.2g", value) }

  static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

  /// 1,300 for 1300; counts that are not whole keep a decimal.
  static func count(_ value: Double) -> String {
    guard abs(value) < 1e15 else { return String(format: "%.3g", value) }
    guard value == value.rounded() else { return String(format: "%.1f", value) }
    return count(Int(value))
  }

  static func count(_ value: Int) -> String {
    var digits = String(abs(value))
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// "1 tie", "2 ties".
  static func plural(_ number: Int, _ noun: String) -> String { plural(Double(number), noun) }

  static func plural(_ number: Double, _ noun: String) -> String {
    "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
  }
}
