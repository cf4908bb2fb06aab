extension Contexts {
  /// The first principal axes under weights that sum to 1, rows of d numbers, and the variance along each, largest first.
  ///
  /// With X the weighted, centred contexts (m x d), axes are eigenvectors v of X^T X; where contexts are fewer than
  /// coordinates they come out of the m x m matrix X X^T, whose eigenvectors u give v = X^T u / |X^T u|. Beyond the rank,
  /// where no variance is left, any directions at right angles will do.
  ///
  /// - Parameter wanted: From 1 to d.
  /// - Returns: nil where LAPACK gives up.
  /// - Throws: `MemoryError`.
  /// - Complexity: O(m d min(m, d) + min(m, d)^3) time, O(m d + min(m, d)^2) memory.
  package func principalAxes(weights: [Double], wanted: Int) throws -> (
    mean: [Double], axes: [[Double]], variances: [Double]
  )? {
    let (m, d) = (count, dimension)
    let order = min(m, d)
    // The products, the copy that becomes vectors, and LAPACK's room of twice as much.
    try MemoryNeed("the matrix of principal axes", rows: order, columns: order, copies: 4).require()
    if m < d { try MemoryNeed("centred contexts", rows: m, columns: d).require() }
    guard m < d else {
      let (mean, covariance) = covariance(weights: weights)
      guard let (values, vectors) = LinearAlgebra.eigenvectors(covariance, order: d) else { return nil }
      return (
        mean, (0..<wanted).map { Array(vectors[$0 * d..<($0 + 1) * d]) },
        values.prefix(wanted).map { max($0, 0) }
      )
    }
    let mean = mean(weights: weights)
    var centred = [Double](repeating: 0, count: m * d)
    for i in 0..<m {
      let root = weights[i].squareRoot()
      withRow(i) { k, value in centred[i * d + k] = root * (value - mean[k]) }
    }
    let products = LinearAlgebra.innerProducts(ofRows: centred, rows: m, columns: d)
    guard let (values, vectors) = LinearAlgebra.eigenvectors(products, order: m) else { return nil }
    // What rounding leaves of an eigenvalue that is zero.
    let least = max(values[0], 0) * 1e-12
    let rank = min(values.prefix { $0 > least }.count, wanted)
    let found = LinearAlgebra.multiply(vectors, rows: rank, centred, columns: d, inner: m)
    var axes = (0..<rank).map { Self.scaled(Array(found[$0 * d..<($0 + 1) * d])) }
    var coordinate = 0
    while axes.count < wanted, coordinate < d {
      var rest = [Double](repeating: 0, count: d)
      rest[coordinate] = 1
      coordinate += 1
      // Twice is enough (Kahan): once leaves what rounding adds back.
      for _ in 0..<2 {
        for axis in axes {
          let product = zip(axis, rest).reduce(0) { $0 + $1.0 * $1.1 }
          for k in 0..<d { rest[k] -= product * axis[k] }
        }
      }
      // Some coordinate keeps at least this: the axes so far are fewer than d.
      if rest.reduce(0, { $0 + $1 * $1 }) > 0.5 / Double(d) { axes.append(Self.scaled(rest)) }
    }
    return (mean, axes, (0..<axes.count).map { $0 < rank ? values[$0] : 0 })
  }

  /// Of length 1, the entry of largest magnitude positive, as of every axis.
  private static func scaled(_ axis: [Double]) -> [Double] {
    let length = axis.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let largest = axis.max { abs($0) < abs($1) } ?? 1
    return axis.map { $0 / (largest < 0 ? -length : length) }
  }
}
