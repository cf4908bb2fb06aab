/// A cube with its centre at zero, by default the unit cube moved there: [-1/2, 1/2]^d.
public struct CenteredCube: BoxShaped {
  public let shape: Box
  public let name: String

  /// - Parameter side: Length of an edge.
  /// - Throws: `SpaceError` when the side is not a positive number.
  public init(dimension: Int, side: Double = 1) throws {
    guard side.isFinite, side > 0 else {
      throw SpaceError.outOfRange(
        what: "the side of the cube", found: "\(side)", expected: "a positive number")
    }
    name = side == 1 ? "centered-cube" : "centered-cube=\(side)"
    shape = Box(
      checked: Array(repeating: -side / 2, count: dimension), Array(repeating: side / 2, count: dimension),
      name: name)
  }
}
