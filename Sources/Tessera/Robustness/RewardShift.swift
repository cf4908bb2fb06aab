/// What a change of the data does to the rewards of the alternatives that both have.
public struct RewardShift: Sendable, Equatable, Codable {
  /// Largest change of a reward, up to the common level of its component.
  public let largest: Double
  /// Pairs of alternatives within one component, among its ten best, whose order changes.
  public let rankChanges: Int
  /// Components whose best alternative is another one.
  public let winnerFlips: Int

  private enum CodingKeys: String, CodingKey {
    case largest = "largestShift"
    case rankChanges, winnerFlips
  }

  private static let rounding = 1e-9

  /// Compares rewards by component, since only differences within one mean anything.
  ///
  /// What the certificate of an estimate leaves open, 1e-9, is no change.
  ///
  /// - Parameter places: Where each alternative of `before` stands in `after`; nil where it is gone.
  init(_ before: [Double], _ after: [Double], places: [Int?]? = nil, _ components: Components) {
    let places = places ?? before.indices.map { $0 }
    var members = [[Int]](repeating: [], count: components.count)
    for i in before.indices where places[i] != nil { members[components.of[i]].append(i) }
    var (largest, changes, flips) = (0.0, 0, 0)
    for group in members where group.count > 1 {
      let new = group.map { places[$0].map { after[$0] } ?? 0 }
      let old = group.map { before[$0] }
      // The common level of a component is the regulariser's choice, not the data's.
      let offset = zip(new, old).reduce(0) { $0 + $1.0 - $1.1 } / Double(group.count)
      for (x, y) in zip(new, old) { largest = max(largest, abs(x - y - offset)) }
      let order = group.indices.sorted { (old[$1], $0) < (old[$0], $1) }
      if let best = order.first, let now = group.indices.max(by: { (new[$0], $1) < (new[$1], $0) }),
        best != now, new[now] > new[best] + Self.rounding
      {
        flips += 1
      }
      let top = order.prefix(10)
      for (x, i) in top.enumerated() {
        for j in top.dropFirst(x + 1) where new[i] < new[j] - Self.rounding { changes += 1 }
      }
    }
    self.largest = largest > Self.rounding ? largest : 0
    rankChanges = changes
    winnerFlips = flips
  }
}
