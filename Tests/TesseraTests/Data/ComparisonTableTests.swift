import Tessera
import Testing

@Suite struct ComparisonTableTests {
  @Test func `Repeated comparisons are counted in either order`() throws {
    var table = ComparisonTable()
    try table.add(Comparison(a: 0, b: 1, outcome: 1))
    try table.add(Comparison(a: 1, b: 0, outcome: 1))
    try table.add(Comparison(a: 0, b: 1, outcome: 0.5, count: 2))
    // A win for either and two ties: three facts, one pair.
    try table.add(Comparison(a: 1, b: 0, outcome: 0.5))
    #expect(table.comparisons.map(\.outcome) == [1, 0, 0.5])
    #expect(table.comparisons.map(\.count) == [1, 1, 3])
    #expect(table.total == 5)
    let counts = PairCounts(alternatives: 2, comparisons: table.comparisons)
    #expect(counts.rate(0, 1) == 0.5)
    #expect(counts.count(1, 0) == 5)
    #expect(counts.pairCount == 1)
    #expect(counts.pair(0, 1) == PairCounts.Pair(a: 0, b: 1, wins: 1, losses: 1, ties: 3))
  }

  @Test func `What was added before is found again, soft labels too, which stay apart`() throws {
    var table = ComparisonTable()
    // More than fit into the first table of places, so that it grows on the way.
    for isFirst in [true, false] {
      for i in 0..<200 {
        let soft = Comparison(a: i, b: i + 1, outcome: 0.25)
        let whole = Comparison(a: i, b: i + 2, outcome: 1, annotator: 7)
        #expect(table.contains(soft) != isFirst && table.contains(whole) != isFirst)
        let (one, other) = (try table.add(soft), try table.add(whole))
        #expect(one == isFirst && other == isFirst)
        #expect(table.contains(Comparison(a: i + 1, b: i, outcome: 0.75)))
        #expect(table.contains(Comparison(a: i + 2, b: i, outcome: 0, annotator: 7)))
        #expect(!table.contains(Comparison(a: i, b: i + 2, outcome: 1, annotator: 8)))
      }
    }
    #expect(table.comparisons.count { $0.outcome == 0.25 } == 400)
    #expect(table.comparisons.count { $0.count == 2 } == 200)
  }

  @Test func `Bad values are named`() throws {
    var table = ComparisonTable()
    #expect(throws: DatasetError.comparedWithItself(alternative: 3)) {
      try table.add(Comparison(a: 3, b: 3, outcome: 1))
    }
    #expect(throws: DatasetError.outcome(found: 1.5)) {
      try table.add(Comparison(a: 0, b: 1, outcome: 1.5))
    }
    #expect(throws: DatasetError.self) { try table.add(Comparison(a: 0, b: 1, outcome: .nan)) }
    #expect(throws: DatasetError.count(found: 0)) {
      try table.add(Comparison(a: 0, b: 1, outcome: 1, count: 0))
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

  @Test func `Counts that add up to too much are refused`() throws {
    var table = ComparisonTable()
    #expect(throws: DatasetError.countSum(found: 1e308, limit: 1e100)) {
      try table.add(Comparison(a: 0, b: 1, outcome: 1, count: 1e308))
    }
    #expect(throws: DatasetError.count(found: .infinity)) {
      try table.add(Comparison(a: 0, b: 1, outcome: 1, count: .infinity))
    }
    try table.add(Comparison(a: 0, b: 1, outcome: 1, count: 6e99))
    #expect(throws: DatasetError.self) { try table.add(Comparison(a: 0, b: 2, outcome: 0, count: 6e99)) }
    // What was refused left nothing behind.
    #expect(table.total == 6e99)
    #expect(table.comparisons.count == 1)
    try table.add(Comparison(a: 0, b: 1, outcome: 0, count: 1e99))
    let data = try PreferenceDataset(
      alternatives: [Alternative(id: "a"), Alternative(id: "b")], comparisons: table)
    let fit = try RewardFit(fitSettings()).run(data).standard
    #expect(fit.fit.outcome == .minimum)
    #expect((fit.rewards[0] ?? .nan).isFinite && (fit.errors.values[0] ?? .nan).isFinite)
    #expect(throws: DatasetError.self) {
      try PreferenceDataset(
        alternatives: ["a", "b"],
        comparisons: [1, 0].map { Comparison(a: 0, b: 1, outcome: $0, count: 1e308) })
    }
  }

  @Test func `Soft labels are kept one by one`() throws {
    var table = ComparisonTable()
    for _ in 0..<3 { try table.add(Comparison(a: 0, b: 1, outcome: 0.7)) }
    #expect(table.comparisons.map(\.count) == [1, 1, 1])
    #expect(table.total == 3)
    // Growing the table loses and doubles nothing.
    for k in 0..<500 { try table.add(Comparison(a: k % 40, b: 40, outcome: k % 3 == 0 ? 0.5 : 1)) }
    let pooled = PairCounts(alternatives: 41, comparisons: table.comparisons)
    #expect(pooled.pairs.reduce(0) { $0 + $1.count } == 503)
    #expect(pooled.pair(0, 1)?.soft == 3)
  }

  @Test func `Tables merge under the names of the first`() throws {
    var random = RandomStream(seed: 5)
    let rows = (0..<400).map { _ in
      let a = Int(random.uniform() * 6)
      return Comparison(
        a: a, b: (a + 1 + Int(random.uniform() * 5)) % 6, outcome: (random.uniform() * 2).rounded() / 2,
        annotator: Int(random.uniform() * 3), prompt: Int(random.uniform() * 2))
    }
    let whole = try ComparisonTable(rows)
    // The second table numbers its alternatives, annotators and prompts the other way round.
    let (alternatives, annotators, prompts) = ([5, 4, 3, 2, 1, 0], [2, 1, 0], [1, 0])
    let second = rows[200...].map { row in
      Comparison(
        a: alternatives[Int(row.a)], b: alternatives[Int(row.b)], outcome: row.outcome,
        annotator: annotators[Int(row.annotator)], prompt: prompts[Int(row.prompt)])
    }
    var merged = try ComparisonTable(rows[..<200])
    try merged.merge(
      ComparisonTable(second), alternatives: alternatives, annotators: annotators, prompts: prompts)
    #expect(Set(merged.comparisons) == Set(whole.comparisons))
    #expect(merged.total == 400)
    var full = try ComparisonTable([Comparison(a: 0, b: 1, outcome: 1, count: 9e99)])
    let other = full
    #expect(throws: DatasetError.self) { try full.merge(other) }
  }

  @Test func `A table that was settled goes on counting`() throws {
    let rows = (0..<400).map { k in
      Comparison(a: k % 7, b: 7 + k % 5, outcome: [0, 1, 0.5, 0.7][k % 4], annotator: k % 3)
    }
    var (settled, plain) = (ComparisonTable(), ComparisonTable())
    for (place, row) in rows.enumerated() {
      if place % 90 == 50 { settled.settle() }
      #expect(settled.contains(row) == plain.contains(row))
      #expect(try settled.add(row) == plain.add(row))
    }
    settled.settle()
    #expect(settled.contains(rows[0]) && !settled.contains(Comparison(a: 0, b: 1, outcome: 1)))
    #expect(settled.comparisons == plain.comparisons && settled.total == plain.total)
  }
}
