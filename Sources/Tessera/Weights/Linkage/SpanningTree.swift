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
    count = contexts.count
    let groups = contexts.duplicates(work: work)
    var edges: [Edge] = []
    for (i, group) in groups.groupOf.enumerated() where groups.representatives[group] != i {
      edges.append(Edge(a: groups.representatives[group], b: i, length: 0))
    }
    let distinct = groups.hasDuplicates ? contexts.selecting(rows: groups.representatives) : contexts
    for edge in try Self.join(distinct, work: work) {
      edges.append(
        Edge(a: groups.representatives[edge.a], b: groups.representatives[edge.b], length: edge.length))
    }
    self.edges = edges.sorted { ($0.length, $0.a, $0.b) < ($1.length, $1.a, $1.b) }
  }

  /// A tree from its edges.
  ///
  /// - Precondition: They join all of `count` alternatives without a circle.
  public init(count: Int, edges: [Edge]) {
    precondition(edges.count == max(count - 1, 0))
    self.count = count
    self.edges = edges.sorted { ($0.length, $0.a, $0.b) < ($1.length, $1.a, $1.b) }
  }

  /// Neighbours kept for each alternative after the first pass.
  private static let kept = 12

  private static func join(_ contexts: Contexts, work: Work) throws -> [Edge] {
    let m = contexts.count
    guard m > 1 else { return [] }
    let search = try Distances(contexts, work: work)
    let k = min(kept, m - 1)
    let all = (0..<Int32(m)).map { $0 }
    let lists = try search.neighbours(of: all, count: k)
    // Distances in double precision, on all cores.
    var lengths = [Double](repeating: .infinity, count: m * k)
    try withPointers(&lengths) { lengths in
      try work.forEach(pieces: (m + 255) / 256) { piece, _ in
        for i in piece * 256..<min((piece + 1) * 256, m) {
          for place in i * k..<(i + 1) * k where lists[place] >= 0 {
            lengths[place] = search.distance(i, Int(lists[place]))
          }
        }
      }
    }
    var parts = DisjointSets(count: m)
    var edges: [Edge] = []
    func add(_ a: Int, _ b: Int, _ length: Double) {
      if parts.join(a, b) { edges.append(Edge(a: min(a, b), b: max(a, b), length: length)) }
    }
    while edges.count < m - 1 {
      try work.check()
      let component = (0..<m).map { Int32(parts.find($0)) }
      var sizes: [Int32: Int] = [:]
      for part in component { sizes[part, default: 0] += 1 }
      // Everyone else finds a way out; the largest part is joined to.
      let largest = sizes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? -1
      var best: [Int32: (a: Int, b: Int, length: Double)] = [:]
      func offer(_ a: Int, _ b: Int, _ length: Double) {
        let part = component[a]
        let (low, high) = (min(a, b), max(a, b))
        if let old = best[part], (old.length, old.a, old.b) <= (length, low, high) { return }
        best[part] = (low, high, length)
      }
      // What the kept lists know: exact where a list still holds someone outside.
      var unknown: [(point: Int32, atLeast: Double)] = []
      for i in 0..<m where component[i] != largest {
        var found = false
        for place in i * k..<(i + 1) * k where lists[place] >= 0 {
          if component[Int(lists[place])] != component[i] {
            offer(i, Int(lists[place]), lengths[place])
            found = true
          }
        }
        if !found { unknown.append((Int32(i), lengths[(i + 1) * k - 1])) }
      }
      // Lists that are used up: their way out is at least as long as the last neighbour is far.
      let open = unknown.filter { point in
        guard let known = best[component[Int(point.point)]] else { return true }
        return point.atLeast <= known.length
      }.map(\.point)
      if !open.isEmpty {
        let found = try search.neighbours(of: open, count: 1, outside: component)
        for (point, other) in zip(open, found) where other >= 0 {
          offer(Int(point), Int(other), search.distance(Int(point), Int(other)))
        }
      }
      let before = edges.count
      for (_, edge) in best.sorted(by: {
        ($0.value.length, $0.value.a, $0.value.b) < ($1.value.length, $1.value.a, $1.value.b)
      }) {
        add(edge.a, edge.b, edge.length)
      }
      // Cannot happen for finite contexts; a loop without end would be worse than a tree that is not the shortest.
      if edges.count == before {
        for i in 1..<m where parts.find(i) != parts.find(0) { add(0, i, search.distance(0, i)) }
      }
    }
    return edges
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
