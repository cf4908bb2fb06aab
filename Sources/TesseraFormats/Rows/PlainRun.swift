/// Runs of bytes that JSON shows as they are, found eight at a time.
///
/// Most of a text is plain; looking at every byte by itself took a seventh of an export.
enum PlainRun {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let tops: UInt64 = 0x8080_8080_8080_8080

  /// How many bytes stand before the first quotation mark, backslash or control character; all of them where there is none.
  ///
  /// - Parameter isASCII: Whether bytes beyond ASCII end a run as well.
  /// - Complexity: O(count) time, a word a step.
  @inline(__always)
  static func length(_ bytes: UnsafeRawBufferPointer, isASCII: Bool = false) -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    let beyond = isASCII ? tops : 0
    let count = bytes.count
    var at = 0
    // Loads stay within `bytes`: at + 8 <= count.
    while at + 8 <= count {
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      let found = ends(word) | (word & beyond)
      if found != 0 { return at + found.trailingZeroBitCount / 8 }
      at += 8
    }
    while at < count {
      let byte = base.load(fromByteOffset: at, as: UInt8.self)
      if byte < 0x20 || byte == 0x22 || byte == 0x5C || (isASCII && byte >= 0x80) { return at }
      at += 1
    }
    return count
  }

  /// The top bit of the first byte that ends a run. Borrows can set bits above it, never below.
  @inline(__always)
  private static func ends(_ word: UInt64) -> UInt64 {
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    let below = (word &- ones &* 0x20) & ~word
    return (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | below) & tops
  }
}
