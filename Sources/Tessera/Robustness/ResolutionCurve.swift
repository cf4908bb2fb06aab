/// What counting answers within a distance as the same does, by linkage weights: one point for each distance, from 0 to
/// where all is one group.
public struct ResolutionCurve: Sendable {
  public struct Point: Sendable {
    public let distance: Double
    /// Groups that hang together at the distance.
    public let groups: Int
    public let effectiveAlternatives: Double
    /// Against the standard estimate.
    public let shift: RewardShift
  }

  /// At quantiles of the distances at which answers join.
  public let points: [Point]

  /// - Parameter standard: Rewards of the standard estimate.
  init(
    _ dataset: PreferenceDataset, tree: SpanningTree, standard: [Double], lambda: Double, fit: RewardFit,
    components: Components,
    work: Work
  ) throws {
    let lengths = tree.edges.map(\.length).filter { $0 > 0 }
    let distances =
      [0]
      + stride(from: 0.1, through: 1, by: 0.1).map { share in
        lengths.isEmpty ? 0 : lengths[min(Int(share * Double(lengths.count)), lengths.count - 1)]
      }
    var last = standard
    points = try distances.map { distance in
      let weights = try LinkageWeights.weights(tree: tree, resolution: distance)
      let found = try fit.estimate(
        dataset, by: Linkage(resolution: distance), measured: MeasuredWeights(weights), lambda: lambda,
        start: last, work: work)
      last = found.rewards
      return Point(
        distance: distance, groups: tree.groups(within: distance).count,
        effectiveAlternatives: weights.effectiveAlternatives,
        shift: RewardShift(standard, found.rewards, components))
    }
  }
}
