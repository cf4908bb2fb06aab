import Foundation
import Tessera
import Testing

/// Errors by simulated noise, held against what is known of its first step.
@Suite struct SimulatedErrorsTests {
  enum Graph: CaseIterable { case dense, sparse, ring, pairs, star }

  /// 600 alternatives, more than all differences are looked at of, and pairs of wins and losses.
  static func counts(_ graph: Graph) -> PairCounts {
    let m = 600
    var random = RandomStream(seed: 21)
    var pairs: [PairCounts.Pair] = []
    for i in 0..<m {
      for j in i + 1..<m {
        let isThere =
          switch graph {
          case .dense: true
          case .sparse: random.uniform() < 0.01 || j == i + 1
          case .ring: j == i + 1 || (i == 0 && j == m - 1)
          case .pairs: i % 2 == 0 && j == i + 1
          case .star: i == 0 || random.uniform() < 0.003
          }
        guard isThere else { continue }
        pairs.append(
          PairCounts.Pair(
            a: i, b: j, wins: 1 + (6 * random.uniform()).rounded(),
            losses: 1 + (4 * random.uniform()).rounded()))
      }
    }
    return PairCounts(alternatives: m, pairs: pairs)
  }

  func errors(_ graph: Graph, draws: Int, reference: Int? = nil) throws -> StandardErrors {
    let counts = Self.counts(graph)
    let pairs = try PairWeights(uniform: counts)
    let estimate = try BradleyTerry(lambda: 0.1, tolerance: 1e-12).fit(counts, pairs)
    return try StandardErrors(
      of: estimate, counts, pairs, reference: reference, draws: draws, denseLimit: 0, seed: 5)
  }

  @Test(arguments: Graph.allCases)
  func `Errors are as good as they say, and as so many plain draws`(graph: Graph) throws {
    let truth = try errors(graph, draws: 10_000, reference: 0)
    let found = try errors(graph, draws: 64, reference: 0)
    #expect(truth.computation == .simulated && truth.relativeError < 0.0075)
    #expect(found.relativeError <= 1.05 / 128.0.squareRoot() || graph == .ring)
    func miss(_ found: [Double?], _ truth: [Double?]) -> Double {
      let ratios = zip(found, truth).compactMap { found, truth -> Double? in
        guard let found, let truth, truth > 0 else { return nil }
        return found / truth - 1
      }
      return (ratios.reduce(0) { $0 + $1 * $1 } / Double(ratios.count)).squareRoot()
    }
    // What is left is told by the draws themselves; along a ring all misses hang together.
    let limit = 2 * found.relativeError + truth.relativeError
    #expect(miss(found.values, truth.values) < limit)
    #expect(miss(found.differences ?? [], truth.differences ?? []) < limit)
  }

  @Test func `Alternatives that only met each other have exact errors`() throws {
    let found = try errors(.pairs, draws: 8)
    #expect(found.relativeError < 0.001)
    let truth = try errors(.pairs, draws: 4_000)
    for (x, y) in zip(found.values, truth.values) {
      #expect(abs((x ?? .nan) / (y ?? .nan) - 1) < 1e-3)
    }
  }

  @Test func `Many opponents need few draws`() throws {
    // Plain draws would leave 1 / sqrt(16) = 25 % after eight, and take a hundred times as many for 2 %.
    #expect(try errors(.dense, draws: 8).relativeError < 0.03)
  }
}
