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
    let m = contexts.count
    var places = [Int32](repeating: -1, count: m)
    var distances = [Double](repeating: .infinity, count: m)
    let error = largestError
    try withPointers(&places, &distances) { places, distances in
      // Every piece writes its own queries' places.
      try pairs { range in
        NearestSoFar(rows: range.count, width: Self.tileWidth)
      } visit: { state, tile, own in
        for row in 0..<tile.queries.count {
          let query = tile.queries.lowerBound + row
          // Both norms are rounded at the size of the mean norm, which they are seen from: their sum can be smaller.
          let found = state.candidates.find(
            in: tile, row: row, own: own[row], error: error, rounding: 0x1p-22, limit: state.bound[row])
          guard found > 0 else { continue }
          // The likeliest first: it rules out the most of the others.
          var likeliest = 0
          for k in 1..<max(found, 1) where state.candidates.bounds[k] < state.candidates.bounds[likeliest] {
            likeliest = k
          }
          for k in -1..<found {
            let (place, least) = state.candidates[k < 0 ? likeliest : k]
            let other = tile.first + place
            guard other != query, least <= state.bound[row] else { continue }
            let square = exact.square(query, other)
            guard (square, Int32(other)) < (state.square[row], state.place[row]) else { continue }
            (state.place[row], state.square[row]) = (Int32(other), square)
            state.bound[row] = Float(square / 2).nextUp
          }
        }
      } finish: { state, range in
        for row in 0..<range.count {
          places[range.lowerBound + row] = state.place[row]
          distances[range.lowerBound + row] = state.square[row].squareRoot() * unit
        }
      }
    }
    return NearestNeighbours(places: places, distances: distances)
  }
}

/// Of some queries the nearest contexts so far.
private struct NearestSoFar {
  var place: [Int32]
  var square: [Double]
  /// Half of the square, rounded up.
  var bound: [Float]
  var candidates: Candidates

  init(rows: Int, width: Int) {
    place = Array(repeating: -1, count: rows)
    square = Array(repeating: .infinity, count: rows)
    bound = Array(repeating: .infinity, count: rows)
    candidates = Candidates(width: width)
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
