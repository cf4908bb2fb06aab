/// A shortest spanning tree of contexts: which alternatives join which, at what distance.
///
/// Its edges in order of length are single linkage: cut at a distance t, the parts that remain are the groups in which
/// every member has another within t.
public struct SpanningTree: Sendable, Equatable {
  public struct Edge: Sendable, Equatable {
    public let a: Int
    public let b: Int
    public let length: Double

    public init(a: Int, b: Int, length: Double) { (self.a, self.b, self.length) = (a, b, length) }
  }

  /// Number of alternatives.
  public let count: Int
  /// count - 1 edges, shortest first; copies are joined by edges of length zero.
  public let edges: [Edge]

  /// Boruvka's algorithm (1926) over nearest neighbours that are found by blocks of products.
  ///
  /// - Parameter contexts: m x d, m at least 1.
  /// - Throws: `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(m^2 d) for the first pass; later ones search only outside the largest part. Memory O(m d).
  public init(_ contexts: Contexts, work: Work = Work()) throws {
    let copies = contexts.duplicates(work: work)
    let distinct = copies.hasDuplicates ? contexts.selecting(rows: copies.representatives) : contexts
    try self.init(Self.grown(distinct, work: work), copies: copies)
  }

  /// A tree from its edges.
  ///
  /// - Precondition: They join all of `count` alternatives without a circle.
  public init(count: Int, edges: [Edge]) {
    precondition(edges.count == max(count - 1, 0))
    self.count = count
    self.edges = edges.sorted(by: Edge.precedes)
  }

  /// - Parameter contexts: All different, at least one.
  private static func grown(_ contexts: Contexts, work: Work) throws -> TreeGrowth {
    let m = contexts.count
    guard m > 1 else { return try TreeGrowth(count: m, neighbours: [], lengths: []) }
    let search = try Distances(contexts, work: work).bounded(for: .nearest)
    let lists = try search.neighbours(of: (0..<Int32(m)).map { $0 }, count: min(TreeGrowth.kept, m - 1))
    var growth = try TreeGrowth(
      count: m, neighbours: lists.indices, lengths: lists.lengths(unit: search.unit))
    while !growth.isDone {
      try work.check()
      let found = try search.neighbours(of: growth.open, count: 1, outside: growth.component)
      growth = try growth.joining(found.indices, lengths: found.lengths(unit: search.unit))
    }
    return growth
  }
}

extension SpanningTree {
  /// Groups in which every member has another within the distance.
  public func groups(within distance: Double) -> Partition {
    var parts = DisjointSets(count: count)
    for edge in edges where edge.length <= distance { _ = parts.join(edge.a, edge.b) }
    return parts.groups(count: count)
  }
}
