/// A fit as a board: ratings on a scale with their intervals, and ranks as far as the votes tell them.
///
///     let board = try Leaderboard(RewardFit().run(data))
///     board.best.ranks.ranks[i]      // the places that i can have
///     board.best.score(i)            // on Elo's scale, the mean at 1000
///     board.lead                     // of the first over the second, and whether it is more than noise
///
/// - SeeAlso: `RankIntervals`, `RatingScale`.
public struct Leaderboard: Sendable {
  /// One estimate on the board.
  public struct Column: Sendable {
    public let rewards: [Double?]
    public let errors: RewardErrors
    /// Two rewards of a component differ with a variance of about the sum of theirs; nil where they are not known.
    public let quasiVariances: [Double?]?
    public let ranks: RankIntervals
    /// The model of ties that was fitted; nil for half wins.
    public let ties: TieModelFit?
    /// Rating of reward 0 in each component.
    public let origins: [Double]
    let scale: RatingScale
    let components: Components

    public func score(_ i: Int) -> Double? {
      rewards[i].map { origins[components.of[i]] + scale.factor * $0 }
    }
    public func scoreError(_ i: Int) -> Double? { errors.values[i].map { scale.factor * $0 } }
    public func scoreInterval(_ i: Int) -> ClosedRange<Double>? {
      ranks.rewards[i].map { interval in
        let origin = origins[components.of[i]]
        return origin + scale.factor * interval.lowerBound...origin + scale.factor * interval.upperBound
      }
    }

    /// r_i - r_j with its standard error, the sum of both where covariances are not known; nil where one has no reward.
    public func difference(_ i: Int, _ j: Int) -> (value: Double, error: Double)? {
      guard let a = rewards[i], let b = rewards[j], let x = errors.values[i], let y = errors.values[j] else {
        return nil
      }
      guard let all = errors.covariances else { return (a - b, x + y) }
      let m = rewards.count
      return (a - b, max(all[i * m + i] + all[j * m + j] - 2 * all[i * m + j], 0).squareRoot())
    }
  }

  /// How far the first is ahead of the second.
  public struct Lead: Sendable, Equatable {
    public let first: Int
    public let second: Int
    /// Of rewards, with its standard error.
    public let difference: Double
    public let error: Double
    /// Whether nobody can share the first place.
    public let isCertain: Bool
    /// Whom nobody is certainly above, the first included.
    public let leaders: [Int]
  }

  public let result: RewardFit.Result
  public let scale: RatingScale
  public let standard: Column
  /// nil where nothing is known that could tell the weights.
  public let weighted: Column?

  /// - Parameters:
  ///   - scale: On which rewards are shown.
  ///   - level: Of all intervals.
  ///   - ties: A model of ties in place of half wins; nil for half wins.
  /// - Throws: `RankError`, `TieModelError`, `EstimationError`, `Cancelled`.
  public init(
    _ result: RewardFit.Result, scale: RatingScale = RatingScale(), level: Double = 0.95,
    ties: TieModel? = nil,
    seed: UInt64 = 0, work: Work = Work()
  ) throws {
    self.result = result
    self.scale = scale
    let ids = result.dataset.alternatives.map(\.id)
    func column(_ estimate: RewardFit.Estimate, _ work: Work) throws -> Column {
      var (rewards, errors) = (estimate.rewards, RewardErrors(estimate.errors))
      var quasi = estimate.errors.quasiVariances
      var fit: TieModelFit?
      if let ties {
        let data = result.fittedDataset
        let found = try TieModelFit(
          ties, data.pairCounts, estimate.pairs, lambda: estimate.fit.lambda, work: work.silent)
        (rewards, errors) = (
          found.rewards, try found.errors(data.pairCounts, estimate.pairs, comparisons: data.comparisons)
        )
        quasi = errors.quasiVariances(result.components)
        fit = found
      }
      return Column(
        rewards: rewards, errors: errors, quasiVariances: quasi,
        ranks: try RankIntervals(
          rewards: rewards, errors: errors, components: result.components, level: level, seed: seed,
          work: work),
        ties: fit, origins: try scale.origins(ids, rewards, result.components), scale: scale,
        components: result.components)
    }
    standard = try column(result.standard, work.part(0...0.5))
    weighted = try result.weighted.map { try column($0, work.part(0.5...1)) }
  }

  /// The weighted estimate's column, or the standard one where there is no other.
  public var best: Column { weighted ?? standard }

  /// The component of most alternatives that have a reward, the first of equal ones: what a board is about.
  public var mainComponent: Int {
    var sizes = [Int](repeating: 0, count: result.components.count)
    for (i, component) in result.components.of.enumerated() where best.rewards[i] != nil {
      sizes[component] += 1
    }
    return sizes.indices.max { (sizes[$0], $1) < (sizes[$1], $0) } ?? 0
  }

  /// Of the main component, by the best estimate; nil where it has one alternative.
  public var lead: Lead? { lead(by: best) }

  /// The same by one of the columns.
  public func lead(by column: Column) -> Lead? {
    let component = mainComponent
    let order = column.rewards.indices.filter {
      result.components.of[$0] == component && column.rewards[$0] != nil
    }
    .sorted { (column.rewards[$1] ?? 0, $0) < (column.rewards[$0] ?? 0, $1) }
    guard order.count > 1, let gap = column.difference(order[0], order[1]) else { return nil }
    let leaders = column.ranks.leaders(of: component, in: result.components)
    return Lead(
      first: order[0], second: order[1], difference: gap.value, error: gap.error,
      isCertain: leaders.count == 1,
      leaders: leaders)
  }
}
