/// Groups of contexts about a chosen number of centres: k-means (Lloyd, 1982), started by k-means++ (Arthur and
/// Vassilvitskii, 2007).
enum KMeans {
  /// - Parameters:
  ///   - count: Centres; as many as there are different contexts at most.
  ///   - rounds: Moves of the centres at most.
  /// - Returns: The centre of each context; centres that have lost all of theirs are left out.
  /// - Throws: `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(m x count x d) a round.
  static func groups(
    _ contexts: Contexts, count: Int, rounds: Int = 25, seed: UInt64 = 0, work: Work = Work()
  ) throws -> Partition {
    let m = contexts.count
    var centres = contexts.selecting(
      rows: try start(
        ExactDistances(contexts, work: work), count: min(count, m), seed: seed, work: work))
    var places = [Int32](repeating: -1, count: m)
    for _ in 0..<rounds {
      let moved = try Distances(centres, work: work).nearest(of: contexts)
      if moved == places { break }
      places = moved
      centres = try means(contexts, places, count: centres.count)
    }
    return Partition(numbering: places.map { Int($0) })
  }

  /// Rows to start from, far from one another. On a sample where there are many rows, and many centres are asked for.
  private static func start(_ distances: ExactDistances, count: Int, seed: UInt64, work: Work) throws -> [Int]
  {
    var random = RandomStream(seed: seed, for: .kMeansStart)
    let m = distances.contexts.count
    // With very many centres a random choice is nearly as good as k-means++, and costs nothing.
    guard count <= 64 else {
      var order = Array(0..<m)
      for i in 0..<count {
        let j = i + min(Int(random.uniform() * Double(m - i)), m - i - 1)
        order.swapAt(i, j)
      }
      return order.prefix(count).sorted()
    }
    var chosen = [min(Int(random.uniform() * Double(m)), m - 1)]
    var squares = [Double](repeating: .infinity, count: m)
    while chosen.count < count {
      let last = chosen[chosen.count - 1]
      try withPointers(&squares) { squares in
        try work.forEach(pieces: (m + 255) / 256) { piece, _ in
          let range = piece * 256..<min((piece + 1) * 256, m)
          withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count) { buffer in
            let new = Shared(buffer)
            distances.squares(from: last, to: range, into: new[address: 0])
            for i in range { squares[i] = min(squares[i], new[i - range.lowerBound]) }
          }
        }
      }
      var rest = random.uniform() * squares.reduce(0, +)
      guard rest > 0 else { break }
      var next = m - 1
      for (i, square) in squares.enumerated() {
        rest -= square
        if rest < 0 {
          next = i
          break
        }
      }
      chosen.append(next)
    }
    return chosen
  }

  /// The mean of each group, in double precision; a group without members keeps no row.
  static func means(_ contexts: Contexts, _ places: [Int32], count: Int) throws -> Contexts {
    let d = contexts.dimension
    var sums = [Double](repeating: 0, count: count * d)
    var sizes = [Double](repeating: 0, count: count)
    for (i, place) in places.enumerated() {
      sizes[Int(place)] += 1
      contexts.withRow(i) { k, value in sums[Int(place) * d + k] += value }
    }
    var kept: [Double] = []
    var rows = 0
    for group in 0..<count where sizes[group] > 0 {
      rows += 1
      for k in 0..<d { kept.append(sums[group * d + k] / sizes[group]) }
    }
    return try Contexts(Matrix(rows: rows, columns: d, storage: kept))
  }
}
