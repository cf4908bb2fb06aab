/// A normal distribution fitted to the contexts: an ellipsoid without a sharp border.
///
/// A covariance of the raw contexts follows clones: twenty copies of one alternative pull mean and axes towards
/// it, and the weights move more than the standard estimate does. So each context counts with a weight that
/// clones share. The space lives in the principal axes of the covariance, where it is symmetric; directions in
/// which the contexts do not vary drop out.
public struct Gaussian: AlternativeSpace {
  public let mean: [Double]
  /// Standard deviation along each principal axis, largest first, all positive.
  public let deviations: [Double]
  /// The principal axes as rows: `dimension` x d.
  private let axes: [Double]

  public var name: String { "gaussian" }

  /// Mean and covariance of the contexts under given weights.
  ///
  /// - Parameter weights: One for each context, sum 1; weights that clones share, such as horizon weights.
  /// - Throws: `SpaceError` when all contexts are equal, or the covariance has no eigenvectors.
  /// - Complexity: O(m d^2 + d^3).
  public init(fitting contexts: Contexts, weights: [Double]) throws {
    let d = contexts.dimension
    try MemoryNeed("the covariance of the contexts", rows: d, columns: d, copies: 5).require()
    let (mean, covariance) = contexts.covariance(weights: weights)
    guard let (values, vectors) = LinearAlgebra.eigenvectors(covariance, order: d),
      let largest = values.first,
      largest > 0
    else { throw SpaceError.noSpread }
    // Rounding leaves tiny eigenvalues where there should be none.
    let kept = values.count { $0 > largest * 1e-10 }
    self.mean = mean
    deviations = values.prefix(kept).map { $0.squareRoot() }
    axes = Array(vectors.prefix(kept * d))
  }

  public var dimension: Int { deviations.count }
  public var origin: [Double] { Array(repeating: 0, count: dimension) }
  public var scales: [Double] { deviations }
  public var isReflectionSymmetric: Bool { true }
  public var enclosure: Box {
    Box(checked: deviations.map { -6 * $0 }, deviations.map { 6 * $0 }, name: name)
  }

  /// A normal distribution reaches everywhere.
  public func contains(_ point: [Double]) -> Bool { point.count == dimension }

  /// Coordinates along the principal axes, seen from the mean.
  public func aligned(_ contexts: Contexts) throws -> Contexts {
    guard contexts.dimension == mean.count else {
      throw SpaceError.dimensionMismatch(space: mean.count, contexts: contexts.dimension)
    }
    return try contexts.projected(onto: axes, count: dimension, from: mean)
  }

  public func sampleOffsets(
    first: Int, count: Int, into offsets: UnsafeMutablePointer<Float>, using random: inout RandomStream
  ) {
    let d = dimension
    for point in 0..<count {
      for k in 0..<d { offsets[point * d + k] = Float(deviations[k] * random.normal()) }
    }
  }
}
