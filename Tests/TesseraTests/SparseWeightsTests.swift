import Foundation
import Tessera
import Testing

@Suite struct SparseWeightsTests {
  let points: [[Double]] = {
    var random = RandomStream(seed: 12)
    return (0..<7).map { _ in [random.uniform(), random.uniform()] }
  }()

  func complete(_ m: Int) -> WinRates {
    WinRates(complete: (0..<m).map { i in (0..<m).map { j -> Double in i == j ? 0.5 : (i < j ? 0.7 : 0.3) } })
  }

  @Test func pairSpaceWeightsAreProductsWhereEveryPairIsCompared() throws {
    let contexts = try Contexts(Matrix(points))
    let winRates = complete(7)
    let samples = 200_000
    let pairs = try PairSpaceWeights(contexts: contexts, winRates: winRates, samples: samples, seed: 3)
    let w = try VoronoiWeights.weights(
      contexts: contexts, space: BoundingBox(around: contexts), method: .exact
    ).values
    for i in 0..<7 {
      for entry in winRates.rowStarts[i]..<winRates.rowStarts[i + 1] {
        let v = 2 * w[i] * w[Int(winRates.opponents[entry])]
        // Five standard errors: 28 masses are looked at.
        let error = (v * (1 - v) / Double(samples)).squareRoot()
        #expect(abs(pairs.pairMass[entry] - v) < 5 * error)
      }
      let own = w[i] * w[i]
      #expect(abs(pairs.ownMass[i] - own) < 5 * (own / Double(samples)).squareRoot())
    }
    #expect(abs(pairs.alternatives.values.reduce(0, +) - 1) < 1e-9)
    let fit = try NewtonSolver().solve(
      BradleyTerry(
        winRates: winRates, weights: pairs.alternatives.values, pairFactors: pairs.factors(winRates)))
    let expected = try NewtonSolver().solve(BradleyTerry(winRates: winRates, weights: w))
    for (x, y) in zip(fit.rewards, expected.rewards) { #expect(abs(x - y) < 0.05) }
    #expect(fit.certificate < 1e-9)
  }

  @Test func noMassIsLostWhereFewPairsAreCompared() throws {
    let contexts = try Contexts(Matrix(points))
    let sparse = WinRates(
      alternatives: 7, comparisons: (0..<6).map { Comparison(a: $0, b: $0 + 1, outcome: 0.8) })
    let pairs = try PairSpaceWeights(contexts: contexts, winRates: sparse, samples: 20_000)
    let mass: Double = pairs.ownMass.reduce(0, +) + pairs.pairMass.reduce(0, +) / 2
    #expect(abs(mass - 1) < 1e-9)
    #expect(try PairSpaceWeights(contexts: contexts, winRates: sparse, samples: 20_000, threads: 1) == pairs)
    let w = try VoronoiWeights.weights(
      contexts: contexts, space: BoundingBox(around: contexts), method: .exact
    ).values
    let products: Double = (0..<6).map { 2 * w[$0] * w[$0 + 1] }.reduce(0, +)
    #expect(pairs.pairMass.reduce(0, +) / 2 > 1.5 * products)
  }

  @Test func promptsHaveTheirOwnWeights() throws {
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

  @Test func behaviourDrawsTheUnknownTowardsTheFit() throws {
    let graph = WinRates(
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
