import Tessera
import Testing

@Suite struct HeldOutSplitTests {
  /// Four answers to each of `prompts` prompts, compared in pairs within a prompt.
  func dataset(prompts: Int) throws -> PreferenceDataset {
    var alternatives: [Alternative] = []
    var comparisons = ComparisonTable()
    for prompt in 0..<prompts {
      let first = alternatives.count
      for answer in 0..<4 {
        alternatives.append(Alternative(id: "\(prompt)/\(answer)", prompt: "p\(prompt)"))
      }
      for (i, j) in [(0, 1), (2, 3), (0, 3)] {
        try comparisons.add(Comparison(a: first + i, b: first + j, outcome: i == 0 ? 1 : 0.5))
      }
    }
    return try PreferenceDataset(alternatives: alternatives, comparisons: comparisons)
  }

  @Test func `Whole prompts are held out`() throws {
    let data = try dataset(prompts: 20)
    let split = try #require(HeldOutSplit(data, share: 0.25, seed: 3))
    #expect(split.unit == .prompt)
    #expect(split.heldOut.comparisons.count == 15)
    #expect(split.training.comparisons.count == 45)
    #expect(split.heldOut.ties == 5)
    func prompts(_ comparisons: [Comparison]) -> Set<Int32> { Set(comparisons.map { $0.a / 4 }) }
    #expect(prompts(split.heldOut.comparisons).isDisjoint(with: prompts(split.training.comparisons)))
    #expect(HeldOutSplit(data, share: 0.25, seed: 3)?.heldOut.comparisons == split.heldOut.comparisons)
    #expect(HeldOutSplit(data, share: 0.25, seed: 4)?.heldOut.comparisons != split.heldOut.comparisons)
    #expect(HeldOutSplit(try dataset(prompts: 1), share: 0.5, seed: 0) == nil)
    #expect(try #require(HeldOutSplit(data, share: 0.999, seed: 0)).training.comparisons.count == 3)
  }

  @Test func `Without prompts, pairs are held out`() throws {
    let data = try PreferenceDataset(
      alternatives: ["a", "b", "c"],
      comparisons: [
        Comparison(a: 0, b: 1, outcome: 1, annotator: 0), Comparison(a: 0, b: 1, outcome: 0, annotator: 1),
        Comparison(a: 1, b: 2, outcome: 1), Comparison(a: 0, b: 2, outcome: 1),
      ])
    let (groups, unit) = HeldOutSplit.groups(of: data)
    #expect(unit == .pair)
    #expect(groups == [0, 0, 1, 2])
  }
}
