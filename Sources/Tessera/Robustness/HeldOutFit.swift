/// How well each scheme predicts what is held out: by the rewards themselves where alternatives recur, by a linear reward on
/// the contexts where they do not.
///
/// All schemes see the same folds, and each has the lambda that its own curve chooses, so that they differ by their weights
/// alone.
public struct HeldOutFit: Sendable {
  /// For each scheme: plain means over the held-out votes.
  public let qualities: [PredictionQuality]
  /// For each scheme: what its lambda was chosen by, with losses weighted as the scheme weighs.
  public let curves: [LambdaCurve]
  /// For each scheme: its log loss less that of the first scheme, and the paired standard error over clusters.
  public let differences: [Difference]
  /// For each scheme: the loss of each cluster, added up over its votes. Clusters are numbered by first appearance, whatever
  /// the seed, so that several divisions can be averaged.
  public let clusterLosses: [[Double]]
  /// Votes of each cluster.
  public let clusterVotes: [Double]
  public let unit: Folds.Unit
  /// Whether a linear reward on the contexts predicted.
  public let usesModel: Bool

  public struct Difference: Sendable, Equatable, Codable {
    public let logLoss: Double
    public let error: Double

    /// - Parameters:
    ///   - losses: Of each cluster, added up over its votes; `other` likewise.
    ///   - votes: Of each cluster.
    public init(losses: [Double], less other: [Double], votes: [Double]) {
      let total = votes.reduce(0, +)
      let gaps = zip(losses, other).map { $0 - $1 }
      let mean = gaps.reduce(0, +) / total
      let squares = zip(gaps, votes).reduce(0) { $0 + ($1.0 - mean * $1.1) * ($1.0 - mean * $1.1) }
      let g = Double(gaps.count)
      logLoss = mean
      error = g > 1 ? (squares * g / (g - 1)).squareRoot() / total : 0
    }
  }

  /// - Parameter lambda: Fixed for all; nil for each scheme's own choice.
  /// - Returns: nil where nothing can be held out.
  /// - Throws: `EstimationError`, `ContextsError`, `Cancelled`.
  public init?(
    _ dataset: PreferenceDataset, _ estimates: [WeightedEstimate], fit: RewardFit, lambda: Double? = nil,
    seed: UInt64, work: Work
  ) throws {
    let counts = dataset.pairCounts
    // Most answers have one comparison: those held out are answers that no other fold knows.
    let perAlternative = 2 * dataset.totalComparisons / Double(max(dataset.alternatives.count, 1))
    var folds = Folds(dataset, seed: seed, work: work)
    var design: LinearReward.Design?
    if let contexts = dataset.contexts, folds?.unit == .pair || folds?.unit == .vote || perAlternative < 4,
      let whole = Folds(dataset, predictsNewAlternatives: true, seed: seed, work: work), whole.unit == .prompt
    {
      design = try LinearReward.Design(contexts, work: work.silent)
      folds = whole
    }
    guard let folds else { return nil }
    let convention = fit.choice(for: dataset).pairs
    let copies = dataset.contexts?.duplicates()
    let bytes = KnownWeights.bytes(dataset) + 8 * (design?.rows.count ?? 0)
    let found = try work.sideBySide(estimates.count, bytes: bytes) { [folds, design] number, work in
      let estimate = estimates[number]
      let groups = estimate.scheme.isUniform ? nil : estimate.measured.groups ?? copies
      let scale = fit.lambdaScale(isStandard: estimate.scheme.isUniform && design == nil, dataset)
      let curve: LambdaCurve
      if let known = estimate.curve, design == nil, seed == fit.settings.seed {
        // The estimate's own was chosen by the same folds.
        curve = known
      } else if let design {
        curve = try LambdaCurve(
          linear: design, folds, counts, estimate.pairs, pairs: convention,
          lambda: fit.settings.lambdaConvention, groups: groups, work: work)
      } else {
        curve = try LambdaCurve(
          folds, counts, estimate.pairs, pairs: convention, lambda: fit.settings.lambdaConvention,
          groups: groups, scale: scale, work: work)
      }
      let chosen = (lambda ?? curve.chosen) * scale
      return try Predicted(folds, curve) { training in
        let weights = estimate.pairs.restricted(
          from: counts, to: training, pairs: convention, lambda: fit.settings.lambdaConvention, groups: groups
        )
        if let design {
          return try LinearReward(design, training, weights, lambda: chosen, work: work).rewards
        }
        return try BradleyTerry(lambda: chosen).fit(training, weights, work: work).rewards
      }
    }
    let losses = found.map(\.losses)
    var votes = [Double](repeating: 0, count: folds.clusterCount)
    for fold in 0..<folds.count {
      for (row, cluster) in zip(folds.heldOut(of: fold), folds.clusters(of: fold)) {
        votes[Int(cluster)] += row.count
      }
    }
    differences = losses.map { Difference(losses: $0, less: losses[0], votes: votes) }
    (clusterLosses, clusterVotes) = (losses, votes)
    (qualities, curves) = (found.map(\.quality), found.map(\.curve))
    (unit, usesModel) = (folds.unit, design != nil)
  }

  /// What one scheme says of what is held out.
  private struct Predicted: Sendable {
    let curve: LambdaCurve
    let quality: PredictionQuality
    /// Of each cluster, added up over its votes.
    let losses: [Double]

    /// - Parameter fit: Rewards by the comparisons of all other folds.
    init(_ folds: Folds, _ curve: LambdaCurve, fit: (PairCounts) throws -> [Double]) throws {
      self.curve = curve
      var (rows, rewards, clusters) = ([Comparison](), [Double](), [Int]())
      var losses = [Double](repeating: 0, count: folds.clusterCount)
      for fold in 0..<folds.count {
        let found = try fit(folds.trainingCounts(of: fold))
        // Folds are laid side by side: alternatives of each have numbers of their own.
        let offset = rewards.count
        rewards += found
        for (row, cluster) in zip(folds.heldOut(of: fold), folds.clusters(of: fold)) {
          rows.append(
            Comparison(
              a: Int(row.a) + offset, b: Int(row.b) + offset, outcome: row.outcome, count: row.count))
          clusters.append(Int(cluster))
          losses[Int(cluster)] +=
            row.count * logLoss(found[Int(row.a)] - found[Int(row.b)], outcome: row.outcome)
        }
      }
      self.losses = losses
      quality = PredictionQuality(of: rows, rewards: rewards, groups: clusters)
    }
  }
}
