/// How well each scheme predicts what three splits hold out: by the rewards themselves where alternatives recur, by a
/// linear reward on the contexts where they do not.
public struct HeldOutFit: Sendable {
  /// For each scheme.
  public let qualities: [PredictionQuality]
  public let unit: HeldOutSplit.Unit
  /// Whether a linear reward on the contexts predicted.
  public let usesModel: Bool

  /// nil where nothing can be held out.
  init?(
    _ dataset: PreferenceDataset, _ estimates: [WeightedEstimate], fit: RewardFit, seed: UInt64, work: Work
  ) throws {
    var predictions = estimates.map { _ in (comparisons: [Comparison](), rewards: [Double](), groups: [Int]())
    }
    var usesModel = false
    var unit = HeldOutSplit.Unit.pair
    for split in 0..<3 {
      work.report(Double(split) / 3)
      guard let parts = HeldOutSplit(dataset, share: 0.2, seed: seed &+ UInt64(split)) else { return nil }
      unit = parts.unit
      let counts = parts.training.pairCounts
      let known = parts.heldOut.comparisons.count {
        counts.comparisons(of: Int($0.a)) > 0 && counts.comparisons(of: Int($0.b)) > 0
      }
      usesModel = Double(known) < 0.9 * Double(parts.heldOut.comparisons.count)
      let groups = HeldOutSplit.groups(of: parts.heldOut).groups
      for (place, estimate) in estimates.enumerated() {
        let rewards: [Double]
        if usesModel, let contexts = dataset.contexts {
          let training = RewardTraining(
            hidden: [], steps: 300, learningRate: 0.01, lambda: 0.01, runs: 1, seed: seed)
          rewards = try training.train(parts.training, weights: estimate.weights.values, work: work.silent)
            .scores(of: contexts).mean
        } else {
          rewards = try fit.estimate(
            parts.training, by: estimate.scheme, weights: estimate.weights, start: estimate.rewards,
            work: work.silent
          ).rewards
        }
        // Splits are laid side by side: alternatives of each have numbers of their own.
        let offset = predictions[place].rewards.count
        let groupOffset = (predictions[place].groups.max() ?? -1) + 1
        predictions[place].rewards += rewards
        predictions[place].groups += groups.map { $0 + groupOffset }
        predictions[place].comparisons += parts.heldOut.comparisons.map {
          Comparison(a: Int($0.a) + offset, b: Int($0.b) + offset, outcome: $0.outcome, count: $0.count)
        }
      }
    }
    qualities = predictions.map {
      PredictionQuality(of: $0.comparisons, rewards: $0.rewards, groups: $0.groups)
    }
    self.unit = unit
    self.usesModel = usesModel
  }
}
