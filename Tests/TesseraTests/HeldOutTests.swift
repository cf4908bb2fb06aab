import Foundation
import Tessera
import Testing

@Suite struct HeldOutTests {
  /// Four answers to each of `prompts` prompts, compared in pairs within a prompt.
  func dataset(prompts: Int) throws -> PreferenceDataset {
    var alternatives: [Alternative] = []
    var comparisons = ComparisonAccumulator()
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

  @Test func wholePromptsAreHeldOut() throws {
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

  @Test func withoutPromptsPairsAreHeldOut() throws {
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

  @Test func qualityOfAKnownPrediction() {
    // Probabilities 0.75 for the first of each: right, right, wrong, and a tie.
    let difference = log(3.0)
    let comparisons = [1, 1, 0, 0.5].enumerated().map {
      Comparison(a: 2 * $0.offset, b: 2 * $0.offset + 1, outcome: $0.element)
    }
    let rewards = (0..<8).map { $0 % 2 == 0 ? difference : 0 }
    let quality = PredictionQuality(of: comparisons, rewards: rewards, groups: [0, 1, 2, 3])
    #expect(abs(quality.accuracy - 2.0 / 3) < 1e-12)
    #expect(quality.decided == 3)
    let tie = -0.5 * log(0.75) - 0.5 * log(0.25)
    #expect(abs(quality.logLoss - (-2 * log(0.75) - log(0.25) + tie) / 4) < 1e-12)
    // One bin: predicted 0.75, won 2.5 of 4.
    #expect(abs(quality.calibrationError - (0.75 - 2.5 / 4)) < 1e-12)
    // sqrt(g / (g - 1) * sum (hit - accuracy)^2) / decided over the groups; the tie adds nothing.
    let expected = (4.0 / 3 * (1.0 / 9 + 1.0 / 9 + 4.0 / 9)).squareRoot() / 3
    #expect(abs(quality.accuracyError - expected) < 1e-12)
    let blind = PredictionQuality(
      of: comparisons, rewards: Array(repeating: 0, count: 8), groups: [0, 1, 2, 3])
    #expect(abs(blind.logLoss - log(2)) < 1e-12)
    #expect(blind.accuracy == 0.5)
    #expect(blind.calibrationError == 0)
  }
}
