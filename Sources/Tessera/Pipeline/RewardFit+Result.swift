extension RewardFit {
  /// Rewards, their errors, and what both rest on.
  public struct Estimate: Sendable {
    public let fit: RewardEstimate
    public let errors: StandardErrors
    /// What pairs weighed; of merged alternatives where duplicates were merged.
    public let pairs: PairWeights
    /// How many equally heavy pairs would be as concentrated.
    public let effectiveComparisons: Double
    /// Wins over comparisons, ties a half, each comparison counted by what it weighs; nil where nobody was met.
    public let winRates: [Double?]
    /// The paper's average win rate: the share of preference against an opponent drawn by weight among those met and itself,
    /// against whom it is a half. nil where comparisons are weighed and alternatives are not.
    public let averageWinRates: [Double?]?
    /// What the noise of sampled weights does to each reward, one standard error; nil where the weights are exact.
    public let weightNoise: [Double?]?
    /// Strength of the regularisation as settings mean it; `fit.lambda` is the objective's.
    public let lambda: Double
    /// What it was chosen by; nil where it was given, or there was too little to choose it by.
    public let curve: LambdaCurve?
    /// Whether the leaders depend on it where the data do not.
    public let leaders: LeaderSensitivity

    /// One for each alternative; nil where the data say nothing.
    public let rewards: [Double?]

    init(
      fit: RewardEstimate, errors: StandardErrors, pairs: PairWeights, effectiveComparisons: Double,
      winRates: [Double?], averageWinRates: [Double?]?, weightNoise: [Double?]?, lambda: Double,
      curve: LambdaCurve?,
      leaders: LeaderSensitivity
    ) {
      (self.fit, self.errors, self.pairs) = (fit, errors, pairs)
      (self.lambda, self.curve, self.leaders) = (lambda, curve, leaders)
      (self.effectiveComparisons, self.winRates, self.averageWinRates, self.weightNoise) = (
        effectiveComparisons, winRates, averageWinRates, weightNoise
      )
      rewards = fit.known
    }

    func spread(among groups: Partition) -> Estimate {
      func back<Value>(_ values: [Value]) -> [Value] { groups.groupOf.map { values[$0] } }
      return Estimate(
        fit: fit.spread(among: groups), errors: errors.mapped(back), pairs: pairs,
        effectiveComparisons: effectiveComparisons, winRates: back(winRates),
        averageWinRates: averageWinRates.map(back),
        weightNoise: weightNoise.map(back), lambda: lambda, curve: curve,
        leaders: leaders.spread(among: groups))
    }

    /// - Parameter remake: Makes the pairs' weights of other weights of the alternatives.
    func addingWeightNoise(
      of measured: MeasuredWeights, _ counts: PairCounts, remake: (MeasuredWeights) throws -> PairWeights,
      _ work: Work
    ) throws -> Estimate {
      guard measured.alternatives.maxStandardError > 0 else { return self }
      let noise = try WeightNoise(of: fit, counts, pairs, measured, remake: remake, work: work.silent)
      return Estimate(
        fit: fit, errors: errors, pairs: pairs, effectiveComparisons: effectiveComparisons,
        winRates: winRates, averageWinRates: averageWinRates, weightNoise: noise.values, lambda: lambda,
        curve: curve, leaders: leaders)
    }
  }

  /// What a fit found, and what is needed to check it without us.
  public struct Result: Sendable {
    public let settings: Settings
    /// Which weights, how pairs count, and why.
    public let choice: Choice
    /// The data that came in, with contexts as the space saw them.
    public let dataset: PreferenceDataset
    /// What was done to the contexts; nil for nothing.
    public let transform: ContextTransform?
    /// Exact duplicates as one; nil where they were not merged.
    public let merged: MergedDuplicates?
    public let components: Components
    /// One for each alternative; equal ones where nothing told the weights.
    public let weights: AlternativeWeights
    /// The same for the alternatives that were fitted, with the weights of comparisons.
    public let fittedWeights: MeasuredWeights
    /// Name of the scheme that weighed, where it was none of the settings'.
    public let schemeName: String?
    /// Family of each alternative that was fitted, where they were declared.
    public let families: Partition?
    public let standard: Estimate
    /// nil where nothing is known that could tell the weights.
    public let weighted: Estimate?

    init(
      settings: Settings, choice: Choice, dataset: PreferenceDataset, transform: ContextTransform?,
      merged: MergedDuplicates?, measured: MeasuredWeights, schemeName: String?, families: Partition?,
      standard: Estimate, weighted: Estimate?
    ) {
      self.settings = settings
      self.choice = choice
      self.dataset = dataset
      self.transform = transform
      self.merged = merged
      self.schemeName = schemeName
      self.families = families
      fittedWeights = measured
      let weights = measured.alternatives
      let found = Components(fitted(dataset, merged).pairCounts)
      guard let groups = merged?.groups else {
        (components, self.weights, self.standard, self.weighted) = (found, weights, standard, weighted)
        return
      }
      components = found.spread(among: groups)
      self.weights = weights.shared(among: groups)
      self.standard = standard.spread(among: groups)
      self.weighted = weighted?.spread(among: groups)
    }

    /// The data that were fitted: with duplicates merged where that was asked for.
    public var fittedDataset: PreferenceDataset { fitted(dataset, merged) }

    /// The weighted estimate, or the standard one where there is none.
    public var best: Estimate { weighted ?? standard }

    /// Comparisons that each alternative took part in.
    public var comparisons: [Double] {
      (0..<dataset.alternatives.count).map { dataset.pairCounts.comparisons(of: $0) }
    }

    /// Wins over comparisons of each alternative, its own record, ties a half; nil where it was never compared.
    public var winRates: [Double?] { dataset.pairCounts.winRates() }

    /// Declared families by the mean of their members, beside their best member; nil where none were declared.
    ///
    /// - Throws: `EstimationError`.
    public func familyRanking(work: Work = Work()) throws -> FamilyRanking? {
      guard let families else { return nil }
      // Estimates of merged alternatives were handed back to their members; the first of each group speaks for it.
      return try FamilyRanking(
        families, of: best.fit.gathered(merged?.groups), fittedDataset.pairCounts, best.pairs, work: work)
    }

    /// Place of every alternative among those it can be compared with; nil where it has no reward.
    public func ranks(_ rewards: [Double?]) -> [Int?] {
      var members = [[Int]](repeating: [], count: components.count)
      for (i, component) in components.of.enumerated() where rewards[i] != nil {
        members[component].append(i)
      }
      var ranks = [Int?](repeating: nil, count: rewards.count)
      for group in members {
        for (i, rank) in Swift.zip(group, RewardEstimate.ranks(of: group.compactMap { rewards[$0] })) {
          ranks[i] = rank
        }
      }
      return ranks
    }
  }
}

private func fitted(_ dataset: PreferenceDataset, _ merged: MergedDuplicates?) -> PreferenceDataset {
  merged?.dataset ?? dataset
}
