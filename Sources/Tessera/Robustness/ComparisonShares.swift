extension LocalComparisonWeights {
  /// What share of the mass of a dataset's comparisons, so weighed, each alternative has part in: they add up to 1.
  ///
  /// - Throws: `RobustnessError.noContexts`; `WeightsError`, `ContextsError`, `EstimationError`, `Cancelled`.
  /// - Complexity: as the weights.
  package static func shares(_ dataset: PreferenceDataset, work: Work = Work()) throws -> [Double] {
    guard let contexts = dataset.contexts else { throw RobustnessError.noContexts }
    let local = try LocalComparisonWeights(contexts: contexts, counts: dataset.pairCounts, work: work)
    return try PairWeights(local, dataset.pairCounts, groups: contexts.duplicates(work: work)).weights
  }
}
