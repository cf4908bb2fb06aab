/// A number that tells data apart, the same on every machine: to find out whether stored work belongs to a request.
///
/// Not for secrets: it withstands accidents, not adversaries.
package struct Fingerprint: Sendable {
  private var low: UInt64 = 0xCBF2_9CE4_8422_2325
  private var high: UInt64 = 0x9E37_79B9_7F4A_7C15

  package init() {}

  package mutating func add(_ word: UInt64) {
    low = (low ^ word) &* 0xBF58_476D_1CE4_E5B9
    low ^= low >> 29
    high = (high &+ word) &* 0x94D0_49BB_1331_11EB
    high ^= high >> 31
  }

  package mutating func add(_ value: Double) { add(value.bitPattern) }

  package mutating func add(_ value: Int) { add(UInt64(bitPattern: Int64(value))) }

  package mutating func add(_ text: String) {
    add(text.utf8.count)
    for byte in text.utf8 { add(UInt64(byte)) }
  }

  package mutating func add(_ values: [Double]) {
    add(values.count)
    for value in values { add(value) }
  }

  /// All of its bits.
  package var words: (UInt64, UInt64) { (high, low) }

  /// 64 of its bits.
  package var word: UInt64 { high ^ low }

  /// 32 hexadecimal digits.
  package var text: String {
    [high, low].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
