/// What a JSON value holds, for those who read documents of ours back.
extension JSONValue {
  /// The first member of an object that has this key.
  package subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members.first { $0.key == key }?.value } else { nil }
  }

  package var textValue: String? { if case .string(let text) = self { text } else { nil } }

  package var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }

  /// A plain value as CSV shows it: strings bare, null empty.
  package var plainText: String {
    switch self {
    case .string(let text): return text
    case .null: return ""
    case .number(let value): return value.isFinite ? value.description : ""
    case .integer(let value): return String(value)
    default:
      var text = text()
      while text.last == "\n" { text.removeLast() }
      return text
    }
  }
}
