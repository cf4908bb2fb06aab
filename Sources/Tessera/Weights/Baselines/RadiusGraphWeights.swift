/// Radius-graph weights: distances only, no alternative space (Berriaud and Wattenhofer, 2026).
///
/// For a radius t alternatives at distance t or less are neighbours; those with the same closed neighbourhood form a
/// class; each class gets an equal share, which its members split evenly; the shares are averaged over t, evenly from 0
/// to the largest distance. Copies count once and share: an even split among all members would give a copied member of a
/// large class more than it had. Among many points every radius is close to some distance, so near clones are soon told
/// apart: see the table of axioms.
public enum RadiusGraphWeights {
  /// Different contexts for which the average is an integral: their half a million distances take about 0.3 s.
  static let integralLimit = 1_000

  /// The integral over all radii for up to 1,000 different contexts; beyond, the average over some radii.
  ///
  /// Neighbourhoods are known by 64-bit sums of random numbers of their members: two that differ have equal sums with
  /// a probability of 2^-64. Distances alone decide, in double precision: weights do not change beyond rounding when
  /// the contexts are turned, mirrored, shifted or scaled.
  ///
  /// - Parameters:
  ///   - radii: Radii, evenly from 0 to the largest distance, where the integral would take long.
  ///   - seed: Of the random numbers; it changes nothing but that probability.
  /// - Throws: `WeightsError.noContexts`, `WeightsError.groupCount` without a radius, `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(m^2 (d + log m)) time and O(m^2) memory up to 1,000 different contexts; O(m^2 d) time and
  ///   O(m (d + radii)) memory beyond.
  public static func weights(contexts: Contexts, radii: Int = 256, seed: UInt64 = 0, work: Work = Work())
    throws
    -> AlternativeWeights
  {
    try weights(contexts: contexts, radii: radii, seed: seed, integralLimit: integralLimit, work: work)
  }

  /// The same with another limit between the two.
  package static func weights(contexts: Contexts, radii: Int, seed: UInt64, integralLimit: Int, work: Work)
    throws
    -> AlternativeWeights
  {
    let copies = contexts.duplicates(work: work)
    guard copies.count > 0 else { throw WeightsError.noContexts }
    guard radii >= 1 else { throw WeightsError.groupCount(found: radii) }
    let distinct = copies.hasDuplicates ? contexts.selecting(rows: copies.representatives) : contexts
    let m = distinct.count
    func result(_ values: [Double], _ choice: String, radii: Int? = nil) -> AlternativeWeights {
      AlternativeWeights(
        values: values,
        provenance: Provenance(scheme: "radius-graph", method: .exact, choice: choice, radii: radii)
      ).shared(among: copies)
    }
    guard m > 1 else { return result([1], "all contexts are equal") }
    var random = RandomStream(seed: seed, for: .radiusGraphNames)
    let names = (0..<m).map { _ in random.next() }
    if m <= integralLimit {
      let values = try integral(ExactDistances(distinct, work: work), names, work: work)
      return result(values, "the integral over all radii up to the largest distance")
    }
    let values = try average(Distances(distinct, work: work), names, radii: radii, work: work)
    return result(
      values,
      "the average over \(radii) radii up to the largest distance, since the integral would take long for more than \(integralLimit) alternatives",
      radii: radii)
  }
}

// MARK: - The integral

extension RadiusGraphWeights {
  /// Between two distances that follow one another no neighbourhood changes, so the integral is a sum.
  ///
  /// With n(t) classes at t, an alternative in a class of s members gathers dt / (n(t) s). A class keeps a running sum of
  /// what each of its members has gathered; those who come and go note where it stood. So a distance that is passed costs
  /// two moves, whatever the number of alternatives.
  private static func integral(_ distances: ExactDistances, _ names: [UInt64], work: Work) throws -> [Double]
  {
    let m = names.count
    let pairs = try sortedPairs(distances, work: work)
    var classes = Classes(names: names)
    var radius = 0.0
    for (number, pair) in pairs.enumerated() {
      if number & 0xFFFF == 0 { try work.check() }
      let next = pair.square.squareRoot()
      classes.advance(by: next - radius)
      radius = next
      let (i, j) = (Int(pair.i), Int(pair.j))
      classes.move(i, by: names[j])
      classes.move(j, by: names[i])
    }
    return (0..<m).map { classes.gathered(by: $0) / radius }
  }

  private struct Pair {
    let square: Double
    let i: Int32
    let j: Int32
  }

  /// All pairs, nearest first. The order of equally near ones changes nothing: no radius lies between them.
  private static func sortedPairs(_ distances: ExactDistances, work: Work) throws -> [Pair] {
    let m = distances.contexts.count
    var pairs = [Pair](repeating: Pair(square: 0, i: 0, j: 0), count: m * (m - 1) / 2)
    try withPointers(&pairs) { pairs in
      try work.forEach(pieces: m - 1) { i, _ in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: m - i - 1) { buffer in
          let squares = Shared(buffer)
          distances.squares(from: i, to: i + 1..<m, into: squares[address: 0])
          // Rows before this one have m - 1, m - 2, ... pairs.
          let start = i * (2 * m - i - 1) / 2
          for j in i + 1..<m {
            pairs[start + j - i - 1] = Pair(square: squares[j - i - 1], i: Int32(i), j: Int32(j))
          }
        }
      }
    }
    pairs.sort { $0.square < $1.square }
    return pairs
  }

  /// Alternatives with equal neighbourhoods, while the radius grows.
  private struct Classes {
    private struct Class {
      var members = 0
      /// What a member has gathered since the class began.
      var sum = 0.0
      /// `share` up to which `sum` is counted.
      var share = 0.0
    }

    private var place: [UInt64: Int] = [:]
    private var classes: [Class]
    private var free: [Int] = []
    private var marks: [UInt64]
    private var classOf: [Int]
    /// What each has gathered in classes it has left, less the sum of its class when it came.
    private var before: [Double]
    /// Integral of 1 / number of classes.
    private var share = 0.0

    init(names: [UInt64]) {
      marks = names
      classOf = Array(names.indices)
      before = Array(repeating: 0, count: names.count)
      classes = Array(repeating: Class(members: 1), count: names.count)
      place = Dictionary(zip(names, names.indices)) { first, _ in first }
    }

    mutating func advance(by length: Double) { share += length / Double(place.count) }

    /// Brings the sum of a class up to now.
    private mutating func settle(_ number: Int) {
      if classes[number].members > 0 {
        classes[number].sum += (share - classes[number].share) / Double(classes[number].members)
      }
      classes[number].share = share
    }

    /// Gives an alternative a neighbour more.
    mutating func move(_ i: Int, by name: UInt64) {
      let old = classOf[i]
      settle(old)
      before[i] += classes[old].sum
      classes[old].members -= 1
      if classes[old].members == 0 {
        place[marks[i]] = nil
        free.append(old)
      }
      marks[i] &+= name
      let new = place[marks[i]] ?? free.popLast() ?? classes.count
      if new == classes.count { classes.append(Class()) }
      if classes[new].members == 0 {
        classes[new] = Class(share: share)
        place[marks[i]] = new
      }
      settle(new)
      before[i] -= classes[new].sum
      classes[new].members += 1
      classOf[i] = new
    }

    mutating func gathered(by i: Int) -> Double {
      settle(classOf[i])
      return before[i] + classes[classOf[i]].sum
    }
  }
}

// MARK: - The average over radii

extension RadiusGraphWeights {
  /// Radii stand in the middle of `radii` equal parts of the largest distance.
  ///
  /// Distances come from products in single precision. One that could lie on either side of a radius is worked out anew in
  /// double precision, so the classes are those of the true distances.
  private static func average(_ search: Distances, _ names: [UInt64], radii: Int, work: Work) throws
    -> [Double]
  {
    let m = names.count
    let largest = try largestSquare(search, work: work).squareRoot()
    let steps = Double(radii) / largest
    let error = search.largestError
    /// Number of the first radius at which a distance makes neighbours; `radii` for none.
    @Sendable @inline(__always) func radius(_ square: Double) -> Int {
      min(Int(square.squareRoot() * steps + 0.5), radii)
    }
    // marks[i * radii + k]: sum of the names of those who become neighbours of i at radius k.
    var marks = [UInt64](repeating: 0, count: m * radii)
    try withPointers(&marks) { marks in
      try names.withUnsafeBufferPointer { names in
        let names = SharedInput(names)
        try search.pairs { _ in
          ()
        } visit: { _, tile, own in
          for (row, i) in tile.queries.enumerated() {
            // Each query has places of its own.
            let mark = marks[address: i * radii]
            for j in 0..<min(tile.width, m - tile.first) {
              let size = own[row] + tile.norms[j]
              let half = size - tile.products[row * tile.stride + j]
              let slack = error * size
              var k = radius(Double(2 * max(half - slack, 0)))
              if k != radius(Double(2 * max(half + slack, 0))) {
                k = radius(search.exact.square(i, tile.first + j))
              }
              if k < radii { mark[k] &+= names[tile.first + j] }
            }
          }
        } finish: { _, _ in
        }
        try work.forEach(pieces: m) { i, _ in
          for k in 1..<max(radii, 1) { marks[i * radii + k] &+= marks[i * radii + k - 1] }
        }
      }
    }
    var values = [Double](repeating: 0, count: m)
    for k in 0..<radii {
      try work.check()
      var sizes: [UInt64: Int] = [:]
      sizes.reserveCapacity(m)
      for i in 0..<m { sizes[marks[i * radii + k], default: 0] += 1 }
      let share = 1 / Double(sizes.count) / Double(radii)
      for i in 0..<m { values[i] += share / Double(sizes[marks[i * radii + k]] ?? 1) }
    }
    return values
  }

  /// The largest squared distance, in squared units and double precision.
  ///
  /// Alternatives that may have it by the products are measured anew: few, unless all are equally far apart.
  private static func largestSquare(_ search: Distances, work: Work) throws -> Double {
    let m = search.contexts.count
    let error = search.largestError
    var above = [Float](repeating: 0, count: m)
    var below = above
    try withPointers(&above, &below) { above, below in
      try search.pairs { _ in
        ()
      } visit: { _, tile, own in
        for (row, i) in tile.queries.enumerated() {
          var (high, low) = (above[i], below[i])
          for j in 0..<min(tile.width, m - tile.first) {
            let size = own[row] + tile.norms[j]
            let half = size - tile.products[row * tile.stride + j]
            high = max(high, half + error * size)
            low = max(low, half - error * size)
          }
          (above[i], below[i]) = (high, low)
        }
      } finish: { _, _ in
      }
    }
    let least = below.max() ?? 0
    let candidates = above.indices.filter { above[$0] >= least }
    var squares = [Double](repeating: 0, count: candidates.count)
    try withPointers(&squares) { squares in
      try work.forEach(pieces: candidates.count) { place, _ in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: m) { buffer in
          let all = Shared(buffer)
          search.exact.squares(from: candidates[place], to: 0..<m, into: all[address: 0])
          var most = 0.0
          for j in 0..<m { most = max(most, all[j]) }
          squares[place] = most
        }
      }
    }
    return squares.max() ?? 0
  }
}
