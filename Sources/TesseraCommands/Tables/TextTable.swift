import Foundation

/// Columns of text, aligned.
struct TextTable {
  enum Alignment { case left, right }

  private let header: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []

  init(_ columns: [(String, Alignment)]) {
    header = columns.map(\.0)
    alignments = columns.map(\.1)
  }

  /// - Parameter limit: Characters of a cell that are shown.
  mutating func add(_ row: [String], limit: Int = 60) {
    rows.append(row.map { Self.visible($0, limit: limit) })
  }

  var text: String {
    let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
    return ([header] + rows).map { row in
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return alignments[column] == .left ? row[column] + padding : padding + row[column]
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// The same as a table of Markdown.
  var markdown: String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    let cells = rows.map { $0.map { $0.replacingOccurrences(of: "|", with: "\\|") } }
    return line(header) + line(alignments.map { $0 == .left ? "---" : "---:" }) + cells.map(line).joined()
  }

  /// One line of at most so many characters, control characters spelled out.
  static func visible(_ text: String, limit: Int = 60) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.properties.generalCategory == .control {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result.count > limit ? result.prefix(limit - 3) + "..." : result
  }
}

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

/// A field of CSV output, in quotation marks where it needs them.
func csvField(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }) else {
    return text
  }
  return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}
