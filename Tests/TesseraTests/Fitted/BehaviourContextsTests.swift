import Tessera
import Testing

@Suite struct BehaviourContextsTests {
  @Test func `Behaviour draws the unknown towards the fit`() throws {
    let graph = PairCounts(
      alternatives: 3,
      comparisons: [
        Comparison(a: 0, b: 1, outcome: 1, count: 30), Comparison(a: 1, b: 2, outcome: 0.5, count: 2),
      ])
    let contexts = try BehaviourContexts.contexts(graph, rewards: [1, 0, 0], prior: 10)
    let drawn: Double = (30 + 10 * logistic(1)) / 40
    #expect(abs(contexts[0, 1] - drawn) < 1e-12)
    #expect(abs(contexts[0, 2] - logistic(1)) < 1e-12)
    #expect(contexts[1, 1] == 0.5)
    #expect(abs(contexts[1, 0] + contexts[0, 1] - 1) < 1e-12)
  }
}
