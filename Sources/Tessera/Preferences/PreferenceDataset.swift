/// Alternatives, what is known of where they lie, and how they were compared.
public struct PreferenceDataset: Sendable {
  public let alternatives: [Alternative]
  /// Row i is alternative i; nil when nothing is known of where the alternatives lie.
  public let contexts: Contexts?
  /// Names of annotators; empty when none are known.
  public let annotators: [String]
  /// Names of prompts; empty when none are known.
  public let prompts: [String]
  /// Different comparisons with their counts, `a < b`.
  public let comparisons: [Comparison]
  /// How many comparisons that is, counts added up.
  public let totalComparisons: Double
  /// How many of them have an outcome of one half.
  public let ties: Double
  /// How many of them have an outcome other than 0, 1/2 and 1.
  public let softLabels: Double

  /// A dataset from values.
  ///
  /// - Throws: `DatasetError` for fewer than two alternatives, repeated ids, another number of contexts than
  ///   of alternatives, no comparisons, or a comparison that names an alternative that is not there.
  public init(
    alternatives: [Alternative], contexts: Contexts? = nil, annotators: [String] = [],
    prompts: [String] = [], comparisons: ComparisonAccumulator
  ) throws {
    guard alternatives.count >= 2 else {
      throw DatasetError.tooFewAlternatives(found: alternatives.count)
    }
    if let contexts, contexts.count != alternatives.count {
      throw DatasetError.contextCount(found: contexts.count, alternatives: alternatives.count)
    }
    guard !comparisons.comparisons.isEmpty else { throw DatasetError.noComparisons }
    for comparison in comparisons.comparisons
    where Int(comparison.b) >= alternatives.count || comparison.a < 0 {
      let index = comparison.a < 0 ? comparison.a : comparison.b
      throw DatasetError.unknownAlternative(index: Int(index), alternatives: alternatives.count)
    }
    self.alternatives = alternatives
    self.contexts = contexts
    self.annotators = annotators
    self.prompts = prompts
    self.comparisons = comparisons.comparisons
    totalComparisons = comparisons.total
    ties = comparisons.ties
    softLabels = comparisons.softLabels
  }

  /// A dataset from ids and a list of comparisons, for data that is already in memory.
  public init(
    alternatives ids: [String], contexts: Contexts? = nil, annotators: [String] = [],
    prompts: [String] = [], comparisons: [Comparison]
  ) throws {
    var seen: Set<[UInt8]> = []
    for id in ids where !seen.insert(Array(id.utf8)).inserted { throw DatasetError.duplicateIdentifier(id) }
    var accumulator = ComparisonAccumulator()
    for comparison in comparisons { try accumulator.add(comparison) }
    try self.init(
      alternatives: ids.map { Alternative(id: $0) }, contexts: contexts, annotators: annotators,
      prompts: prompts, comparisons: accumulator)
  }

  /// The same alternatives and comparisons with other contexts, one for each alternative.
  public func replacing(contexts: Contexts) throws -> PreferenceDataset {
    guard contexts.count == alternatives.count else {
      throw DatasetError.contextCount(found: contexts.count, alternatives: alternatives.count)
    }
    return PreferenceDataset(self, contexts: contexts, comparisons: comparisons)
  }

  /// The same alternatives with some of the comparisons.
  ///
  /// - Precondition: They are of this dataset.
  func keeping(_ comparisons: [Comparison]) -> PreferenceDataset {
    PreferenceDataset(self, contexts: contexts, comparisons: comparisons)
  }

  private init(_ other: PreferenceDataset, contexts: Contexts?, comparisons: [Comparison]) {
    alternatives = other.alternatives
    self.contexts = contexts
    annotators = other.annotators
    prompts = other.prompts
    self.comparisons = comparisons
    totalComparisons = comparisons.reduce(0) { $0 + $1.count }
    ties = comparisons.reduce(0) { $0 + ($1.outcome == 0.5 ? $1.count : 0) }
    softLabels = comparisons.reduce(0) {
      $0 + ($1.outcome == 0.5 || $1.outcome == 0 || $1.outcome == 1 ? 0 : $1.count)
    }
  }

  /// The proportions p_ij and numbers n_ij.
  public var winRates: WinRates {
    WinRates(alternatives: alternatives.count, comparisons: comparisons)
  }
}
