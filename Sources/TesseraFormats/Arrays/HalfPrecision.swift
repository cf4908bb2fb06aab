extension Float {
  /// A number of half precision (binary16 of IEEE 754) from its bits; exact.
  ///
  /// `Float16` is not there on every processor.
  init(halfPrecision bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      // Zero, or a multiple of 2^-24.
      self = Float(fraction) * Float(sign: .plus, exponent: -24, significand: 1)
      if sign != 0 { self.negate() }
    case 0x1F: self.init(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: self.init(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// A number of bfloat16, the upper half of a `Float`.
  init(brainFloat bits: UInt16) { self.init(bitPattern: UInt32(bits) << 16) }
}
