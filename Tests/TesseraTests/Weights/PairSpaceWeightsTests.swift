import Tessera
import Testing

@Suite struct PairSpaceWeightsTests {
  let points: [[Double]] = {
    var random = RandomStream(seed: 12)
    return (0..<7).map { _ in [random.uniform(), random.uniform()] }
  }()

  func complete(_ m: Int) -> PairCounts {
    PairCounts(
      complete: (0..<m).map { i in (0..<m).map { j -> Double in i == j ? 0.5 : (i < j ? 0.7 : 0.3) } })
  }

  @Test func `Pair-space masses are products where every pair is compared`() throws {
    let contexts = try Contexts(Matrix(points))
    let counts = complete(7)
    let samples = 200_000
    let pairs = try PairSpaceWeights(contexts: contexts, counts: counts, samples: samples, seed: 3)
    let w = try VoronoiWeights.weights(
      contexts: contexts, space: BoundingBox(around: contexts), method: .exact
    ).values
    for i in 0..<7 {
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let v = 2 * w[i] * w[Int(counts.opponents[entry])]
        // Five standard errors: 28 masses are looked at.
        let error = (v * (1 - v) / Double(samples)).squareRoot()
        #expect(abs(pairs.pairMass[entry] - v) < 5 * error)
      }
      let own = w[i] * w[i]
      #expect(abs(pairs.ownMass[i] - own) < 5 * (own / Double(samples)).squareRoot())
    }
    #expect(abs(pairs.alternatives.values.reduce(0, +) - 1) < 1e-9)
    let fit = try BradleyTerry().fit(counts, PairWeights(pairs, counts, lambda: .normalized))
    let expected = try solve(counts, weights: w)
    for (x, y) in zip(fit.rewards, expected.rewards) { #expect(abs(x - y) < 0.05) }
    #expect(fit.certificate < 1e-9)
  }

  @Test func `No mass is lost where few pairs are compared`() throws {
    let contexts = try Contexts(Matrix(points))
    let sparse = PairCounts(
      alternatives: 7, comparisons: (0..<6).map { Comparison(a: $0, b: $0 + 1, outcome: 0.8) })
    let pairs = try PairSpaceWeights(contexts: contexts, counts: sparse, samples: 20_000)
    let mass: Double = pairs.ownMass.reduce(0, +) + pairs.pairMass.reduce(0, +) / 2
    #expect(abs(mass - 1) < 1e-9)
    #expect(
      try PairSpaceWeights(contexts: contexts, counts: sparse, samples: 20_000, work: Work(threads: 1))
        == pairs)
    let w = try VoronoiWeights.weights(
      contexts: contexts, space: BoundingBox(around: contexts), method: .exact
    ).values
    let products: Double = (0..<6).map { 2 * w[$0] * w[$0 + 1] }.reduce(0, +)
    #expect(pairs.pairMass.reduce(0, +) / 2 > 1.5 * products)
  }

  /// Ten alternatives on the unit square, a chain and two pairs more, many of them far apart.
  func sparse() throws -> (contexts: Contexts, rows: [Comparison]) {
    var random = RandomStream(seed: 41)
    let points = (0..<10).map { _ in [random.uniform(), random.uniform()] }
    let rows = (0..<12).map { k in
      let (i, j) = k < 9 ? (k, k + 1) : [(0, 5), (2, 7), (3, 9)][k - 9]
      return Comparison(a: i, b: j, outcome: (random.uniform() * 20).rounded() / 20, count: 20)
    }
    return (try Contexts(Matrix(points)), rows)
  }

  func matrix(_ masses: PairSpaceWeights, _ counts: PairCounts) -> [[Double]] {
    let m = counts.alternatives
    var matrix = [[Double]](repeating: Array(repeating: 0, count: m), count: m)
    for i in 0..<m {
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        matrix[i][Int(counts.opponents[entry])] = masses.pairMass[entry]
      }
    }
    return matrix
  }

  @Test(arguments: [LambdaConvention.local, .normalized])
  func `Rewards meet the condition of the masses, not that of products of weights`(
    convention: LambdaConvention
  ) throws {
    let (contexts, rows) = try sparse()
    let counts = PairCounts(alternatives: 10, comparisons: rows)
    let masses = try PairSpaceWeights(contexts: contexts, counts: counts, samples: 50_000)
    let pairs = try PairWeights(masses, counts, lambda: convention)
    let estimate = try BradleyTerry(lambda: 0.1, tolerance: 1e-12).fit(counts, pairs)
    #expect(estimate.outcome == .minimum)
    let weights = masses.alternatives.values
    let condition = FirstOrderCondition(
      rows, pairMass: matrix(masses, counts), weights: weights, convention: convention, groups: Array(0..<10))
    #expect(condition.violation(estimate.rewards, lambda: 0.1) < 1e-10)
    // The rewards of k_ij = 1 under the same weights are far from it: the masses are used.
    let products = try solve(counts, weights: weights, convention: convention).rewards
    #expect(condition.violation(products, lambda: 0.1) > 0.02)
    #expect(largestDifference(products, estimate.rewards) > 0.02)
  }

  @Test func `The whole pipeline uses the masses`() throws {
    let (contexts, rows) = try sparse()
    let data = try PreferenceDataset(
      alternatives: (0..<10).map { "\($0)" }, contexts: contexts, comparisons: rows)
    var settings = fitSettings()
    settings.pairSpace = true
    let result = try RewardFit(settings).run(data)
    let weighted = try #require(result.weighted)
    let masses = try PairSpaceWeights(contexts: contexts, counts: data.pairCounts)
    #expect(result.weights == masses.alternatives)
    let condition = FirstOrderCondition(
      rows, pairMass: matrix(masses, data.pairCounts), weights: result.weights.values, convention: .local,
      groups: Array(0..<10))
    #expect(condition.violation(weighted.fit.rewards, lambda: 0.1) < 1e-9)
    #expect(result.weights.provenance.isPairSpace)
  }

  @Test func `An exact clone has its share and its original's reward`() throws {
    let contexts = try Contexts(Matrix([[0.2, 0.5], [0.5, 0.5], [0.8, 0.5], [0.5, 0.5]]))
    func fit(_ alternatives: Int, _ rows: [Comparison]) throws -> (PairSpaceWeights, RewardEstimate) {
      let own = contexts.selecting(rows: Array(0..<alternatives))
      let counts = PairCounts(alternatives: alternatives, comparisons: rows)
      let masses = try PairSpaceWeights(contexts: own, counts: counts, space: UnitCube(dimension: 2))
      let pairs = try PairWeights(masses, counts, groups: own.duplicates())
      return (masses, try BradleyTerry(tolerance: 1e-12).fit(counts, pairs))
    }
    let rows = [
      Comparison(a: 0, b: 1, outcome: 0.7, count: 10), Comparison(a: 1, b: 2, outcome: 0.4, count: 10),
    ]
    let clone = [
      Comparison(a: 0, b: 3, outcome: 0.7, count: 10), Comparison(a: 3, b: 2, outcome: 0.4, count: 10),
    ]
    let (before, original) = try fit(3, rows)
    let (after, cloned) = try fit(4, rows + clone)
    let (w, shared) = (before.alternatives.values, after.alternatives.values)
    #expect(shared[1] > 0.1)
    #expect(shared[1] == shared[3])
    #expect(abs(shared[1] + shared[3] - w[1]) < 1e-12)
    #expect(abs(shared[0] - w[0]) < 1e-12 && abs(shared[2] - w[2]) < 1e-12)
    #expect(cloned.undetermined == [])
    #expect(abs(cloned.rewards[1]) > 0.1)
    #expect(abs(cloned.rewards[3] - cloned.rewards[1]) < 1e-10)
    #expect(largestDifference(Array(cloned.rewards.prefix(3)), original.rewards) < 1e-10)
  }

  @Test func `An alternative whose pairs have no mass has no reward`() throws {
    // The second lies outside the space, far behind the first: nothing is nearest to its pair.
    let contexts = try Contexts(Matrix([[0.5, 0.5], [40, 40], [0.2, 0.1]]))
    let counts = PairCounts(
      alternatives: 3,
      comparisons: [Comparison(a: 0, b: 1, outcome: 1, count: 9), Comparison(a: 0, b: 2, outcome: 1)])
    let masses = try PairSpaceWeights(
      contexts: contexts, counts: counts, space: UnitCube(dimension: 2), samples: 5_000)
    let pairs = try PairWeights(masses, counts)
    let estimate = try BradleyTerry().fit(counts, pairs)
    #expect(estimate.undetermined == [1])
    #expect(estimate.known[1] == nil)
    #expect(try StandardErrors(of: estimate, counts, pairs).values[1] == nil)
  }
}
