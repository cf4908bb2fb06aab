import Tessera

/// Appendix C.3: merging exact clones makes the standard estimate independent of them, and no more.
enum MergingClones {
  static func section() throws -> PaperSection {
    let contexts = [[0.0, 0], [1, 1], [0.93, 0.07]]
    let population = Population.table2
    let before = try rewards(population.winRates())

    func merged(_ clone: [Double]) throws -> (alternatives: Int, shift: Double) {
      let dataset = try dataset(contexts + [clone], kinds: [0, 1, 2, 2], population)
      guard let merged = try MergedDuplicates(dataset) else { return (0, .infinity) }
      let after = try rewards(merged.dataset.pairCounts)
      return (merged.dataset.alternatives.count, largestShift(before, after.prefix(3)))
    }
    let exact = try merged(contexts[2])
    let near = try merged([0.93, 0.07 + 1e-9])
    return PaperSection(
      name: "6", title: "Merging exact clones is not enough (Appendix C.3)",
      paragraphs: [
        "Alternatives with equal contexts become one and their data is pooled. That removes exact clones from the standard estimate. A clone at a distance of 1e-9 is another alternative, and does what it did before."
      ],
      claims: [
        .atMost(
          "Appendix C.3", "Exact clone, merged: shift of the standard rewards", bound: 1e-9,
          found: exact.shift),
        .atLeast(
          "Appendix C.3", "Clone at distance 1e-9: alternatives left after merging", bound: 4,
          found: Double(near.alternatives)),
        .atLeast(
          "Appendix C.3", "Clone at distance 1e-9: shift of the standard rewards", bound: 0.01,
          found: near.shift),
      ],
      figures: [])
  }

  private static func dataset(
    _ rows: [[Double]], kinds: [Int], _ population: Population
  ) throws -> PreferenceDataset {
    var comparisons: [Comparison] = []
    for i in kinds.indices {
      for j in kinds.indices where j > i {
        comparisons.append(Comparison(a: i, b: j, outcome: population.probability(kinds[i], over: kinds[j])))
      }
    }
    return try PreferenceDataset(
      alternatives: kinds.indices.map { "alternative \($0)" }, contexts: Contexts(Matrix(rows)),
      comparisons: comparisons)
  }
}
