import Foundation
import Tessera
import TestSupport
import Testing

@Suite struct RewardChangesTests {
  func board(
    _ rewards: KeyValuePairs<String, Double>, variance: Double = 0.01, each: Double = 10,
    components: [Int]? = nil
  ) -> RewardChanges.Board {
    let n = rewards.count
    return RewardChanges.Board(
      ids: rewards.map(\.key), rewards: rewards.map(\.value), variances: Array(repeating: variance, count: n),
      components: components ?? Array(repeating: 0, count: n), comparisons: Array(repeating: each, count: n),
      total: each * Double(n) / 2)
  }

  @Test func `A new alternative moves nobody, and ranks count it`() throws {
    let changes = try RewardChanges(
      board(["a": 1, "b": 0, "c": -1]), board(["new": 3, "c": -2, "a": 0, "b": -1]))
    #expect(changes.new == [0] && changes.gone == [])
    #expect(changes.changes.allSatisfy { abs($0.difference) < 1e-12 && $0.adjusted == 1 })
    let a = try #require(changes.changes.first { $0.after == 2 })
    #expect(a.before == 0 && a.rankBefore == 1 && a.rankAfter == 2)
  }

  @Test func `Variances are those of distances from the mean of what both boards have`() throws {
    let changes = try RewardChanges(
      board(["a": 1, "b": 0, "c": -1], variance: 0.03), board(["a": 1.3, "b": 0, "c": -1], variance: 0.06))
    let a = try #require(changes.changes.first { $0.before == 0 })
    // a went up by 0.3, and its distance from the mean of three by two thirds of that.
    #expect(abs(a.difference - 0.2) < 1e-12)
    // Independent ones of variance q: q (1 - 1/3).
    #expect(abs(a.error * a.error - (0.03 + 0.06) * 2 / 3) < 1e-12)
    #expect(abs(a.pValue - erfc(0.2 / a.error / 2.0.squareRoot())) < 1e-12)
  }

  @Test func `Of nested votes the new ones alone are noise`() throws {
    let (before, after) = (
      board(["a": 1, "b": 0], variance: 0.04, each: 10), board(["a": 1.1, "b": 0], variance: 0.02, each: 20)
    )
    let nested = try RewardChanges(before, after, votes: .nested)
    // Half of 0.04 and of 0.02, for the distance from the mean of two; twice the votes, half the variance: their difference.
    #expect(abs(nested.changes[0].error - 0.01.squareRoot()) < 1e-12)
    // Where the later variance is no smaller, the share of new votes is what is left of it.
    let worse = try RewardChanges(
      before, board(["a": 1.1, "b": 0], variance: 0.04, each: 20), votes: .nested)
    #expect(abs(worse.changes[0].error - 0.01.squareRoot()) < 1e-12)
    #expect(throws: RewardChangeError.notNested(id: "a", before: 20, after: 10)) {
      try RewardChanges(after, before, votes: .nested)
    }
    #expect(throws: RewardChangeError.notNested(id: "c", before: 10, after: 0)) {
      try RewardChanges(board(["c": 1, "a": 0, "b": 0]), after, votes: .nested)
    }
  }

  @Test func `Simulated days - one in twenty moves something at the most when nothing does`() throws {
    // 300 votes, then 300 more of the same truth: nested changes are noise, and Holm keeps all of them to 5 %.
    let truth = [0.8, 0.3, 0, -0.4, -0.7]
    var random = RandomStream(seed: 77)
    func day() -> [Comparison] {
      (0..<300).map { _ in
        let i = Int(random.uniform() * 5)
        let j = (i + 1 + Int(random.uniform() * 4)) % 5
        return Comparison(a: i, b: j, outcome: random.uniform() < logistic(truth[i] - truth[j]) ? 1 : 0)
      }
    }
    func board(_ rows: [Comparison]) throws -> RewardChanges.Board {
      let counts = PairCounts(alternatives: 5, comparisons: rows)
      let pairs = try PairWeights(uniform: counts, pairs: .count)
      let estimate = try BradleyTerry(lambda: 1e-4).fit(counts, pairs)
      let errors = try StandardErrors(of: estimate, counts, pairs)
      return RewardChanges.Board(
        ids: (0..<5).map { "\($0)" }, rewards: estimate.known, variances: try #require(errors.quasiVariances),
        components: Array(repeating: 0, count: 5), comparisons: (0..<5).map { counts.comparisons(of: $0) },
        total: Double(rows.count))
    }
    var alarms = [RewardChanges.Votes.nested: 0, .separate: 0]
    for _ in 0..<300 {
      let monday = day()
      let (before, after) = (try board(monday), try board(monday + day()))
      for votes in RewardChanges.Votes.allCases {
        let changes = try RewardChanges(before, after, votes: votes)
        if changes.changes.contains(where: { changes.isCertain($0) }) { alarms[votes, default: 0] += 1 }
      }
    }
    // 5 % of 300 are 15, with a standard error of 3.8: three of those more. Adding up is safer.
    #expect(alarms[.nested] ?? 300 <= 26)
    #expect(alarms[.separate] ?? 300 <= alarms[.nested] ?? 0)
    // And there are some: of nested votes the test is not idle.
    #expect(alarms[.nested] ?? 0 >= 3)
  }

  @Test func `p-values are adjusted by Holm's method`() throws {
    // Four far from one another's changes: p from the normal distribution, times 4, 3, 2, 1, never falling.
    let before = board(["a": 0, "b": 0, "c": 0, "d": 0], variance: 1)
    let after = board(["a": 3, "b": -2, "c": -1.9, "d": 0.9], variance: 0)
    let changes = try RewardChanges(before, after).changes
    let error = 0.75.squareRoot()
    let plain = [3.0, -2, -1.9, 0.9].map { erfc(abs($0) / error / 2.0.squareRoot()) }
    #expect(changes.map(\.after) == [0, 1, 2, 3])
    let expected = [plain[0] * 4, plain[1] * 3, max(plain[1] * 3, plain[2] * 2), max(plain[2] * 2, plain[3])]
    for (found, right) in zip(changes.map(\.adjusted), expected) { #expect(abs(found - right) < 1e-12) }
  }

  @Test func `Only what hangs together on both boards is compared`() throws {
    let changes = try RewardChanges(
      board(["a": 1, "b": 0, "c": -1]), board(["a": 1, "b": 0, "c": 5], components: [0, 0, 1]))
    #expect(changes.changes.map(\.after).sorted() == [0, 1])
    #expect(changes.incomparable == ["c"])
  }
}
