/// Turns Codable values into JSON whose members keep the order in which they are encoded, and whose numbers read back to
/// the same bits. Foundation's encoder sorts members, or leaves their order to chance.
public enum DocumentEncoder {
  /// - Throws: `EncodingError` for what JSON has no form for, and what a value's own `encode` throws.
  public static func json(_ value: some Encodable) throws -> JSONValue {
    let node = Node()
    try value.encode(to: TreeEncoder(node: node, codingPath: []))
    return node.value
  }

  /// A place in the tree under construction.
  fileprivate final class Node {
    var scalar: JSONValue?
    var members: [(key: String, node: Node)]?
    var elements: [Node]?

    var value: JSONValue {
      if let members { return .object(members.map { ($0.key, $0.node.value) }) }
      if let elements { return .array(elements.map(\.value)) }
      return scalar ?? .object([])
    }

    func child(_ key: String) -> Node {
      let node = Node()
      // A key that is encoded twice keeps its place and its last value.
      if let place = members?.firstIndex(where: { $0.key == key }) {
        members?[place].node = node
      } else {
        members?.append((key, node))
      }
      return node
    }

    func next() -> Node {
      let node = Node()
      elements?.append(node)
      return node
    }

    /// The common values, without going through their own coding.
    func set(_ value: some Encodable, _ path: [any CodingKey]) throws {
      switch value {
      case let value as Bool: scalar = .bool(value)
      case let value as String: scalar = .string(value)
      case let value as Double: scalar = .number(value)
      case let value as Int: scalar = .integer(value)
      case let value as UInt64: scalar = Int(exactly: value).map(JSONValue.integer) ?? .unsigned(value)
      case let value as Int32: scalar = .integer(Int(value))
      case let value as Float: scalar = .number(Double(value))
      case let value as JSONValue: scalar = value
      default: try value.encode(to: TreeEncoder(node: self, codingPath: path))
      }
    }
  }

  fileprivate struct TreeEncoder: Encoder {
    let node: Node
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
      if node.members == nil { node.members = [] }
      return KeyedEncodingContainer(Keyed(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
      if node.elements == nil { node.elements = [] }
      return Unkeyed(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
      Single(node: node, codingPath: codingPath)
    }
  }

  fileprivate struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: Node
    let codingPath: [any CodingKey]

    mutating func encodeNil(forKey key: Key) { node.child(key.stringValue).scalar = .null }

    mutating func encode(_ value: some Encodable, forKey key: Key) throws {
      try node.child(key.stringValue).set(value, codingPath + [key])
    }

    // What rows of documents are made of: nothing to find out about their types.
    mutating func encode(_ value: String, forKey key: Key) {
      node.child(key.stringValue).scalar = .string(value)
    }
    mutating func encode(_ value: Double, forKey key: Key) {
      node.child(key.stringValue).scalar = .number(value)
    }
    mutating func encode(_ value: Int, forKey key: Key) {
      node.child(key.stringValue).scalar = .integer(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key)
      -> KeyedEncodingContainer<Nested>
    {
      TreeEncoder(node: node.child(key.stringValue), codingPath: codingPath + [key]).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      TreeEncoder(node: node.child(key.stringValue), codingPath: codingPath + [key]).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
      TreeEncoder(node: node.child("super"), codingPath: codingPath)
    }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
      TreeEncoder(node: node.child(key.stringValue), codingPath: codingPath + [key])
    }
  }

  fileprivate struct Unkeyed: UnkeyedEncodingContainer {
    let node: Node
    let codingPath: [any CodingKey]
    var count: Int { node.elements?.count ?? 0 }

    mutating func encodeNil() { node.next().scalar = .null }
    mutating func encode(_ value: some Encodable) throws { try node.next().set(value, codingPath) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<
      Nested
    > {
      TreeEncoder(node: node.next(), codingPath: codingPath).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
      TreeEncoder(node: node.next(), codingPath: codingPath).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { TreeEncoder(node: node.next(), codingPath: codingPath) }
  }

  fileprivate struct Single: SingleValueEncodingContainer {
    let node: Node
    let codingPath: [any CodingKey]

    mutating func encodeNil() { node.scalar = .null }
    mutating func encode(_ value: some Encodable) throws { try node.set(value, codingPath) }
    // Written out, since the general one would call itself again through the value's own coding.
    mutating func encode(_ value: Bool) { node.scalar = .bool(value) }
    mutating func encode(_ value: String) { node.scalar = .string(value) }
    mutating func encode(_ value: Double) { node.scalar = .number(value) }
    mutating func encode(_ value: Float) { node.scalar = .number(Double(value)) }
    mutating func encode(_ value: Int) { node.scalar = .integer(value) }
    mutating func encode(_ value: Int8) { node.scalar = .integer(Int(value)) }
    mutating func encode(_ value: Int16) { node.scalar = .integer(Int(value)) }
    mutating func encode(_ value: Int32) { node.scalar = .integer(Int(value)) }
    mutating func encode(_ value: Int64) { node.scalar = .integer(Int(value)) }
    mutating func encode(_ value: UInt) { encode(UInt64(value)) }
    mutating func encode(_ value: UInt8) { node.scalar = .integer(Int(value)) }
    mutating func encode(_ value: UInt16) { node.scalar = .integer(Int(value)) }
    mutating func encode(_ value: UInt32) { node.scalar = .integer(Int(value)) }
    mutating func encode(_ value: UInt64) {
      node.scalar = Int(exactly: value).map(JSONValue.integer) ?? .unsigned(value)
    }
  }
}

extension JSONValue: Encodable {
  /// A value under construction goes into the tree as it is; other encoders get its parts.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .null:
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    case .bool(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .integer(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .unsigned(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .number(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .string(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .array(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(element) }
    case .object(let members):
      var container = encoder.container(keyedBy: AnyKey.self)
      for member in members { try container.encode(member.value, forKey: AnyKey(stringValue: member.key)) }
    }
  }

  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
