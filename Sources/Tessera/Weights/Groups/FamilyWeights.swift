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
/// says what a flood that nobody declares would do.
public struct Families: WeightScheme {
  public let name = "families"
  public let families: Partition

  public init(_ families: Partition) { self.families = families }

  public func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    let known = families.groupOf.count
    guard contexts.count != known else { return FamilyWeights(families).weights }
    guard contexts.count > known else {
      throw WeightsError.familyCount(found: known, alternatives: contexts.count)
    }
    let added = known..<contexts.count
    return FamilyWeights(
      Partition(
        groupOf: families.groupOf + added.map { families.count + $0 - known },
        representatives: families.representatives + added)
    ).weights
  }
}
