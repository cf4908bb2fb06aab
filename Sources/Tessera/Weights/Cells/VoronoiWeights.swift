/// The share of an alternative space that lies nearest to each alternative: Definition 4.1.
///
///     w_i = 1/|S| * integral over x in S of 1[i in proj(x)] / |proj(x)| dx
///
/// proj(x) are the alternatives nearest to x in the Euclidean distance. Exact duplicates share their cell
/// evenly.
public enum VoronoiWeights {
  public enum Method: String, Sendable, Codable, CaseIterable {
    /// Exact where an exact method is at hand, sampled elsewhere.
    case automatic = "auto"
    /// Volumes of cells; boxes of at most six dimensions.
    case exact
    /// Shares of random points; any dimension.
    case sampled
  }

  /// Samples at which a target error that is still out of reach is given up.
  public static let sampleLimit = 1_000_000_000

  /// Whether `automatic` measures so many different contexts exactly, in a box.
  public static func isExact(alternatives m: Int, dimension d: Int) -> Bool {
    d <= 2 || (d <= 6 && m <= PolytopeCells.automaticLimit(dimension: d))
  }

  /// Weights of alternatives in a space.
  ///
  /// - Parameters:
  ///   - contexts: m x d, row i is alternative i.
  ///   - space: As many dimensions as the contexts. Contexts outside it are allowed: the part of their cell
  ///     that reaches into the space still counts.
  ///   - samples: Points drawn where the weights are sampled. The standard error of a weight w is about
  ///     sqrt(w (1 - w) / samples); the one reported comes from the variance between independent groups.
  ///   - target: Sample until the errors are below this, instead of a fixed number.
  ///   - seed: The same seed gives the same weights on any number of cores.
  ///   - plan: How to sample; nil lets the shape decide.
  ///   - work: Reports the share done, and the error so far where there is a target.
  /// - Throws: `WeightsError`, `SpaceError.dimensionMismatch`, `Cancelled`.
  /// - Complexity: exact: O(m log m) in one dimension, and in two for points that do not conspire; see
  ///   `SamplingPlan` for samples.
  public static func weights(
    contexts: Contexts, space: some AlternativeSpace, method: Method = .automatic, samples: Int = 100_000,
    target: TargetError? = nil, seed: UInt64 = 0, plan: SamplingPlan? = nil, work: Work = Work()
  ) throws -> AlternativeWeights {
    let problem = try CellProblem(contexts, space, samples: samples, work: work)
    let (box, reason) = try exactBox(space, alternatives: problem.distinct.count, method)
    var why = reason
    try problem.checkScale(limit: box == nil ? 1e15 : 1e120)
    if let box {
      do {
        let shares = try exactShares(problem.distinct, box, work)
        // Volumes are exact to rounding; where crowded cells lose more, the sum tells, and any of them may be at fault.
        let sum = shares.reduce(0, +)
        let defect = abs(sum - 1)
        // Far from the box all of them can be lost.
        guard defect < 1e-6 else { throw WeightsError.cellsFailed(dimension: box.dimension, sum: sum) }
        return problem.weights(
          shares, Array(repeating: defect > 1e-13 ? defect : 0, count: shares.count), .exact, samples: 0,
          seed: seed, choice: why)
      } catch let error as WeightsError where method == .automatic {
        why = "sampled, since \(error)"
        try problem.checkScale(limit: 1e15)
      }
    }

    // A list of points is gone through once, whatever the request.
    let wanted = space.pointCount ?? samples
    let open = space.pointCount == nil ? target : nil
    let sampler = try SampledShares(
      contexts: problem.distinct, space: space, samples: open == nil ? wanted : .max, seed: seed, work: work,
      plan: plan)
    let tally =
      if let open {
        try sampler.tally(until: open, limit: sampleLimit)
      } else {
        try sampler.tally(0..<wanted)
      }
    return problem.weights(
      tally.shares, tally.standardErrors, .sampled, samples: tally.samples, seed: seed,
      choice: "\(why); \(sampler.plan)")
  }

  /// Corners of every alternative's cell in a rectangle, in order around the cell; none where nothing is left of it.
  ///
  /// Exact duplicates have the same cell.
  ///
  /// - Parameter contexts: m x 2.
  /// - Throws: `SpaceError.dimensionMismatch` when contexts or box are not of two dimensions.
  public static func planarCells(contexts: Contexts, box: Box) throws -> [[(x: Double, y: Double)]] {
    guard contexts.dimension == 2, box.dimension == 2 else {
      throw SpaceError.dimensionMismatch(space: box.dimension, contexts: contexts.dimension)
    }
    let groups = contexts.duplicates()
    let cells = PlanarCells.corners(points: contexts.selecting(rows: groups.representatives), box: box)
    return groups.groupOf.map { cells[$0] }
  }

  private static func exactShares(
    _ points: Contexts, _ box: Box, _ work: Work
  ) throws -> [Double] {
    switch box.dimension {
    case 0: [1]
    case 1: IntervalCells.shares(points: (0..<points.count).map { points[$0, 0] }, box: box)
    case 2: try PlanarCells.shares(points: points, box: box, work: work)
    default: try PolytopeCells.shares(points: points, box: box, work: work)
    }
  }

  /// The box to clip against where the weights shall be exact; and the reason for the choice.
  static func exactBox(
    _ space: some AlternativeSpace, alternatives m: Int, _ method: Method
  ) throws -> (box: Box?, why: String) {
    if method == .sampled { return (nil, "sampled as asked for") }
    let d = space.dimension
    guard let box = space.box, d <= PolytopeCells.dimensions.upperBound else {
      if method == .exact { throw WeightsError.noExactMethod(dimension: d, space: space.name) }
      return (
        nil,
        space.box == nil
          ? "sampled, since the space is not a box" : "sampled, since \(d) dimensions are more than 6"
      )
    }
    if method == .exact { return (box, "exact as asked for") }
    if d <= 2 { return (box, "exact, since cells of \(d) dimension\(d == 1 ? "" : "s") are cheap") }
    let limit = PolytopeCells.automaticLimit(dimension: d)
    return m <= limit
      ? (box, "exact, since \(m) cells of \(d) dimensions take a few seconds at most")
      : (
        nil,
        "sampled, since exact cells of \(d) dimensions would take long for more than \(limit) alternatives"
      )
  }
}

/// Alternatives in a space, prepared for measuring their cells: copies are one, the rest lies in the space's coordinates.
struct CellProblem {
  let space: any AlternativeSpace
  let copies: Partition
  /// The different contexts.
  let distinct: Contexts
  /// Alternatives outside the space.
  let outside: Int

  init(_ contexts: Contexts, _ space: any AlternativeSpace, samples: Int, work: Work) throws {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    guard samples >= 1 else { throw WeightsError.noSamples(found: samples) }
    self.space = space
    let aligned = try space.aligned(contexts)
    // Packed numbers, of all or of as many as are held at once.
    try MemoryNeed(
      "contexts packed for cells",
      rows: SampledCells.held(of: aligned.count * aligned.dimension) / max(aligned.dimension, 1),
      columns: aligned.dimension, width: 4
    ).require()
    copies = aligned.duplicates(work: work)
    distinct = copies.hasDuplicates ? aligned.selecting(rows: copies.representatives) : aligned
    outside = aligned.count(outside: space, work: work)
  }

  /// Squares of distances must be numbers: Float holds those up to about 1e38, Double to 1e308.
  func checkScale(limit: Double) throws {
    guard space.dimension > 0 else { return }
    try Self.checkScale(distinct.bounds(), space, limit: limit)
  }

  static func checkScale(
    _ bounds: (lower: [Double], upper: [Double]), _ space: any AlternativeSpace, limit: Double
  ) throws {
    let (lower, upper) = bounds
    let (origin, enclosure) = (space.origin, space.enclosure)
    let extent = origin.indices.reduce(0.0) { extent, k in
      max(
        extent, abs(lower[k] - origin[k]), abs(upper[k] - origin[k]), abs(enclosure.lower[k] - origin[k]),
        abs(enclosure.upper[k] - origin[k]))
    }
    // One alternative in a space of one point: nothing to measure.
    if extent == 0 { return }
    guard extent < limit, extent > 1 / limit else { throw WeightsError.scale(extent: extent, limit: limit) }
  }

  /// Shares of the different contexts as weights of all alternatives.
  func weights(
    _ shares: [Double], _ errors: [Double], _ method: Provenance.Method, samples: Int, seed: UInt64,
    choice: String
  ) -> AlternativeWeights {
    AlternativeWeights(
      values: shares, standardErrors: errors,
      provenance: Provenance(
        scheme: "voronoi", method: method, space: space.name, samples: samples, seed: seed, outside: outside,
        choice: choice)
    ).shared(among: copies)
  }
}
