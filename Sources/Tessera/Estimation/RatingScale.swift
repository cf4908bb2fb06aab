#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The scale on which rewards are shown.
///
/// Rewards are log-odds: r_i - r_j = log(p / (1 - p)) for the probability p that i is preferred. On Elo's scale p is
/// 1 / (1 + 10^(-d/400)) for a difference d of ratings, so one unit of log-odds is 400 / ln 10 = 173.7 points.
///
/// Only differences mean something, so a scale says where it hangs: at an alternative of a given rating, or at the mean of
/// each component, 1000 for Elo's. Rewards as log-odds hang where the estimate leaves them unless an anchor is given.
public struct RatingScale: Sendable, Equatable, Codable {
  public enum Unit: String, Sendable, Codable, CaseIterable { case elo, logit }

  /// An alternative with the rating that it shall have.
  public struct Anchor: Sendable, Equatable, Codable {
    public let id: String
    public let rating: Double

    public init(id: String, rating: Double) { (self.id, self.rating) = (id, rating) }
  }

  public let unit: Unit
  public let anchor: Anchor?

  /// What the mean of a component is on Elo's scale, as on most boards.
  public static let eloMean = 1000.0

  public init(_ unit: Unit = .elo, anchor: Anchor? = nil) { (self.unit, self.anchor) = (unit, anchor) }

  /// Points of one unit of log-odds.
  public var factor: Double { unit == .elo ? 400 / log(10) : 1 }

  /// The rating of reward 0 in each component: a rating is this plus `factor` times the reward.
  ///
  /// - Parameters:
  ///   - ids: Of the alternatives.
  ///   - rewards: One for each; nil where there is none.
  /// - Throws: `RankError.anchor` where the anchor has no reward.
  public func origins(_ ids: [String], _ rewards: [Double?], _ components: Components) throws -> [Double] {
    var (sums, counts) = (
      [Double](repeating: 0, count: components.count), [Double](repeating: 0, count: components.count)
    )
    for (i, reward) in rewards.enumerated() {
      guard let reward else { continue }
      sums[components.of[i]] += reward
      counts[components.of[i]] += 1
    }
    var origins =
      unit == .logit
      ? [Double](repeating: 0, count: components.count)
      : zip(sums, counts).map { Self.eloMean - factor * ($1 > 0 ? $0 / $1 : 0) }
    if let anchor {
      guard let place = ids.firstIndex(where: { Array($0.utf8) == Array(anchor.id.utf8) }),
        let reward = rewards[place]
      else { throw RankError.anchor(id: anchor.id) }
      origins[components.of[place]] = anchor.rating - factor * reward
    }
    return origins
  }
}
