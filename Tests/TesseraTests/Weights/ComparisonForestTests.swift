import Tessera
import Testing

/// A forest of comparisons that some have left, or that a few have joined.
@Suite struct ComparisonForestTests {
  /// Answers in tight groups of five, so that comparisons between two groups are near one another.
  private static func data() throws -> (rows: [[Double]], comparisons: [Comparison]) {
    var random = RandomStream(seed: 31)
    var rows: [[Double]] = []
    for i in 0..<80 {
      rows.append(
        i % 5 == 0
          ? (0..<12).map { _ in random.normal() } : rows[i / 5 * 5].map { $0 + 0.15 * random.normal() })
    }
    let comparisons = (0..<500).compactMap { k -> Comparison? in
      let (a, b) = (Int(random.uniform() * 80), Int(random.uniform() * 80))
      return a == b ? nil : Comparison(a: a, b: b, outcome: Double(k % 2))
    }
    return (rows, comparisons)
  }

  private static func weights(
    _ rows: [[Double]], _ comparisons: [Comparison], growing known: ComparisonForest? = nil
  ) throws -> LocalComparisonWeights {
    let data = try PreferenceDataset(
      alternatives: rows.indices.map { "\($0)" }, contexts: contexts(rows), comparisons: comparisons)
    return try LocalComparisonWeights(
      contexts: contexts(rows), counts: data.pairCounts, scale: 2, growing: known)
  }

  @Test func `Comparisons of an answer that went`() throws {
    let (rows, comparisons) = try Self.data()
    let forest = try Self.weights(rows, comparisons).forest
    #expect(forest.joins.count > 100)
    for gone in [[0], [3, 7, 40, 41, 42], Array(20..<40)] {
      let kept = rows.indices.filter { !gone.contains($0) }
      var places = [Int?](repeating: nil, count: rows.count)
      for (new, old) in kept.enumerated() { places[old] = new }
      let rest = kept.map { rows[$0] }
      let known = try #require(try forest.keeping(places, contexts: contexts(rest), work: Work()))
      let left = comparisons.compactMap { c -> Comparison? in
        guard let a = places[Int(c.a)], let b = places[Int(c.b)] else { return nil }
        return Comparison(a: a, b: b, outcome: c.outcome)
      }
      let anew = try Self.weights(rest, left)
      #expect(known.joins.map(\.length) == anew.forest.joins.map(\.length), "without \(gone)")
      let grown = try Self.weights(rest, left, growing: known)
      #expect(grown.groups == anew.groups)
      #expect(largestDifference(grown.values, anew.values) < 1e-12)
    }
  }

  @Test func `Comparisons of an answer that came`() throws {
    var (rows, comparisons) = try Self.data()
    let forest = try Self.weights(rows, comparisons).forest
    // Two near copies with the record of the seventh.
    let own = comparisons.filter { Int($0.a) == 7 || Int($0.b) == 7 }
    for copy in 0..<2 {
      for c in own {
        comparisons.append(
          Comparison(
            a: Int(c.a) == 7 ? 80 + copy : Int(c.a), b: Int(c.b) == 7 ? 80 + copy : Int(c.b),
            outcome: c.outcome))
      }
      rows.append(rows[7].map { $0 + 0.01 * Double(copy + 1) })
    }
    let (grown, anew) = try (
      Self.weights(rows, comparisons, growing: forest), Self.weights(rows, comparisons)
    )
    #expect(grown.forest.joins.map(\.length) == anew.forest.joins.map(\.length))
    #expect(grown.forest.joins.count > forest.joins.count + own.count)
    #expect(largestDifference(grown.values, anew.values) < 1e-12)
  }
}
