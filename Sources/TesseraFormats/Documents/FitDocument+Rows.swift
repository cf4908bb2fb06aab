import Tessera

extension FitDocument {
  /// The rows of a fit, each made when it is asked for: a million of them take more memory than what they are made of.
  public struct Rows: Sendable {
    private let alternatives: [Alternative]
    private let weights: AlternativeWeights
    private let standard: RewardFit.Estimate
    private let weighted: RewardFit.Estimate?
    private let components: Components
    private let families: FamilyTable?
    private let comparisons: [Double]
    private let winRates: [Double?]

    /// - Complexity: O(alternatives + pairs).
    public init(_ result: RewardFit.Result, families: FamilyTable? = nil) {
      (alternatives, weights, self.families) = (result.dataset.alternatives, result.weights, families)
      (standard, weighted, components) = (result.standard, result.weighted, result.components)
      (comparisons, winRates) = (result.comparisons, result.winRates)
    }

    /// What is known of alternative i.
    public subscript(i: Int) -> Row {
      let id = alternatives[i].id
      return Row(
        id: id, weight: weights.values[i], weightStandardError: weights.standardErrors[i],
        standardReward: standard.rewards[i], standardRewardError: standard.errors.values[i],
        weightedReward: weighted?.rewards[i], weightedRewardError: weighted?.errors.values[i],
        weightedRewardSamplingError: weighted?.weightNoise.map { $0[i] ?? .nan },
        standardDifferenceError: standard.errors.differences.map { $0[i] ?? .nan },
        weightedDifferenceError: weighted?.errors.differences.map { $0[i] ?? .nan },
        winRate: winRates[i], weightedWinRate: weighted?.winRates[i],
        averageWinRate: standard.averageWinRates.map { $0[i] ?? .nan },
        weightedAverageWinRate: weighted?.averageWinRates.map { $0[i] ?? .nan },
        comparisons: Count(comparisons[i]),
        component: components.count > 1 ? components.of[i] : nil,
        family: families?.name(id))
    }
  }
}
