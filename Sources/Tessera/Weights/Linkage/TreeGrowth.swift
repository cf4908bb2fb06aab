/// A shortest spanning tree while it grows: Boruvka's rounds (1926), with the search left to whoever holds the contexts.
///
/// It begins with the nearest neighbours of every context. A round joins every part but the largest to the one nearest to it;
/// where the neighbours that are known lie in the part itself, it asks for the nearest context outside.
///
///     var growth = try TreeGrowth(count: m, neighbours: lists.indices, lengths: lists.lengths)
///     while !growth.isDone {
///       let found = ...                  // for each of growth.open the nearest context of another component
///       growth = try growth.joining(found, lengths: ...)
///     }
public struct TreeGrowth: Sendable {
  /// Number of contexts, all different.
  public let count: Int
  /// Contexts whose nearest one outside their component must be found.
  public private(set) var open: [Int32] = []
  /// The component of each context.
  public private(set) var component: [Int32] = []
  private let neighbours: [Int32]
  private let lengths: [Double]
  /// Entries of a list.
  private let kept: Int
  private var parts: DisjointSets
  private(set) var edges: [SpanningTree.Edge] = []
  /// The shortest way out of each component that is known.
  private var best: [Int32: SpanningTree.Edge] = [:]

  /// Neighbours that are kept for each context; fewer where there are no more.
  public static let kept = 12

  public var isDone: Bool { edges.count >= count - 1 }

  /// - Parameters:
  ///   - neighbours: The nearest contexts of each, nearest first: count x min(kept, count - 1).
  ///   - lengths: Their distances.
  /// - Throws: `ShardError.numbers`.
  public init(count: Int, neighbours: [Int32], lengths: [Double]) throws {
    kept = max(min(Self.kept, count - 1), 0)
    guard count >= 0, neighbours.count == count * kept, lengths.count == neighbours.count,
      neighbours.allSatisfy({ $0 >= 0 && $0 < count })
    else {
      throw ShardError.numbers(
        what: "neighbours", found: "\(neighbours.count) with \(lengths.count) lengths",
        expected: "\(kept) others for each of \(count)")
    }
    (self.count, self.neighbours, self.lengths) = (count, neighbours, lengths)
    parts = DisjointSets(count: count)
    begin()
  }

  /// The next round, with what was asked for.
  ///
  /// - Parameters:
  ///   - found: For each of `open` the nearest context outside; -1 where there is none.
  ///   - lengths: Their distances.
  /// - Throws: `ShardError.numbers`; `ShardError.stuck`, which finite contexts cannot bring about.
  public func joining(_ found: [Int32], lengths: [Double]) throws -> TreeGrowth {
    guard found.count == open.count, lengths.count == open.count, found.allSatisfy({ $0 < count }) else {
      throw ShardError.numbers(
        what: "ways out", found: "\(found.count) with \(lengths.count) lengths",
        expected: "\(open.count) of each")
    }
    var next = self
    for (place, other) in found.enumerated() where other >= 0 {
      next.offer(Int(open[place]), Int(other), lengths[place])
    }
    for edge in next.best.values.sorted(by: SpanningTree.Edge.precedes) where next.parts.join(edge.a, edge.b)
    {
      next.edges.append(edge)
    }
    guard next.edges.count > edges.count || isDone else { throw ShardError.stuck }
    next.begin()
    return next
  }

  private mutating func offer(_ a: Int, _ b: Int, _ length: Double) {
    let edge = SpanningTree.Edge(a: min(a, b), b: max(a, b), length: length)
    if let old = best[component[a]], !SpanningTree.Edge.precedes(edge, old) { return }
    best[component[a]] = edge
  }

  private mutating func begin() {
    (open, best) = ([], [:])
    guard !isDone else { return }
    component = (0..<count).map { Int32(parts.find($0)) }
    var sizes: [Int32: Int] = [:]
    for part in component { sizes[part, default: 0] += 1 }
    // Everyone else finds a way out; the largest part is joined to.
    let largest = sizes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? -1
    // What the kept lists know: exact where a list still holds someone outside.
    var unknown: [(point: Int32, atLeast: Double)] = []
    for i in 0..<count where component[i] != largest {
      var isFound = false
      for place in i * kept..<(i + 1) * kept where component[Int(neighbours[place])] != component[i] {
        offer(i, Int(neighbours[place]), lengths[place])
        isFound = true
      }
      if !isFound { unknown.append((Int32(i), lengths[(i + 1) * kept - 1])) }
    }
    // Lists that are used up: their way out is at least as long as the last neighbour is far.
    open = unknown.filter { point in
      guard let known = best[component[Int(point.point)]] else { return true }
      return point.atLeast <= known.length
    }.map(\.point)
  }
}

extension SpanningTree.Edge {
  /// Shorter edges first; of equal ones those of lower numbers.
  static func precedes(_ x: Self, _ y: Self) -> Bool { (x.length, x.a, x.b) < (y.length, y.a, y.b) }
}

extension SpanningTree {
  /// The tree of all alternatives from that of the different ones.
  ///
  /// - Precondition: The growth is done, and there is a context for each group.
  public init(_ growth: TreeGrowth, copies: Partition) {
    precondition(growth.isDone && growth.count == copies.count)
    let first = copies.representatives
    var edges = growth.edges.map { Edge(a: first[$0.a], b: first[$0.b], length: $0.length) }
    for (i, group) in copies.groupOf.enumerated() where first[group] != i {
      edges.append(Edge(a: first[group], b: i, length: 0))
    }
    self.init(count: copies.groupOf.count, edges: edges)
  }
}
