/// Weights, contexts and rewards of a leaderboard that agree with one another: profiles of win rates whose columns carry the
/// weights, weights of these profiles, and the estimate under these weights.
///
///     let found = try BehaviourWeights(of: dataset, by: Horizon(), fit: RewardFit(settings))
///     found.weights.effectiveAlternatives
///     found.change          // of a weight in the last round, in shares of 1/m
///
/// It begins with equal weights of different records. In each round the estimate under the weights gives the rewards towards
/// which profiles are drawn, the weights scale the columns, and the scheme weighs the profiles anew. Copies of a whole
/// record that are not compared with each other change nothing for the others, in any round: they are one record in the
/// beginning, the estimate does not see them, and their profiles are equal. That holds under the `local` ridge; under the
/// others with pairs by `count` only where copies leave the mean count of a pair unchanged (`PairWeights`).
///
/// Clones with votes of their own are another matter: profiles cannot tell them from other models of the same strength, and on
/// simulated boards with known families they mostly enlarge the shift (`Benchmarks/study --boards`).
///
/// Whether the rounds settle is not proved. Two or three of them are enough to take the clones out of the columns; `change` says
/// what the last one did.
public struct BehaviourWeights: Sendable {
  /// Profiles are a square matrix: for leaderboards.
  public static let mostAlternatives = 5_000

  public let contexts: Contexts
  public let weights: AlternativeWeights
  public let pairs: PairWeights
  public let estimate: RewardEstimate
  public let rounds: Int
  /// Largest change of a weight in the last round, in shares of 1/m.
  public let change: Double
  public let isSettled: Bool

  /// - Parameters:
  ///   - rounds: At most; 1 at least.
  ///   - tolerance: Of `change`, at which it is settled.
  /// - Throws: as `RewardFit.run`.
  /// - Complexity: a fit and a weighing of m profiles of m numbers for each round.
  public init(
    of data: PreferenceDataset, by scheme: any WeightScheme, fit: RewardFit = RewardFit(), rounds: Int = 3,
    tolerance: Double = 0.01, prior: Double = 10, work: Work = Work()
  ) throws {
    let counts = data.pairCounts
    let m = counts.alternatives
    let records = BehaviourContexts.copies(in: counts)
    let convention = fit.choice(for: data).pairs
    func pairWeights(_ weights: [Double]) throws -> PairWeights {
      try PairWeights(
        products: weights, counts, pairs: convention, lambda: fit.settings.lambdaConvention, groups: records)
    }
    var weights = FamilyWeights(records).weights
    var pairs = try pairWeights(weights.values)
    // What the votes choose is chosen once, under weights that copies do not move.
    let lambda = try fit.strength(
      data, fit.folds(of: data, work: work.silent), pairs, convention, groups: records, isStandard: false,
      work.silent
    ).lambda
    var found = try BradleyTerry(lambda: lambda).fit(counts, pairs, work: work.silent)
    var contexts: Contexts?
    var (done, change) = (0, Double.infinity)
    while done == 0 || (done < rounds && change > tolerance) {
      work.report(Double(done) / Double(max(rounds, 1)))
      let profiles = try BehaviourContexts.contexts(
        counts, rewards: found.rewards, weights: weights.values, records: records, prior: prior)
      let next = try scheme.weights(of: profiles, work: work.silent)
      change = Double(m) * zip(weights.values, next.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
      (weights, contexts) = (next, profiles)
      pairs = try pairWeights(weights.values)
      found = try BradleyTerry(lambda: lambda).fit(counts, pairs, start: found.rewards, work: work.silent)
      done += 1
    }
    guard let contexts else { throw WeightsError.noContexts }
    (self.contexts, self.weights, self.pairs, self.estimate) = (contexts, weights, pairs, found)
    (self.rounds, self.change) = (done, change)
    isSettled = change <= tolerance
  }
}
