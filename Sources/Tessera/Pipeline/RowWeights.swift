/// What each comparison weighs, for those who fit their own rewards: a pair's mass shared among its comparisons.
///
/// A trainer that multiplies the loss of every row by its weight minimises the objective of Equation 2 over its own model.
public struct RowWeights: Sendable {
  /// Which weights and pairs, and why.
  public let choice: RewardFit.Choice
  /// nil where nothing tells weights: every pair then counts as its convention has it.
  public let measured: MeasuredWeights?
  private let counts: PairCounts
  private let pairs: PairWeights

  init(_ choice: RewardFit.Choice, _ measured: MeasuredWeights?, _ counts: PairCounts, _ pairs: PairWeights) {
    (self.choice, self.measured, self.counts, self.pairs) = (choice, measured, counts, pairs)
  }

  /// Weight of one comparison: v_ij over the pair's comparisons, times its own count. 0 for one that was not weighed.
  public func weight(of comparison: Comparison) -> Double {
    let i = Int(comparison.a)
    guard let entry = counts.entry(i, Int(comparison.b)), counts.counts[entry] > 0 else { return 0 }
    return pairs.mass(ofRow: i, entry: entry) / counts.counts[entry] * comparison.count
  }

  /// Weights of the alternatives, mean 1: 1 is an equal share.
  public var alternatives: [Double] {
    guard let measured else { return [Double](repeating: 1, count: counts.alternatives) }
    return measured.sharing(pairs).alternatives.values.scaledToMeanOne
  }
}

extension RewardFit.Result {
  /// What this fit weighed comparisons by, where no duplicates were merged.
  public var rowWeights: RowWeights {
    RowWeights(
      choice, choice.weights == .uniform ? nil : fittedWeights, fittedDataset.pairCounts, best.pairs)
  }
}

extension RewardFit {
  /// What `run` weighs comparisons by, without any fit.
  ///
  /// - Throws: `RewardFitError`, `WeightsError`, `SpaceError`, `ContextsError`, `EstimationError`, `Cancelled`.
  public func weigh(_ data: PreferenceDataset, aids: Aids = Aids(), work: Work = Work()) throws -> RowWeights
  {
    try check(data, aids, nil)
    let (known, _) = try prepared(profiled(data, work.silent), aids, work.part(0...0.2, "contexts"))
    let choice = choice(for: known, families: aids.families)
    let measured = try measure(known, choice, aids, nil, work.part(0.2...1, "weights"))
    let pairs =
      try measured.map {
        try pairWeights($0, known, choice.pairs, nil, groups: $0.groups ?? known.contexts?.duplicates())
      }
      ?? equalPairs(known.pairCounts, choice.pairs, nil)
    return RowWeights(choice, measured, known.pairCounts, pairs)
  }
}

/// How often each row is drawn when rows are drawn in proportion to their weights.
///
/// Systematic sampling (Madow, 1949): one random number places N equally spaced marks on the line of weights, so that every
/// row is drawn its expected number of times, rounded down or up.
public enum SystematicSample {
  /// - Parameters:
  ///   - weights: At least one above 0, none below.
  ///   - draws: How many rows are drawn.
  /// - Returns: For each row how often; the sum is `draws`.
  /// - Complexity: O(rows).
  public static func counts(_ weights: [Double], draws: Int, seed: UInt64) -> [Int] {
    let total = weights.reduce(0, +)
    guard total > 0, draws > 0 else { return [Int](repeating: 0, count: weights.count) }
    var stream = RandomStream(seed: seed, for: .rowSample)
    let start = stream.uniform()
    var before = 0
    var sum = 0.0
    var last = 0
    var counts = weights.enumerated().map { place, weight in
      sum += weight
      if weight > 0 { last = place }
      // Marks lie at start, start + 1, ...: so many are passed.
      let passed = min(draws, max(before, Int((sum / total * Double(draws) + start).rounded(.down))))
      defer { before = passed }
      return passed - before
    }
    // Rounding can leave the last mark behind the end.
    counts[last] += draws - before
    return counts
  }
}
