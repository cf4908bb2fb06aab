/// Reading decimal numbers from bytes.
package enum Number {
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19,
    1e20, 1e21, 1e22,
  ]

  /// The number nearest to a decimal text; nil when the text is something else.
  ///
  /// Up to 15 digits with a power of ten up to 22 are exact in one multiplication or division (Clinger,
  /// 1990); the rest goes the long way.
  package static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    var index = 0
    var negative = false
    if index < bytes.count, bytes[index] == 0x2D || bytes[index] == 0x2B {
      negative = bytes[index] == 0x2D
      index += 1
    }
    var mantissa: UInt64 = 0
    var digits = 0
    var scale = 0
    var seenPoint = false
    scan: while index < bytes.count {
      switch bytes[index] {
      case 0x30...0x39:
        if mantissa > 0 || bytes[index] != 0x30 { digits += 1 }
        if digits > 18 { return long(bytes) }
        mantissa = mantissa * 10 + UInt64(bytes[index] & 15)
        if seenPoint { scale -= 1 }
      case 0x2E where !seenPoint: seenPoint = true
      default: break scan
      }
      index += 1
    }
    let body = index - (negative || bytes.first == 0x2B ? 1 : 0) - (seenPoint ? 1 : 0)
    guard body > 0 else { return special(bytes) }
    guard index == bytes.count, digits <= 15, scale >= -22 else { return long(bytes) }
    let value = Double(mantissa) / powersOfTen[-scale]
    return negative ? -value : value
  }

  private static func long(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    let allowed = bytes.allSatisfy {
      (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2B || $0 == 0x2E || $0 == 0x65 || $0 == 0x45
    }
    return allowed ? Double(String(decoding: bytes, as: UTF8.self)) : special(bytes)
  }

  /// NaN and infinity by name: not numbers to compute with, but an error should call them what they are.
  private static func special(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    switch String(decoding: bytes.prefix(10), as: UTF8.self).lowercased() {
    case "nan", "-nan", "+nan": .nan
    case "inf", "+inf", "infinity", "+infinity": .infinity
    case "-inf", "-infinity": -.infinity
    default: nil
    }
  }
}
