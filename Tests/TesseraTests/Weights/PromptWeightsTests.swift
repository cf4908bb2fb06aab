import Tessera
import Testing

@Suite struct PromptWeightsTests {
  @Test func `Prompts have their own weights`() throws {
    let contexts = try Contexts(Matrix([[0], [1], [5], [6], [8], [3.0]]))
    let prompts = [0, 0, 1, 1, 1, 2]
    let even = try PromptWeights.weights(contexts: contexts, prompts: prompts)
    let expected: [Double] = [0.16667, 0.16667, 0.05556, 0.16667, 0.11111, 0.33333]
    for (found, wanted) in zip(even.values, expected) { #expect(abs(found - wanted) < 1e-5) }
    let given = try PromptWeights.weights(
      contexts: contexts, prompts: prompts, promptWeights: [0.5, 0.25, 0.25])
    #expect(abs(given.values[..<2].reduce(0, +) - 0.5) < 1e-12)
    #expect(throws: WeightsError.emptyPrompt(number: 1)) {
      try PromptWeights.weights(contexts: contexts, prompts: [0, 0, 2, 2, 2, 2])
    }
  }
}
