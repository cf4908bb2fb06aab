/// A number of 128 bits that texts have in common only when they are equal: SipHash-2-4 (Aumasson, Bernstein, 2012) under a
/// fixed key, the same on every machine.
///
/// Two texts of a corpus have the same one by accident with a chance below 1e-24 for a million of them.
struct ContentHash: Hashable, Sendable {
  private(set) var low: UInt64
  private(set) var high: UInt64

  /// The first twelve digits to base 32, lower case: 60 bits. They are what people see of it.
  var short: String { withShort { String(decoding: $0, as: UTF8.self) } }

  /// The bytes of `short`, without a string for them.
  func withShort<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 12) { digits in
      var rest = low
      for i in 0..<12 {
        // 32 digits, five bits.
        digits[i] = Self.digits.utf8Start[Int(rest >> 59)]
        rest <<= 5
      }
      return try body(UnsafeBufferPointer(digits))
    }
  }

  private static let digits: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"

  init(_ text: UnsafeBufferPointer<UInt8>) {
    var state = SipHash(key: Self.key)
    state.add(text)
    (low, high) = state.finish()
  }

  /// Of a text under another one, which is known by its hash.
  init(_ context: ContentHash, _ text: UnsafeBufferPointer<UInt8>) {
    var state = SipHash(key: Self.key)
    state.add(context.low)
    state.add(context.high)
    state.add(text)
    (low, high) = state.finish()
  }

  private static let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908)
}

/// SipHash-2-4 with 128 bits of output.
private struct SipHash {
  private var v0, v1, v2, v3: UInt64
  private var length = 0
  /// Bytes that do not fill a word yet; none but at the end.
  private var tail: UInt64 = 0

  init(key: (UInt64, UInt64)) {
    v0 = key.0 ^ 0x736F_6D65_7073_6575
    v1 = key.1 ^ 0x646F_7261_6E64_6F6D ^ 0xEE
    v2 = key.0 ^ 0x6C79_6765_6E65_7261
    v3 = key.1 ^ 0x7465_6462_7974_6573
  }

  private mutating func round() {
    v0 = v0 &+ v1
    v1 = (v1 << 13 | v1 >> 51) ^ v0
    v0 = v0 << 32 | v0 >> 32
    v2 = v2 &+ v3
    v3 = (v3 << 16 | v3 >> 48) ^ v2
    v0 = v0 &+ v3
    v3 = (v3 << 21 | v3 >> 43) ^ v0
    v2 = v2 &+ v1
    v1 = (v1 << 17 | v1 >> 47) ^ v2
    v2 = v2 << 32 | v2 >> 32
  }

  /// - Precondition: What was added before filled whole words.
  mutating func add(_ word: UInt64) {
    v3 ^= word
    round()
    round()
    v0 ^= word
    length += 8
  }

  mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
    let raw = UnsafeRawBufferPointer(bytes)
    var index = 0
    while index + 8 <= raw.count {
      add(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
      index += 8
    }
    for (place, byte) in raw[index...].enumerated() { tail |= UInt64(byte) << UInt64(8 * place) }
    length += raw.count - index
  }

  mutating func finish() -> (UInt64, UInt64) {
    let last = tail | UInt64(truncatingIfNeeded: length) << 56
    v3 ^= last
    round()
    round()
    v0 ^= last
    v2 ^= 0xEE
    for _ in 0..<4 { round() }
    let first = v0 ^ v1 ^ v2 ^ v3
    v1 ^= 0xDD
    for _ in 0..<4 { round() }
    return (first, v0 ^ v1 ^ v2 ^ v3)
  }
}
