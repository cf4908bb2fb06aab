#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which reading of ties predicts held-out votes best: half a win for either, Davidson's model or Rao and Kupper's.
///
/// All three see the same folds, weights and lambda, and are judged by their log loss over the three outcomes win, tie and loss
/// (a soft label counts as so much of a win and of a loss). Half a win for either says nothing of how often there are ties, so
/// it gets a constant share of ties, that of the weighted training votes: a win is then (1 - share) s(r_a - r_b).
///
///     let ties = try TieModelComparison(data, estimate.pairs, lambda: estimate.fit.lambda, settings: settings)
///     ties?.best       // what predicts better than half wins by more than a standard error, or half
public struct TieModelComparison: Sendable, Equatable {
  public struct Reading: Sendable, Equatable, Codable {
    /// half, davidson or rao-kupper.
    public let ties: TieChoice
    /// Mean loss of a held-out vote, in nats.
    public let logLoss: Double
    /// Less that of half wins, with its standard error: paired, over clusters.
    public let difference: Double
    public let error: Double
  }

  /// Half wins first.
  public let readings: [Reading]
  public let folds: Int
  /// What was held out as a whole.
  public let unit: Folds.Unit

  /// What predicts best, where it does so by more than its standard error; half wins elsewhere.
  public var best: TieChoice {
    let least = readings.min { $0.logLoss < $1.logLoss }
    return least.flatMap { $0.difference < -$0.error ? $0.ties : nil } ?? .half
  }

  /// - Parameters:
  ///   - pairs: What pairs weigh in the fit of all.
  ///   - lambda: Of the objective, for all three.
  ///   - convention: How pairs count.
  ///   - groups: Exact copies or families that these weights know of.
  /// - Returns: nil where there is too little to hold out, no tie in some part, or more alternatives than a model takes.
  /// - Throws: `EstimationError`, `Cancelled`.
  /// - Complexity: three fits for each fold.
  public init?(
    _ data: PreferenceDataset, _ pairs: PairWeights, lambda: Double, pairs convention: PairConvention,
    lambdaConvention: LambdaConvention, groups: Partition?, seed: UInt64, work: Work = Work()
  ) throws {
    guard data.ties > 0, let folds = Folds(data, seed: seed, work: work) else { return nil }
    let models = TieModel.allCases
    var losses = [[Double]](
      repeating: Array(repeating: 0, count: folds.clusterCount), count: 1 + models.count)
    var votes = [Double](repeating: 0, count: folds.clusterCount)
    for fold in 0..<folds.count {
      work.report(Double(fold) / Double(folds.count))
      let training = folds.trainingCounts(of: fold)
      let weights = pairs.restricted(
        from: data.pairCounts, to: training, pairs: convention, lambda: lambdaConvention, groups: groups)
      let half: RewardEstimate
      let fits: [TieModelFit]
      let share: Double
      do {
        half = try BradleyTerry(lambda: lambda).fit(training, weights, work: work.silent)
        fits = try models.map {
          try TieModelFit($0, training, weights, lambda: lambda, start: half.rewards, work: work.silent)
        }
        share = try TieProblem(.davidson, training, weights, lambda: lambda).tieShare
      } catch is TieModelError {
        return nil
      }
      let known = half.known
      for (row, cluster) in zip(folds.heldOut(of: fold), folds.clusters(of: fold)) {
        let (a, b) = (Int(row.a), Int(row.b))
        votes[Int(cluster)] += row.count
        let decided = row.outcome == 0.5 ? -log(share) : -log(1 - share)
        let difference = (known[a] ?? 0) - (known[b] ?? 0)
        losses[0][Int(cluster)] +=
          row.count * (decided + (row.outcome == 0.5 ? 0 : logLoss(difference, outcome: row.outcome)))
        for (place, fit) in fits.enumerated() {
          // One that no training vote knows stands at zero, for all three.
          let gap = (fit.rewards[a] ?? 0) - (fit.rewards[b] ?? 0)
          losses[place + 1][Int(cluster)] +=
            row.count * fit.model.loss(gap, fit.t, outcome: row.outcome).value
        }
      }
    }
    let total = votes.reduce(0, +)
    readings = zip([TieChoice.half, .davidson, .raoKupper], losses).map { ties, own in
      let difference = HeldOutFit.Difference(losses: own, less: losses[0], votes: votes)
      return Reading(
        ties: ties, logLoss: own.reduce(0, +) / total, difference: difference.logLoss, error: difference.error
      )
    }
    self.folds = folds.count
    unit = folds.unit
  }
}
