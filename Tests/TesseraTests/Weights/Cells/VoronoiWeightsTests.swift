import Tessera
import Testing

@Suite struct VoronoiWeightsTests {
  func exact(_ rows: [[Double]], in space: some AlternativeSpace) throws -> AlternativeWeights {
    try VoronoiWeights.weights(contexts: Contexts(Matrix(rows)), space: space, method: .exact)
  }

  @Test func `Figure 1 - three corners share the unit square as 3, 2, 3 eighths`() throws {
    let weights = try exact([[0, 0], [1, 0], [1, 1]], in: UnitCube(dimension: 2))
    #expect(largestDifference(weights.values, [0.375, 0.25, 0.375]) < 1e-12)
    #expect(weights.provenance.method == .exact)
    #expect(weights.maxStandardError == 0)
  }

  @Test func `Figure 2 - a point beside a corner takes its share from it`() throws {
    let weights = try exact([[0, 0], [1, 0], [1, 1], [0.9, 1]], in: UnitCube(dimension: 2))
    #expect(largestDifference(weights.values, [0.34, 0.239875, 0.025, 0.395125]) < 1e-12)
  }

  @Test func `Exact clones split their cell evenly`() throws {
    let weights = try exact([[0, 0], [1, 1], [1, 0], [1, 1], [1, 1]], in: UnitCube(dimension: 2))
    #expect(largestDifference(weights.values, [0.375, 0.125, 0.25, 0.125, 0.125]) < 1e-12)
  }

  @Test func `Sampled weights agree with exact ones within their error`() throws {
    var random = RandomStream(seed: 5)
    let contexts = try Contexts(Matrix((0..<60).map { _ in [random.uniform(), random.uniform()] }))
    let space = UnitCube(dimension: 2)
    let exact = try VoronoiWeights.weights(contexts: contexts, space: space)
    let sampled = try VoronoiWeights.weights(
      contexts: contexts, space: space, method: .sampled, samples: 40_000, seed: 7)
    #expect(exact.provenance.method == .exact)
    #expect(sampled.provenance.method == .sampled)
    #expect(sampled.provenance.samples == 40_000)
    for i in 0..<60 {
      // 60 comparisons at 4.5 standard errors: a false alarm once in 2,000 seeds, and the seed is fixed.
      let error = (exact.values[i] * (1 - exact.values[i]) / 40_000).squareRoot()
      #expect(abs(sampled.values[i] - exact.values[i]) < 4.5 * error)
    }
    #expect(abs(sampled.values.reduce(0, +) - 1) < 1e-12)
  }

  @Test func `Same seed, same bytes on any number of threads`() throws {
    var random = RandomStream(seed: 1)
    let contexts = try Contexts(Matrix((0..<700).map { _ in (0..<9).map { _ in Float(random.normal()) } }))
    let space = try BoundingBox(around: contexts)
    func weights(threads: Int, seed: UInt64) throws -> AlternativeWeights {
      try VoronoiWeights.weights(
        contexts: contexts, space: space, samples: 5_000, seed: seed, work: Work(threads: threads))
    }
    let one = try weights(threads: 1, seed: 3)
    #expect(try weights(threads: 2, seed: 3) == one)
    #expect(try weights(threads: 5, seed: 3) == one)
    #expect(try weights(threads: 2, seed: 4) != one)
  }

  @Test func `Constant coordinates drop out of a bounding box`() throws {
    let flat = try Contexts(Matrix([[0, 7, 0], [1, 7, 0], [1, 7, 1.0]]))
    let box = try BoundingBox(around: flat)
    #expect(box.dimension == 2)
    let weights = try VoronoiWeights.weights(contexts: flat, space: box)
    #expect(largestDifference(weights.values, [0.375, 0.25, 0.375]) < 1e-12)
  }

  @Test func `Equal contexts share the whole space`() throws {
    let same = try Contexts(Matrix([[2, 3], [2, 3], [2, 3], [2, 3.0]]))
    let weights = try VoronoiWeights.weights(contexts: same, space: BoundingBox(around: same))
    #expect(weights.values == [0.25, 0.25, 0.25, 0.25])
    #expect(weights.effectiveAlternatives == 4)
  }

  @Test func `Far from zero nothing is lost`() throws {
    // Offsets from the centre keep Float precision where the coordinates themselves would not.
    let near = [[0.1, 0.2, 0.3], [0.8, 0.4, 0.6], [0.5, 0.9, 0.1]]
    let far = near.map { $0.map { $0 + 1e6 } }
    let space = try Box(lower: [0, 0, 0], upper: [1, 1, 1])
    let farSpace = try Box(lower: [1e6, 1e6, 1e6], upper: [1e6 + 1, 1e6 + 1, 1e6 + 1])
    let a = try VoronoiWeights.weights(contexts: Contexts(Matrix(near)), space: space, samples: 20_000)
    let b = try VoronoiWeights.weights(contexts: Contexts(Matrix(far)), space: farSpace, samples: 20_000)
    #expect(largestDifference(a.values, b.values) < 1e-3)
  }

  @Test func `Numbers beyond the arithmetic are named`() throws {
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
    let rows = spreadRows(30, 2, seed: 1)
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

  @Test func `The automatic method says what it chose and why`() throws {
    func choice(_ m: Int, _ d: Int) throws -> (Provenance.Method, String) {
      var random = RandomStream(seed: 1)
      let contexts = try Contexts(Matrix((0..<m).map { _ in (0..<d).map { _ in random.uniform() } }))
      let provenance = try VoronoiWeights.weights(
        contexts: contexts, space: UnitCube(dimension: d), samples: 20_000
      ).provenance
      return (provenance.method, provenance.choice)
    }
    #expect(try choice(5_000, 2).0 == .exact)
    #expect(try choice(20, 5).0 == .exact)
    let many = try choice(3_000, 4)
    #expect(many.0 == .sampled && many.1.contains("400 alternatives"))
    let high = try choice(20, 40)
    #expect(high.0 == .sampled && high.1.contains("more than 6") && high.1.contains("reflections"))
    #expect(throws: WeightsError.noExactMethod(dimension: 7, space: "unit-cube")) {
      try VoronoiWeights.weights(
        contexts: Contexts(Matrix([[0, 0, 0, 0, 0, 0, 0.0]])), space: UnitCube(dimension: 7), method: .exact)
    }
  }

  @Test func `Bad requests are named`() throws {
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
    #expect(throws: ContextsError.notFinite(row: 1, column: 0)) {
      try Contexts(Matrix([[0.0, 0], [.nan, 1]]))
    }
    #expect(throws: SpaceError.self) { try BoundingBox(around: contexts, margin: -1) }
    #expect(throws: SpaceError.self) { try CenteredCube(dimension: 2, side: 0) }
  }

  @Test func `The work can be stopped`() throws {
    let contexts = try clusteredContexts(100, 20, seed: 1)
    let space = try BoundingBox(around: contexts)
    let stop = Cancellation()
    let seen = Recorder<Double>()
    let work = Work(cancellation: stop) { share, _ in
      seen.add(share)
      if share > 0.1 { stop.cancel() }
    }
    #expect(throws: Cancelled.self) {
      try VoronoiWeights.weights(contexts: contexts, space: space, samples: 1_000_000, work: work)
    }
    // Nothing was done after that.
    #expect(seen.values.count { $0 > 0.1 } == 1)
  }
}
