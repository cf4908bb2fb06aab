extension ComparisonForest {
  /// The forest of those points that stay, but for comparisons of copies with one another.
  ///
  /// Joins between them remain the shortest ways across; groups that have lost one are looked through again.
  ///
  /// - Parameters:
  ///   - places: Where each alternative of the points stands among `contexts`; nil where it is gone.
  ///   - contexts: Of those that stay.
  /// - Returns: nil where a large group has lost one: then all is better joined anew.
  /// - Throws: `ContextsError.scale`.
  /// - Complexity: O(points), and for each such group O(members^2 d).
  package func keeping(_ places: [Int?], contexts: Contexts, work: Work) throws -> ComparisonForest? {
    var number = [Int32](repeating: -1, count: points.count)
    var kept: [SIMD2<Int32>] = []
    for (i, point) in points.enumerated() {
      // Copies that were compared with one another may be one now; where they are not, the point comes back as a new one.
      guard let a = places[Int(point.x)], let b = places[Int(point.y)], a != b else { continue }
      number[i] = Int32(kept.count)
      kept.append(SIMD2(Int32(min(a, b)), Int32(max(a, b))))
    }
    var joins = joins.compactMap { join -> Join? in
      let (a, b) = (number[Int(join.a)], number[Int(join.b)])
      return a >= 0 && b >= 0 ? Join(a: min(a, b), b: max(a, b), length: join.length) : nil
    }
    let exact = try ExactDistances(contexts, work: work)
    for group in groupsThatLost(number) {
      guard group.count <= Self.largestLookedThrough else { return nil }
      for (place, i) in group.enumerated() {
        for j in group[..<place] {
          let length = ComparisonDistances.distance(kept[Int(i)], kept[Int(j)], exact)
          if length < radius { joins.append(Join(a: min(i, j), b: max(i, j), length: length)) }
        }
      }
    }
    return ComparisonForest(points: kept, radius: radius, joins: Self.forest(joins, kept.count))
  }

  /// Points of a group, up to which it is looked through pair by pair.
  private static let largestLookedThrough = 512

  /// What is left of each group that has lost a point and has two at least: new numbers.
  private func groupsThatLost(_ number: [Int32]) -> [[Int32]] {
    var parts = DisjointSets(count: points.count)
    for join in joins { _ = parts.join(Int(join.a), Int(join.b)) }
    var groups: [Int: [Int32]] = [:]
    for i in points.indices where number[i] < 0 { groups[parts.find(i)] = [] }
    for i in points.indices where number[i] >= 0 { groups[parts.find(i)]?.append(number[i]) }
    return groups.values.filter { $0.count > 1 }
  }
}

/// Joins of a few new comparisons, found by the alternatives near one of their ends.
///
/// A comparison is near another only where an end of the one is near an end of the other. New comparisons have few alternatives
/// among their ends, as those of an alternative that came: who is near these is looked up once.
struct NearComparisons {
  private let exact: ExactDistances
  private let points: [SIMD2<Int32>]
  private let first: Int
  /// An end of each new point, chosen so that few are.
  private let hubs: [Int32: [Int]]

  /// Beyond this many ends a search by products is better.
  private static let mostHubs = 32

  /// - Parameter first: Number of the first new point.
  /// - Returns: nil where the new points have too many ends.
  init?(_ contexts: Contexts, points: [SIMD2<Int32>], from first: Int, work: Work) throws {
    var degree: [Int32: Int] = [:]
    for point in points[first...] { for end in [point.x, point.y] { degree[end, default: 0] += 1 } }
    var hubs: [Int32: [Int]] = [:]
    for i in first..<points.count {
      let point = points[i]
      let (x, y) = (degree[point.x] ?? 0, degree[point.y] ?? 0)
      hubs[y >= x ? point.y : point.x, default: []].append(i)
      if hubs.count > Self.mostHubs { return nil }
    }
    exact = try ExactDistances(contexts, work: work)
    (self.points, self.first, self.hubs) = (points, first, hubs)
  }

  /// Calls `found` for every join of a new point with one of a lower number.
  ///
  /// - Complexity: O(ends x m x d), and a distance for each comparison that has an end near.
  func join(within radius: Double, found: (ComparisonForest.Join) -> Void) {
    let m = exact.contexts.count
    // Points by their ends.
    var starts = [Int](repeating: 0, count: m + 1)
    for point in points { for end in [point.x, point.y] { starts[Int(end) + 1] += 1 } }
    for i in 0..<m { starts[i + 1] += starts[i] }
    var next = starts
    var members = [Int32](repeating: 0, count: 2 * points.count)
    for (i, point) in points.enumerated() {
      for end in [point.x, point.y] {
        members[next[Int(end)]] = Int32(i)
        next[Int(end)] += 1
      }
    }
    // A little more than needed, for what rounding does to sums.
    let limit = (radius / exact.unit) * (radius / exact.unit) * (1 + 1e-9)
    var squares = [Double](repeating: 0, count: m)
    for (hub, own) in hubs.sorted(by: { $0.key < $1.key }) {
      squares.withUnsafeMutableBufferPointer { squares in
        guard let squares = squares.baseAddress else { return }
        exact.squares(from: Int(hub), to: 0..<m, into: squares)
      }
      var near: [Int32] = []
      for end in 0..<m where squares[end] <= limit { near += members[starts[end]..<starts[end + 1]] }
      // One with both ends near stands there twice.
      near.sort()
      for i in own {
        var last: Int32 = -1
        for other in near where other != last && other < i {
          last = other
          let length = ComparisonDistances.distance(points[i], points[Int(other)], exact)
          if length < radius { found(ComparisonForest.Join(a: other, b: Int32(i), length: length)) }
        }
      }
    }
  }
}
