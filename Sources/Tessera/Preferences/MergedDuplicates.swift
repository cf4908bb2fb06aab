/// A dataset in which exact duplicates are one alternative (Appendix C.3 of the paper).
///
/// Comparisons of the copies are pooled; comparisons of a copy with its own copy say nothing and are dropped.
/// Merging makes the standard estimate independent of exact clones, and leaves it as fragile as before under
/// approximate ones.
public struct MergedDuplicates: Sendable {
  public let groups: DuplicateGroups
  /// One alternative for each group, named after its first member.
  public let dataset: PreferenceDataset
  /// Comparisons between two copies of the same alternative, left out.
  public let droppedComparisons: Double

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
  public init(_ dataset: PreferenceDataset, groups: DuplicateGroups, contexts: Contexts? = nil) throws {
    var accumulator = ComparisonAccumulator()
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
  }
}
