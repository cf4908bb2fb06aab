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
        (
          place: [Int32](repeating: -1, count: range.count),
          square: [Double](repeating: .infinity, count: range.count),
          // Half of the square, rounded up.
          bound: [Float](repeating: .infinity, count: range.count)
        )
      } visit: { state, tile, own in
        for row in 0..<tile.queries.count {
          let query = tile.queries.lowerBound + row
          for chunk in stride(from: 0, to: tile.width, by: 16) {
            let norms = UnsafeRawPointer(tile.norms + chunk).loadUnaligned(as: SIMD16<Float>.self)
            let products = UnsafeRawPointer(tile.products + row * tile.stride + chunk).loadUnaligned(
              as: SIMD16<Float>.self)
            let sums = norms + own[row]
            // Both norms are rounded at the size of the mean norm, which they are seen from: their sum can be smaller.
            let sizes = pointwiseMax(norms, -norms) + own[row]
            // Places beyond the last context have infinite norms, so that this is no number there and the mask is false.
            let least = sums - products - sums * error - sizes * 0x1p-22
            let mask = least .<= state.bound[row]
            guard any(mask) else { continue }
            for lane in 0..<16 where mask[lane] {
              let other = tile.first + chunk + lane
              // What was found in this chunk may have ruled it out.
              guard other != query, least[lane] <= state.bound[row] else { continue }
              let square = exact.square(query, other)
              guard square < state.square[row] else { continue }
              (state.place[row], state.square[row]) = (Int32(other), square)
              state.bound[row] = Float(square / 2).nextUp
            }
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
