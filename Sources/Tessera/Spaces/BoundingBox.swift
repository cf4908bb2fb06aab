/// The smallest box around the contexts, with a margin on request.
///
/// A clone lies beside its original, so it moves the box by no more than its distance: weights in a bounding
/// box keep the guarantee of Theorem 4.2. Coordinates in which all contexts agree have no width; they drop
/// out of the space (`spanned` lists what is left), since no point can be nearer in them.
public struct BoundingBox: BoxShaped {
  public let shape: Box
  /// Coordinates of the contexts that the box spans; the others are constant.
  public let spanned: [Int]
  public let name: String
  private let contextDimension: Int

  /// - Parameters:
  ///   - contexts: m x d, at least one row.
  ///   - margin: Added on both sides, as a share of the width of each coordinate.
  /// - Throws: `SpaceError` for a margin that is negative or not a number.
  public init(around contexts: Contexts, margin: Double = 0) throws {
    guard margin.isFinite, margin >= 0 else {
      throw SpaceError.outOfRange(
        what: "the margin of the bounding box", found: "\(margin)", expected: "zero or a positive number")
    }
    let (lower, upper) = contexts.bounds()
    for k in lower.indices where !(upper[k] - lower[k]).isFinite {
      throw SpaceError.notFinite(what: "the width of the contexts in coordinate \(k)")
    }
    contextDimension = contexts.dimension
    spanned = lower.indices.filter { lower[$0] < upper[$0] }
    name = margin == 0 ? "bounding-box" : "bounding-box=\(margin)"
    shape = Box(
      checked: spanned.map { lower[$0] - margin * (upper[$0] - lower[$0]) },
      spanned.map { upper[$0] + margin * (upper[$0] - lower[$0]) }, name: name)
  }

  /// The contexts without the coordinates in which the fitted ones were constant.
  public func aligned(_ contexts: Contexts) throws -> Contexts {
    guard contexts.dimension == contextDimension else {
      throw SpaceError.dimensionMismatch(space: contextDimension, contexts: contexts.dimension)
    }
    return spanned.count == contextDimension ? contexts : contexts.selecting(columns: spanned)
  }
}
