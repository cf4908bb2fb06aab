/// Numbers for strings in order of first appearance, looked up by their bytes.
///
/// Ids are compared byte by byte, so two spellings of one accented letter are two ids, as they are for any
/// other program that reads the same file.
package struct StringTable {
  package init() {}

  package private(set) var strings: [String] = []
  private var bytes: [UInt8] = []
  private var ends: [Int] = [0]
  /// Open addressing with linear probing: the hash in the upper half, so that other strings are passed over without a look at them;
  /// the number below, and one more, so that 0 is an empty slot.
  private var slots: [UInt64] = Array(repeating: 0, count: 1 << 10)

  var count: Int { strings.count }

  /// The number of a string that is there; nil otherwise.
  func find(_ key: UnsafeBufferPointer<UInt8>) -> Int? {
    number(slots[slot(of: key, hash: Self.hash(key))])
  }

  /// The number of a string, a new one where it is not there yet; nil when the bytes are not UTF-8.
  package mutating func intern(_ key: UnsafeBufferPointer<UInt8>) -> Int? {
    let hash = Self.hash(key)
    let slot = slot(of: key, hash: hash)
    if let known = number(slots[slot]) { return known }
    guard let string = String(validating: key, as: UTF8.self) else { return nil }
    let number = strings.count
    slots[slot] = UInt64(hash) << 32 | UInt64(number + 1)
    strings.append(string)
    bytes.append(contentsOf: key)
    ends.append(bytes.count)
    if strings.count * 2 > slots.count { grow() }
    return number
  }

  /// What a slot holds; nil where it is empty.
  private func number(_ slot: UInt64) -> Int? {
    let number = Int(slot & 0xFFFF_FFFF)
    return number > 0 ? number - 1 : nil
  }

  private func slot(of key: UnsafeBufferPointer<UInt8>, hash: UInt32) -> Int {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while let number = number(slots[slot]) {
      if UInt32(slots[slot] >> 32) == hash, matches(number, key) { break }
      slot = (slot + 1) & mask
    }
    return slot
  }

  /// Whether a number's string has these bytes.
  func `is`(_ number: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool { matches(number, key) }

  private func matches(_ number: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      let start = ends[number]
      guard ends[number + 1] - start == key.count else { return false }
      for offset in 0..<key.count where bytes[start + offset] != key[offset] { return false }
      return true
    }
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: old.count * 2)
    let mask = slots.count - 1
    for held in old where held != 0 {
      var slot = Int(held >> 32) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = held
    }
  }

  /// Another one in every process: nobody can write keys that all meet in one slot. Numbers follow first appearance, so that no
  /// result depends on it.
  private static let seed = UInt64.random(in: .min ... .max)

  private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash: UInt64 = UInt64(key.count) &* 0x9E37_79B9_7F4A_7C15 ^ seed
    let raw = UnsafeRawBufferPointer(key)
    var index = 0
    while index + 8 <= raw.count {
      hash = (hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* 0xBF58_476D_1CE4_E5B9
      hash ^= hash >> 31
      index += 8
    }
    while index < raw.count {
      hash = (hash ^ UInt64(raw[index])) &* 0x94D0_49BB_1331_11EB
      hash ^= hash >> 29
      index += 1
    }
    hash = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return UInt32(truncatingIfNeeded: hash >> 32)
  }
}
