/// Trains reward models on comparisons with the objective of `BradleyTerry` as a minibatch loss.
///
/// With weights rescaled to mean 1, v = m w, the loss of a batch of comparisons is the mean over comparisons of
///
///     v_a v_b [ -p log s(r_a - r_b) - (1 - p) log s(r_b - r_a) + lambda/2 (r_a^2 / (1 - W_a) + r_b^2 / (1 - W_b)) ]
///
/// with W the weight of an alternative's exact duplicates, itself included; the ridge is left out where both are copies.
/// Its expectation is the objective F with the local ridge (see `PairWeights`), up to a factor, so lambda means what it
/// means there, and copies of a comparison's answers change nothing. Under the other conventions the ridge is
/// lambda/2 (v_a r_a^2 + v_b r_b^2). Uniform weights give the standard estimate.
///
/// With weights of comparisons (`LocalComparisonWeights`) the loss is the mean of
///
///     v_c [ -p log s(r_a - r_b) - (1 - p) log s(r_b - r_a) + lambda/2 (r_a^2 + r_b^2) ]
///
/// and copies change nothing, whether they have the whole record of their original or one comparison of it.
public struct RewardTraining: Sendable, Equatable {
  /// Sizes of the hidden layers; empty for a linear reward.
  public var hidden: [Int]
  public var steps: Int
  /// Comparisons of a step, drawn without replacement until all have been used.
  public var batchSize: Int
  public var learningRate: Double
  public var lambda: Double
  public var lambdaConvention: LambdaConvention
  public var runs: Int
  public var seed: UInt64
  /// Early stopping: a run ends after this many evaluations without a lower loss on the comparisons kept for it, and
  /// keeps its best model. nil trains all steps.
  public var patience: Int?

  /// More runs than this are no ensemble but a slip of the hand.
  public static let mostRuns = 10_000

  /// Steps between two evaluations for early stopping.
  public static let evaluationInterval = 25

  public init(
    hidden: [Int] = [32, 32], steps: Int = 500, batchSize: Int = 512, learningRate: Double = 1e-4,
    lambda: Double = 0.1, lambdaConvention: LambdaConvention = .local, runs: Int = 20, seed: UInt64 = 0,
    patience: Int? = nil
  ) {
    (self.hidden, self.steps, self.batchSize) = (hidden, steps, batchSize)
    (self.learningRate, self.lambda, self.lambdaConvention) = (learningRate, lambda, lambdaConvention)
    (self.runs, self.seed, self.patience) = (runs, seed, patience)
  }

  /// Numbers of one model on so many coordinates.
  func parameters(inputs: Int) -> Int {
    zip([inputs] + hidden, hidden + [1]).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
  }

  /// What training can object to.
  public enum Problem: KindedError, Equatable {
    public var kind: ErrorKind { .option }

    case setting(name: String, found: String, expected: String)
    case noContexts
    case noStoppingComparisons
    case diverged(run: Int, step: Int)
    case snapshot(found: String, expected: String)

    public var description: String {
      switch self {
      case .setting(let name, let found, let expected): "\(name) is \(found); expected \(expected)"
      case .noContexts: "the dataset has no contexts; a reward model is a function of them"
      case .noStoppingComparisons: "early stopping needs comparisons that training does not see"
      case .snapshot(let found, let expected): "the training to resume has \(found); expected \(expected)"
      case .diverged(let run, let step):
        "run \(run) diverged at step \(step); expected finite rewards: try a smaller learning rate or lambda, or contexts of lengths near 1"
      }
    }
  }

  /// Throws `Problem.setting` for a setting that cannot be.
  public func check() throws {
    func require(_ holds: Bool, _ name: String, _ found: Any, _ expected: String) throws {
      if !holds { throw Problem.setting(name: name, found: "\(found)", expected: expected) }
    }
    try require(hidden.allSatisfy { $0 >= 1 && $0 <= 4_096 }, "a hidden size", hidden, "1 to 4,096")
    try require(steps >= 1, "the number of steps", steps, "at least 1")
    try require(batchSize >= 1, "the batch size", batchSize, "at least 1")
    try require((1...Self.mostRuns).contains(runs), "the number of runs", runs, "1 to 10,000")
    try require(
      learningRate > 0 && learningRate.isFinite, "the learning rate", learningRate, "a positive number")
    if let patience { try require(patience >= 1, "the patience", patience, "at least 1") }
    try require(lambda > 0 && lambda.isFinite, "lambda", lambda, "a positive number")
  }

  /// Trains one model for each run, with seeds of their own, on all cores.
  ///
  /// - Parameters:
  ///   - dataset: With contexts.
  ///   - weights: Of the alternatives, or of the comparisons of this very dataset.
  ///   - stopping: Comparisons for early stopping, where `patience` is set.
  ///   - work: Reports the share of the steps done.
  /// - Throws: `Problem`, `EstimationError.weightCount`, `Cancelled`.
  /// - Complexity: O(runs x steps x batchSize x number of weights of the model).
  public func train(
    _ dataset: PreferenceDataset, weights: MeasuredWeights, stopping: [Comparison] = [],
    work: Work = Work()
  ) throws -> RewardEnsemble {
    var session = try TrainingSession(self, dataset, weights: weights, stopping: stopping)
    while !session.isFinished {
      try session.advance(work: work)
      work.report(session.share)
    }
    return session.ensemble
  }
}

extension RewardTraining {
  /// The same with weights of alternatives that are at hand: one each, sum 1.
  public func train(
    _ dataset: PreferenceDataset, weights: [Double], stopping: [Comparison] = [], work: Work = Work()
  ) throws -> RewardEnsemble {
    try train(dataset, weights: MeasuredWeights(given: weights), stopping: stopping, work: work)
  }
}
