import Foundation
import Tessera
import Testing

@Suite struct RewardErrorsTests {
  /// Comparisons drawn from known rewards, `n` for each pair that `density` lets through.
  func draw(_ truth: [Double], perPair n: Int, seed: UInt64, density: Double = 1) -> WinRates {
    var random = RandomStream(seed: seed)
    var pairs = RandomStream(seed: 999)
    var comparisons: [Comparison] = []
    for i in truth.indices {
      for j in i + 1..<truth.count where pairs.uniform() < density || j == i + 1 {
        let p = logistic(truth[i] - truth[j])
        let wins = (0..<n).count { _ in random.uniform() < p }
        comparisons.append(Comparison(a: i, b: j, outcome: Double(wins) / Double(n), count: Double(n)))
      }
    }
    return WinRates(alternatives: truth.count, comparisons: comparisons)
  }

  @Test func errorsMatchTheSpreadOfRepeatedStudies() throws {
    let truth = [1.0, 0.4, 0, -0.3, -0.8, -0.3]
    let weights = [0.3, 0.1, 0.2, 0.15, 0.25, 0.0]
    let lambda = 0.05
    let studies = 600
    var sums = [Double](repeating: 0, count: 6)
    var squares = sums
    var predicted = sums
    for study in 0..<studies {
      let problem = try BradleyTerry(
        winRates: draw(truth, perPair: 60, seed: UInt64(study)), weights: weights, lambda: lambda)
      let estimate = try NewtonSolver().solve(problem)
      let errors = RewardErrors(independent: estimate, of: problem)
      #expect(errors.computation == .exact)
      for i in 0..<6 {
        sums[i] += estimate.rewards[i]
        squares[i] += estimate.rewards[i] * estimate.rewards[i]
        predicted[i] += errors.values[i] / Double(studies)
      }
    }
    for i in 0..<6 {
      let mean = sums[i] / Double(studies)
      let spread = (squares[i] / Double(studies) - mean * mean).squareRoot()
      // A standard deviation from 600 draws has a relative error of 1/sqrt(1200) = 2.9 %; four of those, and
      // a little for the curvature that a first-order error leaves out.
      #expect(abs(predicted[i] / spread - 1) < 0.13)
    }
  }

  @Test func simulatedErrorsAgreeWithExactOnes() throws {
    let instance = RandomInstance(seed: 4, alternatives: 80, density: 0.3)
    var weights = instance.weights
    weights[10] = 0
    let scale = weights.reduce(0, +)
    let problem = try BradleyTerry(winRates: instance.winRates, weights: weights.map { $0 / scale })
    let estimate = try NewtonSolver().solve(problem)
    let exact = RewardErrors(independent: estimate, of: problem).values
    let simulated = RewardErrors(independent: estimate, of: problem, draws: 2_000, denseLimit: 0)
    #expect(simulated.computation == .simulated)
    for i in 0..<80 {
      // 2,000 draws: relative error 1/sqrt(4000) = 1.6 %; 80 values at four standard errors.
      #expect(abs(simulated.values[i] / exact[i] - 1) < 0.065)
    }
  }

  @Test func countedPairsAndEqualWeightsGiveTheInverseHessianOfTheLikelihood() throws {
    // With k_ij proportional to n_ij and no ridge to speak of, H^-1 Cov(g) H^-1 is (N H)^-1 on differences of
    // rewards: compare the error of r_a - r_b for two alternatives, where it is 1 / sqrt(n s').
    let n = 400.0
    let rates = WinRates(alternatives: 2, comparisons: [Comparison(a: 0, b: 1, outcome: 0.7, count: n)])
    let problem = try BradleyTerry(winRates: rates, weights: [0.5, 0.5], lambda: 1e-9, pairs: .count)
    let estimate = try NewtonSolver().solve(problem)
    let errors = RewardErrors(independent: estimate, of: problem)
    // r_a = -r_b = half the difference.
    let expected = 0.5 / (n * 0.7 * 0.3).squareRoot()
    #expect(abs(errors.values[0] / expected - 1) < 1e-6)
  }

  @Test func annotatorsWhoRepeatThemselvesCountOnce() throws {
    // Every annotator says the same thing 25 times: the clustered error knows, the independent one does not.
    var random = RandomStream(seed: 12)
    var comparisons: [Comparison] = []
    for annotator in 0..<60 {
      for (i, j, p) in [(0, 1, 0.7), (1, 2, 0.6), (0, 2, 0.8)] {
        comparisons.append(
          Comparison(a: i, b: j, outcome: random.uniform() < p ? 1 : 0, count: 25, annotator: annotator))
      }
    }
    let problem = try BradleyTerry(
      winRates: WinRates(alternatives: 3, comparisons: comparisons), weights: [0.3, 0.3, 0.4])
    let estimate = try NewtonSolver().solve(problem)
    let independent = RewardErrors(independent: estimate, of: problem)
    let clustered = try #require(RewardErrors(annotatorsOf: comparisons, estimate: estimate, of: problem))
    #expect(clustered.clusters == 60)
    for i in 0..<3 {
      // 25 copies: sqrt(25) = 5 times the error, give or take 1/sqrt(2 * 60) = 9 % of it.
      #expect(abs(clustered.values[i] / independent.values[i] / 5 - 1) < 0.3)
    }
  }

  @Test func oneAnnotatorIsNotACluster() throws {
    let comparisons = [Comparison(a: 0, b: 1, outcome: 1, annotator: 0)]
    let problem = try BradleyTerry(
      winRates: WinRates(alternatives: 2, comparisons: comparisons), weights: [0.5, 0.5])
    let estimate = try NewtonSolver().solve(problem)
    #expect(RewardErrors(annotatorsOf: comparisons, estimate: estimate, of: problem) == nil)
  }

  @Test func manyAnnotatorsAreSimulatedAndAgree() throws {
    var random = RandomStream(seed: 13)
    var comparisons: [Comparison] = []
    for annotator in 0..<700 {
      let i = Int(random.uniform() * 20)
      let j = (i + 1 + Int(random.uniform() * 19)) % 20
      comparisons.append(
        Comparison(a: i, b: j, outcome: random.uniform() < 0.5 ? 1 : 0, annotator: annotator))
    }
    let problem = try BradleyTerry(
      winRates: WinRates(alternatives: 20, comparisons: comparisons),
      weights: Array(repeating: 0.05, count: 20))
    let estimate = try NewtonSolver().solve(problem)
    let simulated = try #require(RewardErrors(annotatorsOf: comparisons, estimate: estimate, of: problem))
    let independent = RewardErrors(independent: estimate, of: problem)
    #expect(simulated.computation == .simulated)
    let ratio = zip(simulated.values, independent.values).reduce(0) { $0 + $1.0 / $1.1 } / 20
    // One comparison each: clustered and independent errors estimate the same thing.
    #expect(abs(ratio - 1) < 0.15)
  }
}
