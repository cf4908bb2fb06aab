import Foundation
import Tessera

/// Annotator types with their shares and rewards: what the paper's examples are made of.
///
/// An annotator of type t prefers i to j with probability s(r_t(i) - r_t(j)). A plain helper, so that tests of the library
/// need nothing but the library.
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
  public func pairCounts(_ alternatives: [Int]? = nil) -> PairCounts {
    let kept = alternatives ?? Array((rewards.first ?? []).indices)
    return PairCounts(complete: kept.map { i in kept.map { probability(i, over: $0) } })
  }

  /// Table 2: a, b, c.
  public static let table2 = Population(
    shares: [0.4, 0.3, 0.3],
    rewards: [[log(100), log(10), 0], [log(10), 0, log(100)], [0, log(100), log(10)]])
}
