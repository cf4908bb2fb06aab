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
    precondition(others.lowerBound >= 0 && others.upperBound <= contexts.count)
    measure(i, of: contexts, first: others.lowerBound, which: nil, count: others.count, squares)
  }

  /// Writes the squared distances of one of other contexts, of the same dimension and storage, from some of these.
  ///
  /// - Parameters:
  ///   - places: Of these contexts, counted from `first`.
  ///   - squares: At least as many.
  func squares(
    from i: Int, of queries: Contexts, to places: [Int32], first: Int, into squares: inout [Double]
  ) {
    precondition(
      places.count <= squares.count && first >= 0
        && places.allSatisfy { $0 >= 0 && first + Int($0) < contexts.count })
    withPointers(&squares) { squares in
      places.withUnsafeBufferPointer { places in
        measure(
          i, of: queries, first: first, which: places.baseAddress, count: places.count, squares[address: 0])
      }
    }
  }

  /// The kernel for the storage of both.
  private func measure(
    _ i: Int, of queries: Contexts, first: Int, which: UnsafePointer<Int32>?, count: Int,
    _ squares: UnsafeMutablePointer<Double>
  ) {
    let d = contexts.dimension
    precondition(i >= 0 && i < queries.count && queries.dimension == d)
    guard d > 0 else { return squares.update(repeating: 0, count: count) }
    switch (queries.storage, contexts.storage) {
    case (.single(let queries), .single(let values)):
      queries.withUnsafeBufferPointer { queries in
        values.withUnsafeBufferPointer { values in
          tessera_squares_float(
            SharedInput(queries)[address: i * d], SharedInput(values)[address: first * d], which, count,
            Int32(d),
            scale, squares)
        }
      }
    case (.double(let queries), .double(let values)):
      queries.withUnsafeBufferPointer { queries in
        values.withUnsafeBufferPointer { values in
          tessera_squares_double(
            SharedInput(queries)[address: i * d], SharedInput(values)[address: first * d], which, count,
            Int32(d),
            scale, squares)
        }
      }
    default: preconditionFailure("contexts of unlike storage")
    }
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
