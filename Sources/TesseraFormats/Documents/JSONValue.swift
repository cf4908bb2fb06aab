/// A JSON value to be written, whose members keep their order.
///
/// Numbers are written with the fewest digits that read back to the same bits; what JSON has no number for
/// is null.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  /// A whole number that an `Int` cannot hold, such as a seed.
  case unsigned(UInt64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  public static func == (left: JSONValue, right: JSONValue) -> Bool { left.text() == right.text() }

  /// Text with one member or element a line, containers of plain values on one line.
  public func text() -> String {
    var result = ""
    write(to: &result, indent: 0)
    return result + "\n"
  }

  /// The same on one line without spaces: what a service answers with, and a line of a log.
  public func compact() -> String {
    var result = ""
    writeCompact(to: &result)
    return result
  }

  private func writeCompact(to result: inout String) {
    switch self {
    case .array(let elements):
      var separator = "["
      for element in elements {
        result += separator
        element.writeCompact(to: &result)
        separator = ","
      }
      result += elements.isEmpty ? "[]" : "]"
    case .object(let members):
      var separator = "{"
      for (key, value) in members {
        result += separator
        Self.write(key, to: &result)
        result += ":"
        value.writeCompact(to: &result)
        separator = ","
      }
      result += members.isEmpty ? "{}" : "}"
    default: write(to: &result, indent: 0)
    }
  }

  private var isContainer: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }

  private func write(to result: inout String, indent: Int) {
    switch self {
    case .null: result += "null"
    case .bool(let value): result += value ? "true" : "false"
    case .integer(let value): result += String(value)
    case .unsigned(let value): result += String(value)
    case .number(let value): result += value.isFinite ? value.description : "null"
    case .string(let value): Self.write(value, to: &result)
    case .array(let elements):
      let split = elements.contains(where: \.isContainer)
      Self.write(elements, open: "[", close: "]", split, indent, to: &result) { element, result in
        element.write(to: &result, indent: indent + 1)
      }
    case .object(let members):
      let split = indent == 0 || members.contains(where: \.value.isContainer)
      Self.write(members, open: "{", close: "}", split, indent, to: &result) { member, result in
        Self.write(member.key, to: &result)
        result += ": "
        member.value.write(to: &result, indent: indent + 1)
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element], open: String, close: String, _ split: Bool, _ indent: Int, to result: inout String,
    _ body: (Element, inout String) -> Void
  ) {
    result += open
    for (index, element) in elements.enumerated() {
      if index > 0 { result += split ? "," : ", " }
      if split {
        result += "\n"
        result += String(repeating: "  ", count: indent + 1)
      }
      body(element, &result)
    }
    if split, !elements.isEmpty {
      result += "\n"
      result += String(repeating: "  ", count: indent)
    }
    result += close
  }

  private static func write(_ string: String, to result: inout String) {
    result += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    result += "\""
  }
}
