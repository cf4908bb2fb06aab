/// Whether bytes are UTF-8 as RFC 3629 has it: no overlong forms, no halves of surrogate pairs, nothing above U+10FFFF.
///
/// ASCII goes 32 bytes at a time; the standard library's own check is reached only through a copy.
enum UTF8Check {
  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let start = bytes.baseAddress else { return true }
    let end = start + bytes.count
    var at = start
    while at < end {
      // Unaligned loads within [at, end).
      while end - at >= 32 {
        let four = at.loadUnaligned(as: SIMD4<UInt64>.self)
        if (four[0] | four[1] | four[2] | four[3]) & 0x8080_8080_8080_8080 != 0 { break }
        at += 32
      }
      // Up to 32 characters by hand, then the fast way again.
      var steps = 0
      while at < end, steps < 32 {
        steps += 1
        let first = at.load(as: UInt8.self)
        if first < 0x80 {
          at += 1
          continue
        }
        let length: Int
        var (lowest, highest): (UInt8, UInt8) = (0x80, 0xBF)
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
          length = 3
          if first == 0xE0 { lowest = 0xA0 }
          if first == 0xED { highest = 0x9F }
        case 0xF0...0xF4:
          length = 4
          if first == 0xF0 { lowest = 0x90 }
          if first == 0xF4 { highest = 0x8F }
        default: return false
        }
        guard end - at >= length else { return false }
        let second = at.load(fromByteOffset: 1, as: UInt8.self)
        guard second >= lowest, second <= highest else { return false }
        for offset in 2..<max(length, 2) where at.load(fromByteOffset: offset, as: UInt8.self) & 0xC0 != 0x80
        { return false }
        at += length
      }
    }
    return true
  }
}
