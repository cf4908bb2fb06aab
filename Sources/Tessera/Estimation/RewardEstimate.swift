/// Rewards fitted to comparisons, with the proof that they are the minimum.
public struct RewardEstimate: Sendable, Equatable, Codable {
  /// How the search for the minimum ended.
  public enum Outcome: Sendable, Equatable {
    /// The certificate met the tolerance.
    case minimum
    /// It did not; in a sentence, why.
    case stopped(String)
  }

  /// One for each alternative; 0 for those of `undetermined`. Comparable only within a component of the comparison graph;
  /// within each part of it that hangs together by pairs with mass, sum_i rho_i r_i = 0.
  public let rewards: [Double]
  /// Largest absolute residual of the first-order condition (Theorems 2.5 and 4.4):
  /// |sum_j a_ij (p_ij - s(r_i - r_j)) - lambda c_i r_i|, see `PairWeights`. The rewards are the minimum as far as this is
  /// small.
  public let certificate: Double
  /// Newton iterations.
  public let iterations: Int
  /// F at the rewards.
  public let objective: Double
  public let outcome: Outcome
  /// Alternatives that no comparison with mass says anything about, ascending: they have no reward.
  public let undetermined: [Int]
  public let settings: BradleyTerry

  /// The lambda of the objective.
  public var lambda: Double { settings.lambda }

  /// Rewards, nil where there is none. O(m): ask once.
  public var known: [Double?] {
    var known = rewards.map(Optional.some)
    for i in undetermined { known[i] = nil }
    return known
  }

  /// Rewards are solved to some twelve digits: what is nearer than nine is one reward.
  public static func areTied(_ a: Double, _ b: Double) -> Bool {
    abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))
  }

  /// Place of each alternative, 1 for the largest reward; tied rewards share a place.
  public var ranks: [Int] { Self.ranks(of: rewards) }

  /// Place of each value, 1 for the largest; values that are tied with the first of a place share it.
  public static func ranks(of values: [Double]) -> [Int] {
    let order = values.indices.sorted { values[$0] > values[$1] }
    var ranks = [Int](repeating: 0, count: values.count)
    var first = 0
    for (position, index) in order.enumerated() {
      if position > 0, !areTied(values[order[first]], values[index]) { first = position }
      ranks[index] = first + 1
    }
    return ranks
  }

  /// The same estimate handed back from merged alternatives to their members.
  public func spread(among groups: Partition) -> RewardEstimate {
    let unknown = Set(undetermined)
    return RewardEstimate(
      rewards: groups.groupOf.map { rewards[$0] }, certificate: certificate, iterations: iterations,
      objective: objective, outcome: outcome,
      undetermined: groups.groupOf.indices.filter { unknown.contains(groups.groupOf[$0]) }, settings: settings
    )
  }
}

extension RewardEstimate {
  /// The estimate of merged alternatives again, from one that was handed back to their members; itself where none are.
  func gathered(_ groups: Partition?) -> RewardEstimate {
    guard let groups else { return self }
    let unknown = Set(undetermined)
    return RewardEstimate(
      rewards: groups.representatives.map { rewards[$0] }, certificate: certificate, iterations: iterations,
      objective: objective, outcome: outcome,
      undetermined: groups.representatives.indices.filter { unknown.contains(groups.representatives[$0]) },
      settings: settings)
  }
}

extension RewardEstimate.Outcome: Codable {
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    self = text == "minimum" ? .minimum : .stopped(text)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension RewardEstimate.Outcome: CustomStringConvertible {
  /// "minimum", or why the search stopped before.
  public var description: String {
    switch self {
    case .minimum: "minimum"
    case .stopped(let why): why
    }
  }
}
