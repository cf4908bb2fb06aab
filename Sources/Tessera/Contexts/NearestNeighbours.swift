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
  /// - Complexity: O(m^2 d) time on all cores, O(m d) memory; a part of d where few axes hold most of the spread
  ///   (`PrincipalPrefix`). Where nearest distances fall below some ten-thousandths of the size of the contexts, single precision
  ///   tells little apart, and the time grows up to some ten times.
  package func nearestNeighbours() throws -> NearestNeighbours {
    try nearestNeighbours(ofFirst: contexts.count)
  }

  /// The same of the first contexts alone.
  func nearestNeighbours(ofFirst count: Int) throws -> NearestNeighbours {
    let search = try bounded(for: .nearest)
    func first(_ contexts: Contexts) -> Contexts {
      count == contexts.count ? contexts : contexts.selecting(rows: Array(0..<count))
    }
    let asking =
      count == contexts.count
      ? search.packed : PackedContexts(first(search.contexts), packing: search.packed.packing, work: Work())
    let lists = try search.nearest(
      NearestLists(queries: count, count: 1), of: asking, whole: first(contexts))
    return NearestNeighbours(
      places: lists.indices, distances: lists.squares.map { $0.squareRoot() * unit })
  }

  /// The contexts taken into the lists of some queries.
  ///
  /// - Parameters:
  ///   - queries: Contexts of the same packing and storage.
  ///   - whole: What they are a bound of, where they are; nil for themselves.
  ///   - number: Of the first query among all contexts.
  ///   - first: Number of the first of these contexts.
  /// - Throws: `Cancelled`.
  func nearest(
    _ lists: NearestLists, of queries: PackedContexts, whole: Contexts? = nil, from number: Int = 0,
    first: Int = 0
  ) throws -> NearestLists {
    let whole = whole ?? queries.contexts
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
            let square = exact.square(tile.first + place, of: whole, query)
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

  /// The same among contexts that all differ, looked up from some of them: for those who want the median alone.
  ///
  /// Exact where there are no more contexts than queries. Else the share of all contexts whose nearest one is nearer than what
  /// is returned is a half with a standard error of 1 / (2 sqrt(queries)), at most. Which contexts ask is told by their
  /// numbers, so the order of the rows changes nothing.
  ///
  /// - Throws: `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(queries x m x d) time, O(m d) memory.
  package func medianNeighbourDistance(queries: Int, work: Work) throws -> Double {
    guard count > queries else { return try Distances(self, work: work).nearestNeighbours().median }
    let hashes = contentHashes(work: work)
    // Those that ask come first.
    let ordered = selecting(rows: (0..<count).sorted { (hashes[$0], $0) < (hashes[$1], $1) })
    return try Distances(ordered, work: work).nearestNeighbours(ofFirst: queries).median
  }
}
