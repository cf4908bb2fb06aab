/// Viridis: colours that rise evenly in brightness, for those too who do not tell red from green, and on grey paper.
enum ColourScale {
  private static let anchors: [(red: Double, green: Double, blue: Double)] = [
    (0x44, 0x01, 0x54), (0x48, 0x18, 0x6a), (0x47, 0x2d, 0x7b), (0x42, 0x40, 0x86), (0x3b, 0x52, 0x8b),
    (0x33, 0x63, 0x8d), (0x2c, 0x72, 0x8e), (0x26, 0x82, 0x8e), (0x21, 0x91, 0x8c), (0x1f, 0xa0, 0x88),
    (0x28, 0xae, 0x80), (0x3f, 0xbc, 0x73), (0x5e, 0xc9, 0x62), (0x84, 0xd4, 0x4b), (0xad, 0xdc, 0x30),
    (0xd8, 0xe2, 0x19), (0xfd, 0xe7, 0x25),
  ]

  /// The colour of a share from 0 to 1.
  static func colour(_ share: Double) -> String {
    let place = min(max(share, 0), 1) * Double(anchors.count - 1)
    let first = min(Int(place), anchors.count - 2)
    let (a, b, part) = (anchors[first], anchors[first + 1], place - Double(first))
    let parts = [(a.red, b.red), (a.green, b.green), (a.blue, b.blue)].map { from, to -> String in
      let digits = String(Int((from + part * (to - from)).rounded()), radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }
    return "#" + parts.joined()
  }
}
