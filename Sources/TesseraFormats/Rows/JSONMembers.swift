/// The members of JSON objects that are asked for, taken from one object after another.
struct JSONMembers {
  private let names: [[UInt8]]
  /// What stood at each place of the last object: rows mostly repeat the order of their members.
  private var memory: [(name: [UInt8], slots: [Int])] = []
  /// In which object each member was seen last, so that none is taken twice.
  private var seen: [Int]
  private var objects = 0
  /// All names that objects had, in the order of first appearance.
  private(set) var known: [String] = []
  private var isKnown: Set<String> = []

  init(_ names: [String]) {
    self.names = names.map { Array($0.utf8) }
    seen = [Int](repeating: 0, count: names.count)
  }

  /// - Parameter values: nil for null and missing members.
  /// A member that stands twice in an object: which of the two is meant, nobody knows.
  struct Twice: Error { let name: String }

  /// - Throws: `JSONScanner.SyntaxError`, `Twice`.
  mutating func take(_ record: UnsafeBufferPointer<UInt8>, into values: inout [JSONScanner.Value?]) throws {
    for slot in values.indices { values[slot] = nil }
    objects += 1
    var scanner = try JSONScanner(record)
    var position = 0
    while let (key, value) = try scanner.nextMember() {
      if position == memory.count { memory.append((name: [], slots: [])) }
      if !Self.matches(key, memory[position].name) {
        memory[position] = (
          key.escaped ? [] : Array(key.bytes), names.indices.filter { Self.matches(key, names[$0]) }
        )
        let name = key.withText { String(decoding: $0, as: UTF8.self) }
        if isKnown.insert(name).inserted { known.append(name) }
      }
      for slot in memory[position].slots {
        guard seen[slot] != objects else {
          throw Twice(name: String(decoding: names[slot], as: UTF8.self))
        }
        seen[slot] = objects
        values[slot] = value.isNull ? nil : value
      }
      position += 1
    }
  }

  static func matches(_ key: JSONScanner.Value, _ name: [UInt8]) -> Bool {
    if key.escaped { return JSONScanner.unescape(key.bytes) == name }
    guard key.bytes.count == name.count else { return false }
    for index in name.indices where key.bytes[index] != name[index] { return false }
    return true
  }

  /// All members of an object in their order, nil for null.
  static func all(_ record: UnsafeBufferPointer<UInt8>) throws -> [(
    name: String, value: JSONScanner.Value?
  )] {
    var scanner = try JSONScanner(record)
    var members: [(name: String, value: JSONScanner.Value?)] = []
    while let (key, value) = try scanner.nextMember() {
      let name = String(
        decoding: key.escaped ? JSONScanner.unescape(key.bytes) : Array(key.bytes), as: UTF8.self)
      members.append((name, value.isNull ? nil : value))
    }
    return members
  }
}
