import Foundation
import Tessera
import Testing

@Suite struct RewardFitStateTests {
  static let settings: [RewardFit.Settings] = [
    fitSettings { _ in },
    fitSettings { $0.weights = .scheme(.horizon(distance: nil)) },
    fitSettings { $0.weights = .scheme(.local(scale: nil)) },
    RewardFit.Settings(),
    fitSettings { ($0.method, $0.samples) = (.sampled, 5_000) },
    fitSettings { ($0.pairs, $0.lambdaConvention) = (.count, .normalized) },
    fitSettings { ($0.mergeDuplicates, $0.pairs) = (true, .count) },
    fitSettings { ($0.pairSpace, $0.samples) = (true, 5_000) },
    fitSettings { ($0.pca, $0.lambda) = (1, 0.01) },
    fitSettings { $0.weights = .scheme(.uniform) },
  ]

  @Test(arguments: settings.indices)
  func `A fit from a state is the fit of all votes`(number: Int) throws {
    let fit = RewardFit(Self.settings[number])
    let rows = votes(30, 500, seed: 82)
    let whole = try fit.run(voteData(30, rows, copies: true))
    let today = try fit.run(voteData(30, Array(rows[..<300]), copies: true)).state
    // Through a document, as it is kept.
    let kept = try JSONDecoder().decode(RewardFit.State.self, from: JSONEncoder().encode(today))
    #expect(kept == today)
    let data = try kept.dataset().merging(voteData(30, Array(rows[300...]), copies: true))
    #expect(data.pairCounts == whole.dataset.pairCounts || data.totalComparisons == 500)
    let tomorrow = try fit.run(data, from: kept)
    #expect(tomorrow.standard.fit.outcome == .minimum)
    #expect(tomorrow.weights.values == whole.weights.values)
    for (a, b) in [(tomorrow.standard, whole.standard), (tomorrow.best, whole.best)] {
      #expect(largestDifference(a.fit.rewards, b.fit.rewards) < 1e-9)
      // Errors follow the rewards.
      #expect(zip(a.errors.values, b.errors.values).allSatisfy { abs(($0 ?? 0) - ($1 ?? 0)) < 1e-6 })
    }
    #expect(try fit.run(data, from: tomorrow.state).standard.fit.iterations == 0)
  }

  @Test func `Votes that were merged are those of the whole`() throws {
    let rows = votes(12, 200, seed: 83)
    let state = try RewardFit(fitSettings()).run(voteData(12, Array(rows[..<120]))).state
    let merged = try state.dataset().merging(voteData(12, Array(rows[120...])))
    let whole = try voteData(12, rows)
    #expect(merged.alternatives.map(\.id) == whole.alternatives.map(\.id))
    #expect(merged.ties == whole.ties && merged.softLabels == whole.softLabels)
    for pair in whole.pairCounts.pairs {
      let found = try #require(merged.pairCounts.pair(pair.a, pair.b))
      #expect(found.wins == pair.wins && found.losses == pair.losses && found.ties == pair.ties)
      #expect(abs(found.softSum - pair.softSum) < 1e-12)
    }
  }

  @Test(arguments: RewardFit.Settings.Key.allCases)
  func `A state of other settings is refused`(key: RewardFit.Settings.Key) throws {
    let data = try voteData(8, votes(8, 60, seed: 84))
    let base = fitSettings { ($0.targetError, $0.method) = (0.05, .sampled) }
    let state = try RewardFit(base).run(data).state
    let changed = fitSettings {
      $0 = base
      switch key {
      case .weights: $0.weights = .automatic
      case .space: $0.space = .ball()
      case .method: $0.method = .automatic
      case .samples: $0.samples = 7
      case .targetError: $0.targetError = 0.04
      case .relative: $0.relative = true
      case .seed: $0.seed = 1
      case .normalize: $0.normalize = true
      case .center: $0.center = true
      case .pca: $0.pca = 1
      case .lambda: $0.lambda = 0.2
      case .lambdaConvention: $0.lambdaConvention = .paper
      case .pairs: $0.pairs = .count
      case .mergeDuplicates: $0.mergeDuplicates = true
      case .perPrompt: $0.perPrompt = true
      case .profiles: $0.profiles = true
      case .pairSpace: ($0.pairSpace, $0.targetError, $0.method) = (true, nil, .sampled)
      }
    }
    #expect {
      try RewardFit(changed).run(data, from: state)
    } throws: { error in
      guard case RewardFitError.otherSettings(let setting, let found, let expected) = error else {
        return false
      }
      // With weights of pairs a target error is refused as well, and it stands before.
      return (setting == key.rawValue || (key == .pairSpace && setting == "targetError")) && found != expected
    }
    #expect(throws: RewardFitError.self) { try RewardFit(base, scheme: Linkage()).run(data, from: state) }
  }

  @Test func `Weights of other contexts are not taken over`() throws {
    let rows = votes(10, 100, seed: 85)
    let state = try RewardFit(fitSettings()).run(voteData(10, rows)).state
    let data = try voteData(10, rows)
    let moved = try data.replacing(
      contexts: Contexts(Matrix((0..<10).map { [Double($0), Double($0 * $0 % 7)] })))
    let found = try RewardFit(fitSettings()).run(moved, from: state)
    #expect(try found.weights.values == RewardFit(fitSettings()).run(moved).weights.values)
    #expect(found.weights.values != (try RewardFit(fitSettings()).run(data).weights.values))
  }

  @Test func `Weights that were changed in the file are not taken over`() throws {
    let data = try voteData(10, votes(10, 100, seed: 85))
    let state = try RewardFit(fitSettings()).run(data).state
    var json = try #require(
      JSONSerialization.jsonObject(with: JSONEncoder().encode(state)) as? [String: Any])
    var weights = try #require(json["weights"] as? [String: Any])
    var values = try #require(weights["values"] as? [Double])
    values.reverse()
    weights["values"] = values
    json["weights"] = weights
    let changed = try JSONDecoder().decode(
      RewardFit.State.self, from: JSONSerialization.data(withJSONObject: json))
    let expected = try RewardFit(fitSettings()).run(data).weights.values
    #expect(values != expected)
    #expect(try RewardFit(fitSettings()).run(data, from: changed).weights.values == expected)
  }

  @Test func `Moves say who rose and who fell`() throws {
    let rows = [Comparison(a: 0, b: 1, outcome: 1, count: 3), Comparison(a: 0, b: 1, outcome: 0)]
    let before = try RewardFit(fitSettings()).run(
      PreferenceDataset(alternatives: ["a", "b"], comparisons: rows)
    ).state
    let news = try PreferenceDataset(
      alternatives: ["b", "a", "c"],
      comparisons: [Comparison(a: 0, b: 1, outcome: 1, count: 9), Comparison(a: 2, b: 1, outcome: 1)])
    let now = try RewardFit(fitSettings()).run(before.dataset().merging(news), from: before)
    #expect(now.dataset.alternatives.map(\.id) == ["a", "b", "c"])
    let moves = now.moves(since: before)
    #expect(Set(moves.map(\.id)) == ["a", "b"])
    let a = try #require(moves.first { $0.id == "a" })
    #expect(a.before > 0 && a.after < 0 && a.rankBefore == 1 && a.rankAfter == 3)
  }

  @Test func `A forest that is not as it was stored is left aside`() throws {
    let rows = votes(30, 500, seed: 97)
    let fit = RewardFit(fitSettings { $0.weights = .scheme(.local(scale: 1)) })
    let data = try voteData(30, rows)
    let whole = try fit.run(data)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = try String(decoding: encoder.encode(whole.state), as: UTF8.self)
    let joins = try #require(whole.state.forest?.joins)
    #expect(joins.count > 10)
    // A join that is longer than it was, and none at all.
    let first = try String(decoding: encoder.encode(joins), as: UTF8.self)
    for damaged in [
      "[]", try String(decoding: encoder.encode(Array(joins.dropFirst())), as: UTF8.self),
    ] {
      let holds = text.contains(first)
      #expect(holds)
      let state = try JSONDecoder().decode(
        RewardFit.State.self, from: Data(text.replacing(first, with: damaged).utf8))
      #expect(try fit.run(data, from: state).weights.values == whole.weights.values)
    }
  }
}
