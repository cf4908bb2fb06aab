import Tessera
import Testing

@Suite struct RewardTrainingTests {
  @Test func `Free rewards train to the minimum that Newton finds`() throws {
    // A linear reward on one-hot contexts has a free number for each alternative; its loss over all pairs is the objective
    // of the solver, up to a factor. Without coverage the ridge of an alternative comes up with each of its m - 1 pairs
    // instead of m.
    let m = 12
    let data = try linearDataset(m, m, seed: 1, oneHot: true)
    var random = RandomStream(seed: 2)
    let raw = (0..<m).map { _ in 0.5 + random.uniform() }
    for weights in [Array(repeating: 1 / Double(m), count: m), raw.map { $0 / raw.reduce(0, +) }] {
      for convention in LambdaConvention.allCases {
        let training = oneRun {
          $0.hidden = []
          $0.batchSize = 1_000
          $0.steps = 3_000
          $0.learningRate = 0.01
          $0.lambda = 0.2
          $0.lambdaConvention = convention
        }
        let trained = try training.train(data, weights: weights).scores(of: try #require(data.contexts)).mean
        let lambda = convention == .local ? 0.2 : 0.2 * Double(m - 1) / Double(m)
        let exact = try solve(data.pairCounts, weights: weights, lambda: lambda, convention: convention)
          .rewards
        #expect(largestDifference(trained, exact) < 2e-3)
      }
    }
  }

  @Test func `Gradients agree with differences`() throws {
    // Training with a tiny step of plain descent cannot be asked for; instead the loss of one Adam step with learning
    // rate e falls by e * sum |g| to first order, for the exact gradient only.
    let data = try linearDataset(30, 7, seed: 3)
    let uniform = [Double](repeating: 1.0 / 30, count: 30)
    for hidden in [[], [5], [33, 20], [32, 32]] {
      func loss(steps: Int, rate: Double) throws -> Double {
        try oneRun {
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

  @Test func `A perceptron scores answers that were never compared`() throws {
    let all = try linearDataset(150, 6, seed: 4)
    let contexts = try #require(all.contexts)
    let known = 110
    let data = try PreferenceDataset(
      alternatives: (0..<known).map { "\($0)" }, contexts: contexts.selecting(rows: Array(0..<known)),
      comparisons: all.comparisons.filter { $0.b < known })
    let training = oneRun {
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

  @Test func `Same seed, same models on any number of threads`() throws {
    let data = try linearDataset(20, 5, seed: 5)
    func train(_ threads: Int, seed: UInt64) throws -> RewardEnsemble {
      try oneRun {
        $0.runs = 3
        $0.steps = 20
        $0.batchSize = 32
        $0.seed = seed
      }.train(data, weights: [Double](repeating: 0.05, count: 20), work: Work(threads: threads))
    }
    let one = try train(1, seed: 7)
    #expect(try train(2, seed: 7) == one)
    #expect(try train(2, seed: 8) != one)
    #expect(one.models[0] != one.models[1])
  }

  @Test func `Bad settings are named`() throws {
    let data = try linearDataset(4, 2, seed: 1)
    let weights = [0.25, 0.25, 0.25, 0.25]
    for change in [
      { $0.steps = 0 }, { $0.batchSize = 0 }, { $0.runs = 0 }, { $0.learningRate = -1 }, { $0.lambda = .nan },
      { $0.hidden = [0] },
    ] as [(inout RewardTraining) -> Void] {
      #expect(throws: RewardTraining.Problem.self) { try oneRun(change).train(data, weights: weights) }
    }
    #expect(throws: EstimationError.self) { try oneRun { _ in }.train(data, weights: [1]) }
    #expect(throws: RewardTraining.Problem.diverged(run: 0, step: 25)) {
      try oneRun {
        $0.learningRate = 1e30
        $0.steps = 25
      }.train(data, weights: weights)
    }
  }
}
