extension SpanningTree {
  /// The tree of contexts that begin with those of this one.
  ///
  /// What this tree left out is longer than the way around, so an edge of the new one is an edge of this one or ends at a
  /// context that came.
  ///
  /// - Parameter contexts: m x d; the first `count` rows are those of this tree.
  /// - Throws: `ContextsError.scale`.
  /// - Complexity: O(added x m x d) in double precision.
  package func growing(to contexts: Contexts, copies: Partition, work: Work) throws -> SpanningTree {
    let exact = try ExactDistances(contexts, work: work)
    var candidates = edges
    let longest = edges.last?.length ?? .infinity
    var squares = [Double](repeating: 0, count: contexts.count)
    for i in count..<contexts.count {
      let first = copies.representatives[copies.groupOf[i]]
      guard first == i else {
        candidates.append(Edge(a: first, b: i, length: 0))
        continue
      }
      squares.withUnsafeMutableBufferPointer { squares in
        guard let squares = squares.baseAddress else { return }
        exact.squares(from: i, to: 0..<i, into: squares)
      }
      // Longer ones have a way around: to the nearest, and along this tree.
      let nearest = squares[..<i].min() ?? 0
      let limit = max(nearest.squareRoot() * exact.unit, longest)
      for j in 0..<i where copies.representatives[copies.groupOf[j]] == j {
        let length = squares[j].squareRoot() * exact.unit
        if length <= limit { candidates.append(Edge(a: j, b: i, length: length)) }
      }
    }
    var parts = DisjointSets(count: contexts.count)
    return SpanningTree(
      count: contexts.count,
      edges: candidates.sorted(by: Edge.precedes).filter { parts.join($0.a, $0.b) })
  }

  /// The tree of some of the contexts of this one.
  ///
  /// Edges between those that stay remain the shortest ways across; only parts that hung together by others are joined anew.
  ///
  /// - Parameters:
  ///   - rows: Which of them, ascending, at least one.
  ///   - contexts: Those.
  /// - Throws: `ContextsError.scale`, `ShardError.stuck`, `Cancelled`.
  /// - Complexity: O(contexts outside the largest part that remains x m x d).
  package func keeping(_ rows: [Int], contexts: Contexts, copies: Partition, work: Work) throws
    -> SpanningTree
  {
    let old = groups(within: 0)
    // The new number of what each old group of copies was, where one of it stays.
    var number = [Int](repeating: -1, count: old.count)
    for (row, i) in rows.enumerated() where number[old.groupOf[i]] < 0 {
      number[old.groupOf[i]] = copies.groupOf[row]
    }
    let known = edges.compactMap { edge -> Edge? in
      let (a, b) = (number[old.groupOf[edge.a]], number[old.groupOf[edge.b]])
      guard edge.length > 0, a >= 0, b >= 0 else { return nil }
      return Edge(a: min(a, b), b: max(a, b), length: edge.length)
    }
    let first = copies.representatives
    let distinct = copies.hasDuplicates ? contexts.selecting(rows: first) : contexts
    var edges = try Self.completed(known, distinct, work: work).map {
      Edge(a: first[$0.a], b: first[$0.b], length: $0.length)
    }
    for (i, group) in copies.groupOf.enumerated() where first[group] != i {
      edges.append(Edge(a: first[group], b: i, length: 0))
    }
    return SpanningTree(count: contexts.count, edges: edges)
  }

  /// All edges of the tree of different contexts, of which some are known: Boruvka's rounds for the parts that are left.
  private static func completed(_ known: [Edge], _ contexts: Contexts, work: Work) throws -> [Edge] {
    let m = contexts.count
    var parts = DisjointSets(count: m)
    var edges = known.filter { parts.join($0.a, $0.b) }
    guard edges.count < m - 1 else { return edges }
    let search = try Distances(contexts, work: work)
    while edges.count < m - 1 {
      try work.check()
      let component = (0..<m).map { Int32(parts.find($0)) }
      var sizes: [Int32: Int] = [:]
      for part in component { sizes[part, default: 0] += 1 }
      // Everyone else finds a way out; the largest part is joined to.
      let largest = sizes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? -1
      let open = (0..<Int32(m)).filter { component[Int($0)] != largest }
      let found = try search.neighbours(of: open, count: 1, outside: component)
      var best: [Int32: Edge] = [:]
      for (i, other) in zip(open, found.indices) where other >= 0 {
        let (a, b) = (Int(min(i, other)), Int(max(i, other)))
        let edge = Edge(a: a, b: b, length: search.distance(a, b))
        if let shorter = best[component[Int(i)]], !Edge.precedes(edge, shorter) { continue }
        best[component[Int(i)]] = edge
      }
      let joined = best.values.sorted(by: Edge.precedes).filter { parts.join($0.a, $0.b) }
      guard !joined.isEmpty else { throw ShardError.stuck }
      edges += joined
    }
    return edges
  }
}
