/// What a JSON value holds, for those who read documents of ours back.
extension JSONValue {
  /// The first member of an object that has this key.
  package subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members.first { $0.key == key }?.value } else { nil }
  }

  package var textValue: String? { if case .string(let text) = self { text } else { nil } }

  package var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
}
