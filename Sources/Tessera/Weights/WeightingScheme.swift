/// A way to weigh alternatives by their contexts, as a value: what `--weights` names.
public enum WeightingScheme: Sendable, Hashable {
  /// 1/m each: the standard estimate.
  case uniform
  /// Voronoi cells (Definition 4.1), in the bounding box where no other space is given.
  case voronoi
  /// Currents in the tree of distances; answers within the resolution count as the same.
  case linkage(resolution: Double)
  /// The same with a horizon, beyond which answers count as equally different: near-duplicates share, everyone else has
  /// an equal part; nil for a horizon from the data.
  case horizon(distance: Double?)
  /// Groups by average linkage within a root mean square distance, weighed by Voronoi cells of their centres.
  case meta(resolution: Double)
  /// A number of groups by k-means, weighed by Voronoi cells of their centres.
  case kMeans(count: Int)
  case radiusGraph
  /// Inverse local density; nil for the median distance of nearest neighbours.
  case density(bandwidth: Double?)
  /// All but the first of each group of near-duplicates removed.
  case removeDuplicates(threshold: Double)

  /// As `--weights` spells it.
  public var name: String {
    switch self {
    case .uniform: "uniform"
    case .voronoi: "voronoi"
    case .linkage(let resolution): resolution == 0 ? "linkage" : "linkage=\(resolution)"
    case .horizon(let distance): distance.map { "horizon=\($0)" } ?? "horizon"
    case .meta(let resolution): "meta=\(resolution)"
    case .kMeans(let count): "k-means=\(count)"
    case .radiusGraph: "radius-graph"
    case .density(let bandwidth): bandwidth.map { "density=\($0)" } ?? "density"
    case .removeDuplicates(let threshold): "remove-duplicates=\(threshold)"
    }
  }

  /// Reads a name; nil for one that is none.
  public init?(name: String) {
    let parts = name.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let number = parts.count == 2 ? Double(parts[1]) : nil
    if parts.count == 2 { guard let number, number.isFinite, number >= 0 else { return nil } }
    switch (parts[0], number) {
    case ("uniform", nil): self = .uniform
    case ("voronoi", nil): self = .voronoi
    case ("linkage", let resolution): self = .linkage(resolution: resolution ?? 0)
    case ("horizon", let distance) where distance != 0: self = .horizon(distance: distance)
    case ("meta", let resolution?): self = .meta(resolution: resolution)
    case ("k-means", let count?) where count >= 1 && count == count.rounded() && count < 1e9:
      self = .kMeans(count: Int(count))
    case ("radius-graph", nil): self = .radiusGraph
    case ("density", let bandwidth) where bandwidth != 0: self = .density(bandwidth: bandwidth)
    case ("remove-duplicates", let threshold?): self = .removeDuplicates(threshold: threshold)
    default: return nil
    }
  }

  /// What names there are, for help and messages.
  public static let spellings =
    "uniform, voronoi, horizon, horizon=DISTANCE, linkage, linkage=RESOLUTION, meta=RESOLUTION, k-means=COUNT, radius-graph, density, density=BANDWIDTH, remove-duplicates=DISTANCE"

  /// Weights of alternatives.
  ///
  /// - Parameters:
  ///   - contexts: m x d, row i is alternative i.
  ///   - space: For Voronoi cells; nil for the bounding box.
  ///   - samples: For Voronoi cells that are sampled.
  /// - Throws: `WeightsError`, `SpaceError`.
  public func weights(
    of contexts: Contexts, space: (any AlternativeSpace)? = nil, samples: Int = 100_000, seed: UInt64 = 0,
    threads: Int? = nil
  ) throws -> AlternativeWeights {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    switch self {
    case .uniform: return .uniform(alternatives: contexts.count)
    case .voronoi:
      let region: any AlternativeSpace = try space ?? BoundingBox(around: contexts)
      return try VoronoiWeights.weights(
        contexts: contexts, space: region, samples: samples, seed: seed, threads: threads)
    case .linkage(let resolution):
      return try LinkageWeights.weights(contexts: contexts, resolution: resolution, threads: threads)
    case .horizon(let distance):
      let tree = SpanningTree(contexts, threads: threads)
      return try LinkageWeights.weights(tree: tree, horizon: distance ?? LinkageWeights.horizon(of: tree))
    case .meta(let resolution):
      let groups = try MetaAlternatives.averageLinkage(
        contexts, resolution: resolution, seed: seed, threads: threads)
      return try groups.weights(space: space, samples: samples, seed: seed, threads: threads)
    case .kMeans(let count):
      let groups = try MetaAlternatives.kMeans(contexts, count: count, seed: seed, threads: threads)
      return try groups.weights(space: space, samples: samples, seed: seed, threads: threads)
    case .radiusGraph: return try RadiusGraphWeights.weights(contexts: contexts, threads: threads)
    case .density(let bandwidth):
      return try LocalDensityWeights.weights(contexts: contexts, bandwidth: bandwidth, threads: threads)
    case .removeDuplicates(let threshold):
      return try NearDuplicateRemoval.weights(
        tree: SpanningTree(contexts, threads: threads), threshold: threshold)
    }
  }
}
