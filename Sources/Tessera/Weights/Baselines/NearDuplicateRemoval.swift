/// The other baseline: of every group of near-duplicates one is kept, and the rest count nothing.
///
/// Groups hang together at a threshold (single linkage); the kept member is the first of the group, and all kept ones
/// weigh the same. It jumps where a distance crosses the threshold, and which member is kept is an accident of the order.
public enum NearDuplicateRemoval {
  /// - Parameter threshold: Distance within which answers are duplicates; 0 removes exact copies only.
  /// - Throws: `WeightsError.resolution`.
  public static func weights(tree: SpanningTree, threshold: Double) throws -> AlternativeWeights {
    guard threshold >= 0, threshold.isFinite else { throw WeightsError.resolution(found: threshold) }
    let groups = tree.groups(within: threshold)
    var values = [Double](repeating: 0, count: tree.count)
    for kept in groups.representatives { values[kept] = 1 / Double(groups.count) }
    return AlternativeWeights(
      values: values,
      provenance: Provenance(
        scheme: "remove-duplicates", method: .exact, choice: "duplicates within \(threshold)",
        resolution: threshold,
        groups: groups.count))
  }
}
