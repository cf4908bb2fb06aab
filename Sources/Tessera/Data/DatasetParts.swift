#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Parts of a dataset, each within the next larger one: comparisons at random, and the alternatives that they name.
package struct DatasetParts {
  package let dataset: PreferenceDataset
  private let order: [Int]

  /// - Complexity: O(comparisons).
  package init(_ dataset: PreferenceDataset) {
    self.dataset = dataset
    var order = Array(dataset.comparisons.indices)
    var random = RandomStream(seed: 0, for: .trialRows)
    order.shuffle(using: &random)
    self.order = order
  }

  /// How many comparisons name some number of alternatives, roughly; all where that many are not named.
  package func comparisons(naming alternatives: Int) -> Int {
    let (m, n) = (Double(dataset.alternatives.count), dataset.comparisons.count)
    let missing = 1 - Double(alternatives) / m
    guard missing > 0 else { return n }
    return min(Int(-m / 2 * log(missing)) + 1, n)
  }

  /// The first comparisons of the order with the alternatives that they name, and where those stand in the whole.
  ///
  /// - Throws: `DatasetError` where they name fewer than two.
  /// - Complexity: O(alternatives + their contexts).
  package func part(comparisons count: Int) throws -> (dataset: PreferenceDataset, places: [Int]) {
    if count >= order.count { return (dataset, Array(dataset.alternatives.indices)) }
    let rows = order.prefix(count).sorted().map { dataset.comparisons[$0] }
    var isNamed = [Bool](repeating: false, count: dataset.alternatives.count)
    for row in rows { (isNamed[Int(row.a)], isNamed[Int(row.b)]) = (true, true) }
    let places = isNamed.indices.filter { isNamed[$0] }
    var number = [Int32](repeating: 0, count: isNamed.count)
    for (place, i) in places.enumerated() { number[i] = Int32(place) }
    let kept = rows.map { row in
      Comparison(
        a: number[Int(row.a)], b: number[Int(row.b)], outcome: row.outcome, count: row.count,
        annotator: row.annotator, prompt: row.prompt)
    }
    return (
      try PreferenceDataset(
        withUniqueIdentifiers: places.map { dataset.alternatives[$0] },
        contexts: dataset.contexts?.selecting(rows: places), annotators: dataset.annotators,
        prompts: dataset.prompts, comparisons: ComparisonTable(kept)), places
    )
  }
}
