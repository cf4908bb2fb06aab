/// A weight for every alternative, with what one must know before trusting them.
public struct AlternativeWeights: Sendable, Equatable {
  /// Not negative, sum 1.
  public let values: [Double]
  /// Standard error of each weight; zero where the weights are exact.
  public let standardErrors: [Double]
  public let diagnostics: WeightDiagnostics

  public init(values: [Double], standardErrors: [Double], origin: WeightOrigin) {
    self.values = values
    self.standardErrors = standardErrors
    diagnostics = WeightDiagnostics(values: values, standardErrors: standardErrors, origin: origin)
  }

  /// An interval that holds the true weight with about the given certainty.
  ///
  /// The score interval (Wilson, 1927) for the number of independent samples that would give the reported
  /// standard error. Near zero it stays above it and does not collapse: a cell that no sample has hit may
  /// still have a weight of some 4 / samples.
  ///
  /// - Parameter z: Quantile of the normal distribution: 1.96 for 95 %.
  public func confidenceInterval(of alternative: Int, z: Double = 1.959964) -> ClosedRange<Double> {
    let share = values[alternative]
    let error = standardErrors[alternative]
    let samples = Double(diagnostics.origin.samples)
    guard samples > 0 else { return share...share }
    let n = error > 0 ? share * (1 - share) / (error * error) : samples
    return wilsonInterval(share: share, of: n, z: z)
  }

  /// 1/m for each of m alternatives: what the standard estimate uses.
  public static func uniform(alternatives m: Int) -> AlternativeWeights {
    AlternativeWeights(
      values: Array(repeating: 1 / Double(m), count: m), standardErrors: Array(repeating: 0, count: m),
      origin: WeightOrigin(scheme: .uniform, method: .exact))
  }

  /// Weights of merged alternatives handed back to their members, in equal parts.
  public func shared(among groups: DuplicateGroups) -> AlternativeWeights {
    let sizes = groups.sizes()
    return AlternativeWeights(
      values: groups.groupOf.map { values[$0] / Double(sizes[$0]) },
      standardErrors: groups.groupOf.map { standardErrors[$0] / Double(sizes[$0]) },
      origin: diagnostics.origin)
  }
}

/// How weights came about.
public struct WeightOrigin: Sendable, Equatable {
  public enum Scheme: String, Sendable {
    case uniform, voronoi, linkage, meta, density
    case radiusGraph = "radius-graph"
    case deduplication = "remove-duplicates"
  }
  public enum Method: String, Sendable { case exact, sampled }

  public let scheme: Scheme
  public let method: Method
  /// Name of the alternative space; nil where the scheme needs none.
  public let space: String?
  /// Points drawn; 0 where the weights are exact.
  public let samples: Int
  public let seed: UInt64
  /// Alternatives whose context lies outside the space. Their cells still count.
  public let outside: Int
  /// How the weights were computed, and why in this way.
  public let choice: String

  public init(
    scheme: Scheme, method: Method, space: String? = nil, samples: Int = 0, seed: UInt64 = 0,
    outside: Int = 0,
    choice: String = ""
  ) {
    self.choice = choice
    self.scheme = scheme
    self.method = method
    self.space = space
    self.samples = samples
    self.seed = seed
    self.outside = outside
  }
}

/// Figures that tell whether weights can be used.
public struct WeightDiagnostics: Sendable, Equatable {
  public let origin: WeightOrigin
  /// 1 / sum w^2: how many equal weights would be as concentrated. m for uniform weights.
  public let effectiveAlternatives: Double
  /// Share of alternatives with weight zero.
  public let zeroWeightShare: Double
  /// Largest standard error of a weight.
  public let maxStandardError: Double

  init(values: [Double], standardErrors: [Double], origin: WeightOrigin) {
    self.origin = origin
    effectiveAlternatives = 1 / values.reduce(0) { $0 + $1 * $1 }
    zeroWeightShare = Double(values.count { $0 == 0 }) / Double(max(values.count, 1))
    maxStandardError = standardErrors.max() ?? 0
  }
}

/// What can be wrong with a request for weights.
public enum WeightsError: Error, Equatable, CustomStringConvertible {
  case noContexts
  case noSamples(found: Int)
  case noExactMethod(dimension: Int, space: String)
  case targetError(found: Double)
  case scale(extent: Double, limit: Double)
  case resolution(found: Double)
  case groupCount(found: Int)
  case emptyPrompt(number: Int)
  case cellsFailed(dimension: Int, sum: Double)

  public var description: String {
    switch self {
    case .noContexts: "there are no contexts; expected at least one alternative"
    case .noSamples(let found): "the number of samples is \(found); expected at least 1"
    case .scale(let extent, let limit):
      "contexts and space reach \(extent) from the centre; expected \(1 / limit) to \(limit), whose squares the arithmetic can hold: scale the contexts"
    case .cellsFailed(let dimension, let sum):
      "the exact cells in \(dimension) dimensions add up to \(sum) instead of 1: contexts too close together for the arithmetic; use --method sampled"
    case .resolution(let found): "the resolution is \(found); expected a distance, zero or more"
    case .emptyPrompt(let number): "prompt \(number) has no answer; expected at least one for every prompt"
    case .groupCount(let found): "the number of groups is \(found); expected at least 1"
    case .targetError(let found): "the target error is \(found); expected a positive number"
    case .noExactMethod(let dimension, let space):
      "there is no exact method for \(dimension) dimensions in the space \(space); expected a box of at most 6 dimensions"
    }
  }
}
