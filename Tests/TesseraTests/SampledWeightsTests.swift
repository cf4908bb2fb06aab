import Foundation
import Tessera
import Testing

@Suite struct SampledWeightsTests {
  /// Contexts in clusters with a decaying spectrum: cells of many sizes.
  func contexts(_ m: Int, _ d: Int, seed: UInt64) throws -> Contexts {
    var random = RandomStream(seed: seed)
    let centres = (0..<5).map { _ in (0..<d).map { _ in random.normal() } }
    let rows = (0..<m).map { i in
      (0..<d).map { k in
        Float((centres[i % 5][k] + 0.7 * random.normal()) / (1 + Double(k) / 10).squareRoot())
      }
    }
    return try Contexts(Matrix(rows))
  }

  func sample(
    _ contexts: Contexts, in space: some AlternativeSpace, _ samples: Int, seed: UInt64,
    plan: SamplingPlan? = nil,
    threads: Int? = nil
  ) throws -> AlternativeWeights {
    try VoronoiWeights.weights(
      contexts: contexts, space: space, method: .sampled, samples: samples, seed: seed, plan: plan,
      threads: threads)
  }

  @Test(arguments: [1, 2, 4, 8, 16, 32, 64])
  func reflectionsAgreeWithIndependentPoints(blocks: Int) throws {
    let contexts = try contexts(120, 70, seed: 1)
    let space = try BoundingBox(around: contexts, margin: 0.1)
    let n = 200_000
    let plain = try sample(contexts, in: space, n, seed: 1, plan: SamplingPlan(kind: .independent, blocks: 1))
    let reflected = try sample(
      contexts, in: space, n, seed: 2, plan: SamplingPlan(kind: .reflections, blocks: blocks))
    // Sum of squared differences in units of both variances: 120 terms, mean 1, standard deviation sqrt(2/120).
    var sum = 0.0
    for i in 0..<120 {
      let (a, b) = (plain.standardErrors[i], reflected.standardErrors[i])
      let difference = plain.values[i] - reflected.values[i]
      sum += difference * difference / max(a * a + b * b, 1e-18)
    }
    let limit: Double = 1 + 4.5 * (2.0 / 120).squareRoot()
    #expect(sum / 120 < limit)
    #expect(abs(reflected.values.reduce(0, +) - 1) < 1e-12)
  }

  @Test func everyPlanFindsTheNearestAlternative() throws {
    // The same points drawn again and searched one by one, in Double.
    for d in [1, 2, 3, 4, 7, 33] {
      let contexts = try contexts(300, d, seed: UInt64(d))
      let space = try BoundingBox(around: contexts, margin: 0.2)
      let n = 4_096
      // The tree gives a stream to 256 points, the kernels one to each.
      let inStream = d <= 3 ? 256 : 1
      let weights = try sample(
        contexts, in: space, n, seed: 3,
        plan: SamplingPlan(kind: d <= 3 ? .cellTree : .independent, blocks: 1))
      var counts = [Double](repeating: 0, count: 300)
      let offsets = UnsafeMutablePointer<Float>.allocate(capacity: d * inStream)
      defer { offsets.deallocate() }
      for point in 0..<n {
        if point % inStream == 0 {
          var random = RandomStream(seed: 3, stream: UInt64(point / inStream))
          space.sampleOffsets(first: point, count: inStream, into: offsets, using: &random)
        }
        let offset = offsets + point % inStream * d
        let x = (0..<d).map { space.origin[$0] + Double(offset[$0]) }
        var (best, least) = (0, Double.infinity)
        for i in 0..<300 {
          var distance = 0.0
          for k in 0..<d {
            let difference = contexts[i, k] - x[k]
            distance += difference * difference
          }
          if distance < least { (best, least) = (i, distance) }
        }
        counts[best] += 1
      }
      // Ties within rounding may fall either way; there are none here beyond a sample or two.
      var moved = 0.0
      for i in 0..<300 { moved += abs(counts[i] - weights.values[i] * Double(n)) }
      #expect(moved <= 2)
    }
  }

  @Test func theTreeAgreesWithExactCellsInOneTwoAndThreeDimensions() throws {
    for (d, shape) in [(1, 0), (2, 0), (2, 1), (2, 2)] {
      var random = RandomStream(seed: UInt64(10 * d + shape))
      let rows = (0..<400).map { i -> [Double] in
        let values = (0..<d).map { _ in random.uniform() }
        switch shape {
        case 1: return values.map { 0.4 + 1e-3 * $0 }
        case 2: return [Double(i % 20) / 20, Double(i / 20) / 20]
        default: return values
        }
      }
      let contexts = try Contexts(Matrix(rows))
      let space = UnitCube(dimension: d)
      let exact = try VoronoiWeights.weights(contexts: contexts, space: space, method: .exact)
      let sampled = try sample(contexts, in: space, 300_000, seed: 4)
      for i in 0..<400 {
        let w = exact.values[i]
        let error: Double = (w * (1 - w) / 300_000).squareRoot()
        #expect(abs(w - sampled.values[i]) < 5 * max(error, 2e-6))
      }
    }
    let contexts = try contexts(500, 3, seed: 5)
    let space = try BoundingBox(around: contexts)
    let tree = try sample(contexts, in: space, 100_000, seed: 6)
    let plain = try sample(
      contexts, in: space, 100_000, seed: 7, plan: SamplingPlan(kind: .independent, blocks: 1))
    for i in 0..<500 {
      let error =
        (tree.standardErrors[i] * tree.standardErrors[i] + plain.standardErrors[i] * plain.standardErrors[i])
        .squareRoot()
      #expect(abs(tree.values[i] - plain.values[i]) < 5 * max(error, 1e-5))
    }
  }

  @Test func intervalsAreHonest() throws {
    // 95 % intervals over many seeds must hold the true weight between 93 % and 97 % of the time.
    for (blocks, d, samples) in [(16, 40, 8_192), (32, 64, 6_000), (1, 40, 4_096)] {
      let contexts = try contexts(40, d, seed: 9)
      let space = try BoundingBox(around: contexts)
      let plan = SamplingPlan(kind: blocks == 1 ? .independent : .reflections, blocks: blocks)
      let truth = try sample(
        contexts, in: space, 2_000_000, seed: 1 << 40, plan: SamplingPlan(kind: .reflections, blocks: 32))
      var inside = 0
      var total = 0
      for seed in 0..<200 as Range<UInt64> {
        let weights = try sample(contexts, in: space, samples, seed: seed, plan: plan)
        for i in 0..<40 where truth.values[i] * Double(samples) > 5 {
          let interval = weights.confidenceInterval(of: i)
          total += 1
          if interval.contains(truth.values[i]) { inside += 1 }
        }
      }
      let coverage = Double(inside) / Double(total)
      #expect(total > 5_000)
      #expect(coverage > 0.93 && coverage < 0.97, "\(blocks) blocks: \(coverage)")
    }
  }

  @Test func anUnhitCellStillHasAnInterval() throws {
    let contexts = try Contexts(Matrix<Float>([[0, 0, 0, 0], [1, 1, 1, 1], [40, 40, 40, 40]]))
    let weights = try sample(contexts, in: UnitCube(dimension: 4), 1_000, seed: 1)
    #expect(weights.values[2] == 0)
    let interval = weights.confidenceInterval(of: 2)
    #expect(interval.lowerBound == 0)
    #expect(interval.upperBound > 0.002 && interval.upperBound < 0.01)
  }

  @Test func reflectionsAreAsAccurateAsIndependentPoints() throws {
    // Variance over 150 seeds, summed over the alternatives, against the binomial one.
    let contexts = try contexts(60, 64, seed: 12)
    let space = try BoundingBox(around: contexts)
    let n = 4_096
    var sums = [Double](repeating: 0, count: 60)
    var squares = sums
    for seed in 0..<150 as Range<UInt64> {
      let weights = try sample(
        contexts, in: space, n, seed: seed, plan: SamplingPlan(kind: .reflections, blocks: 16))
      for i in 0..<60 {
        sums[i] += weights.values[i]
        squares[i] += weights.values[i] * weights.values[i]
      }
    }
    var measured = 0.0
    var binomial = 0.0
    for i in 0..<60 {
      let mean = sums[i] / 150
      measured += (squares[i] / 150 - mean * mean) * 150 / 149
      binomial += mean * (1 - mean) / Double(n)
    }
    // Some 60 x 149 degrees of freedom, fewer where few cells dominate; measured before: 0.89 to 1.11.
    #expect(measured / binomial > 0.8 && measured / binomial < 1.25)
  }

  @Test func aLastGroupThatIsNotFullIsCounted() throws {
    let contexts = try contexts(30, 48, seed: 2)
    let space = try BoundingBox(around: contexts)
    for samples in [4_096, 4_100, 9_999, 4_159] {
      let weights = try sample(contexts, in: space, samples, seed: 1)
      #expect(weights.diagnostics.origin.samples == samples)
      #expect(abs(weights.values.reduce(0, +) - 1) < 1e-12)
      for value in weights.values {
        let hits = value * Double(samples)
        #expect(abs(hits - hits.rounded()) < 1e-6)
      }
    }
  }

  @Test func sameBytesForAnyPlanOnAnyNumberOfThreads() throws {
    for (d, m) in [(2, 3_000), (3, 500), (9, 700), (40, 2_500), (300, 90)] {
      let contexts = try contexts(m, d, seed: UInt64(d))
      let space = try BoundingBox(around: contexts)
      let one = try sample(contexts, in: space, 20_000, seed: 3, threads: 1)
      for threads in [2, 3] {
        #expect(try sample(contexts, in: space, 20_000, seed: 3, threads: threads) == one)
      }
      // Nor does watching change anything.
      var last = 0.0
      let watched = try VoronoiWeights.weights(
        contexts: contexts, space: space, method: .sampled, samples: 20_000, seed: 3
      ) {
        #expect($0 >= last && $1 == nil)
        last = $0
      }
      #expect(watched == one)
      #expect(last == 1)
    }
  }

  @Test func theWorkCanBeStopped() throws {
    struct Stop: Error {}
    let contexts = try contexts(100, 20, seed: 1)
    let space = try BoundingBox(around: contexts)
    #expect(throws: Stop.self) {
      try VoronoiWeights.weights(contexts: contexts, space: space, samples: 1_000_000) { share, _ in
        if share > 0.1 { throw Stop() }
      }
    }
  }
}
