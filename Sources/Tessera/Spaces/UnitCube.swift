/// [0, 1]^d, the space of the paper's examples and of its Figure 4.
///
/// Principal components are centred at zero with arbitrary signs, so most of them lie outside: there use
/// `CenteredCube` or `BoundingBox`.
public struct UnitCube: BoxShaped {
  public let shape: Box
  public var name: String { "unit-cube" }

  public init(dimension: Int) {
    shape = Box(
      checked: Array(repeating: 0, count: dimension), Array(repeating: 1, count: dimension), name: "unit-cube"
    )
  }
}
