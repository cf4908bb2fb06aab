/// Estimates of a dataset, and what their weights were made of: of data that differ by a few alternatives they are made again
/// from it, in place of from nothing.
///
/// Trees and forests grow by what came and close over what went. What comes out is what measuring anew gives, up to the rounding
/// of single precision where that decides which of two equally near ones is nearest. Weights of other schemes are measured anew.
struct KnownWeights: Sendable {
  let fit: RewardFit
  let tree: SpanningTree
  let estimates: [WeightedEstimate]
  private let copies: Partition
  /// Whether some coordinates only set prompts apart.
  private let setsPromptsApart: Bool

  /// - Parameter tree: Of the contexts of the dataset.
  init(
    _ dataset: PreferenceDataset, _ schemes: [any WeightScheme], tree: SpanningTree, fit: RewardFit,
    work: Work
  )
    throws
  {
    guard let contexts = dataset.contexts else { throw RobustnessError.noContexts }
    (self.fit, self.tree) = (fit, tree)
    copies = contexts.duplicates(work: work)
    setsPromptsApart = contexts.promptColumns > 0
    estimates = try work.sideBySide(schemes.count, bytes: Self.bytes(dataset)) { number, work in
      let scheme = schemes[number]
      let measured = try (scheme as? any TreeScheme).map { MeasuredWeights(try $0.weights(tree: tree)) }
      return try fit.estimate(dataset, by: scheme, measured: measured, work: work)
    }
  }

  /// What the estimates of changed data hold beside them, about: contexts twice in double precision and packed, and what
  /// schemes, counts and searches make of them.
  static func bytes(_ dataset: PreferenceDataset) -> Int {
    dataset.alternatives.count * (24 * (dataset.contexts?.dimension ?? 0) + 1_000) + 500
      * dataset.comparisons.count
  }

  /// How another seed moves the rewards of each estimate.
  func noise(_ dataset: PreferenceDataset, seed: UInt64, _ components: Components, work: Work) throws
    -> [RewardShift]
  {
    try work.sideBySide(estimates.count, bytes: Self.bytes(dataset)) { number, work in
      let estimate = estimates[number]
      // Weights without a seed are what they were.
      let isExact = estimate.scheme is any TreeScheme || estimate.scheme is Local
      let again = try fit.estimate(
        dataset, by: estimate.scheme.reseeded(seed), measured: isExact ? estimate.measured : nil,
        lambda: estimate.lambda, start: estimate.rewards, work: work)
      return RewardShift(estimate.rewards, again.rewards, components)
    }
  }

  /// The estimates of data with more alternatives at the end.
  ///
  /// - Parameter start: Rewards to start from.
  func grown(to data: PreferenceDataset, work: Work, start: (WeightedEstimate) -> [Double]) throws
    -> [WeightedEstimate]
  {
    try again(data, work, start) { contexts, copies in
      try tree.growing(to: contexts, copies: copies, work: work)
    } forest: { forest, _ in
      forest
    }
  }

  /// The estimates of data from which alternatives are gone.
  func reduced(to data: ChangedDataset, work: Work, start: (WeightedEstimate) -> [Double]) throws
    -> [WeightedEstimate]
  {
    let rows = data.places.indices.filter { data.places[$0] != nil }
    return try again(data.dataset, work, start) { contexts, copies in
      try tree.keeping(rows, contexts: contexts, copies: copies, work: work)
    } forest: { forest, contexts in
      try forest.keeping(data.places, contexts: contexts, work: work)
    }
  }

  private func again(
    _ data: PreferenceDataset, _ work: Work, _ start: (WeightedEstimate) -> [Double],
    tree: (Contexts, Partition) throws -> SpanningTree,
    forest: (ComparisonForest, Contexts) throws -> ComparisonForest?
  ) throws -> [WeightedEstimate] {
    guard let contexts = data.contexts else { throw RobustnessError.noContexts }
    let copies = contexts.duplicates(work: work)
    let needsTree = estimates.contains { $0.scheme is any TreeScheme }
    let tree = needsTree ? try tree(contexts, copies) : nil
    // Nothing but copies of what was there: whatever looks at different contexts alone sees the same.
    let isSame =
      contexts.count >= self.copies.groupOf.count && copies.representatives == self.copies.representatives
    return try estimates.map { before in
      var measured: MeasuredWeights?
      if let scheme = before.scheme as? any TreeScheme, let tree {
        measured = MeasuredWeights(try scheme.weights(tree: tree))
      } else if let scheme = before.scheme as? Local, case .local(let local)? = before.measured.comparisons {
        let scheme = isSame && !setsPromptsApart ? Local(scale: local.scale) : scheme
        measured = try scheme.measure(data, growing: forest(local.forest, contexts), work: work)
      } else if isSame, let scheme = before.scheme as? Voronoi, scheme.sampling.space.isOfDifferentContexts,
        let divided = divided(before.weights, among: copies)
      {
        measured = MeasuredWeights(divided)
      } else if !before.scheme.isUniform {
        measured = try before.scheme.measure(data, work: work)
      }
      // Copies are found once for all.
      let known = measured.map {
        MeasuredWeights($0.alternatives, comparisons: $0.comparisons, groups: $0.groups ?? copies)
      }
      return try fit.estimate(
        data, by: before.scheme, measured: known, lambda: before.lambda, start: start(before), work: work)
    }
  }
  /// Weights that more copies divide; nil where they divided them before, which leaves no digits to divide anew.
  private func divided(_ weights: AlternativeWeights, among copies: Partition) -> AlternativeWeights? {
    let (before, after) = (self.copies.sizes(), copies.sizes())
    guard zip(before, after).allSatisfy({ $0 == $1 || $0 == 1 }) else { return nil }
    func part(_ numbers: [Double]) -> [Double] {
      copies.groupOf.map { group in
        let known = numbers[copies.representatives[group]]
        return before[group] == after[group] ? known : known / Double(after[group])
      }
    }
    return AlternativeWeights(
      values: part(weights.values), standardErrors: part(weights.standardErrors),
      provenance: weights.provenance)
  }
}

extension SpaceSpecification {
  /// Whether copies of contexts leave the space as it is, to the last byte.
  fileprivate var isOfDifferentContexts: Bool {
    switch self {
    case .unitCube, .centeredCube, .boundingBox, .box, .pool: true
    case .ball, .gaussian, .factorMixture, .factorProduct: false
    }
  }
}
