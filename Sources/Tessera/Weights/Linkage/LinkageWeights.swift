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
public enum LinkageWeights {
  /// Weights of alternatives.
  ///
  /// - Parameters:
  ///   - contexts: m x d, row i is alternative i.
  ///   - resolution: Distance below which answers count as the same; not negative.
  /// - Throws: `WeightsError`.
  /// - Complexity: O(m^2 d) time, O(m d) memory.
  public static func weights(contexts: Contexts, resolution: Double = 0, threads: Int? = nil) throws
    -> AlternativeWeights
  {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    return try weights(tree: SpanningTree(contexts, threads: threads), resolution: resolution)
  }

  /// The same from a tree that is there already: several resolutions for the price of one.
  ///
  /// - Complexity: O(m).
  public static func weights(tree: SpanningTree, resolution: Double = 0) throws -> AlternativeWeights {
    guard resolution >= 0, resolution.isFinite else { throw WeightsError.resolution(found: resolution) }
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
      height[node] = edge.length
      coarseHeight[node] = max(edge.length - resolution, 0)
      let fine = fork(
        edge.length - height[left] + resistance[left], edge.length - height[right] + resistance[right],
        size[left], size[right])
      let coarse = fork(
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
      values: Array(current.prefix(m)), standardErrors: Array(repeating: 0, count: m),
      origin: WeightOrigin(
        scheme: .linkage, method: .exact,
        choice: resolution > 0 ? "answers within \(resolution) of one another count as the same" : ""))
  }

  /// Two wires side by side: their common resistance, and the share of the current in the first.
  ///
  /// Where neither resists (copies), the current divides by the number of alternatives behind each.
  private static func fork(_ a: Double, _ b: Double, _ sizeA: Int, _ sizeB: Int) -> (
    resistance: Double, share: Double
  ) {
    guard a + b > 0 else { return (0, Double(sizeA) / Double(sizeA + sizeB)) }
    return (a * (b / (a + b)), b / (a + b))
  }
}
