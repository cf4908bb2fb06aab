import CTesseraKernels
import Foundation

/// Trains reward models on comparisons with the objective of `BradleyTerry` as a minibatch loss.
///
/// With weights rescaled to mean 1, v = m w, the loss of a batch of comparisons is
///
///     mean over comparisons of v_a v_b [ -p log s(r_a - r_b) - (1 - p) log s(r_b - r_a) ]
///     + lambda * mean over their alternatives of v r^2
///
/// For all pairs compared and drawn evenly its expectation is twice the objective F (up to pairs of an alternative
/// with itself), so lambda means what it means there. Uniform weights give the standard estimate.
public struct RewardTraining: Sendable {
  /// Sizes of the hidden layers; empty for a linear reward.
  public var hidden = [32, 32]
  public var steps = 500
  /// Comparisons of a step, drawn without replacement until all have been used.
  public var batchSize = 512
  public var learningRate = 1e-4
  public var lambda = 0.1
  public var runs = 20
  public var seed: UInt64 = 0
  public var threads: Int?

  public init() {}

  /// What training can object to.
  public enum Problem: Error, Equatable, CustomStringConvertible {
    case setting(name: String, found: String, expected: String)
    case noContexts
    case diverged(run: Int, step: Int)

    public var description: String {
      switch self {
      case .setting(let name, let found, let expected): "\(name) is \(found); expected \(expected)"
      case .noContexts: "the dataset has no contexts; a reward model is a function of them"
      case .diverged(let run, let step):
        "run \(run) diverged at step \(step); expected finite rewards: try a smaller learning rate"
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
    try require(runs >= 1, "the number of runs", runs, "at least 1")
    try require(
      learningRate > 0 && learningRate.isFinite, "the learning rate", learningRate, "a positive number")
    try require(lambda > 0 && lambda.isFinite, "lambda", lambda, "a positive number")
  }

  /// Trains one model for each run, with seeds of their own, on all cores.
  ///
  /// - Parameters:
  ///   - dataset: With contexts.
  ///   - weights: One for each alternative, sum 1.
  ///   - progress: Called on the calling thread with the share done. Throwing stops the work.
  /// - Complexity: O(runs x steps x batchSize x number of weights of the model).
  public func train(
    _ dataset: PreferenceDataset, weights: [Double], progress: ((Double) throws -> Void)? = nil
  ) throws -> RewardEnsemble {
    try check()
    guard let contexts = dataset.contexts else { throw Problem.noContexts }
    guard weights.count == contexts.count else {
      throw EstimationError.weightCount(found: weights.count, alternatives: contexts.count)
    }
    let rows = contexts.singlePrecision
    let scaled = weights.map { Float($0 * Double(weights.count)) }
    var states = (0..<runs).map {
      TrainingRun(self, run: $0, comparisons: dataset.comparisons.count, dimension: contexts.dimension)
    }
    // Slices of steps keep progress on the calling thread; runs never meet.
    let slice = max(1, min(steps, 25))
    for start in stride(from: 0, to: steps, by: slice) {
      let count = min(slice, steps - start)
      states.withUnsafeMutableBufferPointer { buffer in
        let states = Shared(buffer)
        Parallel.forEach(pieces: runs, threads: threads) { run, _ in
          states[address: run].pointee.advance(count, rows, dataset.comparisons, scaled, self)
        }
      }
      for (run, state) in states.enumerated() where !state.lastLoss.isFinite {
        throw Problem.diverged(run: run, step: start + count)
      }
      try progress?(Double(start + count) / Double(steps))
    }
    return RewardEnsemble(models: states.map(\.model), losses: states.map { Double($0.lastLoss) })
  }
}

/// One run: a model, its optimiser and the order of its comparisons.
struct TrainingRun: Sendable {
  var model: RewardModel
  private var optimisers: [Adam]
  private var random: RandomStream
  private var order: [Int32]
  private var next: Int
  /// Loss of the last step's batch.
  private(set) var lastLoss: Float = 0

  init(_ settings: RewardTraining, run: Int, comparisons: Int, dimension: Int) {
    let seed = settings.seed &+ UInt64(run) &* 0x9E37_79B9_7F4A_7C15
    model = RewardModel(dimension: dimension, hidden: settings.hidden, seed: seed)
    optimisers = model.layers.map { Adam(parameters: $0.parameters.count) }
    random = RandomStream(seed: seed, stream: 0xBA7C)
    order = (0..<Int32(comparisons)).map { $0 }
    next = comparisons
  }

  /// The comparisons of the next batch: a new shuffle whenever all have been used.
  private mutating func batch(_ size: Int) -> [Int32] {
    var result: [Int32] = []
    while result.count < min(size, order.count) {
      if next >= order.count {
        order.shuffle(using: &random)
        next = 0
      }
      let taken = min(min(size, order.count) - result.count, order.count - next)
      result += order[next..<next + taken]
      next += taken
    }
    return result
  }

  mutating func advance(
    _ steps: Int, _ rows: Matrix<Float>, _ comparisons: [Comparison], _ weights: [Float],
    _ settings: RewardTraining
  ) {
    let pass = GradientPass(model)
    for _ in 0..<steps {
      let chosen = batch(settings.batchSize)
      lastLoss = pass.run(model, rows, comparisons, chosen, weights, lambda: Float(settings.lambda))
      guard lastLoss.isFinite else { return }
      for layer in model.layers.indices {
        optimisers[layer].update(
          &model.layers[layer].parameters, gradient: pass.gradients[layer],
          learningRate: settings.learningRate)
      }
    }
  }
}
