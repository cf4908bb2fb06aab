/// Weights by declared families: every family has an equal share, its members equal parts of it.
///
///     let weights = FamilyWeights(families).weights
///
/// Nothing is measured: whoever declares a family says that its members count as one alternative. An alternative without a
/// family stands alone. Further members leave the weights of all others as they are, whatever votes they bring; what
/// they bring is news of the family, and moves rewards as far as it is.
public struct FamilyWeights: Sendable, Equatable {
  /// Family of each alternative; one that stands alone is a family of its own.
  public let families: Partition
  public let weights: AlternativeWeights

  /// - Parameter families: A family for each alternative.
  /// - Complexity: O(m).
  public init(_ families: Partition) {
    self.families = families
    let sizes = families.sizes()
    weights = AlternativeWeights(
      values: families.groupOf.map { 1 / Double(families.count) / Double(sizes[$0]) },
      provenance: Provenance(
        scheme: "families", method: .exact,
        choice: "declared families have equal shares, and their members equal parts", groups: families.count))
  }
}

extension Partition {
  /// Groups by name: alternatives of one name are one group, each without a name stands alone.
  ///
  /// - Parameter names: Of the group of each alternative; names are told apart by their bytes.
  public init(names: [String?]) {
    var known: [[UInt8]: Int] = [:]
    var groupOf: [Int] = []
    var representatives: [Int] = []
    for (i, name) in names.enumerated() {
      let key = name.map { Array($0.utf8) }
      if let key, let group = known[key] {
        groupOf.append(group)
        continue
      }
      if let key { known[key] = representatives.count }
      groupOf.append(representatives.count)
      representatives.append(i)
    }
    self.init(groupOf: groupOf, representatives: representatives)
  }
}

/// Families as a scheme, for those who compare schemes: contexts are not looked at.
///
/// Alternatives beyond the declared ones, as clones of an audit, are each a family of their own: an audit that adds clones
/// says what a flood that nobody declares would do. Of alternatives that are told by their ids some may be gone, as where an
/// audit looks at what is left without a group.
public struct Families: WeightScheme {
  public let name = "families"
  /// nil where none are declared: then nothing can be weighed.
  public let families: Partition?
  /// Places of the declared alternatives by the bytes of their ids; nil where their order tells them.
  private let places: [[UInt8]: Int]?

  public init(_ families: Partition? = nil) { (self.families, places) = (families, nil) }

  /// - Parameter ids: Of the alternatives that are declared, in the order of `families`; each once.
  public init(_ families: Partition, of ids: [String]) {
    self.families = families
    places = Dictionary(zip(ids.map { Array($0.utf8) }, ids.indices), uniquingKeysWith: { first, _ in first })
  }

  public func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    try weights(alternatives: contexts.count)
  }

  public func measure(_ data: PreferenceDataset, work: Work) throws -> MeasuredWeights {
    if let families, let places {
      let own = Partition(
        names: data.alternatives.map { places[Array($0.id.utf8)].map { "\(families.groupOf[$0])" } })
      return MeasuredWeights(FamilyWeights(own).weights, groups: own)
    }
    let m = data.alternatives.count
    return MeasuredWeights(
      try weights(alternatives: m), groups: families.map { $0.adding(m - $0.groupOf.count) })
  }

  private func weights(alternatives m: Int) throws -> AlternativeWeights {
    guard let families else { throw WeightsError.familyCount(found: 0, alternatives: m) }
    let known = families.groupOf.count
    guard m != known else { return FamilyWeights(families).weights }
    guard m > known else { throw WeightsError.familyCount(found: known, alternatives: m) }
    return FamilyWeights(families.adding(m - known)).weights
  }
}

extension Partition {
  /// With further elements, each alone.
  func adding(_ count: Int) -> Partition {
    let known = groupOf.count
    return Partition(
      groupOf: groupOf + (0..<count).map { self.count + $0 },
      representatives: representatives + (known..<known + count))
  }
}

extension Partition {
  /// The same of merged elements: each has the group of its first member.
  func merging(_ merged: Partition) -> Partition {
    Partition(names: merged.representatives.map { "\(groupOf[$0])" })
  }
}
