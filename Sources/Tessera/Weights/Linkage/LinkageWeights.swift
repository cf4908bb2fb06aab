/// Weights from distances alone: a current flows down the tree in which the alternatives join, and divides at every
/// fork as it would in a network of wires.
///
/// Single linkage joins the alternatives at growing distances into a tree. Its branches are wires whose resistance is
/// their length, all alternatives are at one potential, the root at another; an alternative's weight is its share of
/// the current. (Thompson, Higgins and Gibson, 1994, weigh the sequences of an alignment so; there the tree is one of
/// evolution.)
///
/// - An exact clone joins its original at height zero: the two share one current, and nothing else in the network
///   changes. A clone at a distance e of an original that joins the others at height h changes their weights by
///   O(e / h).
/// - Single-linkage heights are continuous in the distances (Carlsson and Memoli, 2010, Theorem 18), and the currents in
///   the heights, also where two joins change their order: the weights do not jump.
/// - Alternatives that are all equally far from one another get equal weights; a tight group counts almost as one.
///
/// No alternative space is needed, and none moves. `resolution` is a distance below which answers count as the same:
/// joins below it count as joins at height zero, so that a group that hangs together at this distance shares the
/// current of one alternative. Within a group the current divides as without a resolution.
///
/// `horizon` is a distance beyond which answers count as equally different: joins above it count as joins at it. Without
/// one, an answer far from all others gets as much as the whole rest of a crowd; with one, near-duplicates share and
/// everyone else has an equal part, so few comparisons are thrown away. Shortened heights are continuous too, so all of
/// the above holds, with e / horizon in place of e / h.
public enum LinkageWeights {
  /// Weights of alternatives.
  ///
  /// - Parameters:
  ///   - contexts: m x d, row i is alternative i.
  ///   - resolution: Distance below which answers count as the same; not negative.
  ///   - horizon: Distance beyond which answers count as equally different; nil for none.
  /// - Throws: `WeightsError`.
  /// - Complexity: O(m^2 d) time, O(m d) memory.
  public static func weights(
    contexts: Contexts, resolution: Double = 0, horizon: Double? = nil, work: Work = Work()
  ) throws -> AlternativeWeights {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    return try weights(
      tree: SpanningTree(contexts, work: work), resolution: resolution, horizon: horizon)
  }

  /// A horizon from the data: the mean of the middle half of the distances to the nearest neighbour, in which clones
  /// share one vote.
  ///
  /// A plain mean or median would follow a flood of near-clones to zero. Here votes are weights without a horizon, and
  /// answers within an eighth of a first estimate of the horizon count as one, with the distance to the nearest outside.
  /// Clones as close as that move the horizon by O(distance) only.
  public static func horizon(of tree: SpanningTree) throws -> Double {
    let votes = try weights(tree: tree).values
    let first = middle(of: tree, votes, within: 0)
    return middle(of: tree, votes, within: first / 8)
  }

  private static func middle(of tree: SpanningTree, _ votes: [Double], within: Double) -> Double {
    let groups = tree.groups(within: within)
    var nearest = [Double](repeating: .infinity, count: groups.count)
    var shares = [Double](repeating: 0, count: groups.count)
    for edge in tree.edges where edge.length > within {
      for end in [groups.groupOf[edge.a], groups.groupOf[edge.b]] {
        nearest[end] = min(nearest[end], edge.length)
      }
    }
    for (i, group) in groups.groupOf.enumerated() { shares[group] += votes[i] }
    // All alternatives are one: any horizon gives the same weights.
    return middleHalfMean(nearest, votes: shares) ?? 1
  }

  /// The same from a tree that is there already: several resolutions for the price of one.
  ///
  /// - Complexity: O(m).
  public static func weights(tree: SpanningTree, resolution: Double = 0, horizon: Double? = nil) throws
    -> AlternativeWeights
  {
    guard resolution >= 0, resolution.isFinite else { throw WeightsError.resolution(found: resolution) }
    if let horizon, !(horizon > resolution && horizon.isFinite) {
      throw WeightsError.resolution(found: horizon)
    }
    let limit = horizon ?? .infinity
    let m = tree.count
    // Nodes: the alternatives, then a fork for every edge in order of length.
    let nodes = 2 * m - 1
    var height = [Double](repeating: 0, count: nodes)
    var resistance = [Double](repeating: 0, count: nodes)
    // The same seen at the resolution, where all that is below it has shrunk to nothing.
    var coarseHeight = height
    var coarseResistance = resistance
    var size = [Int](repeating: 1, count: nodes)
    var children = [(left: Int, right: Int, share: Double)](repeating: (0, 0, 0), count: nodes)
    var top = Array(0..<m)
    var parts = DisjointSets(count: m)
    for (number, edge) in tree.edges.enumerated() {
      let node = m + number
      let (left, right) = (top[parts.find(edge.a)], top[parts.find(edge.b)])
      _ = parts.join(edge.a, edge.b)
      top[parts.find(edge.a)] = node
      size[node] = size[left] + size[right]
      let joined = min(edge.length, limit)
      height[node] = joined
      coarseHeight[node] = max(joined - resolution, 0)
      let fine = Wires.fork(
        joined - height[left] + resistance[left], joined - height[right] + resistance[right],
        size[left], size[right])
      let coarse = Wires.fork(
        coarseHeight[node] - coarseHeight[left] + coarseResistance[left],
        coarseHeight[node] - coarseHeight[right] + coarseResistance[right], size[left], size[right])
      resistance[node] = fine.resistance
      coarseResistance[node] = coarse.resistance
      children[node] = (left, right, coarseHeight[node] > 0 ? coarse.share : fine.share)
    }
    var current = [Double](repeating: 0, count: nodes)
    current[nodes - 1] = 1
    for node in stride(from: nodes - 1, to: m - 1, by: -1) {
      let (left, right, share) = children[node]
      current[left] = current[node] * share
      current[right] = current[node] * (1 - share)
    }
    return AlternativeWeights(
      values: Array(current.prefix(m)),
      provenance: Provenance(
        scheme: horizon == nil ? "linkage" : "horizon", method: .exact,
        choice: [
          resolution > 0 ? "answers within \(resolution) of one another count as the same" : "",
          horizon.map { "answers beyond \($0) count as equally different" } ?? "",
        ].filter { !$0.isEmpty }.joined(separator: ", "), resolution: resolution > 0 ? resolution : nil,
        horizon: horizon))
  }
}
