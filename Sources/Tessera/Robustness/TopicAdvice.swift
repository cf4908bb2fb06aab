/// Whether answers fall into topics, and what counting these alike would do: advice, since nothing in the data says that
/// topics should count alike.
public struct TopicAdvice: Sendable {
  public let topics: Topics
  /// Alternatives of each topic.
  public let sizes: [Int]
  /// Weights by topic against the standard estimate; nil where the topics are not stable.
  public let shift: RewardShift?

  /// - Parameter standard: The standard estimate.
  /// - Returns: nil where there are too few different answers to tell.
  /// - Throws: `ContextsError`, `EstimationError`, `Cancelled`.
  /// - Complexity: as `Topics`, and a fit.
  init?(
    _ dataset: PreferenceDataset, standard: WeightedEstimate, fit: RewardFit, components: Components,
    work: Work
  ) throws {
    guard let contexts = dataset.contexts, contexts.duplicates().count >= Topics.fewest else { return nil }
    let topics = try Topics(contexts, seed: fit.settings.seed, work: work)
    sizes = topics.groups.sizes()
    self.topics = topics
    guard topics.isStable else {
      shift = nil
      return
    }
    let weighted = try fit.estimate(
      dataset, by: TopicScheme(seed: fit.settings.seed), lambda: standard.lambda, start: standard.rewards,
      work: work)
    shift = RewardShift(standard.rewards, weighted.rewards, components)
  }
}
