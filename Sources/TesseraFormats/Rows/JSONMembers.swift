/// The members of JSON objects that are asked for, taken from one object after another.
struct JSONMembers {
  private let names: [[UInt8]]
  /// All names that members had, numbered.
  private var table = StringTable()
  /// Of each of them the slots that ask for it: `slots[ends[number]..<ends[number + 1]]`.
  private var slots: [Int] = []
  private var ends: [Int] = [0]
  /// Number of the name that stood at each place of the last object, -1 for one that is not UTF-8: rows mostly repeat the order of
  /// their members.
  private var memory: [Int] = []
  /// In which object each member was seen last, so that none is taken twice.
  private var seen: [Int]
  private var objects = 0
  /// The shape of the last object that was read member by member; nil where it had none. The slots of member number i are
  /// `shapeSlots[shapeEnds[i]..<shapeEnds[i + 1]]`.
  private(set) var shape: RepeatedShape?
  /// Which shape it is, counted from the first.
  private(set) var shapes = 0
  private var shapeSlots: [Int] = []
  private var shapeEnds: [Int] = []
  /// How much oftener objects were alike than not: below zero no shape is looked for any more.
  private var worth = 16
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

  /// - Returns: Whether all of the object is known to be ASCII.
  /// - Throws: `JSONScanner.SyntaxError`, `Twice`.
  mutating func take(_ record: UnsafeBufferPointer<UInt8>, into values: inout [JSONScanner.Value?]) throws
    -> Bool
  {
    for slot in values.indices { values[slot] = nil }
    if let shape {
      let isAlike = shape.read(record) { member, value in
        for place in shapeEnds[member]..<shapeEnds[member + 1] { values[shapeSlots[place]] = value }
      }
      worth += isAlike ? 1 : -1
      if isAlike { return true }
      for slot in values.indices { values[slot] = nil }
    }
    shape = nil
    objects += 1
    var scanner = try JSONScanner(record)
    var position = 0
    var members: [JSONScanner.Value] = []
    let looksForShape = worth >= 0
    (shapeSlots, shapeEnds) = ([], [0])
    while let (key, value) = try scanner.nextMember() {
      if position == memory.count { memory.append(-1) }
      if key.escaped || memory[position] < 0 || !table.is(memory[position], key.bytes) {
        memory[position] = number(of: key)
      }
      let number = memory[position]
      position += 1
      if looksForShape { members.append(value) }
      defer { if looksForShape { shapeEnds.append(shapeSlots.count) } }
      guard number >= 0 else { continue }
      for place in ends[number]..<ends[number + 1] {
        let slot = slots[place]
        guard seen[slot] != objects else {
          throw Twice(name: String(decoding: names[slot], as: UTF8.self))
        }
        seen[slot] = objects
        values[slot] = value.isNull ? nil : value
        if looksForShape { shapeSlots.append(slot) }
      }
    }
    if looksForShape {
      shape = RepeatedShape(record, members)
      shapes += 1
      worth -= 1
    }
    return false
  }

  /// For each slot the member of the shape at hand that it has; nil for none.
  func membersOfSlots() -> [Int?] {
    var found = [Int?](repeating: nil, count: names.count)
    guard let shape else { return found }
    for member in 0..<shape.count {
      for place in shapeEnds[member]..<shapeEnds[member + 1] { found[shapeSlots[place]] = member }
    }
    return found
  }

  /// Objects of the shape at hand were read elsewhere.
  mutating func count(alike objects: Int) { worth += objects }

  private mutating func number(of key: JSONScanner.Value) -> Int {
    key.withText { text in
      guard let number = table.intern(text) else {
        // No field that is asked for has such a name; people are told of it as far as it can be shown.
        note(String(decoding: text, as: UTF8.self))
        return -1
      }
      if number == ends.count - 1 {
        slots += names.indices.filter { names[$0].elementsEqual(text) }
        ends.append(slots.count)
        note(table.strings[number])
      }
      return number
    }
  }

  private mutating func note(_ name: String) {
    if isKnown.insert(name).inserted { known.append(name) }
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
