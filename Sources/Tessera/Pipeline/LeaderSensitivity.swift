/// Whether the leaders depend on a strength of the regularisation that the data do not tell from the chosen one.
public struct LeaderSensitivity: Sendable, Equatable {
  /// A strength with another order of the leaders.
  public struct Other: Sendable, Equatable, Codable {
    public let lambda: Double
    /// The leader there, and the first places whose order differs.
    public let leaders: [Int]
  }

  /// Places that are looked at.
  public static let places = 3

  /// The first places at the chosen strength; empty where alternatives do not all compare.
  public let leaders: [Int]
  /// Weakest first.
  public let others: [Other]

  /// Whether the first place itself changes.
  public var leaderChanges: Bool { others.contains { $0.leaders.first != leaders.first } }

  /// - Complexity: a fit for each strength in the flat part of the curve, from the rewards at the chosen one.
  init(
    _ fit: RewardEstimate, _ counts: PairCounts, _ pairs: PairWeights, _ strength: RewardFit.Strength,
    work: Work
  ) throws {
    guard let curve = strength.curve, Components(counts).count == 1 else {
      (leaders, others) = ([], [])
      return
    }
    let first = Self.first(fit)
    var others: [Other] = []
    for point in curve.points where point.isFlat && point.lambda != strength.lambda {
      let lambda = point.lambda * strength.scale
      let solver = NewtonSolver(
        settings: BradleyTerry(lambda: lambda, tolerance: 1e-8), rewardTolerance: 1e-4)
      let other = Self.first(
        try solver.solve(Objective(counts, pairs, lambda: lambda), start: fit.rewards, work: work))
      if other != first { others.append(Other(lambda: point.lambda, leaders: other)) }
    }
    (leaders, self.others) = (first, others)
  }

  private static func first(_ fit: RewardEstimate) -> [Int] {
    let unknown = Set(fit.undetermined)
    let order = fit.rewards.indices.filter { !unknown.contains($0) }.sorted {
      (fit.rewards[$1], $0) < (fit.rewards[$0], $1)
    }
    return Array(order.prefix(places))
  }

  private init(leaders: [Int], others: [Other]) { (self.leaders, self.others) = (leaders, others) }

  /// The same of members, each merged alternative by its first.
  func spread(among groups: Partition) -> LeaderSensitivity {
    LeaderSensitivity(
      leaders: leaders.map { groups.representatives[$0] },
      others: others.map {
        Other(lambda: $0.lambda, leaders: $0.leaders.map { groups.representatives[$0] })
      })
  }
}
