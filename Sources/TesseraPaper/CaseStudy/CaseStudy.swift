import Foundation
import Tessera
import TesseraText

/// Section 5 of the paper: describe Paris, with and without a clone topic, both estimates, several spaces.
public struct CaseStudy: Sendable {
  /// How contexts become a space.
  public enum Setting: String, CaseIterable, Sendable {
    /// The unit cube over up to 1,500 principal components, as the paper says (Figure 4).
    case unitCube
    /// Every coordinate within a factor of 2 of an observed one (Figure 5).
    case factorTwo
    /// Meta-alternatives: answers gathered into groups at the resolution where the groups are clearest, groups weighed
    /// by Voronoi cells.
    case groups

    var words: String {
      switch self {
      case .unitCube: "unit cube, all components"
      case .factorTwo: "factor 2, all components"
      case .groups: "meta-alternatives"
      }
    }
  }

  /// Principal components at most, as in the paper.
  public static let components = 1_500

  /// What was found in one data set with one setting.
  public struct Outcome: Sendable {
    public let topics: [ParisDescriptions.Topic]
    public let weighted: Bool
    /// Mean reward of each topic over the runs, and the sample standard deviation between runs.
    public let means: [Double]
    public let deviations: [Double]
    /// Weight of each answer.
    public let weights: [Double]
    /// Weight of each topic as a whole, effective number of alternatives and share of weight zero.
    public let topicWeights: [Double]
    public let effective: Double
    public let zeroShare: Double
    public let alternatives: Int
    public let dimension: Int
    /// Distance below which answers counted as the same; nil where there is none.
    public let resolution: Double?
    /// Groups of answers that counted as one each; nil where every answer counted for itself.
    public let groups: Int?

    /// The best of food, art and romance.
    public var winner: ParisDescriptions.Topic {
      let originals = topics.indices.filter { !ParisDescriptions.Topic.clones.contains(topics[$0]) }
      return topics[originals.max { means[$0] < means[$1] } ?? 0]
    }
  }

  /// Settings of the training: the paper's, but where a study is repeated often.
  public var training: RewardTraining
  /// Points drawn for weights, as in the paper.
  public var samples = 100_000

  public init(runs: Int = 20, seed: UInt64 = 0) {
    // The ridge is the paper's: an alternative is held back by its weight.
    training = RewardTraining(lambdaConvention: .normalized, runs: runs, seed: seed)
  }

  /// Fits the standard estimate and the weighted one of each setting to one data set.
  ///
  /// - Parameter contexts: One for each answer.
  public func outcomes(
    _ data: StudyData, contexts: Contexts, settings: [Setting], work: Work = Work()
  ) throws -> (standard: Outcome, weighted: [Outcome]) {
    let seed = training.seed
    // The number of components is that of the data, as the paper's; where weights decide, clones share them.
    let components = min(Self.components, contexts.dimension)
    let transform = try ContextTransform(
      fitting: contexts, components: components, samples: samples / 10, seed: seed, work: work.silent)
    let reduced = try transform.apply(to: contexts)
    let dataset = try data.dataset(contexts: reduced)
    let topics = ParisDescriptions.Topic.allCases.filter { data.topics.contains($0) }
    let members = topics.map { topic in data.topics.indices.filter { data.topics[$0] == topic } }
    func outcome(
      _ weights: AlternativeWeights, weighted: Bool, resolution: Double? = nil, groups: Int? = nil,
      _ work: Work
    ) throws -> Outcome {
      let ensemble = try training.train(dataset, weights: weights.values, work: work)
      let perRun = try ensemble.models.map { model in
        let rewards = try model.rewards(of: reduced, work: work.silent)
        return members.map { group in group.reduce(0) { $0 + rewards[$1] } / Double(group.count) }
      }
      let runs = topics.indices.map { k in Sample(perRun.map { $0[k] }) }
      return Outcome(
        topics: topics, weighted: weighted, means: runs.map(\.mean),
        deviations: runs.map { $0.values.count > 1 ? $0.deviation : 0 },
        weights: weights.values,
        topicWeights: members.map { group in group.reduce(0) { $0 + weights.values[$1] } },
        effective: weights.effectiveAlternatives, zeroShare: weights.zeroWeightShare,
        alternatives: data.texts.count, dimension: components, resolution: resolution, groups: groups)
    }
    let step = 1 / Double(settings.count + 1)
    return (
      try outcome(.uniform(alternatives: reduced.count), weighted: false, work.part(0...step)),
      try settings.enumerated().map { place, setting in
        let own = work.part(Double(place + 1) * step...Double(place + 2) * step)
        let (weights, resolution, groups) = try self.weights(reduced, setting, own.silent)
        return try outcome(weights, weighted: true, resolution: resolution, groups: groups, own)
      }
    )
  }

  private func weights(_ reduced: Contexts, _ setting: Setting, _ work: Work) throws -> (
    AlternativeWeights, Double?, Int?
  ) {
    func voronoi(_ space: any AlternativeSpace) throws -> AlternativeWeights {
      try VoronoiWeights.weights(
        contexts: reduced, space: space, samples: samples, seed: training.seed, work: work)
    }
    switch setting {
    case .unitCube: return (try voronoi(UnitCube(dimension: reduced.dimension)), nil, nil)
    case .factorTwo:
      // Boxes drawn by weights that clones share.
      let fair = try voronoi(BoundingBox(around: reduced))
      return (try voronoi(FactorMixture(around: reduced, weights: fair.values)), nil, nil)
    case .groups:
      let (tree, leaves) = try MetaAlternatives.linkage(reduced, seed: training.seed, work: work)
      let resolution = Self.clearestResolution(tree)
      let groups = leaves.joined(by: tree.groups(within: resolution))
      let weights = try MetaAlternatives(groups, of: reduced).weights(
        Sampling(samples: samples, seed: training.seed), work: work)
      return (weights, resolution, groups.count)
    }
  }

  /// The middle of the widest gap between the distances at which the last twenty groups join: where groups are
  /// clearest.
  static func clearestResolution(_ tree: AverageLinkage) -> Double {
    let last = tree.joins.suffix(20).map(\.distance)
    guard last.count > 1 else { return 0 }
    let gap = last.indices.dropLast().max { last[$0 + 1] - last[$0] < last[$1 + 1] - last[$1] } ?? 0
    return (last[gap] + last[gap + 1]) / 2
  }
}
