import Tessera
import TestSupport
import Testing

@Suite struct FamilySuggestionTests {
  func families(_ names: [String]) -> [[String]] {
    FamilySuggestion(names: names).families.map { $0.members.map { names[$0] } }
  }

  @Test func `Sizes, versions, dates and words of publishing make no other model`() {
    #expect(
      families([
        "GPT 3.5 Turbo", "LLaMA-2-Chat (7B)", "GPT 3.5 Turbo (16k)", "LLaMA-2-Chat (13B)",
        "LLaMA-2-Chat (70B)",
        "Vicuna v1.3 (7B)", "Vicuna (13B) v1.5", "gpt-4-0613", "gpt-4-1106-preview", "gpt-4-turbo-2024-04-09",
        "gpt-4-turbo", "mixtral-8x7b", "mixtral-8x22b", "command", "command-nightly",
      ]) == [
        ["GPT 3.5 Turbo", "GPT 3.5 Turbo (16k)"],
        ["LLaMA-2-Chat (7B)", "LLaMA-2-Chat (13B)", "LLaMA-2-Chat (70B)"],
        ["Vicuna v1.3 (7B)", "Vicuna (13B) v1.5"], ["gpt-4-0613", "gpt-4-1106-preview"],
        ["gpt-4-turbo-2024-04-09", "gpt-4-turbo"], ["mixtral-8x7b", "mixtral-8x22b"],
        ["command", "command-nightly"],
      ])
  }

  @Test func `Generations and other names stay apart`() {
    #expect(
      families([
        "GPT 4", "GPT 3.5 Turbo", "Claude v1", "Claude Instant v1", "LLaMA-2-Chat (7B)",
        "LLaMA 2 SFT v10 (70B)",
        "MPT-Chat (7B)", "Qwen-Chat (7B)", "7B", "13B",
      ]) == [])
  }

  @Test func `Names of families differ, and members say why they are together`() {
    let found = FamilySuggestion(names: ["A 7B", "A 13B", "B"]).families
    #expect(found.map(\.name) == ["A"] && found[0].evidence == .names)
  }

  @Test func `Agreement on prompts adds families, equal strength does not`() throws {
    // Of eight equally strong ones, each against the same ninth on 120 prompts, the first two say the same.
    var random = RandomStream(seed: 12)
    let shared = (0..<120).map { _ in random.uniform() }
    var rows: [Comparison] = []
    for i in 0..<8 {
      for prompt in 0..<120 {
        let score = i < 2 ? shared[prompt] : random.uniform()
        rows.append(Comparison(a: i, b: 8, outcome: score, prompt: prompt))
      }
    }
    let names = (0..<9).map { "model-\(["a", "b", "c", "d", "e", "f", "g", "h", "judge"][$0])" }
    let data = try PreferenceDataset(
      alternatives: names, prompts: (0..<120).map { "\($0)" }, comparisons: rows)
    let agreement = try #require(try Agreement(data, rewards: Array(repeating: 0, count: 9)))
    let found = FamilySuggestion(names: names, agreement: agreement).families
    #expect(found.map(\.members) == [[0, 1]] && found[0].evidence == .agreement)
    #expect(FamilySuggestion(names: names).families == [])
  }
}
