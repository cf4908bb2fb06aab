extension RewardFit {
  /// What settings only name: contents of files, or arrays that are at hand.
  public struct Aids: Sendable {
    /// Contexts of the pool, where the space is one.
    public var pool: Contexts?
    /// A stored transform of the contexts, in place of one that is fitted.
    public var transform: ContextTransform?

    public init(pool: Contexts? = nil, transform: ContextTransform? = nil) {
      self.pool = pool
      self.transform = transform
    }
  }

  /// Where a fit begins, and whom it compares the others with.
  struct Start {
    let state: State?
    let reference: Int?
  }

  /// Weights of alternatives, and those of pairs where they were measured.
  struct Measured {
    let alternatives: AlternativeWeights
    let pairSpace: PairSpaceWeights?
  }

  var usesUniformWeights: Bool { scheme == nil && settings.weights == .scheme(.uniform) }

  func check(_ data: PreferenceDataset, _ state: State?) throws {
    try settings.check()
    try state?.check(settings, scheme: scheme)
    guard data.contexts == nil else { return }
    if let scheme, !scheme.isUniform {
      throw RewardFitError.noContexts(neededFor: "the weights \(scheme.name)")
    }
    if settings.weights.needsContexts {
      throw RewardFitError.noContexts(neededFor: "the weights \(settings.weights.name ?? "")")
    }
    for (asked, what) in [
      (settings.mergeDuplicates, "merging duplicates"), (settings.perPrompt, "weights within prompts"),
      (settings.pairSpace, "weights in the space of pairs"),
    ] where asked {
      throw RewardFitError.noContexts(neededFor: what)
    }
  }

  /// The data with contexts as the space sees them, and the transform that led there.
  func prepared(_ data: PreferenceDataset, _ aids: Aids, _ work: Work) throws -> (
    PreferenceDataset, ContextTransform?
  ) {
    guard let contexts = data.contexts, let transform = try transform(of: contexts, aids, work) else {
      return (data, nil)
    }
    return (try data.replacing(contexts: transform.apply(to: contexts)), transform)
  }

  /// What is done to the contexts before they are weighed; nil for nothing.
  package func transform(of contexts: Contexts, _ aids: Aids, _ work: Work) throws -> ContextTransform? {
    if let stored = aids.transform { return stored }
    guard settings.normalize || settings.center || settings.pca != nil else { return nil }
    return try ContextTransform(
      fitting: contexts, normalizes: settings.normalize, centers: settings.center, components: settings.pca,
      samples: settings.samples, seed: settings.seed, work: work)
  }

  /// The scheme that weighs alternatives with contexts; nil where all weigh the same.
  package func scheme(hasContexts: Bool, pool: Contexts?) throws -> (any WeightScheme)? {
    let chosen =
      try scheme
      ?? settings.weights.specification(hasContexts: hasContexts).scheme(settings.sampling(pool: pool))
    return chosen.isUniform ? nil : chosen
  }

  /// Definition 4.1: weights of the alternatives; nil where nothing tells them.
  func measure(_ data: PreferenceDataset, _ aids: Aids, _ state: State?, _ work: Work) throws -> Measured? {
    guard let contexts = data.contexts else { return nil }
    // What is done to contexts is done to a pool as well.
    let pool = try aids.pool.map { pool in try aids.transform?.apply(to: pool) ?? pool }
    guard let scheme = try scheme(hasContexts: true, pool: pool) else { return nil }
    if settings.pairSpace {
      let region = try settings.space.space(around: contexts, pool: pool, work: work.silent)
      let pairs = try PairSpaceWeights(
        contexts: contexts, counts: data.pairCounts, space: region, samples: settings.samples,
        seed: settings.seed,
        work: work)
      return Measured(alternatives: pairs.alternatives, pairSpace: pairs)
    }
    if let kept = state?.weights(of: contexts) { return Measured(alternatives: kept, pairSpace: nil) }
    let weights =
      settings.perPrompt
      ? try PromptWeights.weights(
        contexts: contexts, prompts: data.promptOfEachAlternative(), scheme: scheme, seed: settings.seed,
        work: work)
      : try scheme.weights(of: contexts, work: work)
    return Measured(alternatives: weights, pairSpace: nil)
  }

  /// The standard estimate's pairs: every alternative weighs the same and stands alone.
  func equalPairs(_ counts: PairCounts, _ merged: MergedDuplicates?) throws -> PairWeights {
    try PairWeights(
      uniform: counts, pairs: settings.pairs, lambda: settings.lambdaConvention,
      pooledPairs: merged?.pooledPairs)
  }

  /// v_ij and rho_i of Equation 2.
  func pairWeights(_ measured: Measured, _ data: PreferenceDataset, _ merged: MergedDuplicates?) throws
    -> PairWeights
  {
    let groups = data.contexts?.duplicates()
    if let pairSpace = measured.pairSpace {
      return try PairWeights(
        pairSpace, data.pairCounts, pairs: settings.pairs, lambda: settings.lambdaConvention, groups: groups,
        pooledPairs: merged?.pooledPairs)
    }
    return try PairWeights(
      products: measured.alternatives.values, data.pairCounts, pairs: settings.pairs,
      lambda: settings.lambdaConvention, groups: groups, pooledPairs: merged?.pooledPairs)
  }

  /// The lambda of the objective in the standard estimate.
  func standardLambda(_ data: PreferenceDataset) -> Double {
    settings.lambdaConvention.standardLambda(settings.lambda, alternatives: data.alternatives.count)
  }

  /// One estimate with its standard errors.
  func estimate(
    _ data: PreferenceDataset, _ pairs: PairWeights, _ weights: AlternativeWeights, lambda: Double,
    _ start: Start, _ rewards: [Double?]?, _ work: Work
  ) throws -> Estimate {
    let known = rewards.flatMap { start.state?.start(data, $0) }
    let found = try BradleyTerry(lambda: lambda).fit(
      data.pairCounts, pairs, start: known, work: work.part(0...0.6))
    let errors = try StandardErrors(
      of: found, data.pairCounts, pairs, comparisons: data.comparisons, reference: start.reference,
      seed: settings.seed, work: work.part(0.6...1))
    let averages = data.pairCounts.averages(weights: weights.values)
    return Estimate(
      fit: found, errors: errors, pairs: pairs,
      effectiveComparisons: pairs.effectiveComparisons(data.pairCounts),
      winRates: averages, weightNoise: nil)
  }

  /// The estimate under one scheme, for those who compare schemes: no transform, no merging, no standard errors.
  ///
  /// - Parameters:
  ///   - weights: Where they are known already; nil to weigh by the scheme.
  ///   - start: Rewards to start from, of as many alternatives.
  /// - Throws: as `run`.
  public func estimate(
    _ data: PreferenceDataset, by scheme: any WeightScheme, weights: AlternativeWeights? = nil,
    start: [Double]? = nil, work: Work = Work()
  ) throws -> WeightedEstimate {
    let counts = data.pairCounts
    guard !scheme.isUniform else {
      let pairs = try equalPairs(counts, nil)
      return WeightedEstimate(
        scheme: scheme, weights: .uniform(alternatives: counts.alternatives), pairs: pairs,
        fit: try BradleyTerry(lambda: standardLambda(data)).fit(counts, pairs, start: start, work: work),
        effectiveComparisons: pairs.effectiveComparisons(counts))
    }
    guard let contexts = data.contexts else {
      throw RewardFitError.noContexts(neededFor: "the weights \(scheme.name)")
    }
    let weights = try weights ?? scheme.weights(of: contexts, work: work)
    let pairs = try pairWeights(Measured(alternatives: weights, pairSpace: nil), data, nil)
    return WeightedEstimate(
      scheme: scheme, weights: weights, pairs: pairs,
      fit: try BradleyTerry(lambda: settings.lambda).fit(counts, pairs, start: start, work: work),
      effectiveComparisons: pairs.effectiveComparisons(counts))
  }

  /// Standard errors of such an estimate.
  public func errors(of estimate: WeightedEstimate, _ data: PreferenceDataset, work: Work = Work()) throws
    -> StandardErrors
  {
    try StandardErrors(
      of: estimate.fit, data.pairCounts, estimate.pairs, comparisons: data.comparisons, seed: settings.seed,
      work: work)
  }
}

/// Rewards of one weighting scheme, with what they rest on.
public struct WeightedEstimate: Sendable {
  public let scheme: any WeightScheme
  public let weights: AlternativeWeights
  public let pairs: PairWeights
  public let fit: RewardEstimate
  /// How many equally heavy pairs would be as concentrated.
  public let effectiveComparisons: Double
  public var rewards: [Double] { fit.rewards }
}

extension PreferenceDataset {
  /// The prompt of each alternative, numbered by first appearance: its own, or the one of its comparisons.
  ///
  /// - Throws: `RewardFitError` where an alternative has none or two.
  func promptOfEachAlternative() throws -> [Int] {
    var names: [String?] = alternatives.map(\.prompt)
    for comparison in comparisons where comparison.prompt >= 0 {
      let name =
        Int(comparison.prompt) < prompts.count ? prompts[Int(comparison.prompt)] : "\(comparison.prompt)"
      for i in [Int(comparison.a), Int(comparison.b)] where alternatives[i].prompt == nil {
        if let known = names[i], known != name {
          throw RewardFitError.twoPrompts(alternative: alternatives[i].id, known, name)
        }
        names[i] = name
      }
    }
    var numbers: [String: Int] = [:]
    return try zip(alternatives, names).map { alternative, name in
      guard let name else { throw RewardFitError.noPrompt(alternative: alternative.id) }
      let number = numbers[name] ?? numbers.count
      numbers[name] = number
      return number
    }
  }
}
