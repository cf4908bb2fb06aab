import Tessera

/// Numbers as people read them.
package enum Spell {
  /// Four decimals, with a sign.
  package static func reward(_ value: Double) -> String { printed("%+.4f", value) }

  /// With 0 to 4, or 6 decimals; "-" for what is no number.
  package static func decimals(_ value: Double, _ digits: Int = 4) -> String {
    guard !value.isNaN else { return "-" }
    return switch digits {
    case 0: printed("%.0f", value)
    case 1: printed("%.1f", value)
    case 2: printed("%.2f", value)
    case 3: printed("%.3f", value)
    case 4: printed("%.4f", value)
    default: printed("%.6f", value)
    }
  }

  /// Two significant digits, as 2.1e-12.
  package static func short(_ value: Double) -> String { printed("%.2g", value) }

  package static func percent(_ share: Double) -> String { printed("%.1f %%", 100 * share) }

  /// 1,300 for 1300; counts that are not whole keep a decimal.
  package static func count(_ value: Double) -> String {
    guard abs(value) < 1e15 else { return printed("%.3g", value) }
    guard value == value.rounded() else { return printed("%.1f", value) }
    return count(Int(value))
  }

  package static func count(_ value: Int) -> String {
    var digits = String(abs(value))
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// "1 tie", "2 ties".
  package static func plural(_ number: Int, _ noun: String) -> String { plural(Double(number), noun) }

  package static func plural(_ number: Double, _ noun: String) -> String {
    "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  package static func plural(_ number: Int, _ noun: String, _ nouns: String) -> String {
    "\(count(number)) \(number == 1 ? noun : nouns)"
  }

  /// The name of a setting in words, as options (target-error) and Python's arguments (target_error) have it.
  package static func words(of setting: String, joined separator: String) -> String {
    setting.reduce(into: "") { $0 += $1.isUppercase ? separator + $1.lowercased() : String($1) }
  }
}
