/// Alternatives, what is known of where they lie, and how they were compared: checked once, here.
public struct PreferenceDataset: Sendable {
  public let alternatives: [Alternative]
  /// Row i is alternative i; nil when nothing is known of where the alternatives lie.
  public let contexts: Contexts?
  /// Names of annotators; empty when none are known.
  public let annotators: [String]
  /// Names of prompts; empty when none are known.
  public let prompts: [String]
  /// Different comparisons with their counts, `a < b`. What was said stays apart: a win, a loss and a tie of one pair are
  /// three of them.
  public let comparisons: [Comparison]
  /// Wins, losses, ties and soft labels of every compared pair: counted when the dataset was made.
  public let pairCounts: PairCounts

  /// A dataset from values.
  ///
  /// - Throws: `DatasetError` for fewer than two alternatives, repeated ids, another number of contexts than of
  ///   alternatives, no comparisons, or a comparison that names an alternative, annotator or prompt that is not there.
  /// - Complexity: O(alternatives + comparisons).
  public init(
    alternatives: [Alternative], contexts: Contexts? = nil, annotators: [String] = [], prompts: [String] = [],
    comparisons: ComparisonTable
  ) throws {
    var seen: Set<[UInt8]> = []
    for alternative in alternatives where !seen.insert(Array(alternative.id.utf8)).inserted {
      throw DatasetError.duplicateIdentifier(alternative.id)
    }
    try self.init(
      withUniqueIdentifiers: alternatives, contexts: contexts, annotators: annotators, prompts: prompts,
      comparisons: comparisons)
  }

  /// The same where the ids are known to differ, as readers know that look them up in a table.
  ///
  /// - Parameter work: On whose cores pairs are counted.
  package init(
    withUniqueIdentifiers alternatives: [Alternative], contexts: Contexts? = nil, annotators: [String] = [],
    prompts: [String] = [], comparisons: ComparisonTable, work: Work = Work(threads: 1)
  ) throws {
    guard alternatives.count >= 2 else {
      throw DatasetError.tooFewAlternatives(found: alternatives.count)
    }
    if let contexts, contexts.count != alternatives.count {
      throw DatasetError.contextCount(found: contexts.count, alternatives: alternatives.count)
    }
    let rows = comparisons.comparisons
    guard !rows.isEmpty else { throw DatasetError.noComparisons }
    for row in rows {
      if Int(row.b) >= alternatives.count || row.a < 0 {
        throw DatasetError.unknownAlternative(
          index: Int(row.a < 0 ? row.a : row.b), alternatives: alternatives.count)
      }
      if row.annotator >= 0, Int(row.annotator) >= annotators.count, !annotators.isEmpty {
        throw DatasetError.unknownName(what: "annotator", index: Int(row.annotator), names: annotators.count)
      }
      if row.prompt >= 0, Int(row.prompt) >= prompts.count, !prompts.isEmpty {
        throw DatasetError.unknownName(what: "prompt", index: Int(row.prompt), names: prompts.count)
      }
    }
    // Each comparison in the rows of both its sides, and the order in which they are counted.
    try MemoryNeed("pairs of comparisons", rows: 2 * rows.count, columns: 6).require()
    self.alternatives = alternatives
    self.contexts = contexts
    self.annotators = annotators
    self.prompts = prompts
    self.comparisons = rows
    pairCounts = PairCounts(alternatives: alternatives.count, comparisons: rows, work: work)
  }

  /// A dataset from ids and a list of comparisons, for data that is already in memory.
  ///
  /// - Throws: `DatasetError`, as above, and for a comparison of an alternative with itself, an outcome outside [0, 1] or a
  ///   count that is not a positive number.
  public init(
    alternatives ids: [String], contexts: Contexts? = nil, annotators: [String] = [],
    prompts: [String] = [], comparisons: [Comparison]
  ) throws {
    try self.init(
      alternatives: ids.map { Alternative(id: $0) }, contexts: contexts, annotators: annotators,
      prompts: prompts, comparisons: ComparisonTable(comparisons))
  }

  /// The same alternatives and comparisons with other contexts, one for each alternative.
  ///
  /// - Throws: `DatasetError.contextCount`.
  public func replacing(contexts: Contexts) throws -> PreferenceDataset {
    guard contexts.count == alternatives.count else {
      throw DatasetError.contextCount(found: contexts.count, alternatives: alternatives.count)
    }
    return PreferenceDataset(self, contexts: contexts, comparisons: comparisons, pairCounts: pairCounts)
  }

  /// The same alternatives with some of the comparisons.
  ///
  /// - Precondition: They are of this dataset.
  package func keeping(_ comparisons: [Comparison]) -> PreferenceDataset {
    PreferenceDataset(
      self, contexts: contexts, comparisons: comparisons,
      pairCounts: PairCounts(alternatives: alternatives.count, comparisons: comparisons))
  }

  private init(
    _ other: PreferenceDataset, contexts: Contexts?, comparisons: [Comparison], pairCounts: PairCounts
  ) {
    alternatives = other.alternatives
    self.contexts = contexts
    annotators = other.annotators
    prompts = other.prompts
    self.comparisons = comparisons
    self.pairCounts = pairCounts
  }

  /// How many comparisons there are, counts added up.
  public var totalComparisons: Double { comparisons.reduce(0) { $0 + $1.count } }
  /// How many of them are ties: an outcome of one half.
  public var ties: Double { comparisons.reduce(0) { $0 + ($1.outcome == 0.5 ? $1.count : 0) } }
  /// How many of them have an outcome other than 0, 1/2 and 1.
  public var softLabels: Double {
    comparisons.reduce(0) { $0 + ($1.outcome == 0 || $1.outcome == 0.5 || $1.outcome == 1 ? 0 : $1.count) }
  }

  /// The prompt of a comparison: its own, or the one that both alternatives answer; nil where neither is known.
  package func prompt(of comparison: Comparison) -> PromptKey? {
    if comparison.prompt >= 0 { return .number(comparison.prompt) }
    guard let prompt = alternatives[Int(comparison.a)].prompt,
      prompt == alternatives[Int(comparison.b)].prompt
    else { return nil }
    return .text(prompt)
  }

  /// What tells prompts apart.
  package enum PromptKey: Hashable, Sendable {
    case number(Int32)
    case text(String)
  }
}
