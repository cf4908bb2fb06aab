/// The nearest other context of each context, in double precision.
package struct NearestNeighbours: Sendable, Equatable {
  /// -1 where there is no other.
  package let places: [Int32]
  /// In the contexts' own units; infinite where there is no other.
  package let distances: [Double]

  /// The upper one of the two middle distances; 0 where there is none.
  package var median: Double {
    let finite = distances.filter(\.isFinite).sorted()
    return finite.isEmpty ? 0 : finite[finite.count / 2]
  }
}

extension Distances {
  /// For each context the nearest other one; of equally near ones the first.
  ///
  /// Products in single precision rule out all that is surely farther than the nearest one so far; the rest is worked out in
  /// double precision. So a near-copy is found however near it is and however far both lie from the mean.
  ///
  /// - Throws: `Cancelled`.
  /// - Complexity: O(m^2 d) time on all cores, O(m d) memory. Where nearest distances fall below some ten-thousandths of the
  ///   size of the contexts, single precision tells little apart, and the time grows up to some ten times.
  package func nearestNeighbours() throws -> NearestNeighbours {
    let lists = try nearest(NearestLists(queries: contexts.count, count: 1), of: packed)
    return NearestNeighbours(
      places: lists.indices, distances: lists.squares.map { $0.squareRoot() * unit })
  }

  /// The contexts taken into the lists of some queries.
  ///
  /// - Parameters:
  ///   - queries: Contexts of the same packing and storage.
  ///   - number: Of the first query among all contexts.
  ///   - first: Number of the first of these contexts.
  /// - Throws: `Cancelled`.
  func nearest(_ lists: NearestLists, of queries: PackedContexts, from number: Int = 0, first: Int = 0) throws
    -> NearestLists
  {
    var result = lists
    let (error, count) = (largestError, lists.count)
    try withPointers(&result.indices, &result.squares) { indices, squares in
      // Every piece writes its own queries' places.
      try pairs(of: queries) { range in
        NearestSoFar(lists[range], rows: range.count, width: Self.tileWidth)
      } visit: { state, tile, own in
        for row in 0..<tile.queries.count {
          let query = tile.queries.lowerBound + row
          // Both norms are rounded at the size of the mean norm, which they are seen from: their sum can be smaller.
          let found = state.candidates.find(
            in: tile, row: row, own: own[row], error: error, rounding: 0x1p-22, limit: state.bound[row])
          // The likeliest first: they rule out the most of the others.
          for candidate in state.likeliest(found) {
            let (place, least) = state.candidates[Int(candidate)]
            guard least <= state.bound[row] else { break }
            let other = first + tile.first + place
            guard other != number + query else { continue }
            let square = exact.square(tile.first + place, of: queries.contexts, query)
            state.lists.offer(Int32(other), square, to: row)
            state.bound[row] = state.lists.bound(of: row)
          }
        }
      } finish: { state, range in
        for place in 0..<range.count * count {
          indices[range.lowerBound * count + place] = state.lists.indices[place]
          squares[range.lowerBound * count + place] = state.lists.squares[place]
        }
      }
    }
    return result
  }
}

/// Of some queries the nearest contexts so far.
private struct NearestSoFar {
  var lists: NearestLists
  /// Half of the square that is to be undercut, rounded up.
  var bound: [Float]
  var candidates: Candidates
  private var order: [Int32]

  init(_ lists: NearestLists, rows: Int, width: Int) {
    self.lists = lists
    bound = (0..<rows).map { lists.bound(of: $0) }
    candidates = Candidates(width: width)
    order = Array(repeating: 0, count: width)
  }

  /// The first candidates by their bounds.
  mutating func likeliest(_ found: Int) -> ArraySlice<Int32> {
    for place in 0..<found { order[place] = Int32(place) }
    if found > 1 {
      let bounds = candidates.bounds
      order[..<found].sort { bounds[Int($0)] < bounds[Int($1)] }
    }
    return order[..<found]
  }
}

extension Contexts {
  /// The median distance of a context to the nearest other one; copies count once. 0 for fewer than two different
  /// contexts.
  ///
  /// - Throws: `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(m^2 d) time, O(m d) memory.
  public func medianNeighbourDistance(work: Work = Work()) throws -> Double {
    let copies = duplicates(work: work)
    guard copies.count > 1 else { return 0 }
    let distinct = copies.hasDuplicates ? selecting(rows: copies.representatives) : self
    return try Distances(distinct, work: work).nearestNeighbours().median
  }
}
