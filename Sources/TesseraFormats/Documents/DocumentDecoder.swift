/// Turns JSON into Codable values: the other side of `DocumentEncoder`, and as strict as it is exact.
///
/// Members that a type does not know are passed over; a number is never rounded into an integer; errors name the path of
/// what is wrong.
public enum DocumentDecoder {
  /// - Throws: `DecodingError` where a member is missing, of another kind or out of range, and what a type's own `init(from:)`
  ///   throws.
  public static func value<Value: Decodable>(_ type: Value.Type, from json: JSONValue) throws -> Value {
    try Value(from: Place(json, key: nil, within: nil))
  }

  /// A value in the tree, and the way to it.
  fileprivate final class Place: Decoder, SingleValueDecodingContainer {
    let json: JSONValue
    private let key: (any CodingKey)?
    private let outer: Place?

    init(_ json: JSONValue, key: (any CodingKey)?, within outer: Place?) {
      (self.json, self.key, self.outer) = (json, key, outer)
    }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    var codingPath: [any CodingKey] {
      var path: [any CodingKey] = []
      var place: Place? = self
      while let current = place {
        if let key = current.key { path.append(key) }
        place = current.outer
      }
      return path.reversed()
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
      guard case .object(let members) = json else { throw mismatch([String: Any].self) }
      return KeyedDecodingContainer(Keyed<Key>(place: self, members: Members(members)))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
      guard case .array(let elements) = json else { throw mismatch([Any].self) }
      return Unkeyed(place: self, elements: elements)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    // MARK: One value

    func decodeNil() -> Bool { if case .null = json { true } else { false } }

    func decode(_ type: Bool.Type) throws -> Bool {
      guard case .bool(let value) = json else { throw mismatch(type) }
      return value
    }

    func decode(_ type: String.Type) throws -> String {
      guard case .string(let value) = json else { throw mismatch(type) }
      return value
    }

    func decode(_ type: Double.Type) throws -> Double {
      // The nearest number where a whole one has more digits, as its text would be read.
      switch json {
      case .number(let value): return value
      case .integer(let value): return Double(value)
      case .unsigned(let value): return Double(value)
      default: throw mismatch(type)
      }
    }

    func decode(_ type: Float.Type) throws -> Float {
      let value = try decode(Double.self)
      let short = Float(value)
      guard short.isFinite, short != 0 || value == 0 else {
        throw outside("\(value)", "a number that fits 32 bits")
      }
      return short
    }

    func decode(_ type: Int.Type) throws -> Int { try whole() }
    func decode(_ type: Int8.Type) throws -> Int8 { try whole() }
    func decode(_ type: Int16.Type) throws -> Int16 { try whole() }
    func decode(_ type: Int32.Type) throws -> Int32 { try whole() }
    func decode(_ type: Int64.Type) throws -> Int64 { try whole() }
    func decode(_ type: UInt.Type) throws -> UInt { try whole() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try whole() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try whole() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try whole() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try whole() }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: self) }

    private func whole<Whole: FixedWidthInteger>() throws -> Whole {
      var value: Whole?
      switch json {
      case .integer(let number): value = Whole(exactly: number)
      case .unsigned(let number): value = Whole(exactly: number)
      // 1.0 is whole. From 2^53 on a Double no longer tells neighbours apart.
      case .number(let number): value = abs(number) < 0x1p53 ? Whole(exactly: number) : nil
      default: throw mismatch(Whole.self)
      }
      guard let value else {
        throw outside(
          json.text().filter { $0 != "\n" }, "a whole number between \(Whole.min) and \(Whole.max)")
      }
      return value
    }

    // MARK: Errors

    /// Of a value of another kind; null is said to be missing.
    func mismatch(_ type: any Any.Type) -> DecodingError {
      let context = DecodingError.Context(codingPath: codingPath, debugDescription: "not \(type)")
      // Bool: what JSONDecoder, which read these documents before, said of null.
      return decodeNil() && type != Bool.self ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    private func outside(_ found: String, _ expected: String) -> DecodingError {
      .dataCorrupted(
        DecodingError.Context(
          codingPath: codingPath, debugDescription: "found \(found), expected \(expected)"))
    }
  }

  /// The members of an object by name.
  fileprivate final class Members {
    let all: [(key: String, value: JSONValue)]
    /// Where the last one was found: they mostly come in the order in which they are asked for.
    private var last = 0
    private lazy var places = Dictionary(
      all.enumerated().map { ($0.element.key, $0.offset) }, uniquingKeysWith: { first, _ in first })

    init(_ all: [(key: String, value: JSONValue)]) { self.all = all }

    subscript(name: String) -> JSONValue? {
      for place in last..<min(last + 2, all.count) where all[place].key == name {
        last = place
        return all[place].value
      }
      // A look-up table pays where there are many.
      let found = all.count > 32 ? places[name] : all.firstIndex { $0.key == name }
      guard let found else { return nil }
      last = found
      return all[found].value
    }
  }

  fileprivate struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let place: Place
    let members: Members

    var codingPath: [any CodingKey] { place.codingPath }
    var allKeys: [Key] { members.all.compactMap { Key(stringValue: $0.key) } }
    func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }

    private func member(_ key: Key) throws -> Place {
      guard let json = members[key.stringValue] else {
        throw DecodingError.keyNotFound(
          key,
          DecodingError.Context(codingPath: codingPath, debugDescription: "no \"\(key.stringValue)\""))
      }
      return Place(json, key: key, within: place)
    }

    func decodeNil(forKey key: Key) throws -> Bool { try member(key).decodeNil() }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try member(key).decode(type) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try member(key).decode(type) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try member(key).decode(type) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try member(key).decode(type) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try member(key).decode(type) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try member(key).decode(type) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try member(key).decode(type) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try member(key).decode(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try member(key).decode(type) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try member(key).decode(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try member(key).decode(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try member(key).decode(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try member(key).decode(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try member(key).decode(type) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
      try Value(from: member(key))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
      -> KeyedDecodingContainer<Nested>
    {
      try member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      try member(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
      Place(members["super"] ?? .null, key: PathKey(name: "super"), within: place)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
  }

  fileprivate struct Unkeyed: UnkeyedDecodingContainer {
    let place: Place
    let elements: [JSONValue]
    private(set) var currentIndex = 0

    init(place: Place, elements: [JSONValue]) { (self.place, self.elements) = (place, elements) }

    var codingPath: [any CodingKey] { place.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    /// The next element, which counts as taken once it could be decoded.
    private func next(_ type: any Any.Type) throws -> Place {
      let key = PathKey(index: currentIndex)
      guard !isAtEnd else {
        throw DecodingError.valueNotFound(
          type, DecodingError.Context(codingPath: codingPath + [key], debugDescription: "the end of the list")
        )
      }
      return Place(elements[currentIndex], key: key, within: place)
    }

    private mutating func take<Value>(_ type: Value.Type, _ decode: (Place) throws -> Value) throws -> Value {
      let value = try decode(next(type))
      currentIndex += 1
      return value
    }

    mutating func decodeNil() throws -> Bool {
      guard try next(Any?.self).decodeNil() else { return false }
      currentIndex += 1
      return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: String.Type) throws -> String { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Double.Type) throws -> Double { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Float.Type) throws -> Float { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Int.Type) throws -> Int { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try take(type) { try $0.decode(type) } }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
      try take(type) { try Value(from: $0) }
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws
      -> KeyedDecodingContainer<Nested>
    {
      try take(KeyedDecodingContainer<Nested>.self) { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
      let container = try next([Any].self).unkeyedContainer()
      currentIndex += 1
      return container
    }

    mutating func superDecoder() throws -> any Decoder {
      let decoder = try next((any Decoder).self)
      currentIndex += 1
      return decoder
    }
  }

  /// A step of a path that no type names.
  private struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(name: String) { (stringValue, intValue) = (name, nil) }
    init(index: Int) { (stringValue, intValue) = ("", index) }
    init(stringValue: String) { self.init(name: stringValue) }
    init(intValue: Int) { self.init(index: intValue) }
  }
}
