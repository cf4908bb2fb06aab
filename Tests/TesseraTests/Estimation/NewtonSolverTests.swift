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

  /// x and y won one each, x beat z: 2 x + y + z = 0, .5 - s(y - x) = 1.5 lambda y, -s(z - x) = 1.5 lambda z, by bisection.
  @Test(arguments: [1e-3, 1e-6, 1e-8, 1e-10, 1e-12])
  func `Rewards are right where only a small lambda holds them`(lambda: Double) throws {
    var (low, high) = (0.0, 300.0)
    func others(_ x: Double) -> (y: Double, z: Double) {
      var y = x
      for _ in 0..<100 { y = x - 2 * atanh(3 * lambda * y) }
      return (y, -2 * x - y)
    }
    for _ in 0..<200 {
      let x = (low + high) / 2
      let z = others(x).z
      if 1 / (1 + exp(x - z)) < -1.5 * lambda * z { high = x } else { low = x }
    }
    let expected = [low, others(low).y, others(low).z]
    let counts = PairCounts(
      alternatives: 3,
      comparisons: [
        Comparison(a: 0, b: 1, outcome: 1), Comparison(a: 0, b: 1, outcome: 0),
        Comparison(a: 0, b: 2, outcome: 1),
      ])
    for denseLimit in [0, 256] {
      let found = try solve(counts, lambda: lambda, convention: .local, denseLimit: denseLimit)
      #expect(found.outcome == .minimum)
      #expect(largestDifference(found.rewards, expected) < 2e-6 * abs(expected[2]), "\(found.rewards)")
    }
  }

  @Test(arguments: [1e9, -1e15, 1e308, .infinity, .nan])
  func `A start that is worse than none does not matter`(start: Double) throws {
    let instance = RandomInstance(seed: 9, alternatives: 30, density: 0.4)
    let pairs = try pairWeights(instance.counts, convention: .local)
    let expected = try BradleyTerry().fit(instance.counts, pairs)
    var rewards = expected.rewards
    rewards[4] = start
    let found = try BradleyTerry().fit(instance.counts, pairs, start: rewards)
    #expect(found.outcome == .minimum)
    #expect(largestDifference(found.rewards, expected.rewards) < 1e-8)
  }

  @Test func `Opponents that nothing is known of say nothing`() throws {
    // 0 has no weight and is all that 1 and 2 met; 3 has no weight and met 1 and 4, and 4 met 5.
    let counts = PairCounts(
      alternatives: 6,
      comparisons: [
        Comparison(a: 0, b: 1, outcome: 1), Comparison(a: 2, b: 0, outcome: 1),
        Comparison(a: 3, b: 1, outcome: 1), Comparison(a: 3, b: 4, outcome: 1),
        Comparison(a: 4, b: 5, outcome: 1),
      ])
    for convention in LambdaConvention.allCases {
      let found = try solve(counts, weights: [0, 0.25, 0.25, 0, 0.25, 0.25], convention: convention)
      #expect(found.undetermined == [0, 1, 2])
      let alone = try solve(
        PairCounts(
          alternatives: 3,
          comparisons: [Comparison(a: 0, b: 1, outcome: 1), Comparison(a: 1, b: 2, outcome: 1)]),
        weights: [0, 0.25, 0.25], convention: convention)
      if convention == .normalized {
        #expect(largestDifference(Array(found.rewards[3...]), alone.rewards) < 1e-9)
      }
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

  /// F and the largest |R_i| as the formulas have them, for rows of every length, also far from zero.
  @Test func `The objective and the certificate are those of the formulas`() throws {
    for (seed, m, density, scale) in [(7, 40, 0.3, 1.0), (8, 90, 0.02, 30), (9, 23, 1, 300)]
      as [(UInt64, Int, Double, Double)]
    {
      var instance = RandomInstance(seed: seed, alternatives: m, density: density)
      // Outcomes that follow the rewards, so that these are better than zeros.
      let rewards = (0..<m).map { _ in scale * instance.random.normal() }
      let counts = PairCounts(
        alternatives: m,
        comparisons: instance.counts.pairs.map {
          Comparison(a: $0.a, b: $0.b, outcome: rewards[$0.a] > rewards[$0.b] ? 1 : 0)
        })
      let pairs = try PairWeights(products: instance.weights, counts)
      let lambda = 1e-6
      let found = try BradleyTerry(lambda: lambda, maximumIterations: 0).fit(counts, pairs, start: rewards)
      let r = found.rewards
      #expect(zip(r, r.dropFirst()).contains { abs($0 - $1) > scale / 10 })
      var (value, size, largest) = (0.0, 0.0, 0.0)
      for i in 0..<m {
        var residual = -lambda * pairs.coverage[i] * r[i]
        value += pairs.weights[i] * lambda * pairs.coverage[i] / 2 * r[i] * r[i]
        for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
          let d = r[i] - r[Int(counts.opponents[entry])]
          let (p, mass) = (counts.rates[entry], pairs.opponentMass[entry])
          residual += mass * (p * logistic(-d) - (1 - p) * logistic(d))
          let term = pairs.weights[i] * mass * logLoss(d, outcome: p) / 2
          value += term
          size += abs(term)
        }
        largest = max(largest, abs(residual))
      }
      // Some thousand terms, each right to a few units in the last place.
      #expect(abs(found.objective - value) < 1e-14 * max(size, value), "\(found.objective) \(value)")
      #expect(abs(found.certificate - largest) < 1e-15, "\(found.certificate) \(largest)")
    }
  }
}
