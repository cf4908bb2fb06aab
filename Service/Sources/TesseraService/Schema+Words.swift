import TesseraFormats

extension Schema {
  /// As a person would say it.
  public var words: String {
    switch self {
    case .text(let longest): "a text of at most \(longest) characters"
    case .word(let word): "\"\(word)\""
    case .boolean: "true or false"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number: "a number that single precision holds"
    case .null: "null"
    case .anything: "anything"
    case .list(let element, let range):
      range.lowerBound == range.upperBound
        ? "a list of \(range.lowerBound), each \(element.words)"
        : "a list of \(range.lowerBound) to \(range.upperBound), each \(element.words)"
    case .object(let members, _):
      "an object with " + members.filter(\.isRequired).map(\.name).joined(separator: ", ")
    case .either(let choices): choices.map(\.words).joined(separator: " or ")
    }
  }

  /// The same in JSON Schema, draft 2020-12, which OpenAPI 3.1 uses.
  public var json: JSONValue {
    switch self {
    case .text(let longest): .object([("type", .string("string")), ("maxLength", .integer(longest))])
    case .word(let word): .object([("const", .string(word))])
    case .boolean: .object([("type", .string("boolean"))])
    case .integer(let range):
      .object([
        ("type", .string("integer")), ("minimum", .integer(range.lowerBound)),
        ("maximum", .integer(range.upperBound)),
      ])
    case .number:
      .object([
        ("type", .string("number")), ("minimum", .number(-Self.largest)), ("maximum", .number(Self.largest)),
      ])
    case .null: .object([("type", .string("null"))])
    case .anything: .object([])
    case .list(let element, let range):
      .object([
        ("type", .string("array")), ("items", element.json), ("minItems", .integer(range.lowerBound)),
        ("maxItems", .integer(range.upperBound)),
      ])
    case .object(let members, let open):
      .object([
        ("type", .string("object")),
        ("properties", .object(members.map { ($0.name, $0.json) })),
        ("required", .array(members.filter(\.isRequired).map { .string($0.name) })),
        ("additionalProperties", .bool(open)),
      ])
    case .either(let choices): .object([("anyOf", .array(choices.map(\.json)))])
    }
  }
}

extension Member {
  fileprivate var json: JSONValue {
    guard !about.isEmpty, case .object(let members) = schema.json else { return schema.json }
    return .object(members + [("description", .string(about))])
  }
}
