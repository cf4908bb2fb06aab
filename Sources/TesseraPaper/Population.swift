import Foundation
import Tessera

/// Annotator types with their shares and rewards: what the paper's examples are made of.
///
/// An annotator of type t prefers i to j with probability s(r_t(i) - r_t(j)).
public struct Population: Sendable {
  /// Share of each type, sum 1.
  public let shares: [Double]
  /// `rewards[type][alternative]`
  public let rewards: [[Double]]

  public init(shares: [Double], rewards: [[Double]]) {
    self.shares = shares
    self.rewards = rewards
  }

  /// Probability that a random annotator prefers i to j.
  public func probability(_ i: Int, over j: Int) -> Double {
    zip(shares, rewards).reduce(0) { $0 + $1.0 * logistic($1.1[i] - $1.1[j]) }
  }

  /// p_ij of some alternatives, in the order given; one that is named twice is an exact clone.
  public func winRates(_ alternatives: [Int]? = nil) -> PairCounts {
    let kept = alternatives ?? Array((rewards.first ?? []).indices)
    return PairCounts(complete: kept.map { i in kept.map { probability(i, over: $0) } })
  }

  /// Mean reward of each alternative.
  public var meanRewards: [Double] {
    (rewards.first ?? []).indices.map { i in zip(shares, rewards).reduce(0) { $0 + $1.0 * $1.1[i] } }
  }

  /// Table 2: a, b, c.
  public static let table2 = Population(
    shares: [0.4, 0.3, 0.3],
    rewards: [[log(100), log(10), 0], [log(10), 0, log(100)], [0, log(100), log(10)]])

  /// The two populations of Theorem 2.3 over a and b, r(a) = 0, for a distance C.
  ///
  /// kappa = exp(12 sqrt(C)) overflows soon; everything is computed from its logarithm.
  public static func impossible(distance c: Double) -> (first: Population, second: Population) {
    let logKappa = 12 * c.squareRoot()
    let small = exp(-logKappa)
    // log((kappa + 4) / (2 kappa - 1))
    let other = log1p(4 * small) - log(2 - small)
    return (
      Population(shares: [0.5, 0.5], rewards: [[0, log(2)], [0, log(2)]]),
      Population(shares: [0.5, 0.5], rewards: [[0, logKappa], [0, other]])
    )
  }

  /// Types whose rewards are smooth functions of a context in the unit square: near contexts, near rewards.
  public static func smooth(types: Int, contexts: [[Double]], seed: UInt64) -> Population {
    var random = RandomStream(seed: seed, for: .paperPopulations)
    let rewards = (0..<types).map { _ in
      let t = (0..<5).map { _ in 3 * random.normal() }
      return contexts.map { x in
        t[0] * x[0] + t[1] * x[1] + t[2] * x[0] * x[1] + t[3] * sin(3 * x[0]) + t[4] * cos(3 * x[1])
      }
    }
    return Population(shares: Array(repeating: 1 / Double(types), count: types), rewards: rewards)
  }
}
