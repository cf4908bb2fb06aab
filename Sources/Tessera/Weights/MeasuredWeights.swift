/// What a scheme says of data: weights of alternatives, and of their comparisons where those are weighed.
public struct MeasuredWeights: Sendable {
  /// One for each alternative. Where comparisons are weighed, each alternative's share of them.
  public let alternatives: AlternativeWeights
  /// nil where a pair weighs the product of its alternatives' weights.
  public let comparisons: Comparisons?
  /// Alternatives that count as one answer for the local ridge; nil for those with equal contexts.
  public let groups: Partition?

  public enum Comparisons: Sendable {
    case local(LocalComparisonWeights)
    case pairSpace(PairSpaceWeights)
  }

  public init(
    _ alternatives: AlternativeWeights, comparisons: Comparisons? = nil, groups: Partition? = nil
  ) {
    (self.alternatives, self.comparisons, self.groups) = (alternatives, comparisons, groups)
  }

  /// Weights of alternatives that are at hand.
  package init(given values: [Double]) {
    self.init(
      AlternativeWeights(values: values, provenance: Provenance(scheme: "given", method: .exact)))
  }
}

extension MeasuredWeights {
  /// The same weights among some of the comparisons of the same alternatives.
  func restricted(from full: PairCounts, to part: PairCounts) -> MeasuredWeights {
    guard case .local(let local)? = comparisons else { return self }
    return MeasuredWeights(alternatives, comparisons: .local(local.restricted(from: full, to: part)))
  }
}
