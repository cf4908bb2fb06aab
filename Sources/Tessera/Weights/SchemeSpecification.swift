/// A scheme as it is written down: parsed, printed and coded here, once.
public enum SchemeSpecification: Sendable, Hashable {
  case uniform
  case voronoi
  /// Declared families, which come beside the settings.
  case families
  /// Weights of comparisons; nil for a scale from the data.
  case local(scale: Double?)
  case linkage(resolution: Double)
  /// nil for a horizon from the data.
  case horizon(distance: Double?)
  case meta(resolution: Double)
  case kMeans(count: Int)
  case topics
  case radiusGraph
  /// nil for the median distance of nearest neighbours.
  case density(bandwidth: Double?)
  case removeDuplicates(threshold: Double)

  /// Whether it weighs comparisons, so that weights of alternatives do not tell those of pairs.
  public var isLocal: Bool { if case .local = self { true } else { false } }

  /// As it is spelled, with its parameters.
  public var name: String { scheme(Sampling()).name }

  /// Reads a name; nil for one that is none.
  public init?(name: String) {
    let parts = name.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let number = parts.count == 2 ? Double(parts[1]) : nil
    if parts.count == 2 { guard let number, number.isFinite, number >= 0 else { return nil } }
    switch (parts[0], number) {
    // A fit says "none" of it, so that is understood as well.
    case ("uniform", nil), ("none", nil): self = .uniform
    case ("voronoi", nil): self = .voronoi
    case ("families", nil): self = .families
    case ("local", let scale) where scale != 0: self = .local(scale: scale)
    case ("linkage", let resolution): self = .linkage(resolution: resolution ?? 0)
    case ("horizon", let distance) where distance != 0: self = .horizon(distance: distance)
    case ("meta", let resolution?): self = .meta(resolution: resolution)
    case ("k-means", let count?) where count >= 1 && count == count.rounded() && count < 1e9:
      self = .kMeans(count: Int(count))
    case ("topics", nil): self = .topics
    case ("radius-graph", nil): self = .radiusGraph
    case ("density", let bandwidth) where bandwidth != 0: self = .density(bandwidth: bandwidth)
    case ("remove-duplicates", let threshold?): self = .removeDuplicates(threshold: threshold)
    default: return nil
    }
  }

  /// What names there are, for help and messages.
  public static let spellings =
    "uniform, voronoi, families, local, local=SCALE, horizon, horizon=DISTANCE, linkage, linkage=RESOLUTION, meta=RESOLUTION, k-means=COUNT, topics, radius-graph, density, density=BANDWIDTH, remove-duplicates=DISTANCE"

  /// The scheme, with what it uses of the settings of sampling.
  public func scheme(_ sampling: Sampling) -> any WeightScheme {
    switch self {
    case .uniform: Uniform()
    case .voronoi: Voronoi(sampling)
    case .families: Families()
    case .local(let scale): Local(scale: scale)
    case .linkage(let resolution): Linkage(resolution: resolution)
    case .horizon(let distance): Horizon(distance: distance)
    case .meta(let resolution): MetaScheme(resolution: resolution, sampling: sampling)
    case .kMeans(let count): KMeansScheme(count: count, sampling: sampling)
    case .topics: TopicScheme(seed: sampling.seed)
    case .radiusGraph: RadiusGraph()
    case .density(let bandwidth): Density(bandwidth: bandwidth)
    case .removeDuplicates(let threshold): RemoveDuplicates(threshold: threshold)
    }
  }
}

extension SchemeSpecification: Codable, Spelled {
  public init(from decoder: any Decoder) throws {
    try self.init(spelled: decoder.singleValueContainer().decode(String.self), in: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
