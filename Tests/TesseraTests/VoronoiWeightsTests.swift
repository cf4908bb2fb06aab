import Tessera
import Testing

@Suite struct VoronoiWeightsTests {
  func exact(_ rows: [[Double]], in space: some AlternativeSpace) throws -> AlternativeWeights {
    try VoronoiWeights.weights(contexts: Contexts(Matrix(rows)), space: space, method: .exact)
  }

  @Test func figure1() throws {
    let weights = try exact([[0, 0], [1, 0], [1, 1]], in: UnitCube(dimension: 2))
    #expect(largestDifference(weights.values, [0.375, 0.25, 0.375]) < 1e-12)
    #expect(weights.diagnostics.origin.method == .exact)
    #expect(weights.diagnostics.maxStandardError == 0)
  }

  @Test func figure2() throws {
    let weights = try exact([[0, 0], [1, 0], [1, 1], [0.9, 1]], in: UnitCube(dimension: 2))
    #expect(largestDifference(weights.values, [0.34, 0.239875, 0.025, 0.395125]) < 1e-12)
  }

  @Test func exactClonesSplitTheirCellEvenly() throws {
    let weights = try exact([[0, 0], [1, 1], [1, 0], [1, 1], [1, 1]], in: UnitCube(dimension: 2))
    #expect(largestDifference(weights.values, [0.375, 0.125, 0.25, 0.125, 0.125]) < 1e-12)
  }

  @Test func intervalCellsRunFromMidpointToMidpoint() throws {
    let space = try Box(lower: [-1], upper: [3])
    let weights = try exact([[2], [0], [2], [-5], [0.5]], in: space)
    // Cells: -5 ends at -2.5 and is left outside; 0 owns [-1, 0.25], 0.5 owns [0.25, 1.25], 2 the rest, twice.
    #expect(largestDifference(weights.values, [0.21875, 0.3125, 0.21875, 0, 0.25]) < 1e-12)
    #expect(weights.diagnostics.zeroWeightShare == 0.2)
    #expect(weights.diagnostics.origin.outside == 1)
  }

  @Test func planarCellsAgreeWithClippingAgainstEveryPoint() throws {
    for seed in 0..<40 as Range<UInt64> {
      var random = RandomStream(seed: seed)
      let m = 2 + Int(random.uniform() * 150)
      // Uniform, clustered, on a grid, on a circle, partly outside.
      let points = (0..<m).map { i -> [Double] in
        let (u, v) = (random.uniform(), random.uniform())
        switch seed % 5 {
        case 0: return [u, v]
        case 1: return [0.5 + 1e-3 * random.normal(), 0.3 + 1e-7 * random.normal()]
        case 2: return [Double(i % 12) / 12, Double(i / 12) / 12]
        case 3: return [0.5 + 0.4 * Double(i) / Double(m), 0.5 + 0.3 * (u - 0.5).magnitude]
        default: return [3 * u - 1, 3 * v - 1]
        }
      }
      let contexts = try Contexts(Matrix(points))
      let groups = contexts.duplicates()
      let weights = try VoronoiWeights.weights(
        contexts: contexts, space: UnitCube(dimension: 2), method: .exact)
      let brute = groups.representatives.map { i in
        clippedArea(points[i], others: groups.representatives.filter { $0 != i }.map { points[$0] })
      }
      let sizes = groups.sizes()
      let expected = groups.groupOf.map { brute[$0] / Double(sizes[$0]) }
      #expect(largestDifference(weights.values, expected) < 1e-10)
      #expect(abs(weights.values.reduce(0, +) - 1) < 1e-10)
    }
  }

  /// Area of the unit square nearer to `p` than to any other point, by Sutherland-Hodgman on a list of corners.
  func clippedArea(_ p: [Double], others: [[Double]]) -> Double {
    var polygon: [(Double, Double)] = [(0, 0), (1, 0), (1, 1), (0, 1)]
    for q in others {
      let n = (q[0] - p[0], q[1] - p[1])
      let middle = ((q[0] + p[0]) / 2, (q[1] + p[1]) / 2)
      let side = polygon.map { n.0 * ($0.0 - middle.0) + n.1 * ($0.1 - middle.1) }
      var kept: [(Double, Double)] = []
      for k in polygon.indices {
        let next = (k + 1) % polygon.count
        if side[k] <= 0 { kept.append(polygon[k]) }
        if (side[k] < 0 && side[next] > 0) || (side[k] > 0 && side[next] < 0) {
          let t = side[k] / (side[k] - side[next])
          kept.append(
            (
              polygon[k].0 + t * (polygon[next].0 - polygon[k].0),
              polygon[k].1 + t * (polygon[next].1 - polygon[k].1)
            ))
        }
      }
      polygon = kept
      if polygon.isEmpty { return 0 }
    }
    return polygon.indices.reduce(0) { sum, k in
      let next = (k + 1) % polygon.count
      return sum + (polygon[k].0 * polygon[next].1 - polygon[next].0 * polygon[k].1) / 2
    }
  }

  @Test func sampledWeightsAgreeWithExactOnesWithinTheirError() throws {
    var random = RandomStream(seed: 5)
    let contexts = try Contexts(Matrix((0..<60).map { _ in [random.uniform(), random.uniform()] }))
    let space = UnitCube(dimension: 2)
    let exact = try VoronoiWeights.weights(contexts: contexts, space: space)
    let sampled = try VoronoiWeights.weights(
      contexts: contexts, space: space, method: .sampled, samples: 40_000, seed: 7)
    #expect(exact.diagnostics.origin.method == .exact)
    #expect(sampled.diagnostics.origin.method == .sampled)
    #expect(sampled.diagnostics.origin.samples == 40_000)
    for i in 0..<60 {
      // 60 comparisons at 4.5 standard errors: a false alarm once in 2,000 seeds, and the seed is fixed.
      let error = (exact.values[i] * (1 - exact.values[i]) / 40_000).squareRoot()
      #expect(abs(sampled.values[i] - exact.values[i]) < 4.5 * error)
    }
    #expect(abs(sampled.values.reduce(0, +) - 1) < 1e-12)
  }

  @Test func sameSeedSameBytesOnAnyNumberOfThreads() throws {
    var random = RandomStream(seed: 1)
    let contexts = try Contexts(Matrix((0..<700).map { _ in (0..<9).map { _ in Float(random.normal()) } }))
    let space = try BoundingBox(around: contexts)
    func weights(threads: Int, seed: UInt64) throws -> AlternativeWeights {
      try VoronoiWeights.weights(
        contexts: contexts, space: space, samples: 5_000, seed: seed, threads: threads)
    }
    let one = try weights(threads: 1, seed: 3)
    #expect(try weights(threads: 2, seed: 3) == one)
    #expect(try weights(threads: 5, seed: 3) == one)
    #expect(try weights(threads: 2, seed: 4) != one)
  }

  @Test func constantCoordinatesDropOutOfABoundingBox() throws {
    let flat = try Contexts(Matrix([[0, 7, 0], [1, 7, 0], [1, 7, 1.0]]))
    let box = try BoundingBox(around: flat)
    #expect(box.dimension == 2)
    let weights = try VoronoiWeights.weights(contexts: flat, space: box)
    #expect(largestDifference(weights.values, [0.375, 0.25, 0.375]) < 1e-12)
  }

  @Test func equalContextsShareTheWholeSpace() throws {
    let same = try Contexts(Matrix([[2, 3], [2, 3], [2, 3], [2, 3.0]]))
    let weights = try VoronoiWeights.weights(contexts: same, space: BoundingBox(around: same))
    #expect(weights.values == [0.25, 0.25, 0.25, 0.25])
    #expect(weights.diagnostics.effectiveAlternatives == 4)
  }

  @Test func farFromZeroNothingIsLost() throws {
    // Offsets from the centre keep Float precision where the coordinates themselves would not.
    let near = [[0.1, 0.2, 0.3], [0.8, 0.4, 0.6], [0.5, 0.9, 0.1]]
    let far = near.map { $0.map { $0 + 1e6 } }
    let space = try Box(lower: [0, 0, 0], upper: [1, 1, 1])
    let farSpace = try Box(lower: [1e6, 1e6, 1e6], upper: [1e6 + 1, 1e6 + 1, 1e6 + 1])
    let a = try VoronoiWeights.weights(contexts: Contexts(Matrix(near)), space: space, samples: 20_000)
    let b = try VoronoiWeights.weights(contexts: Contexts(Matrix(far)), space: farSpace, samples: 20_000)
    #expect(largestDifference(a.values, b.values) < 1e-3)
  }

  @Test func badRequestsAreNamed() throws {
    let contexts = try Contexts(Matrix([[0.0, 0], [1, 1]]))
    #expect(throws: WeightsError.noSamples(found: 0)) {
      try VoronoiWeights.weights(contexts: contexts, space: UnitCube(dimension: 2), samples: 0)
    }
    #expect(throws: SpaceError.dimensionMismatch(space: 3, contexts: 2)) {
      try VoronoiWeights.weights(contexts: contexts, space: UnitCube(dimension: 3))
    }
    #expect(throws: SpaceError.emptySide(coordinate: 1, lower: 2, upper: 2)) {
      try Box(lower: [0, 2], upper: [1, 2])
    }
    #expect(throws: DatasetError.notFinite(row: 1, column: 0)) {
      try Contexts(Matrix([[0.0, 0], [.nan, 1]]))
    }
    #expect(throws: SpaceError.self) { try BoundingBox(around: contexts, margin: -1) }
    #expect(throws: SpaceError.self) { try CenteredCube(dimension: 2, side: 0) }
  }
}

@Suite struct SpaceTests {
  @Test func pointsFillABoxEvenly() throws {
    let box = try Box(lower: [-2, 10, 0], upper: [2, 11, 0.5])
    let points = box.sample(count: 20_000, seed: 9)
    for k in 0..<3 {
      let width = box.upper[k] - box.lower[k]
      let values = (0..<points.rows).map { (points[$0, k] - box.lower[k]) / width }
      #expect(values.allSatisfy { $0 >= 0 && $0 <= 1 })
      let mean = values.reduce(0, +) / 20_000
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
      // The mean of n uniforms has standard error sqrt(1/12 / n), their variance sqrt(1/180 / n).
      #expect(abs(mean - 0.5) < 4 * (1.0 / 12 / 20_000).squareRoot())
      #expect(abs(variance - 1.0 / 12) < 4 * (1.0 / 180 / 20_000).squareRoot())
    }
    #expect(box.volume == 2)
  }

  @Test func aCloneInsideDoesNotMoveABoundingBox() throws {
    let rows: [[Double]] = [[0, 0], [4, 1], [2, 3], [1, 1]]
    let before = try BoundingBox(around: Contexts(Matrix(rows)))
    let after = try BoundingBox(around: Contexts(Matrix(rows + [[2, 3], [1.01, 1]])))
    #expect(before.shape == after.shape)
    let wide = try BoundingBox(around: Contexts(Matrix(rows)), margin: 0.5)
    #expect(wide.shape.lower == [-2, -1.5])
    #expect(wide.shape.upper == [6, 4.5])
  }

  @Test func theCentredCubeHasSideOne() throws {
    let cube = try CenteredCube(dimension: 2)
    #expect(cube.shape.lower == [-0.5, -0.5])
    #expect(cube.contains([0.5, -0.5]))
    #expect(!cube.contains([0.51, 0]))
  }
}
