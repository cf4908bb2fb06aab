import Foundation
import Tessera
import TestSupport
import Testing

@Suite struct RankIntervalsTests {
  /// A round of every pair, `n` votes each.
  func votes(_ truth: [Double], perPair n: Int, seed: UInt64) -> PairCounts {
    var random = RandomStream(seed: seed)
    var pairs: [PairCounts.Pair] = []
    for i in truth.indices {
      for j in i + 1..<truth.count {
        let p = logistic(truth[i] - truth[j])
        let wins = (0..<n).count { _ in random.uniform() < p }
        pairs.append(PairCounts.Pair(a: i, b: j, wins: Double(wins), losses: Double(n - wins)))
      }
    }
    return PairCounts(alternatives: truth.count, pairs: pairs)
  }

  func intervals(_ counts: PairCounts, draws: Int = 2_000, seed: UInt64 = 0, work: Work = Work()) throws
    -> RankIntervals
  {
    let pairs = try PairWeights(uniform: counts, pairs: .count)
    let estimate = try BradleyTerry(lambda: 1e-6).fit(counts, pairs)
    let errors = try StandardErrors(of: estimate, counts, pairs)
    return try RankIntervals(
      rewards: estimate.known, errors: RewardErrors(errors), components: Components(counts), draws: draws,
      seed: seed,
      work: work)
  }

  /// Whether all true places are in the intervals; of equal truths, every place that one of them can have.
  func holds(_ ranks: RankIntervals, _ truth: [Double]) -> Bool {
    truth.indices.allSatisfy { i in
      let first = 1 + truth.count { $0 > truth[i] }
      let last = truth.count - truth.count { $0 < truth[i] }
      guard let found = ranks.ranks[i] else { return false }
      return found.lowerBound <= first && last <= found.upperBound
    }
  }

  @Test func `Among equals, one board of twenty tells some apart, no more and not much less`() throws {
    let truth = [Double](repeating: 0, count: 6)
    let boards = 800
    let right = try (0..<boards).count {
      try holds(intervals(votes(truth, perPair: 60, seed: UInt64($0))), truth)
    }
    // 95 % with a standard error of sqrt(.95 x .05 / 800) = 0.8 points: three of those on either side, and half a point for
    // a quantile from 2,000 draws.
    #expect(abs(Double(right) / Double(boards) - 0.95) < 0.028)
  }

  @Test func `True places lie in their intervals for 95 of 100 boards at least`() throws {
    let truth = [1.0, 0.8, 0.8, 0.2, 0.1, -0.5, -1]
    let boards = 400
    let right = try (0..<boards).count {
      try holds(intervals(votes(truth, perPair: 40, seed: UInt64(5_000 + $0))), truth)
    }
    // Two standard errors of 1.1 points below; places of truths that differ are safer than that.
    #expect(Double(right) / Double(boards) > 0.95 - 0.022)
  }

  /// Upper 5 % points of the studentised range for infinitely many degrees of freedom, divided by sqrt 2: published tables
  /// (Pearson and Hartley) have 2.772, 3.314, 3.858 and 4.474 for 2, 3, 5 and 10 means.
  @Test(arguments: [(2, 2.772), (3, 3.314), (5, 3.858), (10, 4.474)])
  func `Equal errors give Tukey's studentised range`(means: Int, range: Double) throws {
    var covariances = [Double](repeating: 0, count: means * means)
    for i in 0..<means { covariances[i * means + i] = 0.25 }
    let counts = PairCounts(
      alternatives: means, pairs: (1..<means).map { PairCounts.Pair(a: 0, b: $0, wins: 1) })
    let ranks = try RankIntervals(
      rewards: (0..<means).map { Double($0) },
      errors: RewardErrors(values: Array(repeating: 0.5, count: means), covariances: covariances),
      components: Components(counts), draws: 40_000)
    // A quantile from n draws has the error sqrt(.05 x .95 / n) / density; the density there is 0.11 (two means) to 0.14, so
    // 0.010; four of those.
    #expect(abs((ranks.quantiles[0] ?? 0) - range / 2.0.squareRoot()) < 0.04)
  }

  @Test func `Places count those that are certainly above and below`() throws {
    // Independent, standard errors of 0.1: differences above q x 0.141, some 0.37 for four, are certain.
    let counts = PairCounts(alternatives: 4, pairs: (1..<4).map { PairCounts.Pair(a: 0, b: $0, wins: 1) })
    var covariances = [Double](repeating: 0, count: 16)
    for i in 0..<4 { covariances[i * 4 + i] = 0.01 }
    let ranks = try RankIntervals(
      rewards: [0.2, 1.0, 0.5, -1.0],
      errors: RewardErrors(values: Array(repeating: 0.1, count: 4), covariances: covariances),
      components: Components(counts))
    #expect(ranks.method == .differences)
    #expect(ranks.ranks == [2...3, 1...1, 2...3, 4...4])
    #expect(ranks.places == [3, 1, 2, 4])
    #expect(ranks.leaders(of: 0, in: Components(counts)) == [1])
    #expect(abs((ranks.rewards[1]?.lowerBound ?? 0) - (1 - 1.959964 * 0.1)) < 1e-6)
  }

  @Test func `Without covariances, intervals that do not meet decide`() throws {
    let counts = PairCounts(alternatives: 5, pairs: (1..<4).map { PairCounts.Pair(a: 0, b: $0, wins: 1) })
    // z of 0.05 / 8 above is 2.4977: half widths of 0.25.
    let ranks = try RankIntervals(
      rewards: [0, 0.49, 0.51, 2, nil], errors: RewardErrors(values: [0.1, 0.1, 0.1, 0.1, nil]),
      components: Components(counts))
    #expect(ranks.method == .intervals && ranks.draws == 0)
    #expect(abs((ranks.quantiles[0] ?? 0) - 2.4977) < 1e-4)
    #expect(ranks.ranks == [3...4, 2...4, 2...3, 1...1, nil])
    #expect(ranks.quantiles[1] == nil)
  }

  @Test func `The same seed gives the same quantile on any number of cores`() throws {
    let counts = votes([0.5, 0, -0.5, 0.1], perPair: 20, seed: 1)
    let one = try intervals(counts, work: Work(threads: 1))
    #expect(try intervals(counts, work: Work(threads: 4)) == one)
    #expect(try intervals(counts, seed: 1, work: Work(threads: 4)).quantiles != one.quantiles)
  }

  @Test func `Copies, which differ by nothing random, are not told apart`() throws {
    let counts = PairCounts(alternatives: 3, pairs: (1..<3).map { PairCounts.Pair(a: 0, b: $0, wins: 1) })
    let ranks = try RankIntervals(
      rewards: [3, 0, 0],
      errors: RewardErrors(
        values: [0.1, 0.1, 0.1], covariances: [0.01, 0, 0, 0, 0.01, 0.01, 0, 0.01, 0.01]),
      components: Components(counts))
    #expect(ranks.ranks == [1...1, 2...3, 2...3])
  }

  @Test func `A level that is none is refused`() throws {
    let counts = votes([0, 0], perPair: 4, seed: 1)
    #expect(throws: RankError.level(found: 1)) {
      try RankIntervals(
        rewards: [0, 0], errors: RewardErrors(values: [1, 1]), components: Components(counts), level: 1)
    }
  }

  @Test func `Quasi-variances and covariances tell the same differences`() throws {
    let counts = votes([0.4, 0, -0.2], perPair: 30, seed: 3)
    let pairs = try PairWeights(uniform: counts, pairs: .count)
    let errors = try StandardErrors(
      of: BradleyTerry(lambda: 1e-6).fit(counts, pairs), counts, pairs)
    let all = try #require(errors.covariances)
    let quasi = try #require(errors.quasiVariances)
    // Three differences and three numbers: exact.
    for (i, j) in [(0, 1), (0, 2), (1, 2)] {
      let variance = all[i * 3 + i] + all[j * 3 + j] - 2 * all[i * 3 + j]
      #expect(abs(((quasi[i] ?? 0) + (quasi[j] ?? 0)) / variance - 1) < 1e-6)
    }
  }
}
