import Foundation
import Tessera
import Testing

@Suite struct FittedSpaceTests {
  func contexts(_ m: Int, _ d: Int, seed: UInt64) -> [[Double]] {
    var random = RandomStream(seed: seed)
    return (0..<m).map { _ in (0..<d).map { k in random.normal() / Double(1 + k) + (k == 0 ? 3 : 0) } }
  }

  @Test func aBallIsFilledEvenly() throws {
    let ball = try Ball(centre: [1, -2, 0.5], radius: 2)
    #expect(abs((ball.volume ?? 0) - 4.0 / 3 * Double.pi * 8) < 1e-9)
    let points = ball.sample(count: 20_000, seed: 1)
    var cubes = [Double]()
    for i in 0..<20_000 {
      let row = Array(points.row(i))
      #expect(ball.contains(row))
      let distance = zip(row, ball.centre).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      cubes.append(pow(distance / 2, 3))
    }
    // The cube of the distance is uniform: mean 1/2, standard error sqrt(1/12 / n).
    let mean: Double = cubes.reduce(0, +) / 20_000
    #expect(abs(mean - 0.5) < 4 * (1.0 / 12 / 20_000).squareRoot())
    #expect(throws: SpaceError.self) { try Ball(centre: [0], radius: -1) }
    #expect(throws: SpaceError.self) { try Ball(centre: [0], radius: .nan) }
  }

  @Test func numbersBeyondTheArithmeticAreNamed() throws {
    for size in [1e200, 1e-200] {
      for d in [2, 8] {
        let rows = (0..<3).map { i in (0..<d).map { k in k == i ? size : 0 } }
        let contexts = try Contexts(Matrix(rows))
        #expect(throws: WeightsError.self) {
          try VoronoiWeights.weights(contexts: contexts, space: BoundingBox(around: contexts), samples: 1_000)
        }
      }
    }
    // Scaling by powers of ten changes nothing else.
    let rows = contexts(30, 2, seed: 1)
    let one = try Contexts(Matrix(rows))
    let plain = try VoronoiWeights.weights(contexts: one, space: BoundingBox(around: one)).values
    for scale in [1e-60, 1e60] {
      let scaled = try Contexts(Matrix(rows.map { $0.map { $0 * scale } }))
      let weights = try VoronoiWeights.weights(contexts: scaled, space: BoundingBox(around: scaled)).values
      #expect(largestDifference(plain, weights) < 1e-12)
    }
    let same = try Contexts(Matrix([[1, 1], [1, 1.0]]))
    #expect(throws: SpaceError.noSpread) { try Ball(around: same) }
  }

  @Test func ballWeightsOfSymmetricPointsAreEqual() throws {
    let contexts = try Contexts(Matrix([[1, 0], [-1, 0], [0, 1], [0, -1.0]]))
    let weights = try VoronoiWeights.weights(
      contexts: contexts, space: Ball(around: contexts), samples: 100_000)
    for i in 0..<4 { #expect(abs(weights.values[i] - 0.25) < 4 * (0.25 * 0.75 / 100_000).squareRoot()) }
  }

  @Test func aGaussianHasTheMomentsOfItsContexts() throws {
    let rows = contexts(500, 3, seed: 2)
    let contexts = try Contexts(Matrix(rows))
    let space = try Gaussian(fitting: contexts, weights: Array(repeating: 1.0 / 500, count: 500))
    #expect(space.dimension == 3)
    let aligned = try space.aligned(contexts)
    // Rotation keeps distances.
    let before: Double = (0..<3).reduce(0.0) { $0 + pow(contexts[0, $1] - contexts[7, $1], 2) }
    let after: Double = (0..<3).reduce(0.0) { $0 + pow(aligned[0, $1] - aligned[7, $1], 2) }
    #expect(abs(before - after) < 1e-9)
    let points = space.sample(count: 20_000, seed: 3)
    for k in 0..<3 {
      let values = (0..<20_000).map { points[$0, k] / space.deviations[k] }
      let mean = values.reduce(0, +) / 20_000
      let variance = values.reduce(0) { $0 + $1 * $1 } / 20_000
      #expect(abs(mean) < 4 / 20_000.0.squareRoot())
      #expect(abs(variance - 1) < 4 * (2.0 / 20_000).squareRoot())
      let own = (0..<500).reduce(0.0) { $0 + aligned[$1, k] * aligned[$1, k] } / 500
      #expect(abs(own.squareRoot() - space.deviations[k]) < 1e-9)
    }
    #expect(throws: SpaceError.noSpread) {
      try Gaussian(fitting: Contexts(Matrix([[1, 1], [1, 1.0]])), weights: [0.5, 0.5])
    }
  }

  @Test func directionsWithoutSpreadDropOut() throws {
    let rows = contexts(50, 2, seed: 4).map { [$0[0], $0[1], $0[0] + $0[1], 5] }
    let space = try Gaussian(fitting: Contexts(Matrix(rows)), weights: Array(repeating: 0.02, count: 50))
    #expect(space.dimension == 2)
  }

  /// Weights of the originals, clones counted with the original they copy, before and after 20 near-clones.
  func drift(
    _ space: (Contexts) throws -> any AlternativeSpace
  ) throws -> Double {
    let rows = contexts(58, 6, seed: 5)
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

  @Test func fittedSpacesDoNotFollowClones() throws {
    // Sampling noise alone moves 58 weights of 200,000 samples by some 0.006 in this sum; where the space does not
    // move at all, neither do the points, and the sum is much smaller.
    #expect(try drift { try BoundingBox(around: $0) } < 0.002)
    #expect(try drift { try Ball(around: $0) } < 0.002)
    #expect(try drift { try FactorProduct(around: $0) } < 0.01)
    #expect(try drift { try Gaussian.fixedPoint($0, samples: 200_000, seed: 1) } < 0.015)
    #expect(
      try drift {
        let weights = try VoronoiWeights.weights(
          contexts: $0, space: BoundingBox(around: $0), samples: 200_000)
        return try FactorMixture(around: $0, weights: weights.values)
      } < 0.02)
    // What goes wrong otherwise: the same Gaussian fitted to the raw contexts.
    let raw = try drift {
      try Gaussian(fitting: $0, weights: Array(repeating: 1 / Double($0.count), count: $0.count))
    }
    #expect(raw > 0.05)
  }

  @Test func factorSpacesHoldWhatTheySample() throws {
    let rows = [[1.0, -2, 0.1], [8, -0.5, 0.1], [-1, 3, 0.4]]
    let contexts = try Contexts(Matrix(rows))
    let product = try FactorProduct(around: contexts)
    // [0.5, 2], [4, 16], [-2, -0.5]; [-4, -1], [-1, -0.25], [1.5, 6]; [0.05, 0.2], [0.2, 0.8]
    #expect(abs((product.volume ?? 0) - (1.5 + 12 + 1.5) * (3.75 + 4.5) * 0.75) < 1e-9)
    let mixture = try FactorMixture(around: contexts, weights: [0.2, 0.3, 0.5])
    let inProduct = product.sample(count: 2_000, seed: 1)
    let inMixture = mixture.sample(count: 2_000, seed: 1)
    var third = 0
    for i in 0..<2_000 {
      // Points are Float; the borders are not.
      let shrunk = inMixture.row(i).map { $0 * (1 - 1e-6) }
      #expect(mixture.contains(shrunk) || mixture.contains(inMixture.row(i).map { $0 * (1 + 1e-6) }))
      if inMixture[i, 1] > 0 { third += 1 }
      #expect((0.05 - 1e-6...0.8 + 1e-6).contains(inProduct[i, 2]))
      #expect(!(2.001...3.999).contains(inProduct[i, 0]))
    }
    #expect(abs(Double(third) / 2_000 - 0.5) < 4 * (0.25 / 2_000).squareRoot())
    #expect(throws: SpaceError.self) { try FactorProduct(around: contexts, factor: 1) }
  }

  @Test func aPoolGivesSharesOfItself() throws {
    let pool = try Contexts(Matrix([[0.1, 0], [0.2, 0], [0.9, 0], [0.3, 0.1], [5, 5.0]]))
    let contexts = try Contexts(Matrix([[0, 0], [1, 0], [1, 0.0]]))
    let weights = try VoronoiWeights.weights(contexts: contexts, space: ReferencePool(pool), samples: 7)
    #expect(largestDifference(weights.values, [0.6, 0.2, 0.2]) < 1e-12)
    #expect(weights.diagnostics.origin.samples == 5)
    let single: [[Float]] = []
    #expect(throws: SpaceError.emptyPool) { try ReferencePool(Contexts(Matrix<Float>(single))) }
    #expect(throws: SpaceError.dimensionMismatch(space: 2, contexts: 3)) {
      try VoronoiWeights.weights(contexts: Contexts(Matrix([[0, 0, 0.0]])), space: ReferencePool(pool))
    }
  }

  @Test func aTargetErrorIsReached() throws {
    let contexts = try Contexts(Matrix(contexts(40, 12, seed: 9)))
    let space = try BoundingBox(around: contexts)
    var seen: [Double] = []
    let absolute = try VoronoiWeights.weights(
      contexts: contexts, space: space, target: TargetError(5e-4), seed: 2
    ) {
      if let error = $1 { seen.append(error) }
      #expect($0 <= 1)
    }
    #expect(absolute.diagnostics.maxStandardError <= 5e-4)
    #expect(seen.last == absolute.diagnostics.maxStandardError)
    #expect(seen.first ?? 0 > 5e-4)
    let relative = try VoronoiWeights.weights(
      contexts: contexts, space: space, target: TargetError(0.05, isRelative: true), seed: 2)
    for (w, e) in zip(relative.values, relative.standardErrors) where w > 1 / 400.0 { #expect(e <= 0.05 * w) }
    let again = try VoronoiWeights.weights(
      contexts: contexts, space: space, target: TargetError(5e-4), seed: 2, threads: 1)
    #expect(again == absolute)
    #expect(throws: WeightsError.targetError(found: 0)) { try TargetError(0) }
    #expect(throws: WeightsError.self) { try TargetError(.nan) }
  }

  @Test func transformsAreFittedOnceAndAppliedAlike() throws {
    let rows = contexts(80, 5, seed: 10)
    let all = try Contexts(Matrix(rows))
    let transform = try ContextTransform(fitting: all, normalizes: true, components: 3)
    let reduced = try transform.apply(to: all)
    #expect(reduced.dimension == 3)
    // One row alone comes out as it does among the others.
    let single = try transform.apply(to: Contexts(Matrix([rows[4]])))
    #expect(largestDifference(single.row(0), reduced.row(4)) < 1e-12)
    // Axes are orthonormal.
    for a in 0..<3 {
      for b in 0..<3 {
        let product = zip(transform.axes[a], transform.axes[b]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (a == b ? 1 : 0)) < 1e-10)
      }
    }
    let stored = try JSONDecoder().decode(ContextTransform.self, from: JSONEncoder().encode(transform))
    #expect(stored == transform)
    #expect(throws: SpaceError.self) { try ContextTransform(fitting: all, components: 6) }
    #expect(throws: SpaceError.noDirection(alternative: 1)) {
      try ContextTransform(fitting: all, normalizes: true).apply(
        to: Contexts(Matrix([[1, 1, 1, 1, 1], [0, 0, 0, 0, 0.0]])))
    }
    let centred = try ContextTransform(
      fitting: all, centers: true, weights: Array(repeating: 1.0 / 80, count: 80)
    ).apply(to: all)
    for k in 0..<5 { #expect(abs((0..<80).reduce(0.0) { $0 + centred[$1, k] }) < 1e-10) }
  }

  @Test func principalAxesDoNotFollowClones() throws {
    let rows = contexts(60, 6, seed: 11)
    let clones = (0..<30).map { _ in rows[3] }
    func axis(_ rows: [[Double]], fair: Bool) throws -> [Double] {
      let m = rows.count
      let uniform = fair ? nil : [Double](repeating: 1 / Double(m), count: m)
      return try ContextTransform(fitting: Contexts(Matrix(rows)), components: 2, weights: uniform).axes[1]
    }
    func angle(_ fair: Bool) throws -> Double {
      let product = try zip(axis(rows, fair: fair), axis(rows + clones, fair: fair)).reduce(0) {
        $0 + $1.0 * $1.1
      }
      return acos(min(1, abs(product)))
    }
    #expect(try angle(true) < 1e-6)
    #expect(try angle(false) > 0.01)
  }

  @Test func degenerateWeightsComeWithAdvice() throws {
    // Principal components have arbitrary signs: few contexts lie in [0, 1]^d.
    var random = RandomStream(seed: 12)
    let rows = (0..<200).map { _ in (0..<40).map { _ in 0.1 * random.normal() } }
    let contexts = try Contexts(Matrix(rows))
    func advice(_ space: some AlternativeSpace, samples: Int) throws -> String {
      try VoronoiWeights.weights(contexts: contexts, space: space, samples: samples).advice.joined(
        separator: " ")
    }
    let cube = try advice(UnitCube(dimension: 40), samples: 100_000)
    #expect(cube.contains("weight 0") && cube.contains("bounding-box"))
    #expect(try advice(BoundingBox(around: contexts), samples: 100_000) == "")
    #expect(try advice(BoundingBox(around: contexts), samples: 300).contains("--target-error"))
  }
}
