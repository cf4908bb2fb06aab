import Foundation
import Tessera
import Testing

/// The pipeline: what it returns must satisfy, by plain loops over its own settings, weights and votes, what it promises.
@Suite struct RewardFitTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let pairs: PairConvention
    let lambda: LambdaConvention
    let weights: WeightChoice
    var testDescription: String { "\(pairs), \(lambda), \(weights.name)" }
  }

  static let all: [Case] = PairConvention.allCases.flatMap { pairs in
    LambdaConvention.allCases.flatMap { lambda in
      [WeightChoice.paper, .scheme(.horizon(distance: nil)), .scheme(.uniform), .scheme(.kMeans(count: 4))]
        .map {
          Case(pairs: pairs, lambda: lambda, weights: $0)
        }
    }
  }

  @Test(arguments: all)
  func `A stranger can check both estimates from what was returned`(law: Case) throws {
    let data = try voteData(16, votes(16, 150, seed: 86), copies: true)
    let settings = fitSettings {
      ($0.pairs, $0.lambdaConvention, $0.weights) = (PairChoice(law.pairs), law.lambda, law.weights)
    }
    let result = try RewardFit(settings).run(data)
    let m = data.alternatives.count
    let equal = [Double](repeating: 1 / Double(m), count: m)
    let standard = FirstOrderCondition(
      result.dataset.comparisons, weights: equal, pairs: law.pairs, convention: law.lambda)
    let standardLambda = law.lambda == .paper ? 0.1 / Double(m) : 0.1
    #expect(standard.violation(result.standard.fit.rewards, lambda: standardLambda) < 1e-9)
    let weighted = try #require(result.weighted)
    if law.weights == .scheme(.uniform) {
      #expect(weighted.fit == result.standard.fit)
      return
    }
    let groups = (0..<m).map { $0 >= m - 2 ? 0 : $0 }
    let condition = FirstOrderCondition(
      result.dataset.comparisons, weights: result.weights.values, pairs: law.pairs, convention: law.lambda,
      groups: groups)
    #expect(condition.violation(weighted.fit.rewards, lambda: 0.1) < 1e-9)
    #expect(weighted.fit.certificate < 1e-9 && weighted.fit.settings.lambda == 0.1)
  }

  @Test func `Copies of a copied record change nothing in the weighted estimate`() throws {
    let rows = votes(12, 200, seed: 87)
    let data = try voteData(12, rows)
    for pairs in PairConvention.allCases {
      let fit = RewardFit(fitSettings { $0.pairs = PairChoice(pairs) })
      let before = try fit.run(data)
      let flooded = try CloneInjection(into: data, of: 4, count: 9, distance: 0)
      let after = try fit.run(flooded.dataset)
      #expect(
        largestDifference(Array(try #require(after.weighted).fit.rewards.prefix(12)), before.best.fit.rewards)
          < 1e-8)
      #expect(
        largestDifference(Array(after.standard.fit.rewards.prefix(12)), before.standard.fit.rewards) > 1e-2)
    }
  }

  @Test func `Provenance names the scheme that weighed within prompts`() throws {
    let alternatives = (0..<12).map { Alternative(id: "\($0)", prompt: "p\($0 / 6)") }
    var random = RandomStream(seed: 88)
    var table = ComparisonTable()
    for i in 0..<12 { try table.add(Comparison(a: i, b: i / 6 * 6 + (i + 1) % 6, outcome: 1)) }
    let data = try PreferenceDataset(
      alternatives: alternatives,
      contexts: Contexts(Matrix((0..<12).map { _ in (0..<9).map { _ in random.normal() } })),
      comparisons: table)
    let horizon = try RewardFit(
      fitSettings { ($0.perPrompt, $0.weights) = (true, .scheme(.horizon(distance: nil))) }
    ).run(data)
      .weights
    #expect(horizon.provenance.scheme == "horizon")
    #expect(horizon.provenance.samples == 0 && horizon.provenance.prompts == 2)
    let ball = try RewardFit(fitSettings { ($0.perPrompt, $0.space, $0.samples) = (true, .ball(), 3_000) })
      .run(data)
      .weights
    #expect(ball.provenance.space == "ball" && ball.provenance.samples == 3_000)
    // Each prompt has half.
    #expect(abs(ball.values[..<6].reduce(0, +) - 0.5) < 1e-12)
    #expect(try RewardFit(fitSettings { $0.space = .ball() }).run(data).weights.provenance.prompts == nil)
  }

  @Test func `Settings keep their defaults in a document, and words that are none are refused`() throws {
    let partial = try JSONDecoder().decode(
      RewardFit.Settings.self, from: Data(#"{"lambda": 0.5, "weights": "auto"}"#.utf8))
    #expect(
      partial
        == fitSettings { ($0.lambda, $0.weights, $0.pairs) = (0.5, .automatic, .automatic) })
    for settings in RewardFitStateTests.settings {
      #expect(
        try JSONDecoder().decode(RewardFit.Settings.self, from: JSONEncoder().encode(settings)) == settings)
    }
    for bad in [
      #"{"lamda": 0.5}"#, #"{"weights": "voronoy"}"#, #"{"space": "cube"}"#, #"{"pairs": "counts"}"#,
    ] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(RewardFit.Settings.self, from: Data(bad.utf8))
      }
    }
  }

  @Test func `Settings that cannot be, or exclude each other, are named`() throws {
    for (key, settings) in [
      (RewardFit.Settings.Key.lambda, fitSettings { $0.lambda = 0.0 }),
      (.samples, fitSettings { $0.samples = 0 }),
      (.targetError, fitSettings { $0.targetError = -1 }), (.relative, fitSettings { $0.relative = true }),
      (.pca, fitSettings { $0.pca = 0 }),
      (.perPrompt, fitSettings { ($0.pairSpace, $0.perPrompt) = (true, true) }),
      (.weights, fitSettings { ($0.pairSpace, $0.weights) = (true, .scheme(.horizon(distance: nil))) }),
      (.method, fitSettings { ($0.pairSpace, $0.method) = (true, .exact) }),
      (.targetError, fitSettings { ($0.pairSpace, $0.targetError) = (true, 0.1) }),
    ] {
      #expect {
        try settings.check()
      } throws: { error in
        guard case RewardFitError.setting(let found, _, _) = error else { return false }
        return found == key
      }
    }
    let bare = try PreferenceDataset(
      alternatives: ["a", "b"], comparisons: [Comparison(a: 0, b: 1, outcome: 1)])
    for settings in [
      fitSettings { $0.weights = .scheme(.voronoi) }, fitSettings { $0.mergeDuplicates = true },
      fitSettings { $0.perPrompt = true }, fitSettings { $0.pairSpace = true },
    ] {
      #expect(throws: RewardFitError.self) { try RewardFit(settings).run(bare) }
    }
    #expect(try RewardFit(fitSettings()).run(bare).weighted == nil)
  }

  @Test func `Settings that change nothing are told`() {
    let keys: Set<RewardFit.Settings.Key> = [.space, .method, .samples, .targetError]
    func unused(_ weights: WeightChoice, hasContexts: Bool = true) -> Set<RewardFit.Settings.Key> {
      let settings = fitSettings { $0.weights = weights }
      let scheme: SchemeSpecification = if case .scheme(let named) = weights { named } else { .voronoi }
      return Set(
        settings.unused(keys, hasContexts: hasContexts, schemes: [scheme.scheme(Sampling())]).map(\.key))
    }
    #expect(unused(.paper) == [])
    #expect(unused(.scheme(.horizon(distance: nil))) == keys)
    #expect(unused(.scheme(.meta(resolution: 1))) == [])
    #expect(unused(.scheme(.uniform)) == keys)
    #expect(unused(.paper, hasContexts: false) == keys)
  }

  @Test func `The noise of sampled weights is what other seeds do to the rewards`() throws {
    let data = try voteData(20, votes(20, 600, seed: 89), dimension: 9)
    func run(_ seed: UInt64) throws -> RewardFit.Estimate {
      try #require(try RewardFit(fitSettings { ($0.samples, $0.seed) = (4_000, seed) }).run(data).weighted)
    }
    let seeds = 120
    var sums = [Double](repeating: 0, count: 20)
    var (squares, told) = (sums, sums)
    for seed in 0..<seeds {
      let found = try run(UInt64(seed))
      let noise = try #require(found.weightNoise)
      for i in 0..<20 {
        sums[i] += found.fit.rewards[i]
        squares[i] += found.fit.rewards[i] * found.fit.rewards[i]
        told[i] += (noise[i] ?? 0) * (noise[i] ?? 0)
      }
    }
    let n = Double(seeds)
    let true2 = (0..<20).reduce(0) { $0 + (squares[$1] - sums[$1] * sums[$1] / n) / (n - 1) }
    let ratio = (told.reduce(0, +) / n / true2).squareRoot()
    // 20 variances from 120 seeds: 1 / sqrt(2 x 19 x 119) = 1.5 %, more as rewards move together and some cells are
    // hit rarely. The calculation is linear.
    #expect(ratio > 0.85 && ratio < 1.15, "\(ratio)")
    #expect(
      try RewardFit(fitSettings()).run(voteData(20, votes(20, 600, seed: 89))).weighted?.weightNoise == nil)
  }

  @Test func `The same bytes on any number of threads`() throws {
    let data = try voteData(40, votes(40, 800, seed: 90), dimension: 9)
    func run(_ threads: Int) throws -> RewardFit.State {
      try RewardFit(fitSettings { $0.samples = 5_000 }).run(data, work: Work(threads: threads)).state
    }
    let one = try run(1)
    for threads in [2, 3, 5] { #expect(try run(threads) == one) }
  }
}
