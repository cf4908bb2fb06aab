/// 1/m each: the standard estimate.
public struct Uniform: WeightScheme {
  public let name = "uniform"
  public init() {}

  public func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    .uniform(alternatives: contexts.count)
  }
}

/// Voronoi cells: Definition 4.1.
///
///     let weights = try Voronoi(in: .boundingBox(), samples: 100_000, seed: 7).weights(of: contexts)
public struct Voronoi: WeightScheme {
  public var sampling: Sampling
  public var name: String { "voronoi" }
  public var uses: SchemeSettings { .cells }

  public init(_ sampling: Sampling) { self.sampling = sampling }

  public init(in space: SpaceSpecification = .boundingBox(), samples: Int = 100_000, seed: UInt64 = 0) {
    sampling = Sampling(space: space, samples: samples, seed: seed)
  }

  public func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    let space = try sampling.space.space(around: contexts, pool: sampling.pool, work: work.silent)
    return try VoronoiWeights.weights(
      contexts: contexts, space: space, method: sampling.method, samples: sampling.samples,
      target: sampling.target,
      seed: sampling.seed, work: work)
  }

  public func reseeded(_ seed: UInt64) -> any WeightScheme {
    var copy = self
    copy.sampling.seed = seed
    return copy
  }
}

/// A scheme that looks at the tree of distances alone, whoever has it.
protocol TreeScheme: WeightScheme {
  func weights(tree: SpanningTree) throws -> AlternativeWeights
}

extension TreeScheme {
  public func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    return try weights(tree: SpanningTree(contexts, work: work))
  }
}

/// Currents in the tree of distances; answers within the resolution count as the same.
public struct Linkage: TreeScheme {
  public let resolution: Double
  public var name: String { resolution == 0 ? "linkage" : "linkage=\(resolution)" }

  public init(resolution: Double = 0) { self.resolution = resolution }

  func weights(tree: SpanningTree) throws -> AlternativeWeights {
    try LinkageWeights.weights(tree: tree, resolution: resolution)
  }
}

/// The same with a horizon, beyond which answers count as equally different: near-duplicates share, everyone else has
/// an equal part.
public struct Horizon: TreeScheme {
  /// nil for a horizon from the data.
  public let distance: Double?
  public var name: String { distance.map { "horizon=\($0)" } ?? "horizon" }

  public init(distance: Double? = nil) { self.distance = distance }

  func weights(tree: SpanningTree) throws -> AlternativeWeights {
    try LinkageWeights.weights(tree: tree, horizon: distance ?? LinkageWeights.horizon(of: tree))
  }
}

/// How many different comparisons each comparison stands for: `LocalComparisonWeights`.
public struct Local: WeightScheme {
  /// h: D and H are shares of it; nil for the local scale of the contexts.
  public let scale: Double?
  public var name: String { scale.map { "local=\($0)" } ?? "local" }

  public init(scale: Double? = nil) { self.scale = scale }

  /// - Throws: `WeightsError.needsComparisons`: contexts alone say nothing of comparisons.
  public func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    throw WeightsError.needsComparisons(scheme: "local")
  }

  public func measure(_ data: PreferenceDataset, work: Work) throws -> MeasuredWeights {
    try measure(data, growing: nil, work: work)
  }

  /// - Parameter known: What an earlier fit of some of the comparisons has found.
  func measure(_ data: PreferenceDataset, growing known: ComparisonForest?, work: Work) throws
    -> MeasuredWeights
  {
    guard let contexts = data.contexts else { throw WeightsError.noContexts }
    let local = try LocalComparisonWeights(
      contexts: contexts, counts: data.pairCounts, scale: scale, growing: known, work: work)
    return local.measured(data.pairCounts)
  }
}

extension LocalComparisonWeights {
  /// With each alternative's share.
  func measured(_ counts: PairCounts) -> MeasuredWeights {
    var shares = (0..<counts.alternatives).map { i in
      values[counts.rowStarts[i]..<counts.rowStarts[i + 1]].reduce(0, +)
    }
    let total = max(shares.reduce(0, +), .leastNormalMagnitude)
    for i in shares.indices { shares[i] /= total }
    return MeasuredWeights(
      AlternativeWeights(values: shares, provenance: provenance), comparisons: .local(self))
  }

  var provenance: Provenance {
    Provenance(
      scheme: "local", method: .exact,
      choice:
        "comparisons with both ends within \(resolution) count as the same, those beyond \(reach) as different",
      resolution: resolution, horizon: reach, groups: groups)
  }

  /// The same pairs among other ones: those of a resample, or of a part.
  ///
  /// - Precondition: Every pair of `part` is one of `full`, which these are the weights of.
  func restricted(from full: PairCounts, to part: PairCounts) -> LocalComparisonWeights {
    LocalComparisonWeights(self, values: full.restricted(values, to: part))
  }
}

/// Groups by average linkage within a root mean square distance, weighed by Voronoi cells of their centres.
public struct MetaScheme: WeightScheme {
  public let resolution: Double
  public var sampling: Sampling
  public var name: String { "meta=\(resolution)" }
  public var uses: SchemeSettings { .cells }

  public init(resolution: Double, sampling: Sampling = Sampling()) {
    self.resolution = resolution
    self.sampling = sampling
  }

  public func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    try MetaAlternatives.averageLinkage(
      contexts, resolution: resolution, seed: sampling.seed, work: work.part(0...0.5)
    ).weights(sampling, scheme: "meta", resolution: resolution, work: work.part(0.5...1))
  }

  public func reseeded(_ seed: UInt64) -> any WeightScheme {
    var copy = self
    copy.sampling.seed = seed
    return copy
  }
}

/// A number of groups by k-means, weighed by Voronoi cells of their centres.
public struct KMeansScheme: WeightScheme {
  public let count: Int
  public var sampling: Sampling
  public var name: String { "k-means=\(count)" }
  public var uses: SchemeSettings { .cells }

  public init(count: Int, sampling: Sampling = Sampling()) {
    self.count = count
    self.sampling = sampling
  }

  public func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    try MetaAlternatives.kMeans(contexts, count: count, seed: sampling.seed, work: work.part(0...0.5))
      .weights(sampling, scheme: "k-means", work: work.part(0.5...1))
  }

  public func reseeded(_ seed: UInt64) -> any WeightScheme {
    var copy = self
    copy.sampling.seed = seed
    return copy
  }
}

/// Topics share equally where the contexts have stable ones; else different answers weigh alike.
public struct TopicScheme: WeightScheme {
  public var seed: UInt64
  public let name = "topics"
  public var uses: SchemeSettings { .seed }

  public init(seed: UInt64 = 0) { self.seed = seed }

  public func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    return try Topics(contexts, seed: seed, work: work).weights().withProvenance { $0.seed = seed }
  }

  public func reseeded(_ seed: UInt64) -> any WeightScheme { TopicScheme(seed: seed) }
}

/// Classes of the radius graph (Berriaud and Wattenhofer, 2026).
public struct RadiusGraph: WeightScheme {
  public let name = "radius-graph"
  public init() {}

  public func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    try RadiusGraphWeights.weights(contexts: contexts, work: work)
  }
}

/// Inverse local density.
public struct Density: WeightScheme {
  /// nil for the median distance of nearest neighbours.
  public let bandwidth: Double?
  public var name: String { bandwidth.map { "density=\($0)" } ?? "density" }

  public init(bandwidth: Double? = nil) { self.bandwidth = bandwidth }

  public func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    try LocalDensityWeights.weights(contexts: contexts, bandwidth: bandwidth, work: work)
  }
}

/// All but the first of each group of near-duplicates removed.
public struct RemoveDuplicates: TreeScheme {
  public let threshold: Double
  public var name: String { "remove-duplicates=\(threshold)" }

  public init(threshold: Double) { self.threshold = threshold }

  func weights(tree: SpanningTree) throws -> AlternativeWeights {
    try NearDuplicateRemoval.weights(tree: tree, threshold: threshold)
  }
}
