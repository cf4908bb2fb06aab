extension Contexts {
  /// Smallest and largest value of each coordinate.
  public func bounds(work: Work = Work()) -> (lower: [Double], upper: [Double]) {
    guard count > 0 else {
      let zeros = [Double](repeating: 0, count: dimension)
      return (zeros, zeros)
    }
    let pieces = pieces()
    let d = dimension
    var lower = pieces.flatMap { row($0.lowerBound) }
    var upper = lower
    lower.withUnsafeMutableBufferPointer { lower in
      upper.withUnsafeMutableBufferPointer { upper in
        let (lower, upper) = (Shared(lower), Shared(upper))
        work.forEachWithoutPause(pieces: pieces.count) { piece, _ in
          guard d > 0 else { return }
          let (low, high) = (lower[address: piece * d], upper[address: piece * d])
          for i in pieces[piece] {
            withRow(i) { k, value in
              low[k] = value < low[k] ? value : low[k]
              high[k] = value > high[k] ? value : high[k]
            }
          }
        }
      }
    }
    return (
      (0..<d).map { k in (0..<pieces.count).reduce(lower[k]) { min($0, lower[$1 * d + k]) } },
      (0..<d).map { k in (0..<pieces.count).reduce(upper[k]) { max($0, upper[$1 * d + k]) } }
    )
  }

  /// Adds up the rows, in fixed pieces.
  ///
  /// - Parameter first: Number of the first row, where these are some of the rows.
  func sums(first: Int = 0, work: Work) -> PieceSums {
    PieceSums(first: first, count: count, width: dimension, work: work) { row, sums in
      withRow(row) { sums[$0] += $1 }
    }
  }

  /// The terms of a variance around a mean.
  func squareSums(around mean: [Double], first: Int = 0, work: Work) -> PieceSums {
    PieceSums(first: first, count: count, width: dimension, work: work) { row, sums in
      mean.withUnsafeBufferPointer { mean in
        withRow(row) { k, value in
          let x = value - mean[k]
          sums[k] += x * x
        }
      }
    }
  }

  /// Mean and variance of each coordinate over the alternatives.
  package func moments(work: Work = Work()) -> (mean: [Double], variance: [Double]) {
    let m = Double(max(count, 1))
    let mean = mean(work: work)
    let variance = squareSums(around: mean, work: work).total.map { $0 / m }
    return (mean, variance)
  }

  /// Mean under weights that sum to 1.
  package func mean(weights: [Double]) -> [Double] {
    var mean = [Double](repeating: 0, count: dimension)
    for i in 0..<count { withRow(i) { mean[$0] += weights[i] * $1 } }
    return mean
  }

  /// Mean and covariance (d x d, row-major) under weights that sum to 1.
  ///
  /// - Complexity: O(m d^2), a matrix product.
  package func covariance(weights: [Double]) -> (mean: [Double], covariance: [Double]) {
    let d = dimension
    let mean = mean(weights: weights)
    // In blocks of rows, so that no second copy of all contexts is needed.
    var covariance = [Double](repeating: 0, count: d * d)
    for piece in stride(from: 0, to: count, by: 4_096) {
      let rows = piece..<min(piece + 4_096, count)
      var scaled = [Double](repeating: 0, count: rows.count * d)
      for i in rows {
        let root = weights[i].squareRoot()
        withRow(i) { k, value in scaled[(i - rows.lowerBound) * d + k] = root * (value - mean[k]) }
      }
      let part = LinearAlgebra.multiply(
        scaled, rows: d, scaled, columns: d, inner: rows.count, transposeA: true)
      for index in covariance.indices { covariance[index] += part[index] }
    }
    return (mean, covariance)
  }

  /// Coordinates along given axes (rows of d numbers), seen from a point.
  package func projected(onto axes: [Double], count axisCount: Int, from point: [Double]) throws -> Contexts {
    let d = dimension
    try MemoryNeed("contexts along axes", rows: count, columns: axisCount).require()
    // axes^T, d x axisCount
    var columns = [Double](repeating: 0, count: d * axisCount)
    for axis in 0..<axisCount {
      for k in 0..<d { columns[k * axisCount + axis] = axes[axis * d + k] }
    }
    var result: [Double] = []
    result.reserveCapacity(count * axisCount)
    for piece in stride(from: 0, to: count, by: 4_096) {
      let rows = piece..<min(piece + 4_096, count)
      var shifted = [Double](repeating: 0, count: rows.count * d)
      for i in rows { withRow(i) { k, value in shifted[(i - rows.lowerBound) * d + k] = value - point[k] } }
      result += LinearAlgebra.multiply(shifted, rows: rows.count, columns, columns: axisCount, inner: d)
    }
    // Bulk embeddings stay Float; coordinates of a plane keep what the exact weights need.
    if case .single = storage, axisCount > 3 {
      return try Contexts(Matrix(rows: count, columns: axisCount, storage: result.map { Float($0) }))
    }
    return try Contexts(Matrix(rows: count, columns: axisCount, storage: result))
  }

  /// |c - origin|^2 / 2 less |reference - origin|^2 / 2: what decides between alternatives beside the products with
  /// c - reference.
  ///
  /// - Parameter scale: Every difference is taken times this.
  func halfSquaredDistances(
    from origin: [Double], reference: [Double], scale: Double = 1, work: Work = Work()
  )
    -> [Double]
  {
    let pieces = pieces()
    var result = [Double](repeating: 0, count: count)
    let shift = (0..<dimension).map { reference[$0] - 2 * origin[$0] }
    withPointers(&result) { result in
      work.forEachWithoutPause(pieces: pieces.count) { piece, _ in
        reference.withUnsafeBufferPointer { reference in
          shift.withUnsafeBufferPointer { shift in
            // (c - o)^2 - (r - o)^2 = (c - r)(c + r - 2 o), without cancellation.
            forEachFour(of: pieces[piece], from: SIMD4<Double>.zero) { sums, k, values in
              sums += (values - reference[k]) * scale * ((values + shift[k]) * scale)
            } body: { i, sum in
              result[i] = sum / 2
            }
          }
        }
      }
    }
    return result
  }

  /// Mean of each coordinate over the alternatives.
  func mean(work: Work = Work()) -> [Double] {
    let m = Double(max(count, 1))
    return sums(work: work).total.map { $0 / m }
  }

  /// A power of two that brings the contexts, seen from a centre, to a size of about 1; 1 where all lie at the centre.
  ///
  /// Multiplying by it rounds nothing: distances of contexts times a power of two are the same digits.
  ///
  /// - Throws: `ContextsError.scale` where the squares of distances are beyond what `Double` holds.
  func unitScale(around centre: [Double], work: Work = Work()) throws -> Double {
    try Self.unitScale(around: centre, bounds: bounds(work: work))
  }

  /// The same from the bounds alone.
  static func unitScale(around centre: [Double], bounds: (lower: [Double], upper: [Double])) throws -> Double
  {
    let limit = 1e152
    // The sum behind the centre has overflowed.
    guard centre.allSatisfy(\.isFinite) else { throw ContextsError.scale(extent: .infinity, limit: limit) }
    let extent = centre.indices.reduce(0.0) {
      max($0, bounds.upper[$1] - centre[$1], centre[$1] - bounds.lower[$1])
    }
    if extent == 0 { return 1 }
    guard extent < limit, extent > 1 / limit else { throw ContextsError.scale(extent: extent, limit: limit) }
    return Double(sign: .plus, exponent: -extent.exponent, significand: 1)
  }
}
