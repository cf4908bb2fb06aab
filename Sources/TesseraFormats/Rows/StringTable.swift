import CTesseraKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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

  /// The numbers of one value of many rows, -1 for strings that are not there.
  ///
  /// - Complexity: O(rows), and look-ups do not wait for one another.
  func find(_ member: Int, of rows: RowsAhead, into numbers: inout [Int32]) {
    if numbers.count < rows.count { numbers = Array(repeating: 0, count: rows.count) }
    slots.withUnsafeBufferPointer { slots in
      bytes.withUnsafeBufferPointer { bytes in
        ends.withUnsafeBufferPointer { ends in
          // Numbers of slots keep `ends` and `bytes` within their arrays; every row has its span.
          var table = tessera_strings(
            slots: slots.baseAddress, mask: UInt64(slots.count - 1), bytes: bytes.baseAddress,
            ends: ends.baseAddress, seed: Self.secrets.0, factor: Self.secrets.1)
          tessera_find_strings(
            &table, rows.text.baseAddress, rows.spans.baseAddress.map { $0 + 2 * member }, rows.stride,
            rows.count,
            &numbers)
        }
      }
    }
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
      guard let own = bytes.baseAddress, let other = key.baseAddress else { return key.isEmpty }
      return memcmp(own + start, other, key.count) == 0
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

  /// How far the string stands from the slot of its hash that stands farthest: a table of good hashes keeps it small.
  package var longestProbe: Int {
    let mask = slots.count - 1
    return slots.indices.reduce(0) { slots[$1] == 0 ? $0 : max($0, ($1 - Int(slots[$1] >> 32)) & mask) }
  }

  /// Drawn anew in every process, so that nobody can make a file whose ids share one hash. Nothing that is printed depends on
  /// it: strings are numbered as they appear.
  private static let secrets = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max) | 1)

  private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt32 {
    tessera_string_hash(key.baseAddress, key.count, secrets.0, secrets.1)
  }
}
