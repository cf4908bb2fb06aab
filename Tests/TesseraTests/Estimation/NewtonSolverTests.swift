import Foundation
import Tessera
import Testing

@Suite struct NewtonSolverTests {
  @Test func `Sparse and dense solvers agree`() throws {
    for seed in 30..<36 as Range<UInt64> {
      let instance = RandomInstance(seed: seed, alternatives: 200, density: 0.05)
      let dense = try solve(instance.counts, weights: instance.weights, lambda: 0.01)
      let sparse = try solve(instance.counts, weights: instance.weights, lambda: 0.01, denseLimit: 0)
      #expect(sparse.certificate <= 1e-9)
      #expect(largestDifference(dense.rewards, sparse.rewards) < 1e-7)
    }
  }

  @Test func `Weights of very different sizes still reach the certificate`() throws {
    var instance = RandomInstance(seed: 3, alternatives: 400, density: 0.1)
    let raw = (0..<400).map { _ in exp(-12 * instance.random.uniform()) }
    let weights = raw.map { $0 / raw.reduce(0, +) }
    for lambda in [1e-4, 0.1] {
      #expect(
        try solve(instance.counts, weights: weights, lambda: lambda, denseLimit: 0).certificate <= 1e-9)
    }
  }

  @Test func `Separable data converges`() throws {
    // a always beats b always beats c: without the regulariser there would be no optimum.
    let rates = PairCounts(complete: [[0.5, 1, 1], [0, 0.5, 1], [0, 0, 0.5]])
    for lambda in [1e-8, 1e-4, 1] {
      let estimate = try solve(rates, lambda: lambda)
      #expect(estimate.certificate <= 1e-9)
      #expect(estimate.ranks == [1, 2, 3])
    }
  }

  @Test func `Same bytes on any number of threads`() throws {
    let instance = RandomInstance(seed: 77, alternatives: 1_000, density: 0.2)
    func estimate(threads: Int) throws -> RewardEstimate {
      try solve(instance.counts, weights: instance.weights, work: Work(threads: threads))
    }
    let one = try estimate(threads: 1)
    for threads in [2, 3, 5] { #expect(try estimate(threads: threads) == one) }
  }

  @Test func `A good start saves iterations and changes nothing`() throws {
    let instance = RandomInstance(seed: 5, alternatives: 50)
    let pairs = try pairWeights(instance.counts, weights: instance.weights)
    let cold = try BradleyTerry(lambda: 1e-3).fit(instance.counts, pairs)
    let warm = try BradleyTerry(lambda: 1e-3).fit(instance.counts, pairs, start: cold.rewards)
    #expect(warm.iterations == 0)
    #expect(largestDifference(cold.rewards, warm.rewards) < 1e-9)
  }

  @Test func `A search that ends early says so, and its certificate is honest`() throws {
    let instance = RandomInstance(seed: 6, alternatives: 30, density: 0.4)
    let pairs = try pairWeights(instance.counts, weights: instance.weights)
    let whole = try BradleyTerry(lambda: 1e-3).fit(instance.counts, pairs)
    #expect(whole.outcome == .minimum)
    let early = try BradleyTerry(lambda: 1e-3, maximumIterations: 1).fit(instance.counts, pairs)
    guard case .stopped(let why) = early.outcome else {
      Issue.record("found \(early.outcome), expected a sentence on the one iteration")
      return
    }
    #expect(why.contains("1 iteration"))
    #expect(early.iterations == 1)
    #expect(early.certificate > 1e-10)
    let rows = instance.counts.pairs.map {
      Comparison(a: $0.a, b: $0.b, outcome: instance.counts.rate($0.a, $0.b) ?? 0, count: $0.count)
    }
    let condition = FirstOrderCondition(
      rows, weights: instance.weights, pairs: .proportion, convention: .normalized)
    let violation = condition.violation(early.rewards, lambda: 1e-3)
    #expect(abs(early.certificate - violation) < 1e-12)
    let stored = try JSONDecoder().decode(RewardEstimate.self, from: JSONEncoder().encode(early))
    #expect(stored.outcome == early.outcome)
  }
}
