import CTesseraKernels

/// Weights of compared pairs for sparse comparisons: no mass of the space is lost on pairs that were never compared.
///
/// Two points (x, y) are drawn from S x S, and their mass goes to the nearest compared pair {a, b}, by
/// min(|x - c_a|^2 + |y - c_b|^2, |x - c_b|^2 + |y - c_a|^2). A pair of an alternative with itself counts as compared, with
/// win rate 1/2. When every pair is compared, a pair's mass is 2 w_a w_b: Equation 2.
///
/// Copies are one point: what falls to it is divided among them. A pair of different points has its mass in equal parts
/// for the compared pairs of their copies. What falls to one point with itself is divided among the n^2 ordered pairs of
/// its n copies, of which those that were not compared leave their part with the copies alone.
public struct PairSpaceWeights: Sendable, Equatable {
  /// Mass of each compared pair, for each entry of the pair counts; both entries of a pair hold the pair's mass.
  public let pairMass: [Double]
  /// Mass of each alternative with itself.
  public let ownMass: [Double]
  /// Mass of each alternative over all its pairs, a pair's in halves: what its Voronoi weight is when all pairs are
  /// compared.
  public let alternatives: AlternativeWeights
  /// Samples drawn; the standard error of a mass v is sqrt(v (1 - v) / samples).
  public let samples: Int

  /// - Parameters:
  ///   - contexts: m x d, row i is alternative i of `counts`.
  ///   - space: nil for the bounding box.
  /// - Throws: `WeightsError`, `SpaceError`, `Cancelled`.
  /// - Complexity: O(samples (m d + pairs)) time, O(m d) memory, and 256 bytes for each alternative and thread.
  public init(
    contexts: Contexts, counts: PairCounts, space: (any AlternativeSpace)? = nil, samples: Int = 100_000,
    seed: UInt64 = 0, work: Work = Work()
  ) throws {
    guard samples > 0 else { throw WeightsError.noSamples(found: samples) }
    precondition(contexts.count == counts.alternatives)
    let region: any AlternativeSpace = try space ?? BoundingBox(around: contexts)
    let problem = try CellProblem(contexts, region, samples: samples, work: work)
    try problem.checkScale(limit: 1e15)
    let copies = problem.copies
    // Different pairs of different points, each with the entries of its compared pairs.
    var numberOf: [UInt64: Int] = [:]
    var points: [SIMD2<Int32>] = []
    var members: [[(i: Int, entry: Int)]] = []
    var within: [(i: Int, entry: Int)] = []
    for i in 0..<contexts.count {
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] where Int(counts.opponents[entry]) > i {
        let (a, b) = (copies.groupOf[i], copies.groupOf[Int(counts.opponents[entry])])
        if a == b {
          within.append((i, entry))
          continue
        }
        let key = UInt64(min(a, b)) << 32 | UInt64(max(a, b))
        let number = numberOf[key] ?? points.count
        if number == points.count {
          numberOf[key] = number
          points.append(SIMD2(Int32(min(a, b)), Int32(max(a, b))))
          members.append([])
        }
        members[number].append((i, entry))
      }
    }
    let hits = try Self.hits(problem.distinct, points, region, samples: samples, seed: seed, work: work)

    var pairMass = [Double](repeating: 0, count: counts.opponents.count)
    var values = [Double](repeating: 0, count: contexts.count)
    func give(_ mass: Double, to place: (i: Int, entry: Int)) {
      let other = Int(counts.opponents[place.entry])
      pairMass[place.entry] += mass
      if let mirror = counts.entry(other, place.i) { pairMass[mirror] += mass }
      values[place.i] += mass / 2
      values[other] += mass / 2
    }
    for (number, places) in members.enumerated() {
      let mass = Double(hits[number]) / Double(samples) / Double(places.count)
      for place in places { give(mass, to: place) }
    }
    let sizes = copies.sizes().map(Double.init)
    func own(_ group: Int) -> Double { Double(hits[points.count + group]) / Double(samples) / sizes[group] }
    var ownMass = copies.groupOf.map(own)
    for place in within {
      // Two of the n^2 ordered pairs of the group.
      let group = copies.groupOf[place.i]
      let mass = 2 * own(group) / sizes[group]
      give(mass, to: place)
      ownMass[place.i] -= mass / 2
      ownMass[Int(counts.opponents[place.entry])] -= mass / 2
    }
    for i in values.indices { values[i] += ownMass[i] }
    self.pairMass = pairMass
    self.ownMass = ownMass
    self.samples = samples
    alternatives = AlternativeWeights(
      values: values,
      standardErrors: values.map { max($0 * (1 - $0) / Double(samples), 0).squareRoot() },
      provenance: Provenance(
        scheme: "voronoi", method: .sampled, space: region.name, samples: samples, seed: seed,
        outside: problem.outside, choice: "in the space of pairs", isPairSpace: true))
  }

  /// How many samples fall to each pair of points, then to each point with itself.
  ///
  /// By products in single precision, as in `SampledCells`: sums of two squared distances that agree to about 1e-6 of
  /// the size of the space may be told apart wrongly. Samples stand side by side in the panels, and contexts are the
  /// rows, so that the scores of an alternative for many samples are one run of memory.
  private static func hits(
    _ distinct: Contexts, _ pairs: [SIMD2<Int32>], _ region: any AlternativeSpace, samples: Int, seed: UInt64,
    work: Work
  ) throws -> [Int64] {
    let (m, d) = (distinct.count, region.dimension)
    let packed = PackedContexts(
      distinct, origin: region.origin, scales: region.scales, blocks: 1, work: work)
    let rows = packed.rows(work: work)
    // One number more: an empty array has no address.
    let ends: [Int32] = pairs.flatMap { [$0.x, $0.y] as [Int32] } + [0]
    let panel = Int(TESSERA_PANEL)
    let groupSize = 512
    let groups = (samples + groupSize - 1) / groupSize
    let places = pairs.count + m
    let workers = max(1, min(work.threads, groups))
    // Whole numbers: the sum does not depend on who counted them. Every worker has places of its own.
    var counts = [Int64](repeating: 0, count: places * workers)
    try withPointers(&counts) { counts in
      try withInputs(rows, packed.halfNorms, ends) { rows, norms, ends in
        try work.forEach(pieces: groups) { group, worker in
          let own = counts[address: worker * places]
          let n = min(groupSize, samples - group * groupSize)
          var random = RandomStream(seed: seed, for: .pairSpacePoints, number: UInt64(group))
          // Points as they are drawn; the panel of the first points and that of the second; products, for each
          // alternative those with the first points and then those with the second.
          let pointCount = 2 * n * d
          let scratch = UnsafeMutablePointer<Float>.allocate(capacity: pointCount + 2 * panel * (d + m))
          let nearest = UnsafeMutablePointer<Int32>.allocate(capacity: panel)
          defer {
            scratch.deallocate()
            nearest.deallocate()
          }
          let (panels, products) = (scratch + pointCount, scratch + pointCount + 2 * panel * d)
          panels.initialize(repeating: 0, count: 2 * panel * d)
          region.sampleOffsets(first: 2 * group * groupSize, count: 2 * n, into: scratch, using: &random)
          for start in stride(from: 0, to: n, by: panel) {
            // Among very many contexts a group takes long.
            if work.isCancelled { return }
            let here = min(panel, n - start)
            for sample in 0..<here {
              for side in 0..<2 {
                let point = scratch + (2 * (start + sample) + side) * d
                let target = panels + side * d * panel + sample
                for k in 0..<d { target[k * panel] = point[k] }
              }
            }
            tessera_products(rows[address: 0], Int32(m), Int32(d), panels, 2, products, 2 * panel)
            tessera_nearest_pairs(
              products, products + panel, 2 * panel, norms[address: 0], m, ends[address: 0], pairs.count,
              nearest)
            for sample in 0..<here { own[Int(nearest[sample])] += 1 }
          }
        }
      }
    }
    return (0..<places).map { place in (0..<workers).reduce(0) { $0 + counts[$1 * places + place] } }
  }
}

extension PairSpaceWeights {
  /// The masses moved by a small draw of their sampling noise, as shares of counts that add up to 1.
  func moved(scale: Double, _ counts: PairCounts, _ random: inout RandomStream) -> PairSpaceWeights {
    let n = Double(samples)
    var pairs = pairMass
    var own = ownMass
    var draws: [Double] = []
    func draw(_ mass: Double) -> Double { (mass / n).squareRoot() * random.normal() }
    var places: [(i: Int, entry: Int)] = []
    for i in 0..<counts.alternatives {
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] where Int(counts.opponents[entry]) > i {
        places.append((i, entry))
        draws.append(draw(pairMass[entry]))
      }
    }
    let ownDraws = ownMass.map(draw)
    let sum = draws.reduce(0, +) + ownDraws.reduce(0, +)
    var values = [Double](repeating: 0, count: own.count)
    for (place, d) in zip(places, draws) {
      let mass = max(pairMass[place.entry] + scale * (d - pairMass[place.entry] * sum), 0)
      pairs[place.entry] = mass
      let other = Int(counts.opponents[place.entry])
      if let mirror = counts.entry(other, place.i) { pairs[mirror] = mass }
      values[place.i] += mass / 2
      values[other] += mass / 2
    }
    for i in own.indices {
      own[i] = max(own[i] + scale * (ownDraws[i] - own[i] * sum), 0)
      values[i] += own[i]
    }
    return PairSpaceWeights(
      pairMass: pairs, ownMass: own, samples: samples,
      alternatives: AlternativeWeights(
        values: values, standardErrors: alternatives.standardErrors, provenance: alternatives.provenance))
  }

  private init(pairMass: [Double], ownMass: [Double], samples: Int, alternatives: AlternativeWeights) {
    (self.pairMass, self.ownMass, self.samples, self.alternatives) = (
      pairMass, ownMass, samples, alternatives
    )
  }
}
