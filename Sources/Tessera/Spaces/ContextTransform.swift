/// What is done to contexts before they are placed in a space: fitted once, stored, applied to new contexts alike.
///
/// In order: scaling each context to length 1 (distances are then those of cosines), subtracting a mean, keeping
/// the coordinates along the first principal axes. Mean and axes follow clones when they are fitted to raw
/// contexts, so each context counts with a weight that clones share.
public struct ContextTransform: Sendable, Equatable, Codable {
  /// Whether contexts are scaled to length 1.
  public let normalizes: Bool
  /// Subtracted from contexts; empty for nothing.
  public let mean: [Double]
  /// Principal axes as rows of d numbers, largest variance first; empty to keep all coordinates.
  public let axes: [[Double]]
  /// Variance along each axis.
  public let variances: [Double]

  /// A transform fitted to contexts.
  ///
  /// - Parameters:
  ///   - components: Principal axes to keep; nil for none of that.
  ///   - centers: Whether the mean is subtracted; principal axes always do.
  ///   - weights: One for each context, sum 1; nil for the Voronoi weights in the bounding box, which clones share.
  ///   - samples: Random points for those.
  /// - Throws: `SpaceError` when more axes are asked for than there are coordinates, or a context of length zero
  ///   has no direction.
  public init(
    fitting contexts: Contexts, normalizes: Bool = false, centers: Bool = false, components: Int? = nil,
    weights: [Double]? = nil, samples: Int = 100_000, seed: UInt64 = 0, threads: Int? = nil
  ) throws {
    if let components, components < 1 || components > contexts.dimension {
      throw SpaceError.outOfRange(
        what: "the number of principal axes", found: "\(components)",
        expected: "1 to \(contexts.dimension), the dimensions of the contexts")
    }
    self.normalizes = normalizes
    guard centers || components != nil else {
      (mean, axes, variances) = ([], [], [])
      return
    }
    let scaled = normalizes ? try contexts.normalized() : contexts
    let fair =
      try weights
      ?? VoronoiWeights.weights(
        contexts: scaled, space: BoundingBox(around: scaled), samples: samples, seed: seed, threads: threads
      ).values
    let d = contexts.dimension
    let (mean, covariance) = scaled.covariance(weights: fair)
    self.mean = mean
    guard let components else {
      (axes, variances) = ([], [])
      return
    }
    guard let (values, vectors) = LinearAlgebra.eigenvectors(covariance, order: d) else {
      throw SpaceError.noSpread
    }
    axes = (0..<components).map { Array(vectors[$0 * d..<($0 + 1) * d]) }
    variances = values.prefix(components).map { max($0, 0) }
  }

  /// A transform from its numbers, as a file holds them.
  ///
  /// - Parameter axes: Rows as long as the mean, or none.
  public init(normalizes: Bool, mean: [Double], axes: [[Double]]) {
    self.normalizes = normalizes
    self.mean = mean
    self.axes = axes
    variances = []
  }

  /// Contexts after the transform.
  ///
  /// - Throws: `SpaceError` for contexts of another dimension than the fitted ones, or of length zero.
  public func apply(to contexts: Contexts) throws -> Contexts {
    let scaled = normalizes ? try contexts.normalized() : contexts
    if mean.isEmpty { return scaled }
    guard mean.count == contexts.dimension else {
      throw SpaceError.dimensionMismatch(space: mean.count, contexts: contexts.dimension)
    }
    if axes.isEmpty { return try scaled.shifted(by: mean) }
    return try scaled.projected(onto: axes.flatMap { $0 }, count: axes.count, from: mean)
  }
}

extension Contexts {
  private func mapRows(_ row: (Int, [Double]) throws -> [Double]) throws -> Contexts {
    var values: [Double] = []
    values.reserveCapacity(count * dimension)
    for i in 0..<count { values += try row(i, self.row(i)) }
    if case .single = storage {
      return try Contexts(Matrix(rows: count, columns: dimension, storage: values.map { Float($0) }))
    }
    return try Contexts(Matrix(rows: count, columns: dimension, storage: values))
  }

  /// Every context scaled to length 1.
  func normalized() throws -> Contexts {
    try mapRows { i, row in
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { throw SpaceError.noDirection(alternative: i) }
      return row.map { $0 / length }
    }
  }

  func shifted(by mean: [Double]) throws -> Contexts {
    try mapRows { _, row in zip(row, mean).map { $0 - $1 } }
  }
}
