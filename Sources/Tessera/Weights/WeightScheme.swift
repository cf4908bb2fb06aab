/// A way to weigh alternatives by where they lie.
///
/// What every scheme promises is tested on every scheme (`SchemeLaws`): one weight for each alternative, not negative,
/// sum 1; the same bytes for the same contexts on any number of cores; permuted contexts, permuted weights. Your own
/// scheme can be handed to `RewardFit` and `CloneAudit` like ours:
///
///     struct FirstHalf: WeightScheme {
///       let name = "first-half"
///       func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights { ... }
///     }
public protocol WeightScheme: Sendable {
  /// As it is spelled, with its parameters: "horizon", "meta=0.3".
  var name: String { get }

  /// Which of the settings of sampling change the weights.
  var uses: SchemeSettings { get }

  /// Weighs every alternative.
  ///
  /// - Parameter contexts: m x d, row i is alternative i; m at least 1.
  /// - Returns: m weights, with their standard errors where they are sampled.
  func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights

  /// What it says of data: weights of alternatives, and of comparisons where it weighs those.
  ///
  /// A scheme that looks at contexts alone need not implement it.
  func measure(_ data: PreferenceDataset, work: Work) throws -> MeasuredWeights

  /// The same scheme with another seed, to see how much the seed matters; itself where none is used.
  func reseeded(_ seed: UInt64) -> any WeightScheme
}

extension WeightScheme {
  public var uses: SchemeSettings { [] }
  public func reseeded(_ seed: UInt64) -> any WeightScheme { self }
  public func weights(of contexts: Contexts) throws -> AlternativeWeights {
    try weights(of: contexts, work: Work())
  }
  public func measure(_ data: PreferenceDataset, work: Work) throws -> MeasuredWeights {
    guard let contexts = data.contexts else { throw WeightsError.noContexts }
    return MeasuredWeights(try weights(of: contexts, work: work))
  }
  public func measure(_ data: PreferenceDataset) throws -> MeasuredWeights { try measure(data, work: Work()) }

  /// Whether this is the standard estimate's scheme, which looks at no contexts.
  public var isUniform: Bool { self is Uniform }
}

/// Settings of sampling that a scheme may use.
public struct SchemeSettings: OptionSet, Sendable, Hashable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  public static let space = SchemeSettings(rawValue: 1)
  public static let method = SchemeSettings(rawValue: 2)
  public static let samples = SchemeSettings(rawValue: 4)
  public static let targetError = SchemeSettings(rawValue: 8)
  public static let seed = SchemeSettings(rawValue: 16)

  /// All that Voronoi cells use.
  public static let cells: SchemeSettings = [.space, .method, .samples, .targetError, .seed]
}

/// Where, how and how finely cells are measured: the settings that schemes share.
public struct Sampling: Sendable, Equatable {
  public var space: SpaceSpecification
  /// Contexts of a reference pool, where the space is one.
  public var pool: Contexts?
  public var method: VoronoiWeights.Method
  /// Points drawn where the weights are sampled.
  public var samples: Int
  /// Sample until the errors are below this, instead of a fixed number.
  public var target: TargetError?
  public var seed: UInt64

  public init(
    space: SpaceSpecification = .boundingBox(), pool: Contexts? = nil,
    method: VoronoiWeights.Method = .automatic,
    samples: Int = 100_000, target: TargetError? = nil, seed: UInt64 = 0
  ) {
    (self.space, self.pool, self.method) = (space, pool, method)
    (self.samples, self.target, self.seed) = (samples, target, seed)
  }

  public static func == (a: Sampling, b: Sampling) -> Bool {
    a.space == b.space && a.method == b.method && a.samples == b.samples && a.target == b.target
      && a.seed == b.seed
      && a.pool?.count == b.pool?.count
  }
}
