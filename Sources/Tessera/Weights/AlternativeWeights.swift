/// A weight for every alternative, with what one must know before trusting them.
public struct AlternativeWeights: Sendable, Equatable {
  /// Not negative, sum 1.
  public let values: [Double]
  /// Standard error of each weight; zero where the weights are exact.
  public let standardErrors: [Double]
  /// How they came about.
  public let provenance: Provenance

  public init(values: [Double], standardErrors: [Double]? = nil, provenance: Provenance) {
    self.values = values
    self.standardErrors = standardErrors ?? Array(repeating: 0, count: values.count)
    self.provenance = provenance
  }

  /// 1 / sum w^2: how many equal weights would be as concentrated. m for uniform weights.
  public var effectiveAlternatives: Double { 1 / values.reduce(0) { $0 + $1 * $1 } }

  /// Share of alternatives with weight zero.
  public var zeroWeightShare: Double { Double(values.count { $0 == 0 }) / Double(max(values.count, 1)) }

  /// Largest standard error of a weight.
  public var maxStandardError: Double { standardErrors.max() ?? 0 }

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
    let samples = Double(provenance.samples)
    guard samples > 0 else { return share...share }
    let n = error > 0 ? share * (1 - share) / (error * error) : samples
    return wilsonInterval(share: share, of: n, z: z)
  }

  /// 1/m for each of m alternatives: what the standard estimate uses.
  public static func uniform(alternatives m: Int) -> AlternativeWeights {
    AlternativeWeights(
      values: Array(repeating: 1 / Double(m), count: m),
      provenance: Provenance(scheme: "uniform", method: .exact))
  }

  /// Weights of merged alternatives handed back to their members, in equal parts.
  public func shared(among groups: Partition) -> AlternativeWeights {
    let sizes = groups.sizes()
    return AlternativeWeights(
      values: groups.groupOf.map { values[$0] / Double(sizes[$0]) },
      standardErrors: groups.groupOf.map { standardErrors[$0] / Double(sizes[$0]) }, provenance: provenance)
  }

  /// The same weights under another word on where they come from.
  func withProvenance(_ change: (inout Provenance) -> Void) -> AlternativeWeights {
    var provenance = provenance
    change(&provenance)
    return AlternativeWeights(values: values, standardErrors: standardErrors, provenance: provenance)
  }
}

/// How weights came about: what was done, with every number that matters.
public struct Provenance: Sendable, Equatable, Codable {
  public enum Method: String, Sendable, Codable { case exact, sampled }

  /// Name of the scheme, without its parameters.
  public var scheme: String
  public var method: Method
  /// Name of the alternative space; nil where the scheme needs none.
  public var space: String?
  /// Points drawn; 0 where the weights are exact. Of weights within prompts, the most that were drawn for one.
  public var samples: Int
  public var seed: UInt64
  /// Alternatives whose context lies outside the space. Their cells still count.
  public var outside: Int
  /// How the weights were computed, and why in this way.
  public var choice: String
  /// Distance below which answers count as the same.
  public var resolution: Double?
  /// Distance beyond which answers count as equally different.
  public var horizon: Double?
  /// Groups that count as one alternative each.
  public var groups: Int?
  /// Bandwidth of a density.
  public var bandwidth: Double?
  /// Radii over which classes are averaged; nil where the average is an integral.
  public var radii: Int?
  /// Prompts within which answers are weighed.
  public var prompts: Int?
  /// Whether compared pairs were weighed in the space of pairs.
  public var isPairSpace: Bool

  public init(
    scheme: String, method: Method, space: String? = nil, samples: Int = 0, seed: UInt64 = 0,
    outside: Int = 0,
    choice: String = "", resolution: Double? = nil, horizon: Double? = nil, groups: Int? = nil,
    bandwidth: Double? = nil, radii: Int? = nil, prompts: Int? = nil, isPairSpace: Bool = false
  ) {
    (self.scheme, self.method, self.space) = (scheme, method, space)
    (self.samples, self.seed, self.outside, self.choice) = (samples, seed, outside, choice)
    (self.resolution, self.horizon, self.groups) = (resolution, horizon, groups)
    (self.bandwidth, self.radii, self.prompts, self.isPairSpace) = (bandwidth, radii, prompts, isPairSpace)
  }
}

/// What can be wrong with a request for weights.
public enum WeightsError: KindedError, Equatable {
  case noContexts
  case noSamples(found: Int)
  case noExactMethod(dimension: Int, space: String)
  case targetError(found: Double)
  case scale(extent: Double, limit: Double)
  case resolution(found: Double)
  case groupCount(found: Int)
  case emptyPrompt(number: Int)
  case promptWeights(found: Int, prompts: Int)
  case cellsFailed(dimension: Int, sum: Double)
  case noPool(name: String)
  case needsComparisons(scheme: String)
  case familyCount(found: Int, alternatives: Int)

  public var kind: ErrorKind {
    switch self {
    case .scale, .cellsFailed, .familyCount: .data
    default: .option
    }
  }

  public var description: String {
    switch self {
    case .needsComparisons(let scheme):
      "the weights \(scheme) weigh comparisons, of which there are none; expected them beside the contexts"
    case .noContexts: "there are no contexts; expected at least one alternative"
    case .noSamples(let found): "the number of samples is \(found); expected at least 1"
    case .scale(let extent, let limit):
      "contexts and space reach \(extent) from the centre; expected \(1 / limit) to \(limit), whose squares the arithmetic can hold: scale the contexts"
    case .cellsFailed(let dimension, let sum):
      "the exact cells in \(dimension) dimensions add up to \(sum) instead of 1: contexts too close together for the arithmetic; sample them instead"
    case .resolution(let found): "the resolution is \(found); expected a distance, zero or more"
    case .emptyPrompt(let number): "prompt \(number) has no answer; expected at least one for every prompt"
    case .promptWeights(let found, let prompts):
      "there are \(found) weights for \(prompts) prompts; expected one each"
    case .groupCount(let found): "the number of groups is \(found); expected at least 1"
    case .targetError(let found): "the target error is \(found); expected a positive number"
    case .noExactMethod(let dimension, let space):
      "there is no exact method for \(dimension) dimensions in the space \(space); expected a box of at most 6 dimensions"
    case .familyCount(let found, let alternatives):
      "there are families of \(found) alternatives for \(alternatives); expected one for each"
    case .noPool(let name):
      "the contexts of the pool \(name) are not at hand; expected them beside the space's name"
    }
  }
}
