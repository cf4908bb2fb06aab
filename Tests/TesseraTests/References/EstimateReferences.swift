import Foundation
import Tessera
import Testing

/// Rewards by choix, evalica, arena-rank and by a dense Newton's method in NumPy (`estimates.json`).
@Suite struct EstimateReferences {
  struct Case: Decodable, CustomTestStringConvertible {
    let problem: References.Problem
    let peers: [String: [Double]]?
    let peerDifferences: [String: Double]?

    private enum CodingKeys: String, CodingKey { case peers, peerDifferences }

    init(from decoder: any Decoder) throws {
      problem = try References.Problem(from: decoder)
      let container = try decoder.container(keyedBy: CodingKeys.self)
      peers = try container.decodeIfPresent([String: [Double]].self, forKey: .peers)
      peerDifferences = try container.decodeIfPresent([String: Double].self, forKey: .peerDifferences)
    }

    var testDescription: String { problem.name }
  }

  static var all: [Case] { get throws { try References.cases("estimates.json") } }

  @Test(arguments: try all)
  func `Rewards are those of a dense Newton's method`(reference: Case) throws {
    let problem = reference.problem
    let estimate = try problem.estimate()
    #expect(estimate.outcome == .minimum)
    // Both certificates are below 1e-13 or so; a reward moves by that over its curvature, which is small where preferences
    // are strong. Maximum likelihood is taken as lambda 1e-12: a thousandth of the shift at 1e-9, 4e-8 at most.
    #expect(largestDifference(estimate.rewards, problem.rewards) < 1e-9)
  }

  @Test(arguments: try all.filter { $0.peers != nil })
  func `Rewards are those of the peers, as far as they go`(reference: Case) throws {
    let rewards = try reference.problem.estimate().rewards
    for (name, values) in try #require(reference.peers) {
      // How far a peer's stopping rule leaves it from the minimum is in the file.
      let own = try #require(reference.peerDifferences?[name])
      #expect(largestDifference(rewards, values) < own + 1e-9, "\(name)")
    }
  }
}
