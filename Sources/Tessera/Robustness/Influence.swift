/// What a group of near-duplicates does to the rewards of the others: they are refitted without it.
public struct Influence: Sendable {
  public let members: [Int]
  /// Largest distance between neighbours along which the group hangs together.
  public let reach: Double
  /// For each scheme: the group's weight, and what collapsing it to one member and removing it does; nil where too little
  /// is left.
  public let weights: [Double]
  public let collapsed: [RewardShift?]
  public let removed: [RewardShift?]

  /// - Parameter known: The estimates with the group in the data.
  init(
    of members: [Int], reach: Double, _ dataset: PreferenceDataset, known: KnownWeights,
    components: Components,
    work: Work
  ) throws {
    self.members = members
    self.reach = reach
    weights = known.estimates.map { estimate in members.reduce(0) { $0 + estimate.weights.values[$1] } }
    func refit(_ changed: ChangedDataset?) throws -> [RewardShift?] {
      guard let changed else { return known.estimates.map { _ in nil } }
      let after = try known.reduced(to: changed, work: work) { before in
        var start = [Double](repeating: 0, count: changed.dataset.alternatives.count)
        for (old, new) in changed.places.enumerated() { if let new { start[new] = before.rewards[old] } }
        return start
      }
      return zip(known.estimates, after).map { before, after in
        RewardShift(before.rewards, after.rewards, places: changed.places, components)
      }
    }
    collapsed = try refit(ChangedDataset(collapsing: members, in: dataset))
    removed = try refit(ChangedDataset(removing: Set(members), from: dataset))
  }
}

/// A dataset with some alternatives gone, and where the others stand in it.
struct ChangedDataset {
  let dataset: PreferenceDataset
  /// For each alternative of the old dataset its place in the new one; nil where it is gone.
  let places: [Int?]

  /// The dataset in which a group is its first member; nil where no comparison is left.
  init?(collapsing group: [Int], in dataset: PreferenceDataset) throws {
    let inside = Set(group.dropFirst())
    var groupOf = [Int](repeating: 0, count: dataset.alternatives.count)
    var representatives: [Int] = []
    for i in groupOf.indices where !inside.contains(i) {
      groupOf[i] = representatives.count
      representatives.append(i)
    }
    for i in inside { groupOf[i] = groupOf[group[0]] }
    let partition = Partition(groupOf: groupOf, representatives: representatives)
    guard representatives.count >= 2,
      dataset.comparisons.contains(where: { groupOf[Int($0.a)] != groupOf[Int($0.b)] })
    else { return nil }
    self.dataset = try MergedDuplicates(dataset, groups: partition).dataset
    places = groupOf.indices.map { inside.contains($0) ? nil : groupOf[$0] }
  }

  /// The dataset without some alternatives; nil where no comparison is left.
  init?(removing inside: Set<Int>, from dataset: PreferenceDataset) throws {
    let kept = dataset.alternatives.indices.filter { !inside.contains($0) }
    guard kept.count >= 2 else { return nil }
    var places = [Int?](repeating: nil, count: dataset.alternatives.count)
    for (new, old) in kept.enumerated() { places[old] = new }
    var comparisons = ComparisonTable()
    for c in dataset.comparisons {
      guard let a = places[Int(c.a)], let b = places[Int(c.b)] else { continue }
      try comparisons.add(
        Comparison(
          a: Int32(a), b: Int32(b), outcome: c.outcome, count: c.count, annotator: c.annotator,
          prompt: c.prompt))
    }
    guard !comparisons.comparisons.isEmpty else { return nil }
    self.dataset = try PreferenceDataset(
      withUniqueIdentifiers: kept.map { dataset.alternatives[$0] },
      contexts: dataset.contexts?.selecting(rows: kept), annotators: dataset.annotators,
      prompts: dataset.prompts,
      comparisons: comparisons)
    self.places = places
  }
}
