/// From comparisons to rewards that copies cannot shift: the whole pipeline, which the command line, Python, services and
/// studies call.
///
///     let result = try RewardFit().run(dataset)
///     result.weighted?.rewards          // one for each alternative, nil where the data say nothing
///     result.weighted?.errors.values    // their standard errors
///     result.weights.effectiveAlternatives
///
/// The stages of `run`, with their places in the paper, are the map of the library.
public struct RewardFit: Sendable {
  public let settings: Settings
  /// A scheme of your own in place of the one that the settings name.
  public let scheme: (any WeightScheme)?

  public init(_ settings: Settings = Settings(), scheme: (any WeightScheme)? = nil) {
    self.settings = settings
    self.scheme = scheme
  }

  /// Fits the standard estimate, and the weighted one where something is known that could tell the weights.
  ///
  /// - Parameters:
  ///   - data: Comparisons with what is known of their alternatives; checked when it was made.
  ///   - aids: What settings name and files hold: a pool, a stored transform.
  ///   - reference: An alternative whose differences from the others want standard errors of their own.
  ///   - state: What an earlier fit of the same settings left behind: rewards to start from, weights of the same contexts.
  /// - Throws: `RewardFitError`, `WeightsError`, `SpaceError`, `ContextsError`, `DatasetError`, `EstimationError`,
  ///   `Cancelled`.
  /// - Complexity: some hundred passes over the pairs, and what the scheme takes for the weights.
  public func run(
    _ data: PreferenceDataset, aids: Aids = Aids(), against reference: Int? = nil, from state: State? = nil,
    work: Work = Work()
  ) throws -> Result {
    var aids = aids
    aids.families = aids.families ?? state?.families(of: data)
    try check(data, aids, state)
    // Section 4: where the answers lie.
    let (known, transform) = try prepared(profiled(data, work.silent), aids, work.part(0...0.1, "contexts"))
    // Appendix C.3: exact duplicates as one, on request.
    let merged = settings.mergeDuplicates ? try MergedDuplicates(known) : nil
    let fitted = merged?.dataset ?? known
    // Eight draws side by side for each alternative, and what each pair weighs and bends.
    let (m, entries) = (fitted.alternatives.count, fitted.pairCounts.opponents.count)
    try MemoryNeed("estimates of \(m) alternatives", bytes: 520 * m + 24 * entries).require()
    let start = Start(state: state, reference: reference.map { merged?.groups.groupOf[$0] ?? $0 })
    // What is asked for, or what the data satisfy: which weights, and how pairs count.
    if let merged { aids.families = aids.families?.merging(merged.groups) }
    let choice = choice(for: fitted, families: aids.families)
    // Section 2: p_ij and n_ij are counted in the dataset. Definition 4.1: w_i, and what pairs weigh.
    let measured = try measure(fitted, choice, aids, state, work.part(0.1...0.4, "weights"))
    let equal = try equalPairs(fitted.pairCounts, choice.pairs, merged)
    let copies = measured.flatMap { $0.groups ?? fitted.contexts?.duplicates() }
    let pairs = try measured.map { try pairWeights($0, fitted, choice.pairs, merged, groups: copies) }
    // Equation 1, Theorem 2.5: the standard estimate. Equation 2, Theorem 4.4: the weighted one. Each with the lambda that
    // was asked for, or the one that predicts best.
    let folds = folds(of: fitted, work: work.silent)
    let standard = try estimate(
      fitted, equal,
      strength(
        fitted, folds, equal, choice.pairs, groups: nil, isStandard: true,
        work.part(0.4...0.5, "standard lambda")),
      winRates: WinRates(
        overComparisons: fitted.pairCounts.winRates(equal, choice.pairs),
        averages: fitted.pairCounts.paperAverages()), start, state?.standardRewards,
      work.part(0.5...0.7, "standard estimate"))
    let weighted = try zip(measured, pairs).map { measured, pairs in
      try estimate(
        fitted, pairs,
        strength(
          fitted, folds, pairs, choice.pairs, groups: copies, isStandard: false,
          work.part(0.7...0.8, "weighted lambda")),
        winRates: measured.winRates(fitted.pairCounts, pairs, choice.pairs),
        start, state?.weightedRewards, work.part(0.8...1, "weighted estimate")
      ).addingWeightNoise(
        of: measured, fitted.pairCounts,
        remake: { try pairWeights($0, fitted, choice.pairs, merged, groups: copies) }, work)
    }
    return Result(
      settings: settings, choice: choice, dataset: known, transform: transform, merged: merged,
      measured: measured?.sharing(pairs)
        ?? MeasuredWeights(.uniform(alternatives: fitted.alternatives.count)),
      schemeName: scheme?.name, families: aids.families, standard: standard,
      weighted: scheme == nil && settings.weights == .scheme(.uniform) ? standard : weighted)
  }
}

/// Both, or nothing.
private func zip<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
  guard let a, let b else { return nil }
  return (a, b)
}
