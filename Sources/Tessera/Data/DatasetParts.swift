/// Parts of a dataset: comparisons at random, each part within the next larger one, and the alternatives that they name.
package struct DatasetParts {
  package let dataset: PreferenceDataset
  private let order: [Int]
  /// The same of the alternatives.
  private let ranks: [Int]

  /// - Complexity: O(comparisons).
  package init(_ dataset: PreferenceDataset) {
    self.dataset = dataset
    var order = Array(dataset.comparisons.indices)
    var random = RandomStream(seed: 0, for: .trialRows)
    order.shuffle(using: &random)
    self.order = order
    var ranks = Array(dataset.alternatives.indices)
    ranks.shuffle(using: &random)
    self.ranks = ranks
  }

  /// Whether alternatives hang together in small groups, as answers to many prompts do.
  package var isOfSmallGroups: Bool {
    let components = Components(dataset.pairCounts)
    return 20 * components.count > dataset.alternatives.count
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
    return (try keeping(places, kept), places)
  }

  /// The first comparisons of the order among fewer alternatives, each of which stands for several: everyone is compared about as
  /// often as in the whole, on which the work of an estimate depends.
  ///
  /// - Parameter count: Of alternatives.
  /// - Throws: `DatasetError` where nothing is left to compare.
  package func folded(comparisons: Int, alternatives count: Int) throws -> (
    dataset: PreferenceDataset, places: [Int]
  ) {
    let m = dataset.alternatives.count
    guard count < m else { return try part(comparisons: comparisons) }
    var places = [Int](repeating: 0, count: count)
    for (i, rank) in ranks.enumerated() where rank < count { places[rank] = i }
    let kept = order.prefix(comparisons).sorted().compactMap { place -> Comparison? in
      let row = dataset.comparisons[place]
      let (a, b) = (Int32(ranks[Int(row.a)] % count), Int32(ranks[Int(row.b)] % count))
      guard a != b else { return nil }
      return Comparison(
        a: min(a, b), b: max(a, b), outcome: a < b ? row.outcome : 1 - row.outcome, count: row.count,
        annotator: row.annotator, prompt: row.prompt)
    }
    return (try keeping(places, kept), places)
  }

  /// Some alternatives, with comparisons in their numbers.
  private func keeping(_ places: [Int], _ comparisons: [Comparison]) throws -> PreferenceDataset {
    try PreferenceDataset(
      withUniqueIdentifiers: places.map { dataset.alternatives[$0] },
      contexts: dataset.contexts?.selecting(rows: places), annotators: dataset.annotators,
      prompts: dataset.prompts, comparisons: ComparisonTable(comparisons))
  }
}
