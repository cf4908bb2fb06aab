import Tessera
import Testing

@Suite struct RewardTrainingPlanTests {
  /// Four answers under each of six prompts, the same four words each time: answers are compared within their prompts.
  func data(apart: Bool) throws -> PreferenceDataset {
    let prompts = (0..<24).map { "p\($0 / 4)" }
    let contexts = try Contexts(Matrix((0..<24).map { [Double($0 % 4), Double($0 % 2)] }))
    var comparisons: [Comparison] = []
    for i in 0..<24 {
      for j in i + 1..<24 where i / 4 == j / 4 {
        comparisons.append(Comparison(a: i, b: j, outcome: (i + j) % 3 == 0 ? 0 : 1, prompt: i / 4))
      }
    }
    return try PreferenceDataset(
      alternatives: (0..<24).map { Alternative(id: "\($0)", prompt: prompts[$0]) },
      contexts: apart ? contexts.apart(byPrompt: prompts) : contexts, prompts: (0..<6).map { "p\($0)" },
      comparisons: ComparisonTable(comparisons))
  }

  func rows(_ data: PreferenceDataset) -> [[Double]] {
    data.contexts.map { contexts in (0..<contexts.count).map { Array(contexts.row($0)) } } ?? []
  }

  func plan(
    apart: Bool, heldOut: Double = 0, settings: RewardFit.Settings = RewardFit.Settings(),
    training: RewardTraining = RewardTraining()
  ) throws -> RewardTrainingPlan {
    try RewardTrainingPlan(
      data(apart: apart), fit: RewardFit(settings), settings: training, heldOut: heldOut)
  }

  @Test func `Models read answers, weights tell their prompts apart`() throws {
    let plan = try plan(apart: true)
    #expect(try rows(plan.training) == rows(data(apart: false)))
    let linkage = Linkage(resolution: 0.5)
    #expect(try plan.measure(linkage).alternatives == linkage.measure(data(apart: true)).alternatives)
    // Without prompts six copies of every answer share a weight.
    let together = try self.plan(apart: false).measure(linkage)
    #expect(together.alternatives == (try linkage.measure(data(apart: false))).alternatives)
  }

  @Test func `What is held out, and what stops early, trains nothing`() throws {
    var early = RewardTraining()
    early.patience = 2
    let plan = try plan(apart: true, heldOut: 0.2, training: early)
    let test = try #require(plan.test)
    let all = try data(apart: true).totalComparisons
    let parts = [
      plan.training.totalComparisons, plan.stopping.reduce(0) { $0 + $1.count },
      test.heldOut.totalComparisons,
    ]
    #expect(parts.allSatisfy { $0 > 0 } && parts.reduce(0, +) == all)
    #expect(try self.plan(apart: true).test == nil)
  }

  @Test func `lambda is that of the settings, or what predicts best with a linear reward`() throws {
    var settings = RewardFit.Settings()
    settings.lambda = 0.3
    let given = try plan(apart: true, settings: settings).estimate("standard", nil)
    #expect(given.lambda == 0.3 && given.curve == nil && given.name == "standard")
    #expect(given.weights.alternatives == .uniform(alternatives: 24))
    let chosen = try plan(apart: true).estimate("weighted", nil)
    #expect(chosen.lambda == chosen.curve?.chosen ?? LambdaCurve.fixed)
  }

  @Test func `A model of nothing is refused`() throws {
    let bare = try PreferenceDataset(
      alternatives: [Alternative(id: "a"), Alternative(id: "b")],
      comparisons: ComparisonTable([Comparison(a: 0, b: 1, outcome: 1)]))
    #expect(throws: RewardTraining.Problem.noContexts) {
      try RewardTrainingPlan(bare, fit: RewardFit(), settings: RewardTraining())
    }
  }
}
