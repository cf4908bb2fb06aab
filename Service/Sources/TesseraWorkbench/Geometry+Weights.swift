import Tessera

extension LiveStudy.Geometry {
  /// Local weights at a resolution, from joins that are known.
  ///
  /// - Parameter counts: Those of the study, or with copies, whose comparisons are looked for among the others.
  func local(_ contexts: Contexts, _ counts: PairCounts, resolution: Double?, work: Work) throws
    -> MeasuredWeights
  {
    let own = resolution.map { $0 / LocalComparisonWeights.resolutionShare } ?? scale
    let local = try LocalComparisonWeights(
      contexts: contexts, counts: counts, scale: own, growing: wide.forest, work: work.silent)
    var shares = (0..<counts.alternatives).map { i in
      local.values[counts.rowStarts[i]..<counts.rowStarts[i + 1]].reduce(0, +)
    }
    let total = max(shares.reduce(0, +), .leastNormalMagnitude)
    for i in shares.indices { shares[i] /= total }
    return MeasuredWeights(
      AlternativeWeights(
        values: shares,
        provenance: Provenance(
          scheme: "local", method: .exact,
          choice:
            "comparisons with both ends within \(local.resolution) count as the same, those beyond \(local.reach) as different",
          resolution: local.resolution, horizon: local.reach, groups: local.groups)),
      comparisons: .local(local),
      groups: counts.alternatives == copies.groupOf.count ? copies : contexts.duplicates(work: work.silent))
  }

  /// Weights from a tree: its joins are all that these schemes look at.
  ///
  /// - Parameter copies: Exact duplicates among the tree's answers.
  func weights(
    _ tree: SpanningTree, _ scheme: Question.Scheme, resolution: Double?, copies: Partition
  ) throws -> MeasuredWeights {
    let resolution = resolution ?? 0
    let weights =
      switch scheme {
      case .horizon:
        try LinkageWeights.weights(
          tree: tree, resolution: resolution,
          horizon: max(LinkageWeights.horizon(of: tree), 1.02 * resolution))
      case .removeDuplicates: try NearDuplicateRemoval.weights(tree: tree, threshold: resolution)
      default: try LinkageWeights.weights(tree: tree, resolution: resolution)
      }
    return MeasuredWeights(weights, groups: copies)
  }

  /// Answers that count as one at a resolution: they hang together by steps of at most that length.
  func groups(within resolution: Double) -> Int { tree.groups(within: resolution).count }
}
