/// Models of several runs: the mean of their rewards is the reward, their spread says how far training settled it.
public struct RewardEnsemble: Sendable, Equatable {
  public let models: [RewardModel]
  /// Loss of each run's last batch.
  public let losses: [Double]
  /// Steps that each run took.
  public let steps: [Int]

  public init(models: [RewardModel], losses: [Double] = [], steps: [Int] = []) {
    precondition(!models.isEmpty)
    self.models = models
    self.losses = losses
    self.steps = steps
  }

  /// Mean and sample standard deviation of the rewards over the runs; the deviation of one run is 0.
  ///
  /// - Throws: `ContextsError.dimension`.
  public func scores(of contexts: Contexts, work: Work = Work()) throws -> (
    mean: [Double], deviation: [Double]
  ) {
    let all = try models.map { try $0.rewards(of: contexts, work: work) }
    let n = Double(all.count)
    let mean = (0..<contexts.count).map { i in all.reduce(0) { $0 + $1[i] } / n }
    guard all.count > 1 else { return (mean, Array(repeating: 0, count: mean.count)) }
    let deviation = mean.indices.map { i in
      (all.reduce(0) { $0 + ($1[i] - mean[i]) * ($1[i] - mean[i]) } / (n - 1)).squareRoot()
    }
    return (mean, deviation)
  }
}
