import Tessera
import Testing

@Suite struct PreferenceTests {
  @Test func repeatedComparisonsAreCountedInEitherOrder() throws {
    var accumulator = ComparisonAccumulator()
    try accumulator.add(Comparison(a: 0, b: 1, outcome: 1))
    try accumulator.add(Comparison(a: 1, b: 0, outcome: 1))
    try accumulator.add(Comparison(a: 0, b: 1, outcome: 0.5, count: 2))
    #expect(accumulator.comparisons.count == 1)
    #expect(accumulator.total == 4)
    #expect(accumulator.ties == 2)
    let rates = WinRates(alternatives: 2, comparisons: accumulator.comparisons)
    #expect(rates.rate(0, 1) == 0.5)
    #expect(rates.count(1, 0) == 4)
    #expect(rates.pairs == 1)
  }

  @Test func winRatesPoolAnnotatorsAndStayComplementary() throws {
    var accumulator = ComparisonAccumulator()
    var random = RandomStream(seed: 2)
    var wins: [[Double]] = Array(repeating: Array(repeating: 0, count: 30), count: 30)
    for _ in 0..<20_000 {
      let a = Int(random.uniform() * 30)
      let b = Int(random.uniform() * 30)
      if a == b { continue }
      let outcome = (random.uniform() * 4).rounded() / 4
      wins[a][b] += outcome
      wins[b][a] += 1 - outcome
      try accumulator.add(
        Comparison(
          a: a, b: b, outcome: outcome, annotator: Int(random.uniform() * 5),
          prompt: Int(random.uniform() * 3)))
    }
    let rates = WinRates(alternatives: 30, comparisons: accumulator.comparisons)
    for i in 0..<30 {
      for j in 0..<30 where i != j {
        let n = wins[i][j] + wins[j][i]
        #expect(abs(rates.count(i, j) - n) < 1e-9)
        if n > 0 {
          #expect(abs((rates.rate(i, j) ?? -1) - wins[i][j] / n) < 1e-12)
          #expect(abs((rates.rate(i, j) ?? 0) + (rates.rate(j, i) ?? 0) - 1) < 1e-12)
        } else {
          #expect(rates.rate(i, j) == nil)
        }
      }
      #expect(rates.rate(i, i) == 0.5)
    }
  }

  @Test func componentsAreFound() {
    let rates = WinRates(
      alternatives: 6,
      comparisons: [
        Comparison(a: 0, b: 3, outcome: 1), Comparison(a: 4, b: 1, outcome: 0),
        Comparison(a: 3, b: 2, outcome: 1),
      ])
    let components = Components(rates)
    #expect(components.count == 3)
    #expect(components.of == [0, 1, 0, 0, 1, 2])
  }

  @Test func duplicatesAreExact() throws {
    let contexts = try Contexts(Matrix<Float>([[0, 1], [0, 1.0001], [-0.0, 1], [0, 1.0001]]))
    let groups = contexts.duplicates()
    #expect(groups.groupOf == [0, 1, 0, 1])
    #expect(groups.representatives == [0, 1])
    #expect(groups.sizes() == [2, 2])
  }

  @Test func badValuesAreNamed() throws {
    var accumulator = ComparisonAccumulator()
    #expect(throws: DatasetError.comparedWithItself(alternative: 3)) {
      try accumulator.add(Comparison(a: 3, b: 3, outcome: 1))
    }
    #expect(throws: DatasetError.outcome(found: 1.5)) {
      try accumulator.add(Comparison(a: 0, b: 1, outcome: 1.5))
    }
    #expect(throws: DatasetError.self) { try accumulator.add(Comparison(a: 0, b: 1, outcome: .nan)) }
    #expect(throws: DatasetError.count(found: 0)) {
      try accumulator.add(Comparison(a: 0, b: 1, outcome: 1, count: 0))
    }
    #expect(throws: DatasetError.tooFewAlternatives(found: 1)) {
      try PreferenceDataset(alternatives: ["a"], comparisons: [])
    }
    #expect(throws: DatasetError.noComparisons) {
      try PreferenceDataset(alternatives: ["a", "b"], comparisons: [])
    }
    #expect(throws: DatasetError.duplicateIdentifier("a")) {
      try PreferenceDataset(alternatives: ["a", "a"], comparisons: [Comparison(a: 0, b: 1, outcome: 1)])
    }
    #expect(throws: DatasetError.unknownAlternative(index: 2, alternatives: 2)) {
      try PreferenceDataset(alternatives: ["a", "b"], comparisons: [Comparison(a: 0, b: 2, outcome: 1)])
    }
  }

  @Test func mergingPoolsTheDataOfCopies() throws {
    let contexts = try Contexts(Matrix([[0.0], [1], [1], [2]]))
    let dataset = try PreferenceDataset(
      alternatives: ["a", "b", "b2", "c"], contexts: contexts,
      comparisons: [
        Comparison(a: 0, b: 1, outcome: 1), Comparison(a: 0, b: 2, outcome: 0, count: 3),
        Comparison(a: 1, b: 2, outcome: 1), Comparison(a: 2, b: 3, outcome: 1),
      ])
    let merged = try #require(try MergedDuplicates(dataset))
    #expect(merged.dataset.alternatives.map(\.id) == ["a", "b", "c"])
    #expect(merged.dataset.winRates.rate(0, 1) == 0.25)
    #expect(merged.dataset.winRates.count(1, 0) == 4)
    #expect(merged.droppedComparisons == 1)
  }
}
