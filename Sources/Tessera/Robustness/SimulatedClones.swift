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
    known: KnownWeights, components: Components, seed: UInt64, work: Work
  ) throws {
    self.target = target
    self.distance = distance
    self.clones = clones
    let attacked = try CloneInjection(
      into: dataset, of: target, count: clones, distance: distance * medianDistance, seed: seed)
    let after = try known.grown(to: attacked.dataset, work: work) { before in
      before.rewards + Array(repeating: before.rewards[target], count: clones)
    }
    shifts = zip(known.estimates, after).map { RewardShift($0.rewards, $1.rewards, components) }
  }
}
