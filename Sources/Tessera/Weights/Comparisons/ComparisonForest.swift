/// Compared pairs joined by shortest paths: single linkage among them, cut at a radius.
///
/// The forest has every join that single linkage needs below the radius, and no other: one fewer than the comparisons of a
/// group. It grows by comparisons without a look at distances among the old ones.
public struct ComparisonForest: Sendable, Equatable {
  public struct Join: Sendable, Equatable, Codable {
    /// Numbers of two points, a below b.
    public let a: Int32
    public let b: Int32
    public let length: Double

    /// Joins in the order of single linkage: by length, then by number, so that no two are alike.
    static func precedes(_ x: Join, _ y: Join) -> Bool { (x.length, x.a, x.b) < (y.length, y.a, y.b) }
  }

  /// Different pairs of different contexts, as alternatives that stand for them.
  public let points: [SIMD2<Int32>]
  /// Joins shorter than this are known.
  public let radius: Double
  /// Shortest first.
  public let joins: [Join]

  init(points: [SIMD2<Int32>], radius: Double, joins: [Join]) {
    (self.points, self.radius, self.joins) = (points, radius, joins)
  }

  /// - Parameters:
  ///   - known: A forest of the first of the points, of at least this radius.
  /// - Throws: `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(new points x points x d) time on all cores, and O(points) memory: joins are reduced to a forest as they
  ///   are found. Few new points, beside known ones, take O(points + ends x m x d) alone (`NearComparisons`).
  init(
    _ contexts: Contexts, points: [SIMD2<Int32>], radius: Double, growing known: ComparisonForest? = nil,
    work: Work
  ) throws {
    let first = known?.points.count ?? 0
    let limit = max(4 * points.count, 1 << 18)
    let sinks = (0..<max(work.threads, 1)).map { _ in Sink(count: points.count, limit: limit) }
    if first > 0, first < points.count,
      let few = try NearComparisons(contexts, points: points, from: first, work: work)
    {
      few.join(within: radius) { sinks[0].add($0) }
    } else if first < points.count {
      let search = try ComparisonDistances(
        contexts, points: points, radius: radius, asked: points.count - first, work: work)
      try search.join(rows: first..<points.count, within: radius, work: work) { worker, i, j, length in
        sinks[worker].add(Join(a: Int32(j), b: Int32(i), length: length))
      }
    }
    let found = sinks.reduce((known?.joins ?? []).filter { $0.length < radius }) { $0 + $1.joins }
    self.init(points: points, radius: radius, joins: Self.forest(found, points.count))
  }

  /// The same with points in the order of their alternatives, and the number that each has then: what was found on any road
  /// is written alike.
  func inOrder() -> (forest: ComparisonForest, numbers: [Int]) {
    let order = points.indices.sorted { (points[$0].x, points[$0].y) < (points[$1].x, points[$1].y) }
    var numbers = [Int](repeating: 0, count: points.count)
    for (place, point) in order.enumerated() { numbers[point] = place }
    let joins = joins.map { join in
      let (a, b) = (Int32(numbers[Int(join.a)]), Int32(numbers[Int(join.b)]))
      return Join(a: min(a, b), b: max(a, b), length: join.length)
    }
    return (
      ComparisonForest(
        points: order.map { points[$0] }, radius: radius, joins: joins.sorted(by: Join.precedes)),
      numbers
    )
  }

  /// The joins of single linkage among some. They are the same whatever longer ones were there, so parts can be reduced on
  /// their own.
  static func forest(_ joins: [Join], _ count: Int) -> [Join] {
    var parts = DisjointSets(count: count)
    return joins.sorted(by: Join.precedes).filter { parts.join(Int($0.a), Int($0.b)) }
  }

  /// Joins that one worker has found. Not shared: `Work` lets no two calls of one worker overlap.
  private final class Sink: @unchecked Sendable {
    private(set) var joins: [Join] = []
    private let count: Int
    private var limit: Int

    init(count: Int, limit: Int) { (self.count, self.limit) = (count, limit) }

    func add(_ join: Join) {
      joins.append(join)
      guard joins.count >= limit else { return }
      joins = ComparisonForest.forest(joins, count)
      limit = max(limit, 2 * joins.count)
    }
  }
}
