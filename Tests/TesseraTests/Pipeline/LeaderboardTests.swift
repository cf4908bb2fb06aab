import Tessera
import TestSupport
import Testing

@Suite struct LeaderboardTests {
  /// a beats c by 60 of 100, c beats b and its copies by as much, and they beat a by 55: on average a is ahead, .525 to .5.
  func data(copies: Int) throws -> PreferenceDataset {
    let ids = ["a", "b", "c"] + (0..<copies).map { "b \($0)" }
    var rows = [Comparison(a: 0, b: 2, outcome: 1, count: 60), Comparison(a: 0, b: 2, outcome: 0, count: 40)]
    for b in [1] + (3..<3 + copies) {
      rows += [
        Comparison(a: 0, b: b, outcome: 1, count: 45), Comparison(a: 0, b: b, outcome: 0, count: 55),
        Comparison(a: 2, b: b, outcome: 1, count: 60), Comparison(a: 2, b: b, outcome: 0, count: 40),
      ]
    }
    return try PreferenceDataset(alternatives: ids, comparisons: rows)
  }

  func families(_ count: Int) -> Partition {
    Partition(groupOf: [0, 1, 2] + Array(repeating: 1, count: count), representatives: [0, 1, 2])
  }

  @Test func `What the family of the loser's copies did is named`() throws {
    let data = try data(copies: 5)
    let result = try RewardFit().run(data, aids: .init(families: families(5)))
    let board = try Leaderboard(result)
    // Six times b lifts c over a; as one alternative they do not.
    #expect(board.standard.ranks.places[2] == 1)
    #expect(board.weighted?.ranks.places[0] == 1)
    let pulls = FamilyPull.of(result, moves: [1, 0, -1] + Array(repeating: 0, count: 5))
    #expect(pulls[0]?.family == 1 && pulls[2]?.family == 1)
    #expect((pulls[0]?.pull ?? 0) > 0 && (pulls[2]?.pull ?? 0) < 0)
    #expect((pulls[0]?.shareChange ?? 0) < 0)
    #expect(pulls[1] == nil)
  }

  @Test func `A lead is certain where nobody can share the first place`() throws {
    let clear = try PreferenceDataset(
      alternatives: ["a", "b", "c"],
      comparisons: [
        Comparison(a: 0, b: 1, outcome: 1, count: 400), Comparison(a: 0, b: 1, outcome: 0, count: 100),
        Comparison(a: 1, b: 2, outcome: 1, count: 251), Comparison(a: 1, b: 2, outcome: 0, count: 249),
        Comparison(a: 0, b: 2, outcome: 1, count: 400), Comparison(a: 0, b: 2, outcome: 0, count: 100),
      ])
    let board = try Leaderboard(RewardFit().run(clear))
    let lead = try #require(board.lead)
    #expect(lead.first == 0 && lead.isCertain && lead.leaders == [0])
    #expect(board.best.ranks.ranks == [1...1, 2...3, 2...3])
    // On the scale both bounds lie as far from the score as 1.96 standard errors.
    let (score, error) = (try #require(board.best.score(0)), try #require(board.best.scoreError(0)))
    let interval = try #require(board.best.scoreInterval(0))
    #expect(abs(interval.upperBound - score - 1.959964 * error) < 1e-4)
    #expect(abs(score - interval.lowerBound - 1.959964 * error) < 1e-4)
  }

  @Test func `A model of ties ranks by its own rewards and errors`() throws {
    var rows = votes(6, 600, seed: 3).filter { [0, 0.5, 1].contains($0.outcome) }
    rows.append(Comparison(a: 0, b: 1, outcome: 0.5, count: 20))
    let data = try PreferenceDataset(alternatives: (0..<6).map { "\($0)" }, comparisons: rows)
    let result = try RewardFit().run(data)
    let board = try Leaderboard(result, ties: .davidson)
    let fit = try TieModelFit(
      .davidson, data.pairCounts, result.standard.pairs, lambda: result.standard.fit.lambda)
    #expect(board.best.rewards == fit.rewards && board.best.ties == fit)
    #expect(board.best.quasiVariances?.compactMap(\.self).count == 6)
  }
}
