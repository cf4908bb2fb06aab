import Tessera

/// The votes of each value of a column, on the alternatives that they name.
package struct VoteCategories {
  package let datasets: [(name: String, data: PreferenceDataset)]
  /// Votes without a value.
  package let without: Double

  /// - Throws: `DatasetError`.
  package init(_ file: ComparisonFile) throws {
    without = file.categories.first { $0.name == nil }?.comparisons.total ?? 0
    datasets = try file.categories.compactMap { category in
      guard let name = category.name else { return nil }
      var places: [Int32: Int] = [:]
      var alternatives: [Alternative] = []
      func place(_ i: Int32) -> Int {
        if let known = places[i] { return known }
        places[i] = alternatives.count
        alternatives.append(file.alternatives[Int(i)])
        return alternatives.count - 1
      }
      let own = category.comparisons.comparisons.map { row in
        Comparison(
          a: place(row.a), b: place(row.b), outcome: row.outcome, count: row.count,
          annotator: row.annotator < 0 ? nil : Int(row.annotator))
      }
      return (
        name,
        try PreferenceDataset(
          alternatives: alternatives, annotators: file.annotators, comparisons: ComparisonTable(own))
      )
    }
  }
}
