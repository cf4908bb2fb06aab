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
  /// Products rule out all that is surely farther than the nearest one so far; the rest is worked out in double precision. So a
  /// near-copy is found however near it is and however far both lie from the mean.
  ///
  /// - Throws: `Cancelled`.
  /// - Complexity: O(m^2 d) time on all cores, O(m d) memory; a part of d where few axes hold most of the spread
  ///   (`PrincipalPrefix`), a quarter of the products where bytes tell (`ByteRows`). Where nearest distances fall below some
  ///   ten-thousandths of the size of the contexts, products tell little apart, and the time grows up to some ten times.
  package func nearestNeighbours() throws -> NearestNeighbours {
    try nearestNeighbours(ofFirst: contexts.count)
  }

  /// The same of the first contexts alone.
  func nearestNeighbours(ofFirst count: Int) throws -> NearestNeighbours {
    let lists = try bounded(for: .nearest).neighbours(of: (0..<Int32(count)).map { $0 }, count: 1)
    return NearestNeighbours(places: lists.indices, distances: lists.lengths(unit: unit))
  }

  /// For each of the contexts `queries` its nearest others, in double precision.
  ///
  /// - Parameter component: Where given, only contexts of another component than the query's count.
  /// - Throws: `Cancelled`.
  /// - Complexity: O(queries x m x d).
  package func neighbours(of queries: [Int32], count: Int, outside component: [Int32]? = nil) throws
    -> NearestLists
  {
    guard !queries.isEmpty else { return NearestLists(queries: 0, count: count) }
    let isAll = queries.count == contexts.count && queries.indices.allSatisfy { queries[$0] == Int32($0) }
    func asking(_ contexts: Contexts) -> Contexts {
      isAll ? contexts : contexts.selecting(rows: queries.map { Int($0) })
    }
    return try nearest(
      NearestLists(queries: queries.count, count: count),
      of: isAll ? packed : PackedContexts(asking(contexts), packing: packed.packing, work: work),
      whole: asking(exact.contexts)
    ) { query, other in
      guard let component else { return Int32(other) != queries[query] }
      return component[other] != component[Int(queries[query])]
    }
  }

  /// The contexts taken into the lists of some queries.
  ///
  /// - Parameters:
  ///   - queries: Contexts of the same packing and storage.
  ///   - whole: What they are a bound of; themselves where they are none.
  ///   - first: Number of the first of these contexts.
  ///   - admits: Whether a context, by its place among these, may be among a query's neighbours.
  /// - Throws: `Cancelled`.
  func nearest(
    _ lists: NearestLists, of queries: PackedContexts, whole: Contexts, first: Int = 0,
    admits: @Sendable (_ query: Int, _ place: Int) -> Bool
  ) throws -> NearestLists {
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
          guard found > 0 else { continue }
          state.take(found, row: row, first: first + tile.first) { place in
            admits(query, tile.first + place)
          } measure: { places, squares in
            exact.squares(from: query, of: whole, to: places, first: tile.first, into: &squares)
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
  /// Places that are measured together, and their squares.
  private var batch: [Int32] = []
  private var squares: [Double]

  /// Rows that are measured together: reading one from memory takes as long as measuring several.
  private static let together = 16

  init(_ lists: NearestLists, rows: Int, width: Int) {
    self.lists = lists
    bound = (0..<rows).map { lists.bound(of: $0) }
    candidates = Candidates(width: width)
    squares = Array(repeating: 0, count: max(Self.together, lists.count))
    batch.reserveCapacity(squares.count)
  }

  /// Takes the candidates that were found for a row into its list.
  ///
  /// - Parameters:
  ///   - first: Number of the place 0.
  ///   - admits: Whether a place may be in the list.
  ///   - measure: Writes the squares of some places.
  mutating func take(
    _ found: Int, row: Int, first: Int, admits: (Int) -> Bool, measure: ([Int32], inout [Double]) -> Void
  ) {
    if !bound[row].isFinite { takeLikeliest(found, row: row, first: first, admits: admits, measure: measure) }
    for number in 0..<found {
      let (place, least) = candidates[number]
      guard least <= bound[row], admits(place) else { continue }
      batch.append(Int32(place))
      if batch.count == Self.together { empty(row, first, measure) }
    }
    empty(row, first, measure)
  }

  /// The smallest bounds first, while a list is not full: they rule out the most of the others.
  private mutating func takeLikeliest(
    _ found: Int, row: Int, first: Int, admits: (Int) -> Bool, measure: ([Int32], inout [Double]) -> Void
  ) {
    var likeliest: [Int] = []
    likeliest.reserveCapacity(lists.count + 1)
    for number in 0..<found {
      let least = candidates[number].bound
      if likeliest.count == lists.count, let last = likeliest.last, least >= candidates[last].bound {
        continue
      }
      guard admits(candidates[number].place) else { continue }
      var place = likeliest.count
      while place > 0, least < candidates[likeliest[place - 1]].bound { place -= 1 }
      likeliest.insert(number, at: place)
      if likeliest.count > lists.count { likeliest.removeLast() }
    }
    for number in likeliest {
      batch.append(Int32(candidates[number].place))
      candidates.drop(number)
    }
    empty(row, first, measure)
  }

  private mutating func empty(_ row: Int, _ first: Int, _ measure: ([Int32], inout [Double]) -> Void) {
    guard !batch.isEmpty else { return }
    measure(batch, &squares)
    for (number, place) in batch.enumerated() {
      lists.offer(Int32(first + Int(place)), squares[number], to: row)
    }
    bound[row] = lists.bound(of: row)
    batch.removeAll(keepingCapacity: true)
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
