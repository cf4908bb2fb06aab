import Foundation
import Tessera
import TesseraPaper
import Testing

/// Properties that must hold of every instance, checked on many random ones.
@Suite struct EstimationTests {
  @Test func certificateAndWeightedMeanOfRandomInstances() throws {
    for seed in 0..<60 as Range<UInt64> {
      let instance = RandomInstance(
        seed: seed, alternatives: 2 + Int(seed) * 3, density: seed % 2 == 0 ? 1 : 0.2)
      for lambda in [1e-3, 0.1, 3] {
        for pairs in PairConvention.allCases {
          let estimate = try solve(instance.winRates, weights: instance.weights, lambda: lambda, pairs: pairs)
          #expect(estimate.certificate <= 1e-9)
          let mean = zip(instance.weights, estimate.rewards).reduce(0) { $0 + $1.0 * $1.1 }
          // lambda times the mean is the weighted sum of residuals, each below the certificate.
          #expect(abs(mean) <= estimate.certificate / lambda + 1e-12)
          // Lemma G.1 is for k = 1.
          if pairs == .proportion {
            for (w, r) in zip(instance.weights, estimate.rewards) {
              #expect(abs(r) <= ((2 + lambda) / (lambda * w)).squareRoot())
            }
          }
        }
      }
    }
  }

  @Test func theCertificateIsTheLargestResidualOfTheFirstOrderCondition() throws {
    let instance = RandomInstance(seed: 8, alternatives: 12)
    let lambda = 0.1
    let rewards = try solve(instance.winRates, weights: instance.weights, lambda: lambda).rewards
    for i in 0..<12 {
      let left = (0..<12).reduce(0) { $0 + instance.weights[$1] * (instance.winRates.rate(i, $1) ?? 0) }
      let right = (0..<12).reduce(0) { $0 + instance.weights[$1] * logistic(rewards[i] - rewards[$1]) }
      #expect(abs(left - right - lambda * rewards[i]) < 1e-9)
    }
  }

  @Test func corollary45RewardsRankAsWeightedWinRates() throws {
    for seed in 100..<140 as Range<UInt64> {
      let instance = RandomInstance(seed: seed, alternatives: 3 + Int(seed % 20))
      for weights in [nil, instance.weights] {
        let estimate = try solve(instance.winRates, weights: weights)
        let averages = instance.winRates.averages(weights: weights)
        #expect(estimate.ranks == RewardEstimate.ranks(of: averages))
      }
    }
  }

  @Test func exactClonesWithSplitWeightsChangeNothing() throws {
    for seed in 200..<230 as Range<UInt64> {
      var instance = RandomInstance(seed: seed, alternatives: 4 + Int(seed % 10))
      let m = instance.weights.count
      let original = try solve(instance.winRates, weights: instance.weights)
      let victim = Int(seed) % m
      let copies = 1 + Int(seed % 5)
      let kinds = Array(0..<m) + Array(repeating: victim, count: copies)
      let rates = WinRates(complete: kinds.map { i in kinds.map { instance.winRates.rate(i, $0) ?? 0 } })
      // Any split does, not only the even one.
      let parts = (0...copies).map { _ in instance.random.uniform() + 0.01 }
      var weights = instance.weights + Array(repeating: 0, count: copies)
      for (part, index) in zip(parts, [victim] + Array(m..<m + copies)) {
        weights[index] = instance.weights[victim] * part / parts.reduce(0, +)
      }
      let cloned = try solve(rates, weights: weights)
      #expect(largestDifference(cloned.rewards, kinds.map { original.rewards[$0] }) < 1e-9)
    }
  }

  @Test func permutingAlternativesPermutesRewards() throws {
    var instance = RandomInstance(seed: 7, alternatives: 40, density: 0.3)
    let permutation = (0..<40).shuffled(using: &instance.random)
    var comparisons: [Comparison] = []
    for i in 0..<40 {
      for j in i + 1..<40 {
        if let p = instance.winRates.rate(i, j) {
          comparisons.append(
            Comparison(a: permutation[i], b: permutation[j], outcome: p, count: instance.winRates.count(i, j))
          )
        }
      }
    }
    var weights = [Double](repeating: 0, count: 40)
    for i in 0..<40 { weights[permutation[i]] = instance.weights[i] }
    let permuted = try solve(WinRates(alternatives: 40, comparisons: comparisons), weights: weights)
    let original = try solve(instance.winRates, weights: instance.weights)
    #expect(largestDifference((0..<40).map { permuted.rewards[permutation[$0]] }, original.rewards) < 1e-9)
  }

  @Test func theorem42TheWeightedShiftVanishesAndTheStandardOneDoesNot() throws {
    // Smooth rewards on the unit square, so that near contexts have near win rates.
    var random = RandomStream(seed: 11)
    let types = (0..<5).map { _ in (0..<4).map { _ in 4 * random.normal() } }
    func winRates(_ points: [[Double]]) -> WinRates {
      let rewards = types.map { t in
        points.map { t[0] * $0[0] + t[1] * $0[1] + t[2] * $0[0] * $0[1] + t[3] * $0[1] * $0[1] }
      }
      return Population(shares: Array(repeating: 0.2, count: 5), rewards: rewards).winRates()
    }
    let points = (0..<8).map { _ in [random.uniform(), random.uniform()] }
    func fit(_ points: [[Double]], weighted: Bool) throws -> [Double] {
      let weights = try VoronoiWeights.weights(
        contexts: Contexts(Matrix(points)), space: UnitCube(dimension: 2)
      ).values
      return try solve(winRates(points), weights: weighted ? weights : nil).rewards
    }
    var shifts: [(standard: Double, weighted: Double)] = []
    for epsilon in [1e-1, 1e-2, 1e-3, 1e-4, 1e-5] {
      let clone = [points[3][0] + epsilon * 0.6, points[3][1] + epsilon * 0.8]
      func shift(_ weighted: Bool) throws -> Double {
        try largestDifference(
          Array(fit(points + [clone], weighted: weighted).prefix(8)), fit(points, weighted: weighted))
      }
      shifts.append((try shift(false), try shift(true)))
    }
    for (larger, smaller) in zip(shifts, shifts.dropFirst()) { #expect(smaller.weighted < larger.weighted) }
    #expect(shifts[4].weighted < 1e-4)
    #expect(shifts[4].standard > 1e-2)
    #expect(abs(shifts[4].standard - shifts[3].standard) < 1e-3)
  }

  @Test func theorem32ANearCloneFlipsTheStandardWinnerAtAnyDistance() throws {
    for distance in [1e-2, 1e-5, 1e-9] {
      let near = Population(
        shares: Population.table2.shares, rewards: Population.table2.rewards.map { $0 + [$0[2] + distance] })
      #expect(try solve(near.winRates()).ranks.prefix(2) == [2, 1])
    }
  }

  @Test func weightZeroIsTheLimitOfSmallWeights() throws {
    var instance = RandomInstance(seed: 21, alternatives: 9, density: 0.6)
    var weights = instance.weights
    weights[4] = 0
    weights[7] = 0
    let scale = weights.reduce(0, +)
    weights = weights.map { $0 / scale }
    let limit = try solve(instance.winRates, weights: weights)
    #expect(limit.certificate <= 1e-9)
    var nearly = weights
    nearly[4] = 1e-11
    nearly[7] = 1e-11
    let close = try solve(instance.winRates, weights: nearly)
    #expect(largestDifference(limit.rewards, close.rewards) < 1e-7)
    _ = instance.random.next()
  }

  @Test func sparseAndDenseSolversAgree() throws {
    for seed in 30..<36 as Range<UInt64> {
      let instance = RandomInstance(seed: seed, alternatives: 200, density: 0.05)
      let dense = try solve(instance.winRates, weights: instance.weights, lambda: 0.01)
      let sparse = try solve(instance.winRates, weights: instance.weights, lambda: 0.01, denseLimit: 0)
      #expect(sparse.certificate <= 1e-9)
      #expect(largestDifference(dense.rewards, sparse.rewards) < 1e-7)
    }
  }

  @Test func weightsOfVeryDifferentSizesStillReachTheCertificate() throws {
    var instance = RandomInstance(seed: 3, alternatives: 400, density: 0.1)
    let raw = (0..<400).map { _ in exp(-12 * instance.random.uniform()) }
    let weights = raw.map { $0 / raw.reduce(0, +) }
    for lambda in [1e-4, 0.1] {
      #expect(
        try solve(instance.winRates, weights: weights, lambda: lambda, denseLimit: 0).certificate <= 1e-9)
    }
  }

  @Test func separableDataConverges() throws {
    // a always beats b always beats c: without the regulariser there would be no optimum.
    let rates = WinRates(complete: [[0.5, 1, 1], [0, 0.5, 1], [0, 0, 0.5]])
    for lambda in [1e-8, 1e-4, 1] {
      let estimate = try solve(rates, lambda: lambda)
      #expect(estimate.certificate <= 1e-9)
      #expect(estimate.ranks == [1, 2, 3])
    }
  }

  @Test func eachComponentHasMeanZero() throws {
    let rates = WinRates(
      alternatives: 5,
      comparisons: [Comparison(a: 0, b: 1, outcome: 0.9), Comparison(a: 2, b: 3, outcome: 0.6)])
    let weights = [0.1, 0.3, 0.2, 0.2, 0.2]
    let rewards = try solve(rates, weights: weights).rewards
    #expect(abs(0.1 * rewards[0] + 0.3 * rewards[1]) < 1e-10)
    #expect(abs(rewards[2] + rewards[3]) < 1e-9)
    #expect(rewards[4] == 0)
  }

  @Test func countsMatterOnlyWhereAskedFor() throws {
    let one = [
      Comparison(a: 0, b: 1, outcome: 0.8), Comparison(a: 1, b: 2, outcome: 0.7),
      Comparison(a: 0, b: 2, outcome: 0.4),
    ]
    let many = one.map {
      Comparison(a: Int($0.a), b: Int($0.b), outcome: $0.outcome, count: $0.a == 0 ? 10 : 1)
    }
    let even = one.map { Comparison(a: Int($0.a), b: Int($0.b), outcome: $0.outcome, count: 7) }
    func rewards(_ comparisons: [Comparison], _ pairs: PairConvention) throws -> [Double] {
      try solve(WinRates(alternatives: 3, comparisons: comparisons), pairs: pairs).rewards
    }
    #expect(try largestDifference(rewards(one, .proportion), rewards(many, .proportion)) < 1e-9)
    #expect(try largestDifference(rewards(one, .count), rewards(even, .count)) < 1e-9)
    #expect(try largestDifference(rewards(one, .count), rewards(many, .count)) > 1e-3)
  }

  @Test func thePapersLambdaIsMTimesTheNormalizedOneInTheStandardEstimate() {
    #expect(LambdaConvention.paper.standardLambda(3, alternatives: 30) == 0.1)
    #expect(LambdaConvention.normalized.standardLambda(0.1, alternatives: 30) == 0.1)
  }

  @Test func sameBytesOnAnyNumberOfThreads() throws {
    let instance = RandomInstance(seed: 77, alternatives: 1_000, density: 0.2)
    func rewards(threads: Int) throws -> RewardEstimate {
      var solver = NewtonSolver()
      solver.threads = threads
      return try solver.solve(BradleyTerry(winRates: instance.winRates, weights: instance.weights))
    }
    #expect(try rewards(threads: 1) == rewards(threads: 3))
  }

  @Test func aGoodStartSavesIterationsAndChangesNothing() throws {
    let instance = RandomInstance(seed: 5, alternatives: 50)
    let problem = try BradleyTerry(winRates: instance.winRates, weights: instance.weights, lambda: 1e-3)
    let cold = try NewtonSolver().solve(problem)
    let warm = try NewtonSolver().solve(problem, start: cold.rewards)
    #expect(warm.iterations == 0)
    #expect(largestDifference(cold.rewards, warm.rewards) < 1e-9)
  }

  @Test func badRequestsAreNamed() throws {
    let rates = WinRates(complete: [[0.5, 1], [0, 0.5]])
    #expect(throws: EstimationError.lambda(found: 0)) {
      try BradleyTerry(winRates: rates, weights: [0.5, 0.5], lambda: 0)
    }
    #expect(throws: EstimationError.self) {
      try BradleyTerry(winRates: rates, weights: [0.5, 0.5], lambda: .nan)
    }
    #expect(throws: EstimationError.weightCount(found: 1, alternatives: 2)) {
      try BradleyTerry(winRates: rates, weights: [1])
    }
    #expect(throws: EstimationError.weight(alternative: 1, found: -1)) {
      try BradleyTerry(winRates: rates, weights: [2, -1])
    }
    #expect(throws: EstimationError.self) { try BradleyTerry(winRates: rates, weights: [0, 0]) }
  }
}
