/// What clones that are not there would do: some are added near an alternative, with its record, and all is fitted again.
public struct SimulatedClones: Sendable {
  public let target: Int
  /// Of each clone from its original, as a share of the median distance of nearest neighbours.
  public let distance: Double
  public let clones: Int
  /// For each scheme.
  public let shifts: [RewardShift]

  init(
    of target: Int, clones: Int, distance: Double, medianDistance: Double, in dataset: PreferenceDataset,
    before: [WeightedEstimate], fit: RewardFit, components: Components, seed: UInt64, work: Work
  ) throws {
    self.target = target
    self.distance = distance
    self.clones = clones
    let attacked = try CloneInjection(
      into: dataset, of: target, count: clones, distance: distance * medianDistance, seed: seed)
    shifts = try before.map { before in
      let after = try fit.estimate(
        attacked.dataset, by: before.scheme, lambda: before.lambda,
        start: before.rewards + Array(repeating: before.rewards[target], count: clones), work: work)
      return RewardShift(before.rewards, after.rewards, components)
    }
  }
}
