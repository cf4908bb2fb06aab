/// How few votes decide who leads: a set of comparisons without which another alternative has the highest reward.
///
///     let fragility = try Fragility(dataset, estimate, fit: RewardFit(settings))
///     fragility?.votes       // so many votes less, and
///     fragility?.newLeader   // another one leads
///
/// Votes go one after another, the one first that brings a challenger closest to the leader for its price: a vote moves the
/// difference of the two by u . dR to first order, where H u = e_leader - e_challenger. After some of them, and after each of
/// the last, all is fitted again, and the fit alone decides whether another one leads. So the number is an upper limit: a
/// cleverer choice could need fewer (Broderick, Giordano and Meager, 2020, for the idea of dropping the most influential data).
///
/// Weights of alternatives stay as they are, also where contexts came from the same votes. The leader is that of the component
/// with the most alternatives, and the new leader has to hang together with it by what is left: a split is no overtaking.
public struct Fragility: Sendable, Equatable {
  /// Votes of one pair that said the same.
  public struct Dropped: Sendable, Equatable {
    /// The one that got at least half of each of these votes.
    public let winner: Int
    public let loser: Int
    /// Share that went to the winner: 1, 1/2 for ties, the pair's mean for soft labels.
    public let outcome: Double
    public let count: Double

    public init(winner: Int, loser: Int, outcome: Double, count: Double) {
      (self.winner, self.loser, self.outcome, self.count) = (winner, loser, outcome, count)
    }
  }

  public let leader: Int
  public let newLeader: Int
  /// Counts of what is dropped.
  public let votes: Double
  /// Of all votes, those of other components as well.
  public let share: Double
  /// Most votes first.
  public let dropped: [Dropped]
  /// Whether the fit without these votes is a minimum; else its search stopped early and its leader may not be the last word.
  public let isVerified: Bool

  /// Rewards closer than this are equal: what the certificate of an estimate leaves open.
  static let rounding = 1e-9
  /// Challengers, nearest first, for which the number of votes is estimated.
  static let considered = 16

  /// - Parameters:
  ///   - estimate: The minimum for these counts and pair weights.
  ///   - convention: How `pairs` count comparisons.
  ///   - lambda: Whether the ridge of `pairs` follows what was compared.
  ///   - limit: Share of the votes beyond which nothing is looked for.
  ///   - challengers: Of the challengers that need fewest votes to first order, so many are followed to the end.
  ///   - remake: The pair weights of fewer votes.
  /// - Returns: nil where no alternative leads, where no challenger is known, or where more votes than the limit are needed.
  /// - Throws: `EstimationError`, `Cancelled`, and what `remake` throws.
  /// - Complexity: one fit for each of the last votes of a challenger, and for each eighth of the way before: about
  ///   8 log(votes) fits and as many passes over the pairs. Rows are never looked at.
  public init?(
    of estimate: RewardEstimate, _ counts: PairCounts, _ pairs: PairWeights,
    counting convention: PairConvention,
    lambda: LambdaConvention, limit: Double = 0.1, challengers: Int = 3, work: Work = Work(),
    remaking remake: @escaping (PairCounts) throws -> PairWeights
  ) throws {
    guard let (leader, others) = Self.race(estimate, counts) else { return nil }
    let whole = VotesLeft(
      counts, pairs, estimate, convention: convention, ridgeFollowsPairs: lambda == .local, work: work,
      remake: remake)
    let total = whole.votes
    let nearest = Array(others.prefix(Self.considered))
    let slopes = try whole.slopes(of: leader, against: nearest)
    let promising = zip(nearest, slopes).map { challenger, slope in
      (challenger, whole.expectedVotes(slope, leader, challenger, most: limit * total))
    }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(challengers).map(\.0)
    var best: (votes: Double, left: VotesLeft, leader: Int)?
    for challenger in promising {
      for order in VotesLeft.Order.allCases where order == .single || convention == .proportion {
        try work.check()
        var left = whole
        let most = best.map { $0.votes - VotesLeft.smallest } ?? limit * total
        guard let first = try left.drop(order, leader, challenger, most: most) else { continue }
        let found = try left.givingBack(leader, first, whole)
        best = (found.left.dropped(from: whole), found.left, found.leader)
      }
    }
    guard let best else { return nil }
    self.leader = leader
    newLeader = best.leader
    votes = best.votes
    share = best.votes / total
    dropped = best.left.list(from: whole)
    isVerified = best.left.fit.outcome == .minimum
  }

  /// The same for an estimate under one scheme.
  public init?(
    _ dataset: PreferenceDataset, _ estimate: WeightedEstimate, fit: RewardFit, limit: Double = 0.1,
    work: Work = Work()
  ) throws {
    let settings = fit.settings
    let convention = fit.choice(for: dataset).pairs
    let groups =
      estimate.scheme.isUniform ? nil : estimate.measured.groups ?? dataset.contexts?.duplicates()
    try self.init(
      of: estimate.fit, dataset.pairCounts, estimate.pairs, counting: convention,
      lambda: settings.lambdaConvention, limit: limit, work: work
    ) { counts in
      if case .local(let local)? = estimate.measured.comparisons {
        return try PairWeights(
          local.restricted(from: dataset.pairCounts, to: counts), counts, pairs: convention, groups: groups)
      }
      return try PairWeights(
        products: estimate.weights.values, counts, pairs: convention, lambda: settings.lambdaConvention,
        groups: groups)
    }
  }

  /// Who leads the component with the most alternatives, and the others of it, nearest first; nil where nobody leads.
  private static func race(_ estimate: RewardEstimate, _ counts: PairCounts) -> (leader: Int, others: [Int])?
  {
    let components = Components(counts)
    var members = [[Int]](repeating: [], count: components.count)
    let unknown = Set(estimate.undetermined)
    for i in estimate.rewards.indices where !unknown.contains(i) { members[components.of[i]].append(i) }
    guard let largest = members.max(by: { $0.count < $1.count }), largest.count > 1 else { return nil }
    // Of components of one size the first.
    let chosen = members.first { $0.count == largest.count } ?? largest
    let order = chosen.sorted { (estimate.rewards[$1], $0) < (estimate.rewards[$0], $1) }
    guard estimate.rewards[order[0]] - estimate.rewards[order[1]] > rounding else { return nil }
    return (order[0], Array(order.dropFirst()))
  }
}
