import Tessera
import Testing

@Suite struct CostTrialTests {
  private func trial(of whole: Int, _ sizes: [Int], _ cost: (Double) -> Double) -> CostTrial {
    CostTrial(
      of: whole,
      sizes.map { CostTrial.Part(size: $0, seconds: cost(Double($0)), bytes: 1e6 + 8 * Double($0)) },
      powers: 0.5...2.2)
  }

  @Test(
    arguments: [
      { 0.1 + 1e-5 * $0 }, { 0.02 + 3e-9 * $0 * $0 }, { 1e-6 * $0.squareRoot() * $0 },
    ] as [@Sendable (Double) -> Double])
  func `What grows like a power beside a constant is told from three parts`(
    cost: @Sendable (Double) -> Double
  ) {
    let found = trial(of: 1_000_000, [1_000, 2_000, 4_000], cost)
    #expect(abs(found.seconds / cost(1e6) - 1) < 1e-6)
    #expect(abs((found.bytes ?? 0) / 9e6 - 1) < 1e-6)
    #expect(!found.isMeasured)
  }

  @Test func `The whole is what it was measured to be`() {
    let found = trial(of: 5_000, [1_000, 2_000, 4_000, 5_000]) { 1e-3 * $0 }
    #expect(found.seconds == 5 && found.isMeasured)
  }

  @Test func `Costs that do not grow stay, and noise is no growth beyond the square`() {
    #expect(trial(of: 1_000, [10, 20, 40]) { _ in 2 }.seconds == 2)
    let odd = CostTrial(
      of: 8_000,
      [(1_000, 1.0), (2_000, 1.001), (4_000, 1.2)].map {
        CostTrial.Part(size: $0.0, seconds: $0.1, bytes: nil)
      }, powers: 1...2)
    #expect(odd.seconds < 2.5 && odd.bytes == nil)
    #expect(trial(of: 100, [10]) { $0 }.seconds == 100)
  }

  @Test func `Parts double until one takes the budget, or the whole is reached`() throws {
    var sizes: [Int] = []
    let found = try CostTrial(of: 100, from: 8, powers: 1...2, budget: 60) { size in { sizes.append(size) } }
    // Each twice, since all are short, and one at first that does not count.
    #expect(sizes == [8, 8, 8, 16, 16, 32, 32, 64, 64, 100, 100])
    #expect(found.isMeasured && found.parts.map(\.size) == [8, 16, 32, 64, 100])
    sizes = []
    #expect(
      try !CostTrial(of: 1_000_000, from: 2, powers: 1...2, budget: 0) { size in { sizes.append(size) } }
        .isMeasured)
    #expect(sizes == [2, 4])
  }

  @Test func `A part has the comparisons of the smaller ones and the answers that they name`() throws {
    var random = RandomStream(seed: 2)
    let rows = (0..<400).map { _ in
      let a = Int(random.uniform() * 100)
      return Comparison(a: a, b: (a + 1 + Int(random.uniform() * 99)) % 100, outcome: 1)
    }
    let data = try PreferenceDataset(
      alternatives: (0..<100).map { "m\($0)" },
      contexts: Contexts(Matrix((0..<100).map { [Double($0), 1] })), comparisons: rows)
    let parts = DatasetParts(data)
    let (small, places) = try parts.part(comparisons: 20)
    let large = try parts.part(comparisons: 40).dataset
    #expect(small.totalComparisons == 20 && large.totalComparisons == 40)
    #expect(small.alternatives.map(\.id) == places.map { "m\($0)" })
    #expect(small.contexts.map { seen in (0..<seen.count).map { seen[$0, 0] } } == places.map(Double.init))
    func said(_ data: PreferenceDataset) -> Set<[String]> {
      Set(
        data.comparisons.map {
          [data.alternatives[Int($0.a)].id, data.alternatives[Int($0.b)].id, "\($0.outcome)"]
        })
    }
    #expect(said(small).isSubset(of: said(large)) && said(large).isSubset(of: said(data)))
    let whole = try parts.part(comparisons: data.comparisons.count)
    #expect(whole.dataset.comparisons == data.comparisons && whole.places == Array(0..<100))
    let folded = try parts.folded(comparisons: 200, alternatives: 50)
    #expect(folded.dataset.alternatives.map(\.id) == folded.places.map { "m\($0)" })
    #expect((150...200).contains(folded.dataset.comparisons.count))
    #expect(Set(folded.places).count == 50 && !parts.isOfSmallGroups)
  }

  @Test func `A forecast names what a fit then does`() throws {
    var random = RandomStream(seed: 4)
    let rows = (0..<300).map { _ in
      let a = Int(random.uniform() * 30)
      return Comparison(a: a, b: (a + 1 + Int(random.uniform() * 29)) % 30, outcome: 1)
    }
    let data = try PreferenceDataset(
      alternatives: (0..<30).map { "m\($0)" },
      contexts: Contexts(Matrix((0..<30).map { _ in (0..<8).map { _ in random.uniform() } })),
      comparisons: rows)
    for weights in [WeightChoice.automatic, .paper, .scheme(.uniform)] {
      var settings = RewardFit.Settings()
      settings.weights = weights
      let fit = RewardFit(settings)
      let forecast = try fit.forecast(data)
      let result = try fit.run(data)
      #expect(forecast.choice == result.choice)
      #expect(forecast.folds == result.standard.curve?.folds)
      #expect(forecast.errors == result.standard.errors.computation)
      #expect((forecast.weighing == nil) == (result.choice.weights == .uniform))
      #expect((forecast.cells?.method == .sampled) == (result.choice.weights == .voronoi))
      #expect(forecast.estimating.isMeasured && forecast.estimating.whole == data.comparisons.count)
      // Nothing in these estimates grows like a square, however trials are disturbed.
      #expect(forecast.estimating.powers.upperBound <= 1.2)
    }
  }

  @Test func `A target error is reached with about as many samples as the forecast says`() throws {
    var random = RandomStream(seed: 5)
    let contexts = try Contexts(Matrix((0..<40).map { _ in (0..<8).map { _ in random.uniform() } }))
    let sampling = Sampling(samples: 1, target: try TargetError(0.0008))
    let forecast = try WeightForecast(.voronoi, sampling, contexts)
    let samples = try Voronoi(sampling).weights(of: contexts, work: Work()).provenance.samples
    let ratio = Double(forecast.trial.whole) / Double(samples)
    #expect(ratio > 0.4 && ratio < 2.5, "\(forecast.trial.whole) and \(samples)")
  }
}
