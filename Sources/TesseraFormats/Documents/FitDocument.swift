import Tessera

/// The JSON document of a fit: every figure at full precision, with what is needed to check it without us.
///
/// Keys are a contract: those of earlier versions stay. Members that do not apply are left out, or null where they have
/// always been there.
public struct FitDocument: Sendable, Equatable, Codable {
  /// Of the weighted estimate, or of the standard one where there is no other.
  public var lambda: Double
  public var lambdaConvention: LambdaConvention
  public var pairs: PairConvention
  public var components: Int
  public var comparisons: Count
  public var comparedPairs: Int
  /// Copies that were merged into their originals; null where they were not.
  @Null public var mergedDuplicates: Int?
  public var estimates: Estimates
  public var weights: Weights
  /// Which weights and pairs the fit has, and why.
  public var choice: Choice
  /// Every setting of the fit.
  public var settings: RewardFit.Settings
  /// Ids of alternatives that have no comparison, and so no reward.
  public var neverCompared: [String]?
  /// Ids of those that won all their comparisons, and lost all: only the regularisation keeps their rewards finite.
  public var neverLost: [String]?
  public var neverWon: [String]?
  /// Groups of ids with equal contexts; the local ridge takes each for one answer.
  public var duplicates: [[String]]?
  /// The alternative whose differences from the others have errors of their own.
  public var against: String?
  public var quasiVariances: Quasi?
  /// On request: whether clones distort these rewards, and what to do now.
  public var cloneVerdict: CloneVerdictDocument?
  public var alternatives: [Row]
  /// Declared families, by the mean of their members' rewards in the weighted estimate.
  public var families: [Family]?
  /// Whether errors of families count how members hang together: "covariances", or not: "members".
  public var familyErrors: FamilyRanking.Errors?
  /// On request: what every compared pair weighed, and what held every alternative back.
  public var pairMasses: [PairMass]?
  public var ridgeMasses: RidgeMasses?

  public struct Choice: Sendable, Equatable, Codable {
    public var weights: SchemeSpecification
    public var pairs: PairConvention
    public var reason: RewardFit.Reason
    /// In words: weights, pairs, lambda.
    public var why: [String]
  }

  /// What a strength of the regularisation was chosen by.
  public struct Curve: Sendable, Equatable, Codable {
    public var folds: Int
    /// What was held out as a whole: prompt, annotator, pair or vote.
    public var unit: Folds.Unit
    public var points: [LambdaCurve.Point]

    /// The strength of the least loss, the strongest of several.
    public var chosen: Double { points.reversed().min { $0.loss < $1.loss }?.lambda ?? .nan }
  }

  /// Another order of the leaders at a strength that the data do not tell from the chosen one.
  public struct Leaders: Sendable, Equatable, Codable {
    public var lambda: Double
    public var leaders: [String]
  }

  /// A count, written without a decimal point where it is whole.
  public struct Count: Sendable, Equatable, Codable {
    public var value: Double
    public init(_ value: Double) { self.value = value }
    public init(from decoder: any Decoder) throws {
      value = try decoder.singleValueContainer().decode(Double.self)
    }
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if let whole = Int(exactly: value) { try container.encode(whole) } else { try container.encode(value) }
    }
  }

  public struct Estimates: Sendable, Equatable, Codable {
    public var standard: Estimate
    @Null public var weighted: Estimate?
  }

  public struct Estimate: Sendable, Equatable, Codable {
    /// Largest violation of the first-order condition.
    public var certificate: Double
    public var iterations: Int
    /// The lambda of the objective.
    public var lambda: Double
    public var errors: StandardErrors.Noise
    public var errorComputation: StandardErrors.Computation
    public var errorClusters: Int
    public var errorRelativeError: Double
    /// "minimum", or why the search stopped before it.
    public var outcome: RewardEstimate.Outcome
    public var effectiveComparisons: Double
    /// What lambda was chosen by; left out where it was given, or where there was too little to choose it by.
    public var lambdaCurve: Curve?
    /// Left out where the leaders are the same for all strengths that predict as well.
    public var leadersByLambda: [Leaders]?
  }

  public struct Weights: Sendable, Equatable, Codable {
    public var scheme: String
    @Null public var space: String?
    public var method: Provenance.Method
    public var samples: Int
    public var seed: UInt64
    public var effectiveAlternatives: Double
    public var zeroWeightShare: Double
    public var maxStandardError: Double
    public var outside: Int
    public var choice: String
    public var advice: [String]
    public var resolution: Double?
    public var horizon: Double?
    public var groups: Int?
    public var bandwidth: Double?
    public var radii: Int?
    public var prompts: Int?
    public var pairSpace: Bool?
    /// Of comparisons that are weighed: the local scale, how many different ones there are, and the size of the largest group
    /// that hangs together.
    public var scale: Double?
    public var differentComparisons: Double?
    public var largestGroup: Int?

    /// - Parameter advice: In words.
    public init(
      _ weights: AlternativeWeights, comparisons: MeasuredWeights.Comparisons? = nil, advice: [String]
    ) {
      let p = weights.provenance
      (scheme, space, method, samples, seed) = (p.scheme, p.space, p.method, p.samples, p.seed)
      effectiveAlternatives = weights.effectiveAlternatives
      zeroWeightShare = weights.zeroWeightShare
      maxStandardError = weights.maxStandardError
      (outside, choice) = (p.outside, p.choice)
      self.advice = advice
      (resolution, horizon, groups, bandwidth) = (p.resolution, p.horizon, p.groups, p.bandwidth)
      (radii, prompts, pairSpace) = (p.radii, p.prompts, p.isPairSpace ? true : nil)
      if case .local(let local)? = comparisons {
        scale = local.scale
        differentComparisons = local.differentComparisons
        largestGroup = local.largestGroup
      }
    }
  }

  /// Two rewards of one component differ with a variance of about the sum of their quasi-variances.
  public struct Quasi: Sendable, Equatable, Codable {
    /// In the order of the alternatives; null where there is none.
    public var standard: [Double?]
    public var weighted: [Double?]?
    /// Largest relative error of a difference's standard error that is taken from them.
    public var standardLargestError: Double?
    public var weightedLargestError: Double?
  }

  public struct PairMass: Sendable, Equatable, Codable {
    public var a: String
    public var b: String
    /// v_ij in the standard estimate and in the weighted one.
    public var standard: Double
    public var weighted: Double?
  }

  public struct Family: Sendable, Equatable, Codable {
    /// As it was declared; the id of an alternative that stands alone.
    public var name: String
    public var members: [String]
    public var mean: Double
    @Null public var standardError: Double?
    public var best: String
    public var bestReward: Double
    public var rank: Int
    public var rankOfBest: Int
    /// Whether all members are of one component.
    public var isComparable: Bool
  }

  /// rho_i, in the order of the fitted alternatives.
  public struct RidgeMasses: Sendable, Equatable, Codable {
    public var ids: [String]
    public var standard: [Double]
    public var weighted: [Double]?
  }

  /// Up to this many pairs, weights of comparisons are written without being asked for: nothing else in a document tells
  /// them.
  public static let pairMassLimit = 200_000

  /// - Parameters:
  ///   - advice: On the weights, in words.
  ///   - why: What was chosen, in words.
  ///   - pairMasses: Whether the masses of all pairs are written, which can be many.
  ///   - against: The id whose differences were asked for.
  public init(
    _ result: RewardFit.Result, advice: [String] = [], why: [String] = [], families: FamilyTable? = nil,
    pairMasses: Bool = false, against: String? = nil, verdict: CloneVerdictDocument? = nil
  ) {
    let (data, standard, weighted) = (result.dataset, result.standard, result.weighted)
    let ids = data.alternatives.map(\.id)
    func describe(_ estimate: RewardFit.Estimate) -> Estimate {
      Estimate(
        certificate: estimate.fit.certificate, iterations: estimate.fit.iterations,
        lambda: estimate.fit.lambda,
        errors: estimate.errors.noise, errorComputation: estimate.errors.computation,
        errorClusters: estimate.errors.clusters, errorRelativeError: estimate.errors.relativeError,
        outcome: estimate.fit.outcome, effectiveComparisons: estimate.effectiveComparisons,
        lambdaCurve: estimate.curve.map { Curve(folds: $0.folds, unit: $0.unit, points: $0.points) },
        leadersByLambda: estimate.leaders.others.isEmpty
          ? nil
          : estimate.leaders.others.map { other in
            Leaders(lambda: other.lambda, leaders: other.leaders.map { ids[$0] })
          })
    }
    func names(_ places: [Int]) -> [String]? { places.isEmpty ? nil : places.map { ids[$0] } }
    lambda = result.best.lambda
    lambdaConvention = result.settings.lambdaConvention
    pairs = result.choice.pairs
    components = result.components.count
    comparisons = Count(data.totalComparisons)
    comparedPairs = result.fittedDataset.pairCounts.pairCount
    _mergedDuplicates = Null(result.merged.map { $0.groups.groupOf.count - $0.groups.count })
    estimates = Estimates(standard: describe(standard), weighted: weighted.map(describe))
    weights = Weights(
      result.weights, comparisons: result.fittedWeights.comparisons, advice: advice)
    choice = Choice(
      weights: result.choice.weights, pairs: result.choice.pairs, reason: result.choice.reason, why: why)
    settings = result.settings
    neverCompared = names(data.pairCounts.uncompared)
    let unbeaten = data.pairCounts.unbeaten
    neverLost = names(unbeaten.won)
    neverWon = names(unbeaten.lost)
    if let copies = data.contexts?.duplicates(), copies.hasDuplicates {
      var groups = [[String]](repeating: [], count: copies.count)
      for (i, group) in copies.groupOf.enumerated() { groups[group].append(ids[i]) }
      duplicates = groups.filter { $0.count > 1 }
    } else {
      duplicates = nil
    }
    self.against = against
    cloneVerdict = verdict
    quasiVariances = standard.errors.quasiVariances.map { quasi in
      Quasi(
        standard: quasi, weighted: weighted?.errors.quasiVariances,
        standardLargestError: standard.errors.quasiError,
        weightedLargestError: weighted?.errors.quasiError)
    }
    let rows = Rows(result, families: families)
    alternatives = ids.indices.map { rows[$0] }
    let areTold =
      weighted == nil || !result.choice.weights.isLocal
      || result.fittedDataset.pairCounts.pairCount > Self.pairMassLimit
    self.families = families?.families
    familyErrors = families?.errors
    guard pairMasses || !areTold else {
      (self.pairMasses, ridgeMasses) = (nil, nil)
      return
    }
    let fitted = result.fittedDataset
    let counts = fitted.pairCounts
    self.pairMasses = (0..<counts.alternatives).flatMap { i in
      (counts.rowStarts[i]..<counts.rowStarts[i + 1]).filter { counts.opponents[$0] > i }.map { entry in
        PairMass(
          a: fitted.alternatives[i].id, b: fitted.alternatives[Int(counts.opponents[entry])].id,
          standard: standard.pairs.mass(ofRow: i, entry: entry),
          weighted: weighted?.pairs.mass(ofRow: i, entry: entry))
      }
    }
    ridgeMasses = RidgeMasses(
      ids: fitted.alternatives.map(\.id), standard: standard.pairs.ridgeMasses,
      weighted: weighted?.pairs.ridgeMasses)
  }
}

/// A ranking of declared families with their names.
public struct FamilyTable: Sendable {
  public let families: [FitDocument.Family]
  public let errors: FamilyRanking.Errors
  let name: @Sendable (String) -> String?

  /// - Parameters:
  ///   - name: Of the family of an alternative that was fitted; nil where it stands alone.
  public init(
    _ ranking: FamilyRanking, _ dataset: PreferenceDataset,
    name: @escaping @Sendable (String) -> String?
  ) {
    self.name = name
    let ids = dataset.alternatives.map(\.id)
    families = ranking.families.map { family in
      FitDocument.Family(
        name: name(ids[family.best]) ?? ids[family.best], members: family.members.map { ids[$0] },
        mean: family.mean, standardError: family.standardError, best: ids[family.best],
        bestReward: family.bestReward, rank: family.rank, rankOfBest: family.rankOfBest,
        isComparable: family.isComparable)
    }
    errors = ranking.errors
  }
}

/// A member that is written as null where it has no value.
@propertyWrapper
public struct Null<Value: Sendable & Equatable & Codable>: Sendable, Equatable, Codable {
  public var wrappedValue: Value?

  public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }
  public init(_ value: Value?) { wrappedValue = value }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
  }
}
