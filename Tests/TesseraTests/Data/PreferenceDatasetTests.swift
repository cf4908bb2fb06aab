import Tessera
import Testing

@Suite struct PreferenceDatasetTests {
  /// Wins, losses, ties and soft labels of the same pairs, some of them by name.
  func rows() -> [Comparison] {
    var random = RandomStream(seed: 71)
    return (0..<300).map { k in
      let i = Int(random.uniform() * 9)
      let j = (i + 1 + Int(random.uniform() * 8)) % 9
      let outcome =
        k % 10 == 0 ? 0.5 : k % 10 == 1 ? 0.25 + 0.5 * random.uniform() : random.uniform() < 0.5 ? 1 : 0
      return Comparison(a: i, b: j, outcome: outcome, annotator: k % 4, prompt: nil)
    }
  }

  func dataset(_ rows: [Comparison]) throws -> PreferenceDataset {
    try PreferenceDataset(
      alternatives: (0..<9).map { "\($0)" }, contexts: Contexts(Matrix((0..<9).map { [Double($0 / 2), 1] })),
      annotators: ["a", "b", "c", "d"], comparisons: rows)
  }

  @Test func `Ties and soft labels are counted as they are`() throws {
    let data = try dataset(rows())
    #expect(data.totalComparisons == 300)
    #expect(data.ties == 30)
    #expect(data.softLabels == 30)
    // Counted from the rows as they came; soft labels add up in another order.
    let counts = PairCounts(alternatives: 9, comparisons: rows())
    for (found, pair) in zip(data.pairCounts.pairs, counts.pairs) {
      #expect(found.wins == pair.wins && found.losses == pair.losses && found.ties == pair.ties)
      #expect(found.soft == pair.soft && abs(found.softSum - pair.softSum) < 1e-12)
    }
    let (ties, soft) = data.pairCounts.pairs.reduce((0.0, 0.0)) { ($0.0 + $1.ties, $0.1 + $1.soft) }
    #expect(ties == 30 && soft == 30)
  }

  @Test func `Decided votes stay decided when contexts are replaced`() throws {
    // A win and a loss of one pair are no two ties.
    let decided = rows().map {
      Comparison(a: Int($0.a), b: Int($0.b), outcome: $0.outcome > 0.5 ? 1 : 0, count: 1)
    }
    let data = try dataset(decided)
    #expect(data.ties == 0 && data.softLabels == 0)
    let other = try data.replacing(contexts: Contexts(Matrix((0..<9).map { [Double($0)] })))
    #expect(other.ties == 0 && other.softLabels == 0)
    #expect(other.pairCounts == data.pairCounts)
    #expect(other.comparisons == data.comparisons)
    #expect(other.contexts?.dimension == 1)
    #expect(throws: DatasetError.contextCount(found: 8, alternatives: 9)) {
      try data.replacing(contexts: Contexts(Matrix((0..<8).map { [Double($0)] })))
    }
  }

  @Test func `Ties and soft labels survive every change of the data`() throws {
    let data = try dataset(rows())
    let replaced = try data.replacing(contexts: Contexts(Matrix((0..<9).map { [Double($0)] })))
    #expect(replaced.ties == 30 && replaced.softLabels == 30)

    let split = try #require(HeldOutSplit(replaced, share: 0.3, seed: 2))
    #expect(split.training.ties + split.heldOut.ties == 30)
    #expect(split.training.softLabels + split.heldOut.softLabels == 30)
    #expect(split.training.totalComparisons + split.heldOut.totalComparisons == 300)
    #expect(split.heldOut.ties > 0)
    for part in [split.training, split.heldOut] {
      #expect(part.pairCounts.pairs.reduce(0) { $0 + $1.ties } == part.ties)
      #expect(part.pairCounts.pairs.reduce(0) { $0 + $1.soft } == part.softLabels)
    }

    // Contexts of two alternatives each are equal: what was said between them is dropped, the rest stays what it was.
    let merged = try #require(try MergedDuplicates(data))
    let within = rows().filter { $0.a / 2 == $0.b / 2 }
    let dropped = (ties: within.count { $0.outcome == 0.5 }, all: within.count)
    #expect(dropped.all > 0)
    #expect(merged.droppedComparisons == Double(dropped.all))
    #expect(merged.dataset.ties == 30 - Double(dropped.ties))
    #expect(merged.dataset.totalComparisons == 300 - Double(dropped.all))
    let soft = within.count { $0.outcome != 0 && $0.outcome != 0.5 && $0.outcome != 1 }
    #expect(merged.dataset.softLabels == 30 - Double(soft))
  }

  @Test func `A pooled win and loss is decided for a prediction`() throws {
    let data = try PreferenceDataset(
      alternatives: ["a", "b"], comparisons: [1, 0, 1, 1].map { Comparison(a: 0, b: 1, outcome: $0) })
    let quality = PredictionQuality(
      of: data.comparisons, rewards: [1, 0], groups: data.comparisons.indices.map { $0 })
    #expect(quality.decided == 4)
    #expect(quality.accuracy == 0.75)
  }

  @Test func `Names that are not there are refused`() throws {
    func make(_ comparison: Comparison) throws -> PreferenceDataset {
      try PreferenceDataset(
        alternatives: ["a", "b"], annotators: ["x"], prompts: ["p", "q"], comparisons: [comparison])
    }
    #expect(throws: DatasetError.unknownName(what: "annotator", index: 1, names: 1)) {
      try make(Comparison(a: 0, b: 1, outcome: 1, annotator: 1))
    }
    #expect(throws: DatasetError.unknownName(what: "prompt", index: 2, names: 2)) {
      try make(Comparison(a: 0, b: 1, outcome: 1, prompt: 2))
    }
    #expect(throws: DatasetError.contextCount(found: 3, alternatives: 2)) {
      try PreferenceDataset(
        alternatives: ["a", "b"], contexts: Contexts(Matrix([[0.0], [1], [2]])),
        comparisons: [Comparison(a: 0, b: 1, outcome: 1)])
    }
    #expect(try make(Comparison(a: 0, b: 1, outcome: 1, annotator: 0, prompt: 1)).totalComparisons == 1)
  }

  @Test func `Two spellings of one letter are two ids`() throws {
    let data = try PreferenceDataset(
      alternatives: ["caf\u{E9}", "cafe\u{301}"], comparisons: [Comparison(a: 0, b: 1, outcome: 1)])
    #expect(data.alternatives.count == 2)
  }
}
