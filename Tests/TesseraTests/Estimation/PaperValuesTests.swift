import Foundation
import Tessera
import TestSupport
import Testing

/// Numbers that stand in the paper, or follow from it by hand.
@Suite struct PaperValuesTests {
  @Test func `Table 2 gives the win rates of Theorem 3.2`() {
    let p = Population.table2
    #expect(abs(p.probability(0, over: 1) - 0.6393) < 5e-5)
    #expect(abs(p.probability(0, over: 2) - 0.4506) < 5e-5)
    #expect(abs(p.probability(1, over: 2) - 0.6393) < 5e-5)
  }

  @Test func `An exact clone flips the standard winner and not the weighted one`() throws {
    let original = Population.table2.pairCounts()
    let cloned = Population.table2.pairCounts([0, 1, 2, 2])
    for lambda in [0.001, 0.1, 1, 10] {
      let before = try solve(original, lambda: lambda)
      let after = try solve(cloned, lambda: lambda)
      #expect(before.ranks == [1, 2, 3])
      #expect(after.ranks.prefix(2) == [2, 1])
      let third = 1.0 / 3
      let weighted = try solve(cloned, weights: [third, third, third / 2, third / 2], lambda: lambda)
      #expect(largestDifference(Array(weighted.rewards.prefix(3)), before.rewards) < 1e-9)
      #expect(abs(weighted.rewards[3] - before.rewards[2]) < 1e-9)
    }
  }

  @Test func `Theorem 2.3 - both populations look alike`() throws {
    for c in [0.49, 1, 4] as [Double] {
      let kappa = exp(12 * c.squareRoot())
      let first = Population(shares: [0.5, 0.5], rewards: [[0, log(2)], [0, log(2)]])
      let second = Population(
        shares: [0.5, 0.5], rewards: [[0, log(kappa)], [0, log(kappa + 4) - log(2 * kappa - 1)]])
      #expect(abs(first.probability(0, over: 1) - 1.0 / 3) < 1e-12)
      #expect(abs(second.probability(0, over: 1) - 1.0 / 3) < 1e-12)
      let rewards = try solve(first.pairCounts()).rewards
      #expect(largestDifference(rewards, try solve(second.pairCounts()).rewards) < 1e-9)
    }
  }

  @Test func `Two alternatives solve one equation`() throws {
    // r_a = -r_b = x with w_b (p - s(2x)) = lambda x, solved here by bisection.
    for (p, lambda, weight) in [(0.8, 0.1, 0.5), (1.0, 0.01, 0.3), (0.2, 2.0, 0.9)] {
      let rates = PairCounts(complete: [[0.5, p], [1 - p, 0.5]])
      let estimate = try solve(rates, weights: [weight, 1 - weight], lambda: lambda)
      // w_a r_a + w_b r_b = 0 ties the second to the first.
      func residual(_ x: Double) -> Double {
        (1 - weight) * (p - logistic(x * (1 + weight / (1 - weight)))) - lambda * x
      }
      var (low, high) = (-100.0, 100.0)
      for _ in 0..<200 {
        let middle = (low + high) / 2
        if residual(middle) > 0 { low = middle } else { high = middle }
      }
      #expect(abs(estimate.rewards[0] - low) < 1e-8)
      #expect(abs(estimate.rewards[1] + low * weight / (1 - weight)) < 1e-8)
    }
  }
}
