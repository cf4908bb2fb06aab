import Tessera
import Testing

/// What a fit does where nothing is asked.
@Suite struct RewardFitChoiceTests {
  static func complete(_ m: Int, dimension d: Int, leavingOut: Int = 0) throws -> PreferenceDataset {
    var random = RandomStream(seed: 610)
    let rows = (0..<m).map { _ in (0..<d).map { _ in random.uniform() } }
    var comparisons = (0..<m).flatMap { i in
      (0..<i).map { Comparison(a: i, b: $0, outcome: random.uniform(), count: 3) }
    }
    comparisons.removeLast(leavingOut)
    return try PreferenceDataset(
      alternatives: (0..<m).map { "n\($0)" }, contexts: Contexts(Matrix(rows)), comparisons: comparisons)
  }

  @Test func `The paper's assumptions call for the paper's cells`() throws {
    let choice = RewardFit().choice(for: try Self.complete(12, dimension: 3))
    #expect(choice.weights == .voronoi && choice.pairs == .proportion && choice.reason == .everyPairCompared)
    // Exact copies with a record of their own change no choice.
    let data = try Self.complete(12, dimension: 2)
    let flooded = try CloneInjection(into: data, of: 3, count: 40, distance: 0).dataset
    #expect(RewardFit().choice(for: flooded).weights == .voronoi)
    // A near copy that met all but its original.
    let near = try CloneInjection(into: data, of: 3, count: 1, distance: 0.01).dataset
    #expect(RewardFit().choice(for: near).weights == .voronoi)
  }

  @Test func `Where cells are sampled or pairs are missing, comparisons are weighed`() throws {
    for data in [
      try Self.complete(12, dimension: 9), try Self.complete(12, dimension: 2, leavingOut: 30),
      try voteData(30, votes(30, 60, seed: 93)),
    ] {
      let choice = RewardFit().choice(for: data)
      #expect(
        choice.weights == .local(scale: nil) && choice.pairs == .count
          && choice.reason == .comparisonsOfAnswers)
    }
  }

  @Test func `Families count where they are declared, and nothing where nothing is known`() throws {
    let bare = try PreferenceDataset(
      alternatives: ["a", "b", "c"], comparisons: [Comparison(a: 0, b: 1, outcome: 1)])
    let none = RewardFit().choice(for: bare)
    #expect(none.weights == .uniform && none.pairs == .count && none.reason == .nothingKnown)
    let families = Partition(names: ["x", "x", nil])
    let declared = RewardFit().choice(for: bare, families: families)
    #expect(declared.weights == .families && declared.pairs == .count && declared.reason == .familiesDeclared)
    let result = try RewardFit().run(bare, aids: RewardFit.Aids(families: families))
    #expect(result.weights.values == [0.25, 0.25, 0.5])
    #expect(try result.familyRanking()?.families.count == 1)
    #expect(throws: WeightsError.self) {
      try RewardFit().run(bare, aids: RewardFit.Aids(families: Partition(names: ["x", "x"])))
    }
    // A later fit knows them again.
    let later = try RewardFit().run(bare, from: result.state)
    #expect(later.weights.values == result.weights.values)
  }

  @Test func `What is asked for is done`() throws {
    let data = try Self.complete(12, dimension: 2)
    let asked = RewardFit(fitSettings { ($0.weights, $0.pairs) = (.scheme(.local(scale: 2)), .automatic) })
    #expect(
      asked.choice(for: data)
        == RewardFit(fitSettings { ($0.weights, $0.pairs) = (.scheme(.local(scale: 2)), .count) }).choice(
          for: data))
    var settings = RewardFit.Settings.paper
    let paper = try RewardFit(settings).run(data)
    #expect(paper.choice.weights == .voronoi && paper.choice.pairs == .proportion)
    #expect(paper.weights.provenance.space == "unit-cube" && paper.standard.lambda == 0.1)
    #expect(paper.standard.fit.lambda == 0.1 / 12 && paper.standard.curve == nil)
    // Settings of cells ask for cells.
    settings = RewardFit.Settings()
    settings.space = .ball()
    #expect(settings.implied(by: [.space]).weights == .paper)
    #expect(settings.implied(by: [.seed]).weights == .automatic)
    settings.lambdaConvention = .normalized
    #expect(settings.implied(by: []).weights == .paper)
    settings.weights = .scheme(.local(scale: nil))
    #expect(throws: RewardFitError.self) { try settings.check() }
  }

  @Test func `Profiles are contexts on request alone`() throws {
    let board = try PreferenceDataset(
      alternatives: (0..<12).map { "m\($0)" }, comparisons: votes(12, 400, seed: 94))
    #expect(try RewardFit().run(board).weighted == nil)
    var settings = RewardFit.Settings()
    settings.profiles = true
    let result = try RewardFit(settings).run(board)
    #expect(result.choice.reason == .profiles && result.choice.weights == .horizon(distance: nil))
    #expect(result.dataset.contexts?.dimension == 12 && result.weighted != nil)
    #expect(throws: RewardFitError.self) {
      try RewardFit(settings).run(voteData(12, votes(12, 100, seed: 95)))
    }
  }
}
