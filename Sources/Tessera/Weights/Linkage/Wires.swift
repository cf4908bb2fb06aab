/// Two wires side by side, as at every fork of a tree that a current flows down.
enum Wires {
  /// Their common resistance, and the share of the current in the first.
  ///
  /// Where neither resists (copies), the current divides by the number of alternatives behind each.
  static func fork(_ a: Double, _ b: Double, _ sizeA: Int, _ sizeB: Int) -> (
    resistance: Double, share: Double
  ) {
    guard a + b > 0 else { return (0, Double(sizeA) / Double(sizeA + sizeB)) }
    return (a * (b / (a + b)), b / (a + b))
  }
}
