/// Numbers for strings in order of first appearance, looked up by their bytes.
///
/// Ids are compared byte by byte, so two spellings of one accented letter are two ids, as they are for any
/// other program that reads the same file.
package struct StringTable {
  package init() {}

  package private(set) var strings: [String] = []
  private var bytes: [UInt8] = []
  private var ends: [Int] = [0]
  private var hashes: [UInt32] = []
  private var slots: [Int32] = Array(repeating: -1, count: 1 << 10)

  var count: Int { strings.count }

  /// The number of a string that is there; nil otherwise.
  func find(_ key: UnsafeBufferPointer<UInt8>) -> Int? {
    let slot = slot(of: key, hash: Self.hash(key))
    return slots[slot] >= 0 ? Int(slots[slot]) : nil
  }

  /// The number of a string, a new one where it is not there yet; nil when the bytes are not UTF-8.
  package mutating func intern(_ key: UnsafeBufferPointer<UInt8>) -> Int? {
    let hash = Self.hash(key)
    let slot = slot(of: key, hash: hash)
    if slots[slot] >= 0 { return Int(slots[slot]) }
    guard let string = String(validating: key, as: UTF8.self) else { return nil }
    let number = strings.count
    slots[slot] = Int32(number)
    strings.append(string)
    bytes.append(contentsOf: key)
    ends.append(bytes.count)
    hashes.append(hash)
    if strings.count * 2 > slots.count { grow() }
    return number
  }

  private func slot(of key: UnsafeBufferPointer<UInt8>, hash: UInt32) -> Int {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] >= 0 {
      let number = Int(slots[slot])
      if hashes[number] == hash, ends[number + 1] - ends[number] == key.count, matches(number, key) { break }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private func matches(_ number: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      let start = ends[number]
      for offset in 0..<key.count where bytes[start + offset] != key[offset] { return false }
      return true
    }
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 4)
    let mask = slots.count - 1
    for (number, hash) in hashes.enumerated() {
      var slot = Int(hash) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number)
    }
  }

  private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash: UInt64 = UInt64(key.count) &* 0x9E37_79B9_7F4A_7C15
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
