import Tessera

extension FitDocument {
  /// The rows of a fit, each made when it is asked for: a million of them take more memory than what they are made of.
  public struct Rows: Sendable {
    private let result: RewardFit.Result
    private let families: FamilyTable?
    private let comparisons: [Double]
    private let winRates: [Double?]

    /// - Complexity: O(alternatives + pairs).
    public init(_ result: RewardFit.Result, families: FamilyTable? = nil) {
      (self.result, self.families) = (result, families)
      (comparisons, winRates) = (result.comparisons, result.winRates)
    }

    /// What is known of alternative i.
    public subscript(i: Int) -> Row {
      let (standard, weighted) = (result.standard, result.weighted)
      let id = result.dataset.alternatives[i].id
      return Row(
        id: id, weight: result.weights.values[i], weightStandardError: result.weights.standardErrors[i],
        standardReward: standard.rewards[i], standardRewardError: standard.errors.values[i],
        weightedReward: weighted?.rewards[i], weightedRewardError: weighted?.errors.values[i],
        weightedRewardSamplingError: weighted?.weightNoise.map { $0[i] ?? .nan },
        standardDifferenceError: standard.errors.differences.map { $0[i] ?? .nan },
        weightedDifferenceError: weighted?.errors.differences.map { $0[i] ?? .nan },
        winRate: winRates[i], weightedWinRate: weighted?.winRates[i],
        averageWinRate: standard.averageWinRates.map { $0[i] ?? .nan },
        weightedAverageWinRate: weighted?.averageWinRates.map { $0[i] ?? .nan },
        comparisons: Count(comparisons[i]),
        component: result.components.count > 1 ? result.components.of[i] : nil,
        family: families?.name(id))
    }
  }
}
