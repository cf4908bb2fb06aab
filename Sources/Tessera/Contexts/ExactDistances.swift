import CTesseraKernels

/// Squared distances of contexts in double precision, each from the differences of its coordinates.
///
/// Some ten times the price of `Distances`, whose products lose the digits of short distances. For what needs them:
/// densities, starts of k-means, integrals over all distances, and the lengths that other schemes report.
package struct ExactDistances: Sendable {
  package let contexts: Contexts
  /// Squares are in units of this, squared: a power of two near the size of the contexts, so that nothing overflows.
  package var unit: Double { 1 / scale }
  private let scale: Double

  /// - Throws: `ContextsError.scale`.
  package init(_ contexts: Contexts, work: Work = Work()) throws {
    self.init(contexts, scale: try contexts.unitScale(around: contexts.mean(work: work), work: work))
  }

  /// - Parameter scale: 1 / unit, where it is known already.
  init(_ contexts: Contexts, scale: Double) {
    self.contexts = contexts
    self.scale = scale
  }

  /// Writes the squared distances of one context from a range of others, in squared units.
  ///
  /// The distance of (i, j) has the same bytes as that of (j, i).
  ///
  /// - Complexity: O(others x d).
  func squares(from i: Int, to others: Range<Int>, into squares: UnsafeMutablePointer<Double>) {
    self.squares(from: i, of: contexts, to: others, into: squares)
  }

  /// The same from one of other contexts, of the same dimension and storage.
  private func squares(
    from i: Int, of queries: Contexts, to others: Range<Int>, into squares: UnsafeMutablePointer<Double>
  ) {
    let d = contexts.dimension
    precondition(
      i >= 0 && i < queries.count && queries.dimension == d && others.lowerBound >= 0
        && others.upperBound <= contexts.count)
    guard d > 0 else { return squares.update(repeating: 0, count: others.count) }
    switch (queries.storage, contexts.storage) {
    case (.single(let queries), .single(let values)):
      queries.withUnsafeBufferPointer { queries in
        values.withUnsafeBufferPointer { values in
          tessera_squares_float(
            SharedInput(queries)[address: i * d], SharedInput(values)[address: others.lowerBound * d], nil,
            others.count, Int32(d), scale, squares)
        }
      }
    case (.double(let queries), .double(let values)):
      queries.withUnsafeBufferPointer { queries in
        values.withUnsafeBufferPointer { values in
          tessera_squares_double(
            SharedInput(queries)[address: i * d], SharedInput(values)[address: others.lowerBound * d], nil,
            others.count, Int32(d), scale, squares)
        }
      }
    default: preconditionFailure("contexts of unlike storage")
    }
  }

  /// Squared distance of one of these contexts from one of others, of the same dimension and storage, in squared units.
  func square(_ j: Int, of queries: Contexts, _ i: Int) -> Double {
    var square = 0.0
    squares(from: i, of: queries, to: j..<j + 1, into: &square)
    return square
  }

  /// Squared distance of two contexts, in squared units.
  package func square(_ i: Int, _ j: Int) -> Double {
    var square = 0.0
    squares(from: i, to: j..<j + 1, into: &square)
    return square
  }

  /// Distance of two contexts, in their own units.
  package func callAsFunction(_ i: Int, _ j: Int) -> Double { square(i, j).squareRoot() * unit }
}
