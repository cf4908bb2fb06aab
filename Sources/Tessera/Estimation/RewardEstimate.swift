/// Rewards fitted to comparisons, with the proof that they are the minimum.
public struct RewardEstimate: Sendable, Equatable {
  /// One for each alternative. Comparable only within a component of the comparison graph; the weighted mean
  /// of every component is zero.
  public let rewards: [Double]
  /// Largest absolute residual of the first-order condition (Theorems 2.5 and 4.4). The rewards are the
  /// minimum as far as this is small.
  public let certificate: Double
  /// Newton iterations.
  public let iterations: Int
  /// F at the rewards.
  public let objective: Double
  /// The lambda of `BradleyTerry` that was used.
  public let lambda: Double
  public let pairs: PairConvention

  /// Place of each alternative, 1 for the largest reward; equal rewards share a place.
  public var ranks: [Int] { Self.ranks(of: rewards) }

  /// Place of each value, 1 for the largest; equal values share a place.
  public static func ranks(of values: [Double]) -> [Int] {
    let order = values.indices.sorted { values[$0] > values[$1] }
    var ranks = [Int](repeating: 0, count: values.count)
    for (position, index) in order.enumerated() {
      let tied = position > 0 && values[order[position - 1]] == values[index]
      ranks[index] = tied ? ranks[order[position - 1]] : position + 1
    }
    return ranks
  }
}
