import TesseraFormats
import Testing

@Suite struct StringTableTests {
  /// Printable texts of eight bytes that a mixing without a secret gives one hash, by undoing it step by step.
  private func flood(_ wanted: Int) -> [[UInt8]] {
    func inverse(_ factor: UInt64) -> UInt64 {
      // Newton's iteration doubles the bits that are right; three are to begin with.
      var result = factor
      for _ in 0..<5 { result = result &* (2 &- factor &* result) }
      return result
    }
    let (first, last) = (inverse(0xBF58_476D_1CE4_E5B9), inverse(0xD6E8_FEB8_6659_FD93))
    var keys: [[UInt8]] = []
    var low: UInt64 = 0
    while keys.count < wanted {
      var hash = (7 << 32 | low) &* last
      low += 1
      hash ^= hash >> 32
      hash ^= hash >> 31 ^ hash >> 62
      let word = (hash &* first) ^ (8 &* 0x9E37_79B9_7F4A_7C15)
      let key = withUnsafeBytes(of: word.littleEndian) { Array($0) }
      if key.allSatisfy({ (33..<127).contains($0) }) { keys.append(key) }
    }
    return keys
  }

  @Test func `Ids that a stranger chose do not share one hash`() {
    var table = StringTable()
    let keys = flood(400)
    for (number, key) in keys.enumerated() {
      #expect(key.withUnsafeBufferPointer { table.intern($0) } == number)
    }
    // 400 texts of one hash stand in a row of 400 slots.
    #expect(table.longestProbe < 64)
  }

  @Test func `Many strings are found again by their numbers`() {
    var table = StringTable()
    for number in 0..<50_000 {
      let key = Array("id-\(number)".utf8)
      #expect(key.withUnsafeBufferPointer { table.intern($0) } == number)
    }
    for number in stride(from: 0, to: 50_000, by: 97) {
      let key = Array("id-\(number)".utf8)
      #expect(key.withUnsafeBufferPointer { table.intern($0) } == number)
    }
    // With half of the slots empty, runs of hashes drawn by chance are some tens long.
    #expect(table.longestProbe < 200)
  }
}
