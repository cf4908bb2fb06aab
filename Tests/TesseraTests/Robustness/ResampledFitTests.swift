import Tessera
import Testing

@Suite struct ResampledFitTests {
  private static func fit(
    _ data: PreferenceDataset, _ change: (inout RewardFit.Settings) -> Void = { _ in }
  ) throws -> RewardFit.Result {
    var settings = RewardFit.Settings()
    settings.lambda = 0.001
    change(&settings)
    return try RewardFit(settings).run(data)
  }

  private static func draws(_ again: ResampledFit, _ count: Int) throws -> [[Double?]] {
    try (0..<count).map { try again.rewards(of: $0) }
  }

  /// Three alternatives, 100 votes on every pair.
  private static let counted = [(0, 1, 60.0), (1, 2, 45.0), (0, 2, 70.0)].flatMap { a, b, won in
    [
      Comparison(a: a, b: b, outcome: 1, count: won), Comparison(a: a, b: b, outcome: 0, count: 100 - won),
    ]
  }

  @Test(arguments: [false, true])
  func `Repeated votes are drawn one by one, however they are written`(asShares: Bool) throws {
    let rows =
      asShares
      ? [(0, 1, 0.6), (1, 2, 0.45), (0, 2, 0.7)].map { Comparison(a: $0, b: $1, outcome: $2, count: 100) }
      : Self.counted
    let result = try Self.fit(PreferenceDataset(alternatives: ["a", "b", "c"], comparisons: rows))
    let spread = try BootstrapSpread(Self.draws(ResampledFit(result, seed: 3), 400), of: result)
    for i in 0..<3 {
      let own = try #require(spread.standardErrors[i])
      let expected = try #require(result.best.errors.values[i])
      // A standard deviation of 400 draws is known to 3.5 %: four of that.
      #expect(abs(own / expected - 1) < 0.14)
      let interval = try #require(spread.intervals[i])
      #expect(interval.contains(try #require(result.best.rewards[i])))
      // Both ends lie beyond some 1.6 and within some 2.4 errors.
      #expect(interval.upperBound - interval.lowerBound > 3.2 * own)
      #expect(interval.upperBound - interval.lowerBound < 4.8 * own)
    }
    // Nothing is near the edge of being certain here: errors of either kind tell the same places.
    let ranks = try RankIntervals(
      rewards: result.best.rewards, errors: RewardErrors(result.best.errors), components: result.components)
    #expect(spread.ranks.ranks == ranks.ranks)
    #expect(spread.ranks.ranks == [1...1, 2...3, 2...3])
  }

  @Test(arguments: ["local", "voronoi", "none", "pair space", "merged"])
  func `A replicate is the same wherever it is made`(weights: String) throws {
    let contexts = try clusteredContexts(12, 5, seed: 3).selecting(rows: Array(0..<12) + [4])
    var random = RandomStream(seed: 8)
    let rows = (0..<120).map { _ in
      let (a, step) = (Int(random.uniform() * 13), 1 + Int(random.uniform() * 12))
      return Comparison(a: a, b: (a + step) % 13, outcome: random.uniform() < 0.6 ? 1 : 0)
    }
    let data = try PreferenceDataset(
      alternatives: (0..<13).map { "\($0)" }, contexts: contexts, comparisons: rows)
    let result = try Self.fit(data) {
      switch weights {
      case "local": $0.weights = .scheme(.local(scale: nil))
      case "voronoi": ($0.weights, $0.samples) = (.scheme(.voronoi), 20_000)
      case "pair space": ($0.weights, $0.pairSpace, $0.samples) = (.scheme(.voronoi), true, 20_000)
      case "merged": ($0.weights, $0.mergeDuplicates) = (.scheme(.local(scale: nil)), true)
      default: $0.weights = .scheme(.uniform)
      }
    }
    let here = try ResampledFit(result, seed: 5)
    let there = try ResampledFit(
      here.settings, comparisons: here.comparisons, clusters: here.clusters, units: here.units,
      weights: here.weights, entries: here.entries, groups: here.groups, pooledPairs: here.pooledPairs,
      start: here.start, members: here.members)
    let own = try Self.draws(here, 8)
    #expect(try (0..<8).reversed().map { try there.rewards(of: $0) } == own.reversed())
    #expect(own.allSatisfy { $0.count == 13 })
    #expect(own[0] != own[1])
    if weights == "merged" { #expect(own.allSatisfy { $0[4] == $0[12] }) }
    // Fitted to all comparisons instead of drawn ones, it would be the fit.
    #expect(zip(here.start, result.best.fit.rewards).allSatisfy { $0 == $1 })
  }

  @Test func `Prompts that alternatives span are drawn whole`() throws {
    let rows = (0..<30).map { p in
      Comparison(a: p % 3, b: (p + 1) % 3, outcome: p % 5 < 3 ? 1 : 0, count: 7, prompt: p / 3)
    }
    let data = try PreferenceDataset(
      alternatives: ["a", "b", "c"], prompts: (0..<10).map { "\($0)" }, comparisons: rows)
    let again = try ResampledFit(try Self.fit(data), seed: 1)
    #expect(again.settings.drawsPrompts)
    #expect(again.units == Array(repeating: 1, count: 10))
    #expect(Set(zip(again.clusters, again.comparisons).map { "\($0) \($1.prompt)" }).count == 10)
  }

  @Test func `Parts that are of no fit are refused`() throws {
    let result = try Self.fit(PreferenceDataset(alternatives: ["a", "b", "c"], comparisons: Self.counted))
    let fit = try ResampledFit(result, seed: 3)
    func isRefused(
      clusters: [Int]? = nil, units: [Int]? = nil, entries: [Double] = [], start: [Double]? = nil,
      members: [Int]? = nil
    ) -> Bool {
      do {
        _ = try ResampledFit(
          fit.settings, comparisons: fit.comparisons, clusters: clusters ?? fit.clusters,
          units: units ?? fit.units, weights: fit.weights, entries: entries, groups: nil, pooledPairs: nil,
          start: start ?? fit.start, members: members)
        return false
      } catch { return error is RobustnessError }
    }
    #expect(!isRefused())
    #expect(isRefused(clusters: [0]))
    #expect(isRefused(clusters: fit.clusters.map { $0 + 1 }))
    #expect(isRefused(units: [1]))
    #expect(isRefused(units: fit.units.map { -$0 }))
    #expect(isRefused(entries: [1]))
    #expect(isRefused(start: [0]))
    #expect(isRefused(members: [0, 1, 3]))
    #expect(throws: RankError.self) { try BootstrapSpread([], of: result, level: 1) }
    #expect(throws: RobustnessError.self) { try BootstrapSpread([[1, 2]], of: result) }
  }
}
