import Tessera
import TestSupport
import Testing

@Suite struct WinRateAveragesTests {
  @Test func `Table 3 - Borda counts`() {
    let borda = Population.table2.pairCounts().bordaCounts()
    #expect(largestDifference(borda, [1.5899, 1.5000, 1.4101]) < 5e-5)
    let cloned = Population.table2.pairCounts([0, 1, 2, 2]).bordaCounts()
    #expect(largestDifference(cloned, [2.0405, 2.1393, 1.9101, 1.9101]) < 5e-5)
  }

  @Test func `Table 4 - Borda counts of the case study`() {
    // Romance beats art 70 %, art beats food 70 %, food beats romance 60 %; restaurants are food again.
    func rates(_ kinds: [Int]) -> PairCounts {
      let p = [[0.5, 0.7, 0.4], [0.3, 0.5, 0.7], [0.6, 0.3, 0.5]]
      return PairCounts(complete: kinds.map { i in kinds.map { p[i][$0] } })
    }
    // Against the others only: without the half for each alternative itself.
    #expect(largestDifference(rates([0, 1, 2]).bordaCounts().map { $0 - 0.5 }, [1.1, 1.0, 0.9]) < 1e-12)
    let cloned = rates([0, 1, 2, 2]).bordaCounts().map { $0 - 0.5 }
    #expect(largestDifference(Array(cloned.prefix(2)), [1.5, 1.7]) < 1e-12)
  }

  @Test func `A win rate is wins over comparisons, ties a half`() {
    // x beats y, z beats y; then z and y tie three times.
    let won = [
      PairCounts.Pair(a: 0, b: 1, wins: 1), PairCounts.Pair(a: 1, b: 2, losses: 1),
      PairCounts.Pair(a: 1, b: 2, ties: 3),
    ]
    let before = PairCounts(alternatives: 4, pairs: Array(won.prefix(2)))
    #expect(before.winRates() == [1, 0, 1, nil])
    #expect(PairCounts(alternatives: 4, pairs: won).winRates() == [1, 1.5 / 5, 2.5 / 4, nil])
  }

  @Test(arguments: PairConvention.allCases)
  func `A comparison with an opponent of half the weight counts half`(convention: PairConvention) throws {
    let counts = PairCounts(
      alternatives: 3,
      pairs: [PairCounts.Pair(a: 0, b: 1, wins: 3, losses: 1), PairCounts.Pair(a: 0, b: 2, losses: 2)])
    var settings = RewardFit.Settings()
    (settings.weights, settings.pairs) = (.automatic, .init(convention))
    // 1 and 2 are a family beside 0: each weighs a quarter, 0 a half. Each of the six comparisons of 0 counts alike.
    let data = try PreferenceDataset(
      alternatives: ["0", "1", "2"],
      comparisons: counts.pairs.flatMap { pair in
        [
          Comparison(a: pair.a, b: pair.b, outcome: 1, count: pair.wins),
          Comparison(a: pair.a, b: pair.b, outcome: 0, count: pair.losses),
        ].filter { $0.count > 0 }
      } + [Comparison(a: 1, b: 2, outcome: 1, count: 4)])
    let families = Partition(groupOf: [0, 1, 1], representatives: [0, 1])
    let result = try RewardFit(settings).run(data, aids: .init(families: families))
    let weighted = try #require(result.weighted)
    #expect(abs((weighted.winRates[0] ?? 0) - 3 / 6) < 1e-12)
    // 1 of 4 with 0, which weighs twice as much, and 4 of 4 with 2.
    #expect(abs((weighted.winRates[1] ?? 0) - (2 * 1 + 4) / 12) < 1e-12)
    #expect(abs((result.winRates[1] ?? 0) - 5 / 8) < 1e-12)
    // Of those met and itself: 1/4 with 0 (a half), 1 with 2 and 1/2 with itself (a quarter each).
    #expect(abs((weighted.averageWinRates?[1] ?? 0) - (0.5 / 4 + 0.25 + 0.125)) < 1e-12)
    #expect(abs((result.standard.averageWinRates?[1] ?? 0) - (0.25 + 1 + 0.5) / 3) < 1e-12)
  }

  @Test func `Three of four won is three quarters`() {
    let counts = PairCounts(
      alternatives: 4,
      pairs: [PairCounts.Pair(a: 0, b: 1, wins: 3, losses: 1), PairCounts.Pair(a: 0, b: 2, wins: 2)])
    #expect(counts.averages()[1] == 0.25)
    #expect(counts.averages()[2] == 0)
    // 3/4 against the second and 1 against the third, by their weights; nobody against the fourth.
    let weighted = counts.averages(weights: [0.1, 0.6, 0.2, 0.1])
    #expect(abs((weighted[0] ?? 0) - (0.6 * 0.75 + 0.2) / 0.8) < 1e-12)
    #expect(counts.averages()[3] == nil)
    let one = PairCounts(alternatives: 2, pairs: [PairCounts.Pair(a: 0, b: 1, wins: 3, losses: 1)])
    #expect(one.averages() == [0.75, 0.25])
    // With oneself as an opponent, as in Corollary 4.5.
    #expect(one.averages(includingSelf: true) == [0.625, 0.375])
    #expect(counts.averages(includingSelf: true)[3] == 0.5)
  }
}
