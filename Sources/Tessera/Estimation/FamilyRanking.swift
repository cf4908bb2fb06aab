/// Families by the mean of their members' rewards, beside their best member.
///
/// The best of many equal members is ahead by luck alone: of eleven with equal true rewards and standard errors s, by about
/// 1.6 s. Weights do not mend that; the mean of the family does, and nobody gains by entering more members.
///
///     let ranking = try FamilyRanking(families, of: estimate, counts, pairs)
///     ranking.families[0].mean     // of the family that leads by its mean
///
/// Members count alike, whatever they weigh. Means compare within a component only: a family whose members are of several
/// components is ranked by its mean all the same, and `isComparable` says so.
public struct FamilyRanking: Sendable, Equatable {
  public struct Family: Sendable, Equatable {
    /// Number of the family in the partition.
    public let number: Int
    /// Members with a reward, ascending.
    public let members: [Int]
    /// Mean of their rewards.
    public let mean: Double
    /// Standard error of the mean; nil where it is not known.
    public let standardError: Double?
    /// Member with the highest reward, the first of equal ones.
    public let best: Int
    public let bestReward: Double
    /// Place by the mean and by the best member, 1 for the highest; equal values share a place.
    public let rank: Int
    public let rankOfBest: Int
    /// Whether all members are of one component.
    public let isComparable: Bool
  }

  /// How standard errors of means came about.
  public enum Errors: String, Sendable, Codable {
    /// From the covariances of the members' rewards, for independent comparisons.
    case covariances
    /// From the members' errors alone, as if they were independent: where members' rewards hang together, as they do by the
    /// opponents that they share, the error of the mean is larger than this.
    case members
    case none
  }

  /// Highest mean first. Families without any reward are left out.
  public let families: [Family]
  public let errors: Errors

  /// Up to this many alternatives covariances are computed: as a dense matrix.
  public static let covarianceLimit = 1_500

  /// - Parameters:
  ///   - families: A family for each alternative.
  ///   - counts: What the estimate was fitted to, with `pairs`; covariances come from them.
  /// - Throws: `EstimationError`, `Cancelled`.
  /// - Complexity: O(m^3) up to the limit; beyond it errors are not known.
  public init(
    _ families: Partition, of estimate: RewardEstimate, _ counts: PairCounts, _ pairs: PairWeights,
    work: Work = Work()
  ) throws {
    let problem = try Objective(counts, pairs, lambda: estimate.lambda)
    var covariances: [Double]?
    if problem.active.count <= Self.covarianceLimit {
      let here = try problem.evaluation(at: estimate.rewards, work: work)
      let noise = try PairNoise(problem, estimate.rewards, denseLimit: Self.covarianceLimit, work: work)
      covariances = try NoisePropagation(problem, here, rewards: estimate.rewards, work: work)
        .exactly(active: problem.active, reference: nil, all: true, variance: noise.variance)?.all
    }
    let m = counts.alternatives
    self.init(families, estimate.known, Components(counts), errors: covariances == nil ? .none : .covariances)
    {
      members in
      guard let covariances else { return nil }
      return members.reduce(0) { sum, i in sum + members.reduce(0) { $0 + covariances[i * m + $1] } }
    }
  }

  /// From rewards and their errors alone.
  ///
  /// - Parameters:
  ///   - rewards: One for each alternative; nil where there is none.
  ///   - standardErrors: Of the rewards; empty where none are known. The means' are then the members' as if independent.
  public init(
    _ families: Partition, rewards: [Double?], standardErrors: [Double?] = [], components: Components
  ) {
    self.init(families, rewards, components, errors: standardErrors.isEmpty ? .none : .members) { members in
      var sum = 0.0
      for i in members {
        guard i < standardErrors.count, let error = standardErrors[i] else { return nil }
        sum += error * error
      }
      return sum
    }
  }

  /// - Parameter variance: Of the sum of some members' rewards; nil where it is not known.
  private init(
    _ partition: Partition, _ rewards: [Double?], _ components: Components, errors: Errors,
    variance: ([Int]) -> Double?
  ) {
    var members = [[Int]](repeating: [], count: partition.count)
    for (i, group) in partition.groupOf.enumerated() where i < rewards.count && rewards[i] != nil {
      members[group].append(i)
    }
    func reward(_ i: Int) -> Double { rewards[i] ?? 0 }
    let known = members.indices.filter { !members[$0].isEmpty }
    let means = known.map { group in
      members[group].reduce(0) { $0 + reward($1) } / Double(members[group].count)
    }
    let bests = known.map { group in
      members[group].dropFirst().reduce(members[group][0]) { reward($1) > reward($0) ? $1 : $0 }
    }
    let (ranks, bestRanks) = (RewardEstimate.ranks(of: means), RewardEstimate.ranks(of: bests.map(reward)))
    families = known.indices.map { place in
      let group = members[known[place]]
      return Family(
        number: known[place], members: group, mean: means[place],
        standardError: variance(group).map { max($0, 0).squareRoot() / Double(group.count) },
        best: bests[place], bestReward: reward(bests[place]), rank: ranks[place],
        rankOfBest: bestRanks[place],
        isComparable: Set(group.map { components.of[$0] }).count == 1)
    }.sorted { ($0.rank, $0.number) < ($1.rank, $1.number) }
    self.errors = errors
  }
}
