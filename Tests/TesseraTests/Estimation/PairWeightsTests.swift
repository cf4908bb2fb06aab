import Tessera
import Testing

@Suite struct PairWeightsTests {
  @Test func `Counts matter only where asked for`() throws {
    let one = [
      Comparison(a: 0, b: 1, outcome: 0.8), Comparison(a: 1, b: 2, outcome: 0.7),
      Comparison(a: 0, b: 2, outcome: 0.4),
    ]
    let many = one.map {
      Comparison(a: Int($0.a), b: Int($0.b), outcome: $0.outcome, count: $0.a == 0 ? 10 : 1)
    }
    let even = one.map { Comparison(a: Int($0.a), b: Int($0.b), outcome: $0.outcome, count: 7) }
    func rewards(_ comparisons: [Comparison], _ pairs: PairConvention) throws -> [Double] {
      try solve(PairCounts(alternatives: 3, comparisons: comparisons), pairs: pairs).rewards
    }
    #expect(try largestDifference(rewards(one, .proportion), rewards(many, .proportion)) < 1e-9)
    #expect(try largestDifference(rewards(one, .count), rewards(even, .count)) < 1e-9)
    #expect(try largestDifference(rewards(one, .count), rewards(many, .count)) > 1e-3)
  }

  @Test func `The paper's lambda is m times the normalized one in the standard estimate`() {
    #expect(LambdaConvention.paper.standardLambda(3, alternatives: 30) == 0.1)
    #expect(LambdaConvention.normalized.standardLambda(0.1, alternatives: 30) == 0.1)
  }

  /// x beats y 90 of 100 times, beside pairs of others that it has nothing to do with.
  func reward(beside pairs: Int, _ convention: LambdaConvention) throws -> Double {
    var comparisons = [
      Comparison(a: 0, b: 1, outcome: 1, count: 90), Comparison(a: 0, b: 1, outcome: 0, count: 10),
    ]
    for k in 1...max(pairs, 1) where pairs > 0 {
      comparisons.append(Comparison(a: 2 * k, b: 2 * k + 1, outcome: 1))
    }
    let data = try PreferenceDataset(
      alternatives: (0..<2 + 2 * pairs).map { "\($0)" }, comparisons: comparisons)
    var settings = fitSettings()
    settings.lambdaConvention = convention
    return try #require(try RewardFit(settings).run(data).standard.rewards[0])
  }

  @Test(arguments: [0, 1, 9, 99, 999])
  func `Unrelated pairs shrink nobody under the local ridge`(unrelated: Int) throws {
    // 0.9 - s(2 r) = 0.1 r / (1 - 1/m), solved by bisection: .62 for m = 2, .77 for m without end.
    let m = Double(2 + 2 * unrelated)
    var (low, high) = (0.0, 2.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if 0.9 - logistic(2 * middle) > 0.1 * middle / (1 - 1 / m) { low = middle } else { high = middle }
    }
    let found = try reward(beside: unrelated, .local)
    #expect(abs(found - low) < 1e-8)
    #expect(found > 0.62 && found < 0.77)
  }

  @Test func `Unrelated pairs shrink everyone under the normalized ridge, as documented`() throws {
    let expected = [0: 0.621, 1: 0.461, 9: 0.160, 99: 0.0195, 999: 0.0020]
    for (unrelated, value) in expected {
      // To the digits that were printed.
      #expect(abs(try reward(beside: unrelated, .normalized) - value) < 6e-4)
    }
    // Equation 1's lambda grows with m, so the standard estimate does not notice.
    let own = try reward(beside: 999, .paper)
    #expect(abs(own - 0.769) < 1e-3)
  }

  @Test func `What met only its own copies hangs on them, or counts them as others`() throws {
    let counts = PairCounts(
      alternatives: 3,
      pairs: [
        PairCounts.Pair(a: 0, b: 1, wins: 7, losses: 3), PairCounts.Pair(a: 1, b: 2, wins: 1, losses: 1),
      ])
    let groups = Partition(groupOf: [0, 1, 1], representatives: [0, 1])
    let held = try PairWeights(products: [0.5, 0.25, 0.25], counts, groups: groups)
    #expect(held.ridgeMasses[2] == 0)
    let estimate = try BradleyTerry(tolerance: 1e-12).fit(counts, held)
    #expect(abs(estimate.rewards[2] - estimate.rewards[1]) < 1e-10)
    let lost = PairCounts(
      alternatives: 3,
      pairs: [PairCounts.Pair(a: 0, b: 1, wins: 7, losses: 3), PairCounts.Pair(a: 1, b: 2, wins: 2)])
    let counted = try PairWeights(products: [0.5, 0.25, 0.25], lost, groups: groups)
    #expect(counted.ridgeMasses[2] > 0)
    let finite = try BradleyTerry().fit(lost, counted)
    #expect(finite.outcome == .minimum)
    #expect(finite.rewards[2] < finite.rewards[1])
  }

  @Test func `Effective comparisons are those of as many equal pairs`() throws {
    let counts = PairCounts(
      alternatives: 4,
      comparisons: [(0, 1), (1, 2), (2, 3)].map { Comparison(a: $0.0, b: $0.1, outcome: 1, count: 5) })
    #expect(abs(try PairWeights(uniform: counts).effectiveComparisons(counts) - 3) < 1e-12)
    // Masses 0.16, 0.16 and 0.04: (0.36)^2 / (2 x 0.0256 + 0.0016).
    let uneven = try PairWeights(products: [0.4, 0.4, 0.4, 0.1], counts)
    #expect(abs(uneven.effectiveComparisons(counts) - 0.1296 / 0.0528) < 1e-12)
    #expect(uneven.undetermined(counts) == [])
  }
}
