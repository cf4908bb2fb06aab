import Foundation
import Tessera
import Testing

@Suite struct RewardModelTests {
  /// All pairs of m alternatives compared, contexts in d dimensions, rewards linear in them.
  func dataset(_ m: Int, _ d: Int, seed: UInt64, oneHot: Bool = false) throws -> PreferenceDataset {
    var random = RandomStream(seed: seed)
    let rows = (0..<m).map { i in (0..<d).map { k in oneHot ? (i == k ? 1.0 : 0) : random.normal() } }
    let truth = (0..<d).map { _ in random.normal() }
    var comparisons: [Comparison] = []
    for i in 0..<m {
      for j in i + 1..<m {
        let difference = zip(truth, zip(rows[i], rows[j])).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) }
        comparisons.append(Comparison(a: i, b: j, outcome: logistic(difference)))
      }
    }
    return try PreferenceDataset(
      alternatives: (0..<m).map { "\($0)" }, contexts: Contexts(Matrix(rows)), comparisons: comparisons)
  }

  func settings(_ change: (inout RewardTraining) -> Void) -> RewardTraining {
    var settings = RewardTraining()
    settings.runs = 1
    change(&settings)
    return settings
  }

  @Test func freeRewardsTrainToTheMinimumThatNewtonFinds() throws {
    // A linear reward on one-hot contexts has a free number for each alternative; its loss over all pairs is twice
    // the objective of the solver, up to the pairs of an alternative with itself: m (m - 1) pairs instead of m^2.
    let m = 12
    let data = try dataset(m, m, seed: 1, oneHot: true)
    var random = RandomStream(seed: 2)
    let raw = (0..<m).map { _ in 0.5 + random.uniform() }
    for weights in [Array(repeating: 1 / Double(m), count: m), raw.map { $0 / raw.reduce(0, +) }] {
      let training = settings {
        $0.hidden = []
        $0.batchSize = 1_000
        $0.steps = 3_000
        $0.learningRate = 0.01
        $0.lambda = 0.2
      }
      let trained = try training.train(data, weights: weights).scores(of: try #require(data.contexts)).mean
      let lambda = 0.2 * Double(m - 1) / Double(m)
      let exact = try solve(data.winRates, weights: weights, lambda: lambda).rewards
      #expect(largestDifference(trained, exact) < 2e-3)
    }
  }

  @Test func gradientsAgreeWithDifferences() throws {
    // Training with a tiny step of plain descent cannot be asked for; instead the loss of one Adam step with learning
    // rate e falls by e * sum |g| to first order, for the exact gradient only.
    let data = try dataset(30, 7, seed: 3)
    let uniform = [Double](repeating: 1.0 / 30, count: 30)
    for hidden in [[], [5], [33, 20], [32, 32]] {
      func loss(steps: Int, rate: Double) throws -> Double {
        try settings {
          $0.hidden = hidden
          $0.batchSize = 10_000
          $0.steps = steps
          $0.learningRate = rate
        }.train(data, weights: uniform).losses[0]
      }
      // `losses` is the loss before the last step: that of step 2 minus that of step 1 is the effect of step 1.
      let before = try loss(steps: 1, rate: 1e-3)
      let small = try loss(steps: 2, rate: 1e-4) - before
      let large = try loss(steps: 2, rate: 2e-4) - before
      #expect(small < 0)
      // First order: twice the step, twice the fall.
      #expect(abs(large / small - 2) < 0.1, "\(hidden): \(small), \(large)")
    }
  }

  @Test func aPerceptronScoresAnswersThatWereNeverCompared() throws {
    let all = try dataset(150, 6, seed: 4)
    let contexts = try #require(all.contexts)
    let known = 110
    let data = try PreferenceDataset(
      alternatives: (0..<known).map { "\($0)" }, contexts: contexts.selecting(rows: Array(0..<known)),
      comparisons: all.comparisons.filter { $0.b < known })
    let training = settings {
      $0.runs = 4
      $0.steps = 400
      $0.batchSize = 256
      $0.learningRate = 3e-3
      $0.lambda = 0.01
    }
    let ensemble = try training.train(data, weights: [Double](repeating: 1 / Double(known), count: known))
    let scores = try ensemble.scores(of: contexts).mean
    let unseen = all.comparisons.filter { $0.a >= known }
    let right = unseen.count { (scores[Int($0.a)] > scores[Int($0.b)]) == ($0.outcome > 0.5) }
    #expect(unseen.count == 40 * 39 / 2)
    #expect(Double(right) / Double(unseen.count) > 0.85)
  }

  @Test func sameSeedSameModelsOnAnyNumberOfThreads() throws {
    let data = try dataset(20, 5, seed: 5)
    func train(_ threads: Int, seed: UInt64) throws -> RewardEnsemble {
      try settings {
        $0.runs = 3
        $0.steps = 20
        $0.batchSize = 32
        $0.threads = threads
        $0.seed = seed
      }.train(data, weights: [Double](repeating: 0.05, count: 20))
    }
    let one = try train(1, seed: 7)
    #expect(try train(2, seed: 7) == one)
    #expect(try train(2, seed: 8) != one)
    #expect(one.models[0] != one.models[1])
  }

  @Test func tensorsRebuildTheModel() throws {
    let model = RewardModel(dimension: 9, hidden: [40, 3], seed: 1)
    #expect(model.sizes == [9, 40, 3, 1])
    let again = RewardModel(tensors: model.tensors)
    #expect(again == model)
    // The forward pass, written out.
    var random = RandomStream(seed: 2)
    let row = (0..<9).map { _ in random.normal() }
    var values = row
    for (k, layer) in model.tensors.enumerated() {
      values = (0..<layer.weights.rows).map { output in
        let sum = values.indices.reduce(Double(layer.biases[output])) {
          $0 + Double(layer.weights[output, $1]) * values[$1]
        }
        return k < 2 ? max(sum, 0) : sum
      }
    }
    let reward = try model.rewards(of: Contexts(Matrix([row])))[0]
    #expect(abs(reward - values[0]) < 1e-5)
    #expect(throws: SpaceError.dimensionMismatch(space: 9, contexts: 2)) {
      try model.rewards(of: Contexts(Matrix([[1, 2.0]])))
    }
  }

  @Test func aResumedSessionEndsAsOneThatWasNotInterrupted() throws {
    let data = try dataset(24, 5, seed: 9)
    let split = try #require(HeldOutSplit(data, share: 0.2, seed: 1))
    let weights = [Double](repeating: 1.0 / 24, count: 24)
    for patience in [nil, 3, 50] {
      let training = settings {
        $0.runs = 3
        $0.steps = 310
        $0.batchSize = 64
        $0.learningRate = 0.02
        $0.patience = patience
      }
      func session(_ snapshot: TrainingSnapshot?) throws -> TrainingSession {
        try TrainingSession(
          training, split.training, weights: weights, stopping: split.heldOut.comparisons, resuming: snapshot)
      }
      var whole = try session(nil)
      var parts = try session(nil)
      while !whole.isFinished { try whole.advance() }
      while !parts.isFinished {
        try parts.advance()
        parts = try session(parts.snapshot)
      }
      #expect(parts.ensemble == whole.ensemble)
      #expect(parts.snapshot == whole.snapshot)
      if patience == 3 {
        #expect(whole.step < 310)
        // What is kept is the best on the comparisons kept away, so it is no worse there than the last model.
        let kept = settings {
          $0 = training
          $0.patience = nil
        }
        func loss(_ ensemble: RewardEnsemble) throws -> Double {
          let rewards = try ensemble.models[0].rewards(of: try #require(data.contexts))
          let held = split.heldOut.comparisons
          return PredictionQuality(of: held, rewards: rewards, groups: Array(held.indices)).logLoss
        }
        let last = try kept.train(split.training, weights: weights)
        #expect(try loss(whole.ensemble) <= loss(last))
      }
      #expect(throws: RewardTraining.Problem.self) {
        try session(TrainingSnapshot(step: 1, runs: []))
      }
    }
  }

  @Test func badSettingsAreNamed() throws {
    let data = try dataset(4, 2, seed: 1)
    let weights = [0.25, 0.25, 0.25, 0.25]
    for change in [
      { $0.steps = 0 }, { $0.batchSize = 0 }, { $0.runs = 0 }, { $0.learningRate = -1 }, { $0.lambda = .nan },
      { $0.hidden = [0] },
    ] as [(inout RewardTraining) -> Void] {
      #expect(throws: RewardTraining.Problem.self) { try settings(change).train(data, weights: weights) }
    }
    #expect(throws: EstimationError.self) { try settings { _ in }.train(data, weights: [1]) }
    #expect(throws: RewardTraining.Problem.diverged(run: 0, step: 25)) {
      try settings {
        $0.learningRate = 1e30
        $0.steps = 25
      }.train(data, weights: weights)
    }
  }
}
