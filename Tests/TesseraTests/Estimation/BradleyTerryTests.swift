import Foundation
import Tessera
import TestSupport
import Testing

/// Properties that must hold of every instance, checked on many random ones.
@Suite struct BradleyTerryTests {
  @Test func `Certificate and weighted mean of random instances`() throws {
    for seed in 0..<60 as Range<UInt64> {
      let instance = RandomInstance(
        seed: seed, alternatives: 2 + Int(seed) * 3, density: seed % 2 == 0 ? 1 : 0.2)
      for lambda in [1e-3, 0.1, 3] {
        for pairs in PairConvention.allCases {
          let estimate = try solve(instance.counts, weights: instance.weights, lambda: lambda, pairs: pairs)
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

  @Test func `The certificate is the largest residual of the first-order condition`() throws {
    let instance = RandomInstance(seed: 8, alternatives: 12)
    let lambda = 0.1
    let rewards = try solve(instance.counts, weights: instance.weights, lambda: lambda).rewards
    for i in 0..<12 {
      let left = (0..<12).reduce(0) { $0 + instance.weights[$1] * (instance.counts.rate(i, $1) ?? 0) }
      let right = (0..<12).reduce(0) { $0 + instance.weights[$1] * logistic(rewards[i] - rewards[$1]) }
      #expect(abs(left - right - lambda * rewards[i]) < 1e-9)
    }
  }

  @Test func `Corollary 4.5 - rewards rank as weighted win rates`() throws {
    for seed in 100..<140 as Range<UInt64> {
      let instance = RandomInstance(seed: seed, alternatives: 3 + Int(seed % 20))
      for weights in [nil, instance.weights] {
        let estimate = try solve(instance.counts, weights: weights)
        let averages = instance.counts.averages(weights: weights, includingSelf: true).map { $0 ?? .nan }
        #expect(estimate.ranks == RewardEstimate.ranks(of: averages))
      }
    }
  }

  @Test func `Rewards that rounding alone tells apart share a place`() {
    let third = 1.0 / 3
    #expect(RewardEstimate.ranks(of: [third, 0.1 + third - 0.1, -2, third + 1e-6]) == [2, 2, 4, 1])
    // A chain of near ones does not tie its ends.
    let chain = (0..<5).map { Double($0) * 0.9e-9 }
    #expect(RewardEstimate.ranks(of: chain) == [5, 3, 3, 1, 1])
  }

  @Test func `Exact clones with split weights change nothing`() throws {
    for seed in 200..<230 as Range<UInt64> {
      var instance = RandomInstance(seed: seed, alternatives: 4 + Int(seed % 10))
      let m = instance.weights.count
      let original = try solve(instance.counts, weights: instance.weights)
      let victim = Int(seed) % m
      let copies = 1 + Int(seed % 5)
      let kinds = Array(0..<m) + Array(repeating: victim, count: copies)
      let rates = PairCounts(complete: kinds.map { i in kinds.map { instance.counts.rate(i, $0) ?? 0 } })
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

  @Test func `Permuting alternatives permutes rewards`() throws {
    var instance = RandomInstance(seed: 7, alternatives: 40, density: 0.3)
    let permutation = (0..<40).shuffled(using: &instance.random)
    var comparisons: [Comparison] = []
    for i in 0..<40 {
      for j in i + 1..<40 {
        if let p = instance.counts.rate(i, j) {
          comparisons.append(
            Comparison(a: permutation[i], b: permutation[j], outcome: p, count: instance.counts.count(i, j))
          )
        }
      }
    }
    var weights = [Double](repeating: 0, count: 40)
    for i in 0..<40 { weights[permutation[i]] = instance.weights[i] }
    let permuted = try solve(PairCounts(alternatives: 40, comparisons: comparisons), weights: weights)
    let original = try solve(instance.counts, weights: instance.weights)
    #expect(largestDifference((0..<40).map { permuted.rewards[permutation[$0]] }, original.rewards) < 1e-9)
  }

  @Test func `Theorem 4.2 - the weighted shift vanishes and the standard one does not`() throws {
    // Smooth rewards on the unit square, so that near contexts have near win rates.
    var random = RandomStream(seed: 11)
    let types = (0..<5).map { _ in (0..<4).map { _ in 4 * random.normal() } }
    func pairCounts(_ points: [[Double]]) -> PairCounts {
      let rewards = types.map { t in
        points.map { t[0] * $0[0] + t[1] * $0[1] + t[2] * $0[0] * $0[1] + t[3] * $0[1] * $0[1] }
      }
      return Population(shares: Array(repeating: 0.2, count: 5), rewards: rewards).pairCounts()
    }
    let points = (0..<8).map { _ in [random.uniform(), random.uniform()] }
    func fit(_ points: [[Double]], weighted: Bool) throws -> [Double] {
      let weights = try VoronoiWeights.weights(
        contexts: Contexts(Matrix(points)), space: UnitCube(dimension: 2)
      ).values
      return try solve(pairCounts(points), weights: weighted ? weights : nil).rewards
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

  @Test func `Theorem 3.2 - a near clone flips the standard winner at any distance`() throws {
    for distance in [1e-2, 1e-5, 1e-9] {
      let near = Population(
        shares: Population.table2.shares, rewards: Population.table2.rewards.map { $0 + [$0[2] + distance] })
      #expect(try solve(near.pairCounts()).ranks.prefix(2) == [2, 1])
    }
  }

  @Test func `Weight zero is the limit of small weights`() throws {
    var instance = RandomInstance(seed: 21, alternatives: 9, density: 0.6)
    var weights = instance.weights
    weights[4] = 0
    weights[7] = 0
    let scale = weights.reduce(0, +)
    weights = weights.map { $0 / scale }
    let limit = try solve(instance.counts, weights: weights)
    #expect(limit.certificate <= 1e-9)
    var nearly = weights
    nearly[4] = 1e-11
    nearly[7] = 1e-11
    let close = try solve(instance.counts, weights: nearly)
    #expect(largestDifference(limit.rewards, close.rewards) < 1e-7)
    _ = instance.random.next()
  }

  @Test func `Each component has mean zero`() throws {
    let rates = PairCounts(
      alternatives: 5,
      comparisons: [Comparison(a: 0, b: 1, outcome: 0.9), Comparison(a: 2, b: 3, outcome: 0.6)])
    let weights = [0.1, 0.3, 0.2, 0.2, 0.2]
    let estimate = try solve(rates, weights: weights)
    let rewards = estimate.rewards
    #expect(abs(0.1 * rewards[0] + 0.3 * rewards[1]) < 1e-10)
    #expect(abs(rewards[2] + rewards[3]) < 1e-9)
    #expect(rewards[4] == 0)
    #expect(estimate.undetermined == [4])
  }

  @Test func `Bad requests are named`() throws {
    let rates = PairCounts(complete: [[0.5, 1], [0, 0.5]])
    #expect(throws: EstimationError.lambda(found: 0)) { try solve(rates, lambda: 0) }
    #expect(throws: EstimationError.self) { try solve(rates, lambda: .nan) }
    #expect(throws: EstimationError.weightCount(found: 1, alternatives: 2)) { try solve(rates, weights: [1]) }
    #expect(throws: EstimationError.weight(alternative: 1, found: -1)) { try solve(rates, weights: [2, -1]) }
    #expect(throws: EstimationError.self) { try solve(rates, weights: [0, 0]) }
    let pairs = try pairWeights(rates)
    #expect(throws: EstimationError.startCount(found: 3, alternatives: 2)) {
      try BradleyTerry().fit(rates, pairs, start: [0, 0, 0])
    }
    // Pair weights made for other counts.
    #expect(throws: EstimationError.self) {
      try BradleyTerry().fit(PairCounts(complete: [[0.5, 1, 1], [0, 0.5, 1], [0, 0, 0.5]]), pairs)
    }
  }
}
