/// What moved between two boards, and whether it is more than noise.
///
/// Rewards mean something only as differences, and a new alternative moves the zero. So in each component that both boards
/// have, rewards are taken less the mean of the alternatives that are in both: what changes is an alternative's distance from
/// the others. The variance of that distance comes from quasi-variances q, which compare alternatives as if independent,
///
///     V_i = q_i (1 - 2 / c) + sum over all c of q_j / c^2,
///
/// or from squared standard errors in their place where a board has none.
///
/// How the errors of both combine depends on the votes:
/// - `separate`: V_before + V_after. Right where the boards share no votes, and too large, never too small, where the later one
///   holds the votes of the earlier.
/// - `nested`: the later board holds all votes of the earlier. What the old votes say is then in both and falls away:
///   V_before - V_after, at least (1 - n_before / n_after) V_after for so many votes in all, since estimated variances are
///   themselves uncertain.
///
/// p-values are of a normal distribution, two-sided, and adjusted by Holm's method over all alternatives that both boards rate.
///
/// - SeeAlso: Hausman, "Specification tests in econometrics", Econometrica 1978, for the variance of nested estimates; Firth and de
///   Menezes, "Quasi-variances", Biometrika 2004; Holm, "A simple sequentially rejective multiple test procedure", 1979.
public struct RewardChanges: Sendable, Equatable {
  public enum Votes: String, Sendable, Codable, CaseIterable { case separate, nested }

  /// One of the boards.
  public struct Board: Sendable, Equatable {
    public let ids: [String]
    /// nil where there is no reward.
    public let rewards: [Double?]
    /// Quasi-variances, or squared standard errors; nil where there is no reward.
    public let variances: [Double?]
    /// Component of each alternative, from 0.
    public let components: [Int]
    public let comparisons: [Double]
    /// All comparisons.
    public let total: Double

    public init(
      ids: [String], rewards: [Double?], variances: [Double?], components: [Int], comparisons: [Double],
      total: Double
    ) {
      (self.ids, self.rewards, self.variances) = (ids, rewards, variances)
      (self.components, self.comparisons, self.total) = (components, comparisons, total)
    }

    /// Who has the highest reward in the component of most alternatives with one; nil where nobody has one.
    public var leader: Int? {
      var sizes: [Int: Int] = [:]
      for i in ids.indices where rewards[i] != nil { sizes[components[i], default: 0] += 1 }
      guard let main = sizes.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else { return nil }
      return ids.indices.filter { components[$0] == main && rewards[$0] != nil }
        .max { (rewards[$0] ?? 0, $1) < (rewards[$1] ?? 0, $0) }
    }

    /// Place of each alternative in its component; nil where it has no reward.
    public var ranks: [Int?] {
      var members: [Int: [Int]] = [:]
      for i in ids.indices where rewards[i] != nil { members[components[i], default: []].append(i) }
      var ranks = [Int?](repeating: nil, count: ids.count)
      for (_, group) in members {
        for (i, rank) in zip(group, RewardEstimate.ranks(of: group.map { rewards[$0] ?? 0 })) {
          ranks[i] = rank
        }
      }
      return ranks
    }
  }

  public struct Change: Sendable, Equatable {
    /// Places in the two boards.
    public let before: Int
    public let after: Int
    /// Less the mean of those in both.
    public let rewardBefore: Double
    public let rewardAfter: Double
    public let difference: Double
    public let error: Double
    public let pValue: Double
    /// By Holm's method.
    public let adjusted: Double
    public let rankBefore: Int?
    public let rankAfter: Int?
  }

  public let votes: Votes
  public let level: Double
  /// Of alternatives that both boards rate in a component with another of them; largest standardised change first.
  public let changes: [Change]
  /// Places in the later board of those that the earlier one does not have, and the other way round.
  public let new: [Int]
  public let gone: [Int]
  /// In both, and with nobody to compare them with on both boards: ids.
  public let incomparable: [String]

  /// - Throws: `RankError.level`, `RewardChangeError` where the later board has fewer votes and should hold the earlier one's.
  /// - Complexity: O(m log m).
  public init(_ before: Board, _ after: Board, votes: Votes = .separate, level: Double = 0.95) throws {
    guard level > 0, level < 1 else { throw RankError.level(found: level) }
    let places = IdentifierTable(before.ids)
    let later = IdentifierTable(after.ids)
    new = after.ids.indices.filter { places[after.ids[$0]] == nil }
    gone = before.ids.indices.filter { later[before.ids[$0]] == nil }
    if votes == .nested {
      for (j, id) in after.ids.enumerated() {
        if let i = places[id], after.comparisons[j] < before.comparisons[i] {
          throw RewardChangeError.notNested(
            id: id, before: before.comparisons[i], after: after.comparisons[j])
        }
      }
      if let i = gone.first {
        throw RewardChangeError.notNested(id: before.ids[i], before: before.comparisons[i], after: 0)
      }
    }
    // Alternatives that can be compared with one another on both boards.
    struct Both: Hashable { let before, after: Int }
    var groups: [Both: [(before: Int, after: Int)]] = [:]
    var order: [Both] = []
    for (j, id) in after.ids.enumerated() {
      guard let i = places[id], before.rewards[i] != nil, after.rewards[j] != nil, before.variances[i] != nil,
        after.variances[j] != nil
      else { continue }
      let key = Both(before: before.components[i], after: after.components[j])
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append((i, j))
    }
    let floor = votes == .nested ? max(1 - before.total / max(after.total, 1), 0) : 0
    let (ranksBefore, ranksAfter) = (before.ranks, after.ranks)
    var found: [Change] = []
    var alone: [String] = []
    for key in order {
      guard let group = groups[key] else { continue }
      guard group.count > 1 else {
        alone.append(after.ids[group[0].after])
        continue
      }
      let old = Self.centred(
        group.map { before.rewards[$0.before] ?? 0 }, group.map { before.variances[$0.before] ?? 0 })
      let now = Self.centred(
        group.map { after.rewards[$0.after] ?? 0 }, group.map { after.variances[$0.after] ?? 0 })
      for (k, pair) in group.enumerated() {
        let (x, y) = (old.variances[k], now.variances[k])
        let variance = votes == .separate ? x + y : max(x - y, floor * y)
        let difference = now.rewards[k] - old.rewards[k]
        let error = max(variance, 0).squareRoot()
        // Without noise to speak of every change is one of the fit.
        let p = error > 0 ? normalTails(difference / error) : difference == 0 ? 1 : 0
        found.append(
          Change(
            before: pair.before, after: pair.after, rewardBefore: old.rewards[k], rewardAfter: now.rewards[k],
            difference: difference, error: error, pValue: p, adjusted: p,
            rankBefore: ranksBefore[pair.before],
            rankAfter: ranksAfter[pair.after]))
      }
    }
    incomparable = alone
    self.votes = votes
    self.level = level
    changes = Self.holm(found)
  }

  /// More than noise at the level, all changes taken together.
  public func isCertain(_ change: Change) -> Bool { change.adjusted <= 1 - level }

  private static func centred(_ rewards: [Double], _ variances: [Double]) -> (
    rewards: [Double], variances: [Double]
  ) {
    let c = Double(rewards.count)
    let mean = rewards.reduce(0, +) / c
    let shared = variances.reduce(0, +) / (c * c)
    return (rewards.map { $0 - mean }, variances.map { max($0 * (1 - 2 / c) + shared, 0) })
  }

  /// The smallest of n p-values times n, the next times n - 1, and so on; never falling.
  private static func holm(_ changes: [Change]) -> [Change] {
    var largest = 0.0
    let sorted = changes.sorted {
      ($0.pValue, -abs($0.difference), $0.after) < ($1.pValue, -abs($1.difference), $1.after)
    }
    return sorted.enumerated().map { place, change in
      largest = max(largest, min(change.pValue * Double(sorted.count - place), 1))
      return Change(
        before: change.before, after: change.after, rewardBefore: change.rewardBefore,
        rewardAfter: change.rewardAfter, difference: change.difference, error: change.error,
        pValue: change.pValue,
        adjusted: largest, rankBefore: change.rankBefore, rankAfter: change.rankAfter)
    }
  }
}

/// What a comparison of boards can object to.
public enum RewardChangeError: KindedError, Equatable {
  case notNested(id: String, before: Double, after: Double)

  public var kind: ErrorKind { .data }

  public var description: String {
    switch self {
    case .notNested(let id, let before, let after):
      "\"\(id)\" has \(after) comparisons after \(before) before; expected at least as many, where the later board holds the votes of the earlier"
    }
  }
}
