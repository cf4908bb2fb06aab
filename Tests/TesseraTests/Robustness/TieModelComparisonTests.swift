import Foundation
import Tessera
import TestSupport
import Testing

@Suite struct TieModelComparisonTests {
  /// Votes between five of very unequal strength with ties that closeness makes, or between five equal ones.
  func data(tiesByCloseness: Bool) throws -> PreferenceDataset {
    var random = RandomStream(seed: 4)
    let truth = tiesByCloseness ? [3.0, 1, 0, -1, -3] : [0, 0, 0, 0, 0]
    let rows = (0..<4_000).map { k in
      let i = Int(random.uniform() * 5)
      let j = (i + 1 + Int(random.uniform() * 4)) % 5
      let (x, y) = (exp((truth[i] - truth[j]) / 2), exp((truth[j] - truth[i]) / 2))
      let tie = tiesByCloseness ? 1.5 / (x + y + 1.5) : 0.3
      let u = random.uniform()
      return Comparison(
        a: i, b: j, outcome: u < tie ? 0.5 : random.uniform() < x / (x + y) ? 1 : 0, annotator: k % 40)
    }
    return try PreferenceDataset(
      alternatives: (0..<5).map { "\($0)" }, annotators: (0..<40).map { "\($0)" }, comparisons: rows)
  }

  func comparison(_ data: PreferenceDataset, work: Work = Work()) throws -> TieModelComparison? {
    try TieModelComparison(
      data, PairWeights(uniform: data.pairCounts, pairs: .count), lambda: 1e-3, pairs: .count,
      lambdaConvention: .local,
      groups: nil, seed: 0, work: work)
  }

  @Test func `Ties that closeness makes are predicted best by the model that made them`() throws {
    let found = try #require(try comparison(data(tiesByCloseness: true)))
    #expect(found.unit == .annotator && found.readings.map(\.ties) == [.half, .davidson, .raoKupper])
    #expect(found.best == .davidson)
    #expect(found.readings[0].difference == 0 && found.readings[0].error == 0)
    #expect(found.readings[1].difference < -5 * found.readings[1].error)
  }

  @Test func `Among equals closeness tells nothing of ties, and half wins stay`() throws {
    let found = try #require(try comparison(data(tiesByCloseness: false)))
    #expect(found.best == .half)
    for reading in found.readings.dropFirst() { #expect(abs(reading.difference) < 0.002) }
    // The entropy of 0.3, 0.35 and 0.35 is 1.096; a mean of 4,000 losses with a standard deviation of 0.07 is good to 0.0011.
    #expect(abs(found.readings[0].logLoss - 1.096) < 0.005)
  }

  @Test func `Without ties, or with too few votes, there is nothing to compare`() throws {
    let rows = [Comparison(a: 0, b: 1, outcome: 1, count: 50), Comparison(a: 0, b: 1, outcome: 0, count: 50)]
    #expect(try comparison(PreferenceDataset(alternatives: ["a", "b"], comparisons: rows)) == nil)
    let few = [Comparison(a: 0, b: 1, outcome: 1, count: 5), Comparison(a: 0, b: 1, outcome: 0.5, count: 5)]
    #expect(try comparison(PreferenceDataset(alternatives: ["a", "b"], comparisons: few)) == nil)
  }
}
