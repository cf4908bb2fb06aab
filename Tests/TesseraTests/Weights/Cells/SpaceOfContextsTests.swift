import Tessera
import Testing

@Suite struct SpaceOfContextsTests {
  /// Weights of the originals, clones counted with the original they copy, before and after 20 near-clones.
  func drift(
    _ space: (Contexts) throws -> any AlternativeSpace
  ) throws -> Double {
    let rows = spreadRows(58, 6, seed: 5)
    var random = RandomStream(seed: 6)
    let clones = (0..<20).map { _ in rows[7].map { $0 + 1e-6 * random.normal() } }
    func weights(_ rows: [[Double]]) throws -> [Double] {
      let contexts = try Contexts(Matrix(rows))
      func open(_ space: some AlternativeSpace) throws -> [Double] {
        try VoronoiWeights.weights(
          contexts: contexts, space: space, method: .sampled, samples: 200_000, seed: 1
        ).values
      }
      return try open(space(contexts))
    }
    let before = try weights(rows)
    var after = try weights(rows + clones)
    after[7] += after[58...].reduce(0, +)
    return zip(before, after).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
  }

  @Test func `Fitted spaces do not follow clones`() throws {
    // Sampling noise alone moves 58 weights of 200,000 samples by some 0.006 in this sum; where the space does not
    // move at all, neither do the points, and the sum is much smaller.
    #expect(try drift { try BoundingBox(around: $0) } < 0.002)
    #expect(try drift { try Ball(around: $0) } < 0.002)
    #expect(try drift { try FactorProduct(around: $0) } < 0.01)
    #expect(try drift { try SpaceSpecification.gaussian.space(around: $0) } < 0.015)
    #expect(try drift { try SpaceSpecification.factorMixture().space(around: $0) } < 0.02)
    // What goes wrong otherwise: the same Gaussian fitted to the raw contexts.
    let raw = try drift {
      try Gaussian(fitting: $0, weights: Array(repeating: 1 / Double($0.count), count: $0.count))
    }
    #expect(raw > 0.05)
  }

  @Test(arguments: [SpaceSpecification.gaussian, .factorMixture()], [2, 3, 10])
  func `Two seeds differ as their errors say`(space: SpaceSpecification, dimension: Int) throws {
    let contexts = try Contexts(Matrix(spreadRows(40, dimension, seed: 51)))
    func weigh(_ seed: UInt64) throws -> AlternativeWeights {
      try Voronoi(Sampling(space: space, method: .sampled, samples: 40_000, seed: seed)).weights(of: contexts)
    }
    var (sum, count) = (0.0, 0.0)
    for seed in 0..<6 as Range<UInt64> {
      let (a, b) = try (weigh(2 * seed + 1), weigh(2 * seed + 2))
      for i in 0..<40 where a.values[i] * 40_000 > 20 {
        let (x, y) = (a.standardErrors[i], b.standardErrors[i])
        let z = (a.values[i] - b.values[i]) / (x * x + y * y).squareRoot()
        sum += z * z
        count += 1
      }
    }
    #expect(count > 100)
    // Over 100 squares of mean 1: their root has an error of 1 / sqrt(200) = 7 %, and 1.2 is three of them.
    let rms = (sum / count).squareRoot()
    #expect(rms < 1.2 && rms > 0.8)
  }

  @Test(arguments: [SpaceSpecification.gaussian, .factorMixture()])
  func `The space itself is the same for every seed`(specification: SpaceSpecification) throws {
    let contexts = try Contexts(Matrix(spreadRows(40, 50, seed: 52)))
    let sampling = Sampling(space: specification, target: try TargetError(5e-4))
    func weigh(_ seed: UInt64) throws -> AlternativeWeights {
      try Voronoi(sampling).reseeded(seed).weights(of: contexts)
    }
    let (a, b) = try (weigh(1), weigh(2))
    #expect(a.maxStandardError <= 5e-4 && b.maxStandardError <= 5e-4)
    // 40 differences of weights with errors of 5e-4 each: five times sqrt(2) of it.
    #expect(largestDifference(a.values, b.values) < 5 * 2.0.squareRoot() * 5e-4)
  }
}
