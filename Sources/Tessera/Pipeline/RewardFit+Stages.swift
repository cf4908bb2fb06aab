extension RewardFit {
  /// What settings only name: contents of files, or arrays that are at hand.
  public struct Aids: Sendable {
    /// Contexts of the pool, where the space is one.
    public var pool: Contexts?
    /// A stored transform of the contexts, in place of one that is fitted.
    public var transform: ContextTransform?
    /// A family for each alternative, where the user declares them.
    public var families: Partition?

    public init(pool: Contexts? = nil, transform: ContextTransform? = nil, families: Partition? = nil) {
      self.pool = pool
      self.transform = transform
      self.families = families
    }
  }

  /// Where a fit begins, and whom it compares the others with.
  struct Start {
    let state: State?
    let reference: Int?
  }

  func check(_ data: PreferenceDataset, _ aids: Aids, _ state: State?) throws {
    try settings.check()
    try state?.check(settings, scheme: scheme)
    if let families = aids.families, families.groupOf.count != data.alternatives.count {
      throw WeightsError.familyCount(
        found: families.groupOf.count, alternatives: data.alternatives.count)
    }
    if settings.profiles, data.contexts != nil {
      throw RewardFitError.setting(
        .profiles, found: "true", expected: "false where contexts are known, which say more")
    }
    guard data.contexts == nil, !settings.profiles else { return }
    if let scheme, !scheme.isUniform {
      throw RewardFitError.noContexts(neededFor: "the weights \(scheme.name)")
    }
    if settings.weights.needsContexts {
      throw RewardFitError.noContexts(neededFor: "the weights \(settings.weights.name)")
    }
    for (asked, what) in [
      (settings.mergeDuplicates, "merging duplicates"), (settings.perPrompt, "weights within prompts"),
      (settings.pairSpace, "weights in the space of pairs"),
    ] where asked {
      throw RewardFitError.noContexts(neededFor: what)
    }
  }

  /// The data with profiles of win rates as contexts, where those were asked for.
  func profiled(_ data: PreferenceDataset, _ work: Work) throws -> PreferenceDataset {
    guard settings.profiles else { return data }
    guard data.alternatives.count <= BehaviourWeights.mostAlternatives else {
      throw RewardFitError.setting(
        .profiles, found: "true with \(data.alternatives.count) alternatives",
        expected: "at most \(BehaviourWeights.mostAlternatives), whose profiles are a square matrix")
    }
    let found = try BehaviourWeights(of: data, by: Horizon(), fit: self, work: work)
    return try data.replacing(contexts: found.contexts)
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

  /// The scheme that weighs; nil where all weigh the same.
  ///
  /// - Parameter pool: Contexts of the pool, where the space is one.
  package func scheme(_ choice: Choice, pool: Contexts?) throws -> (any WeightScheme)? {
    let chosen = try scheme ?? choice.weights.scheme(settings.sampling(pool: pool))
    return chosen.isUniform ? nil : chosen
  }

  /// Definition 4.1: weights of the alternatives, or of their comparisons; nil where nothing tells them.
  func measure(_ data: PreferenceDataset, _ choice: Choice, _ aids: Aids, _ state: State?, _ work: Work)
    throws
    -> MeasuredWeights?
  {
    if choice.weights == .families, scheme == nil {
      return try Families(aids.families).measure(data, work: work)
    }
    guard let contexts = data.contexts else { return nil }
    // What is done to contexts is done to a pool as well.
    let pool = try aids.pool.map { pool in try aids.transform?.apply(to: pool) ?? pool }
    guard let scheme = try scheme(choice, pool: pool) else { return nil }
    if settings.pairSpace {
      let region = try settings.space.space(around: contexts, pool: pool, work: work.silent)
      let pairs = try PairSpaceWeights(
        contexts: contexts, counts: data.pairCounts, space: region, samples: settings.samples,
        seed: settings.seed,
        work: work)
      return MeasuredWeights(pairs.alternatives, comparisons: .pairSpace(pairs))
    }
    if let local = scheme as? Local {
      return try local.measure(data, growing: state?.forest(for: data), work: work)
    }
    if let kept = state?.weights(of: contexts) { return MeasuredWeights(kept) }
    guard settings.perPrompt else { return try scheme.measure(data, work: work) }
    return MeasuredWeights(
      try PromptWeights.weights(
        contexts: contexts, prompts: data.promptOfEachAlternative(), scheme: scheme, seed: settings.seed,
        work: work))
  }

  /// The standard estimate's pairs: every alternative weighs the same and stands alone.
  func equalPairs(_ counts: PairCounts, _ pairs: PairConvention, _ merged: MergedDuplicates?) throws
    -> PairWeights
  {
    try PairWeights(
      uniform: counts, pairs: pairs, lambda: settings.lambdaConvention, pooledPairs: merged?.pooledPairs)
  }

  /// v_ij and rho_i of Equation 2.
  ///
  /// - Parameter groups: Exact duplicates: those that the weights know of, or those of the contexts.
  func pairWeights(
    _ measured: MeasuredWeights, _ data: PreferenceDataset, _ pairs: PairConvention,
    _ merged: MergedDuplicates?, groups: Partition?
  ) throws -> PairWeights {
    switch measured.comparisons {
    case .local(let local):
      return try PairWeights(
        local, data.pairCounts, pairs: pairs, groups: groups, pooledPairs: merged?.pooledPairs)
    case .pairSpace(let pairSpace):
      return try PairWeights(
        pairSpace, data.pairCounts, pairs: pairs, lambda: settings.lambdaConvention, groups: groups,
        pooledPairs: merged?.pooledPairs)
    case nil:
      return try PairWeights(
        products: measured.alternatives.values, data.pairCounts, pairs: pairs,
        lambda: settings.lambdaConvention, groups: groups, pooledPairs: merged?.pooledPairs)
    }
  }

  /// The strength of the regularisation: as given, or what predicts best what is held out.
  ///
  /// - Parameters:
  ///   - weights: What pairs weigh in the estimate that it is for.
  ///   - folds: What is held out in turn (`folds(of:)`); nil where lambda is given or there is too little.
  ///   - groups: Exact duplicates that these weights know of; nil in the standard estimate.
  ///   - isStandard: The paper's convention means another lambda there.
  func strength(
    _ data: PreferenceDataset, _ folds: Folds?, _ weights: PairWeights, _ pairs: PairConvention,
    groups: Partition?, isStandard: Bool, _ work: Work
  ) throws -> Strength {
    let scale = lambdaScale(isStandard: isStandard, data)
    guard let folds else {
      return Strength(lambda: settings.lambda.value ?? LambdaCurve.fixed, scale: scale, curve: nil)
    }
    let curve = try LambdaCurve(
      folds, data.pairCounts, weights, pairs: pairs, lambda: settings.lambdaConvention, groups: groups,
      scale: scale, work: work)
    return Strength(lambda: curve.chosen, scale: scale, curve: curve)
  }

  /// What lambda is chosen by; nil where it is given, or there is too little.
  func folds(of data: PreferenceDataset, work: Work) -> Folds? {
    settings.lambda == .automatic ? Folds(data, seed: settings.seed, work: work) : nil
  }

  /// What lambda is multiplied by in an estimate's objective.
  func lambdaScale(isStandard: Bool, _ data: PreferenceDataset) -> Double {
    isStandard ? settings.lambdaConvention.standardLambda(1, alternatives: data.alternatives.count) : 1
  }

  /// The curve of a linear reward on the contexts, with whole prompts held out: the strength for trained rewards.
  ///
  /// - Parameter weights: nil for the standard estimate.
  /// - Returns: nil where there is too little to hold out.
  /// - Throws: `EstimationError`, `ContextsError`, `Cancelled`.
  package func linearCurve(_ data: PreferenceDataset, _ weights: MeasuredWeights?, work: Work) throws
    -> LambdaCurve?
  {
    guard let contexts = data.contexts,
      let folds = Folds(data, predictsNewAlternatives: true, seed: settings.seed, work: work)
    else { return nil }
    // Training goes through comparisons, so each counts.
    let groups = weights == nil ? nil : contexts.duplicates()
    let pairs =
      try weights.map { try pairWeights($0, data, .count, nil, groups: $0.groups ?? groups) }
      ?? equalPairs(data.pairCounts, .count, nil)
    return try LambdaCurve(
      linear: LinearReward.Design(contexts, work: work), folds, data.pairCounts, pairs, pairs: .count,
      lambda: settings.lambdaConvention, groups: groups, work: work)
  }

  /// How strongly an estimate is held back, and what that was chosen by.
  struct Strength {
    /// As settings mean it.
    let lambda: Double
    /// Times this it is the objective's.
    let scale: Double
    /// nil where it was given, or where there is too little to choose it by.
    let curve: LambdaCurve?
  }

  /// One estimate with its standard errors.
  func estimate(
    _ data: PreferenceDataset, _ pairs: PairWeights, _ strength: Strength, winRates: WinRates,
    _ start: Start, _ rewards: [Double?]?, _ work: Work
  ) throws -> Estimate {
    let known = rewards.flatMap { start.state?.start(data, $0) }
    let lambda = strength.lambda * strength.scale
    let problem = try Objective(data.pairCounts, pairs, lambda: lambda)
    let found = try NewtonSolver(settings: BradleyTerry(lambda: lambda)).solve(
      problem, start: known, work: work.part(0...0.6))
    let errors = try StandardErrors(
      of: found, problem, comparisons: data.comparisons, reference: start.reference,
      seed: settings.seed, work: work.part(0.6...1))
    return Estimate(
      fit: found, errors: errors, pairs: pairs,
      effectiveComparisons: pairs.effectiveComparisons(data.pairCounts),
      winRates: winRates.overComparisons, averageWinRates: winRates.averages, weightNoise: nil,
      lambda: strength.lambda, curve: strength.curve,
      leaders: try LeaderSensitivity(found, data.pairCounts, pairs, strength, work: work.silent))
  }

  /// The estimate under one scheme, for those who compare schemes: no transform, no merging, no standard errors.
  ///
  /// - Parameters:
  ///   - measured: What the scheme says, where that is known already; nil to measure it.
  ///   - lambda: nil for that of the settings, which may be chosen by the data.
  ///   - start: Rewards to start from, of as many alternatives.
  /// - Throws: as `run`.
  public func estimate(
    _ data: PreferenceDataset, by scheme: any WeightScheme, measured: MeasuredWeights? = nil,
    lambda: Double? = nil, start: [Double]? = nil, work: Work = Work()
  ) throws -> WeightedEstimate {
    let counts = data.pairCounts
    let convention = choice(for: data).pairs
    let found: MeasuredWeights
    let pairs: PairWeights
    var copies: Partition?
    if scheme.isUniform {
      found = MeasuredWeights(.uniform(alternatives: counts.alternatives))
      pairs = try equalPairs(counts, convention, nil)
    } else {
      guard data.contexts != nil else {
        throw RewardFitError.noContexts(neededFor: "the weights \(scheme.name)")
      }
      found = try measured ?? scheme.measure(data, work: work)
      copies = found.groups ?? data.contexts?.duplicates()
      pairs = try pairWeights(found, data, convention, nil, groups: copies)
    }
    let strength =
      try lambda.map {
        Strength(lambda: $0, scale: lambdaScale(isStandard: scheme.isUniform, data), curve: nil)
      }
      ?? strength(
        data, folds(of: data, work: work.silent), pairs, convention,
        groups: copies,
        isStandard: scheme.isUniform, work.silent)
    return WeightedEstimate(
      scheme: scheme, measured: found, pairs: pairs, lambda: strength.lambda, curve: strength.curve,
      fit: try BradleyTerry(lambda: strength.lambda * strength.scale).fit(
        counts, pairs, start: start, work: work),
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
  public let measured: MeasuredWeights
  public let pairs: PairWeights
  /// As settings mean it.
  public let lambda: Double
  /// What it was chosen by; nil where it was given.
  public let curve: LambdaCurve?
  public let fit: RewardEstimate
  /// How many equally heavy pairs would be as concentrated.
  public let effectiveComparisons: Double
  public var rewards: [Double] { fit.rewards }
  public var weights: AlternativeWeights { measured.alternatives }
}

extension MeasuredWeights {
  /// What each alternative won under these weights. Where comparisons are weighed, alternatives have none, and no average.
  func winRates(_ counts: PairCounts, _ pairs: PairWeights, _ convention: PairConvention) -> WinRates {
    var averages: [Double?]? = counts.paperAverages(weights: alternatives.values)
    if case .local? = comparisons { averages = nil }
    return WinRates(overComparisons: counts.winRates(pairs, convention), averages: averages)
  }

  /// With shares of alternatives as the pairs have them, where comparisons are weighed by their votes.
  func sharing(_ pairs: PairWeights?) -> MeasuredWeights {
    guard case .local? = comparisons, let pairs else { return self }
    return MeasuredWeights(
      AlternativeWeights(values: pairs.weights, provenance: alternatives.provenance),
      comparisons: comparisons)
  }
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
