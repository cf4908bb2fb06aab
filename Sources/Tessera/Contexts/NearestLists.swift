/// Nearest contexts of some queries among those seen so far, nearest first, in double precision.
///
/// Of equal distances the lower index comes first, so lists do not depend on the order in which parts of the contexts are seen.
public struct NearestLists: Sendable, Equatable {
  /// Entries of a list.
  public let count: Int
  /// Numbers of the contexts, queries x count; -1 for none.
  public internal(set) var indices: [Int32]
  /// Squared distances in units of the search; infinite for none.
  public internal(set) var squares: [Double]

  /// Lists without entries.
  public init(queries: Int, count: Int) {
    self.count = count
    indices = Array(repeating: -1, count: queries * count)
    squares = Array(repeating: .infinity, count: queries * count)
  }

  /// Lists as they came from somewhere.
  ///
  /// - Throws: `ShardError.numbers`.
  public init(count: Int, indices: [Int32], squares: [Double]) throws {
    guard count > 0, indices.count % count == 0, squares.count == indices.count else {
      throw ShardError.numbers(
        what: "lists of neighbours", found: "\(indices.count) indices and \(squares.count) squares",
        expected: "\(count) of each for every query")
    }
    (self.count, self.indices, self.squares) = (count, indices, squares)
  }

  /// Distances in the contexts' own units; infinite for none.
  ///
  /// - Parameter unit: That of the search.
  public func lengths(unit: Double) -> [Double] { squares.map { $0.squareRoot() * unit } }

  public var queries: Int { count == 0 ? 0 : indices.count / count }

  /// Those of some queries.
  subscript(queries: Range<Int>) -> NearestLists {
    var part = NearestLists(queries: 0, count: count)
    part.indices = Array(indices[queries.lowerBound * count..<queries.upperBound * count])
    part.squares = Array(squares[queries.lowerBound * count..<queries.upperBound * count])
    return part
  }

  /// Half of the square that is to be undercut, rounded up.
  func bound(of query: Int) -> Float {
    guard count > 0 else { return -.infinity }
    let worst = squares[(query + 1) * count - 1]
    return worst.isFinite ? Float(worst / 2).nextUp : .infinity
  }

  mutating func offer(_ index: Int32, _ square: Double, to query: Int) {
    let first = query * count
    var place = first + count
    while place > first, indices[place - 1] < 0 || (square, index) < (squares[place - 1], indices[place - 1])
    {
      place -= 1
    }
    guard place < first + count else { return }
    for later in stride(from: first + count - 1, to: place, by: -1) {
      (squares[later], indices[later]) = (squares[later - 1], indices[later - 1])
    }
    (squares[place], indices[place]) = (square, index)
  }
}
