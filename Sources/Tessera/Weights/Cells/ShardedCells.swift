/// What all shards must know to find the nearest alternative of the same samples among their own rows.
///
/// A sample goes to the shard with the smallest score, of equal ones to the lower number; scores are half squared distances less
/// the same for all alternatives, so they compare across shards as long as all see the rows in one `Packing`. What is found has
/// the bytes that one machine finds among all rows.
///
/// The space follows from the bounds of all rows, so a bounding box, a cube, a box or a ball of a given radius. Up to three
/// dimensions a tree over all rows finds the nearest alternative; rows of three numbers fit one machine.
public struct ShardedCells: Sendable, Equatable, Codable {
  public let space: SpaceSpecification
  /// Bounds of all rows.
  public let lower: [Double]
  public let upper: [Double]
  /// Different rows of all shards.
  public let rows: Int
  /// Points to draw; the plan depends on it.
  public let samples: Int
  public let seed: UInt64

  /// - Parameters:
  ///   - bounds: Of all rows.
  ///   - rows: Different ones.
  ///   - samples: Of the whole; nil where they are drawn until errors are small.
  /// - Throws: `ShardError.space`, `ShardError.numbers`, `SpaceError`, `WeightsError`.
  public init(
    _ space: SpaceSpecification, bounds: (lower: [Double], upper: [Double]), rows: Int, samples: Int?,
    seed: UInt64
  ) throws {
    guard rows > 0 else { throw WeightsError.noContexts }
    let samples = samples ?? .max
    guard samples >= 1 else { throw WeightsError.noSamples(found: samples) }
    (self.space, lower, upper) = (space, bounds.lower, bounds.upper)
    (self.rows, self.samples, self.seed) = (rows, samples, seed)
    let region = try region()
    let aligned = try region.aligned(corners())
    if region.dimension > 0 { try CellProblem.checkScale(aligned.bounds(), region, limit: 1e15) }
  }

  /// Two rows that have the bounds of all.
  private func corners() throws -> Contexts {
    guard lower.count == upper.count, rows > 0, rows <= Int32.max, samples > 0 else {
      throw ShardError.numbers(
        what: "the bounds of \(rows) rows", found: "\(lower.count) and \(upper.count) numbers",
        expected: "as many of either, and 1 to 2^31 rows")
    }
    return try Contexts(Matrix(rows: 2, columns: lower.count, storage: lower + upper))
  }

  func region() throws -> any AlternativeSpace {
    switch space {
    case .unitCube, .centeredCube, .boundingBox, .box, .ball(radius: .some):
      return try space.space(around: corners())
    case .ball(radius: nil), .gaussian, .factorMixture, .factorProduct, .pool:
      throw ShardError.space(name: space.name)
    }
  }

  /// Columns that the space has, where it has not all.
  public func columns() throws -> [Int]? {
    guard let box = try region() as? BoundingBox, box.spanned.count < lower.count else { return nil }
    return box.spanned
  }

  /// How the whole is sampled.
  public func plan() throws -> SamplingPlan {
    let region = try region()
    return SamplingPlan(
      alternatives: rows, dimension: region.dimension, samples: samples,
      isReflectionSymmetric: region.isReflectionSymmetric)
  }

  /// How shards see their rows; the mean of the half norms is still to come.
  ///
  /// - Parameters:
  ///   - mean: Of all different rows, in the space's coordinates.
  ///   - variance: Of the same; not read where the plan has one block.
  /// - Throws: `ShardError.numbers`.
  public func packing(mean: [Double], variance: [Double]) throws -> Packing {
    let (region, plan) = (try region(), try plan())
    guard mean.count == region.dimension, plan.blocks == 1 || variance.count == mean.count else {
      throw ShardError.numbers(
        what: "the mean and the variance", found: "\(mean.count) and \(variance.count) coordinates",
        expected: "\(region.dimension)")
    }
    let scales = region.scales
    return Packing(mean: mean, origin: region.origin, scale: 1, blocks: plan.blocks) {
      variance[$0] * scales[$0] * scales[$0]
    }
  }

  /// How many rows of a shard, in the space's coordinates, lie outside it.
  public func outside(_ shard: RowShard, work: Work = Work()) throws -> Int {
    let region = try region()
    try shard.check(region.dimension, "the space")
    return shard.contexts.count(outside: region, work: work)
  }
}

/// The different rows of a shard, ready to be searched by samples.
public struct CellSearch: Sendable {
  private let cells: SampledCells
  private let groupSize: Int

  /// - Parameters:
  ///   - shard: Its different rows, in the space's coordinates.
  ///   - packing: Of all rows, with the mean of their half norms.
  /// - Throws: `ShardError`.
  /// - Complexity: O(rows x d) time and memory.
  public init(_ problem: ShardedCells, _ shard: RowShard, packing: Packing, work: Work = Work()) throws {
    let (region, plan) = (try problem.region(), try problem.plan())
    guard plan.kind != .cellTree else { throw ShardError.fewDimensions(region.dimension) }
    try shard.check(region.dimension, "the space")
    try shard.check(packing.mean.count, "the packing")
    guard packing.blocks == plan.blocks, shard.first >= 0,
      shard.first <= problem.rows - shard.contexts.count
    else {
      throw ShardError.numbers(
        what: "the packing", found: "\(packing.blocks) blocks for rows from \(shard.first) on",
        expected: "\(plan.blocks) blocks and \(problem.rows) rows")
    }
    cells = SampledCells(
      PackedContexts(shard.contexts, packing: packing, work: work), first: shard.first, space: region,
      plan: plan, seed: problem.seed, work: work)
    groupSize = plan.groupSize
  }

  /// The nearest row of the shard for each sample of a range.
  ///
  /// - Parameter samples: Begins at a multiple of `VoronoiTally.unit`.
  /// - Returns: Its number among all different rows, and its score.
  /// - Throws: `TallyError.range`, `Cancelled`.
  /// - Complexity: O(samples x rows x d), as `SamplingPlan` says; 8 bytes a sample.
  public func nearest(_ samples: Range<Int>, work: Work = Work()) throws -> (
    indices: [Int32], scores: [Float]
  ) {
    guard samples.lowerBound >= 0, samples.lowerBound % VoronoiTally.unit == 0, !samples.isEmpty else {
      throw TallyError.range(first: samples.lowerBound, count: samples.count, total: samples.upperBound)
    }
    return try cells.working(work).nearest(firstPoint: samples.lowerBound / groupSize, samples: samples.count)
  }
}
