/// A dataset with clones of one alternative: what an attacker would add, or a careless crawl.
public struct CloneInjection: Sendable {
  /// The original alternatives, then the clones.
  public let dataset: PreferenceDataset
  public let original: Int
  public let clones: Int

  /// What each clone has of its original's record.
  public enum Record: String, Sendable, CaseIterable {
    /// All of it: the same opponents, outcomes and counts.
    case whole
    /// One vote, the first comparison of the original, as where an answer is cheap and a judgement is not.
    case oneComparison
  }

  /// Adds clones near an alternative.
  ///
  /// - Parameters:
  ///   - distance: Of each clone from the original, in a random direction.
  ///   - record: What each clone has of the original's comparisons. One without any has none either way.
  /// - Throws: `DatasetError`; `RobustnessError.noContexts` without contexts.
  public init(
    into dataset: PreferenceDataset, of original: Int, count: Int, distance: Double,
    record: Record = .whole, seed: UInt64 = 0
  ) throws {
    guard let contexts = dataset.contexts else { throw RobustnessError.noContexts }
    let (m, d) = (dataset.alternatives.count, contexts.dimension)
    var random = RandomStream(seed: seed, for: .cloneDirections)
    var rows: [Double] = []
    rows.reserveCapacity((m + count) * d)
    for i in 0..<m { contexts.withRow(i) { _, value in rows.append(value) } }
    let centre = contexts.row(original)
    for _ in 0..<count {
      let direction = (0..<d).map { _ in random.normal() }
      let length = max(direction.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-300)
      rows += zip(centre, direction).map { $0 + distance * $1 / length }
    }
    var comparisons = ComparisonTable()
    for comparison in dataset.comparisons { try comparisons.add(comparison) }
    let own = dataset.comparisons.filter { Int($0.a) == original || Int($0.b) == original }
    for clone in 0..<count {
      for comparison in record == .whole ? own[...] : own.prefix(1) {
        let isFirst = Int(comparison.a) == original
        try comparisons.add(
          Comparison(
            a: isFirst ? Int32(m + clone) : comparison.a, b: isFirst ? comparison.b : Int32(m + clone),
            outcome: comparison.outcome,
            count: record == .whole ? comparison.count : min(comparison.count, 1),
            annotator: comparison.annotator, prompt: comparison.prompt))
      }
    }
    let source = dataset.alternatives[original]
    let added = (0..<count).map {
      Alternative(
        id: "\(source.id) (clone \($0 + 1))", text: source.text, prompt: source.prompt, model: source.model)
    }
    self.dataset = try PreferenceDataset(
      withUniqueIdentifiers: dataset.alternatives + added,
      contexts: Contexts(Matrix(rows: m + count, columns: d, storage: rows)),
      annotators: dataset.annotators, prompts: dataset.prompts, comparisons: comparisons)
    self.original = original
    clones = count
  }
}
