/// A dataset with clones of one alternative: what an attacker would add, or a careless crawl.
public struct CloneInjection: Sendable {
  /// The original alternatives, then the clones.
  public let dataset: PreferenceDataset
  public let original: Int
  public let clones: Int

  /// Adds clones near an alternative. Each has the original's record: the same opponents, outcomes and counts.
  ///
  /// - Parameters:
  ///   - distance: Of each clone from the original, in a random direction.
  /// - Throws: `DatasetError`; `RobustnessError.noContexts` without contexts.
  public init(
    into dataset: PreferenceDataset, of original: Int, count: Int, distance: Double, seed: UInt64 = 0
  ) throws {
    guard let contexts = dataset.contexts else { throw RobustnessError.noContexts }
    let (m, d) = (dataset.alternatives.count, contexts.dimension)
    var random = RandomStream(seed: seed, for: .cloneDirections)
    var rows: [Double] = []
    rows.reserveCapacity((m + count) * d)
    for i in 0..<m { contexts.withRow(i) { _, value in rows.append(value) } }
    let own = contexts.row(original)
    for _ in 0..<count {
      let direction = (0..<d).map { _ in random.normal() }
      let length = max(direction.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-300)
      rows += zip(own, direction).map { $0 + distance * $1 / length }
    }
    var comparisons = ComparisonTable()
    for comparison in dataset.comparisons { try comparisons.add(comparison) }
    for clone in 0..<count {
      for comparison in dataset.comparisons
      where Int(comparison.a) == original || Int(comparison.b) == original {
        let isFirst = Int(comparison.a) == original
        try comparisons.add(
          Comparison(
            a: isFirst ? Int32(m + clone) : comparison.a, b: isFirst ? comparison.b : Int32(m + clone),
            outcome: comparison.outcome, count: comparison.count, annotator: comparison.annotator,
            prompt: comparison.prompt))
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
