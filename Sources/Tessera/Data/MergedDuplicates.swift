/// A dataset in which exact duplicates are one alternative (Appendix C.3 of the paper).
///
/// Comparisons of the copies are pooled; comparisons of a copy with its own copy say nothing and are dropped.
/// Merging makes the standard estimate independent of exact clones, and leaves it as fragile as before under
/// approximate ones.
public struct MergedDuplicates: Sendable {
  public let groups: Partition
  /// One alternative for each group, named after its first member.
  public let dataset: PreferenceDataset
  /// Comparisons between two copies of the same alternative, left out.
  public let droppedComparisons: Double
  /// For each entry of the merged dataset's pair counts, how many pairs of members were pooled in it.
  ///
  /// Copies that bring their original's votes again must not make a pair heavier: where pairs count by their comparisons,
  /// a merged pair counts by the mean over its members' pairs.
  public let pooledPairs: [Double]

  /// Merges alternatives with exactly equal contexts; nil when the dataset has no contexts.
  ///
  /// - Throws: `DatasetError` when fewer than two alternatives or no comparisons are left.
  public init?(_ dataset: PreferenceDataset) throws {
    guard let contexts = dataset.contexts else { return nil }
    try self.init(dataset, groups: contexts.duplicates())
  }

  /// Pools the comparisons of groups of alternatives, whatever made them one.
  ///
  /// - Parameter contexts: One for each group; nil for those of their first members.
  /// - Throws: `DatasetError` when fewer than two groups or no comparisons between groups are left.
  public init(_ dataset: PreferenceDataset, groups: Partition, contexts: Contexts? = nil) throws {
    var accumulator = ComparisonTable()
    var dropped = 0.0
    for comparison in dataset.comparisons {
      let a = Int32(groups.groupOf[Int(comparison.a)])
      let b = Int32(groups.groupOf[Int(comparison.b)])
      if a == b {
        dropped += comparison.count
        continue
      }
      try accumulator.add(
        Comparison(
          a: a, b: b, outcome: comparison.outcome, count: comparison.count,
          annotator: comparison.annotator, prompt: comparison.prompt))
    }
    self.groups = groups
    droppedComparisons = dropped
    self.dataset = try PreferenceDataset(
      alternatives: groups.representatives.map { dataset.alternatives[$0] },
      contexts: contexts ?? dataset.contexts?.selecting(rows: groups.representatives),
      annotators: dataset.annotators,
      prompts: dataset.prompts, comparisons: accumulator)
    let (members, merged) = (dataset.pairCounts, self.dataset.pairCounts)
    var pooled = [Double](repeating: 0, count: merged.opponents.count)
    for i in 0..<members.alternatives {
      for entry in members.rowStarts[i]..<members.rowStarts[i + 1] {
        let (a, b) = (groups.groupOf[i], groups.groupOf[Int(members.opponents[entry])])
        if a != b, let place = merged.entry(a, b) { pooled[place] += 1 }
      }
    }
    pooledPairs = pooled
  }
}
