import Foundation
import Tessera
import Testing

@Suite struct PairCountsTests {
  @Test func `Win rates pool annotators and stay complementary`() throws {
    var table = ComparisonTable()
    var random = RandomStream(seed: 2)
    var wins: [[Double]] = Array(repeating: Array(repeating: 0, count: 30), count: 30)
    for _ in 0..<20_000 {
      let a = Int(random.uniform() * 30)
      let b = Int(random.uniform() * 30)
      if a == b { continue }
      let outcome = (random.uniform() * 4).rounded() / 4
      wins[a][b] += outcome
      wins[b][a] += 1 - outcome
      try table.add(
        Comparison(
          a: a, b: b, outcome: outcome, annotator: Int(random.uniform() * 5),
          prompt: Int(random.uniform() * 3)))
    }
    let rates = PairCounts(alternatives: 30, comparisons: table.comparisons)
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

  @Test func `A share with a count is so many votes, a label without one is soft`() {
    let counts = PairCounts(
      alternatives: 2,
      comparisons: [
        Comparison(a: 0, b: 1, outcome: 0.75, count: 8), Comparison(a: 1, b: 0, outcome: 0.75),
        Comparison(a: 0, b: 1, outcome: 0.5, count: 3),
      ])
    let pair = counts.pair(0, 1)
    #expect(
      pair
        == PairCounts.Pair(
          a: 0, b: 1, wins: 6, losses: 2, ties: 3, soft: 1, softSum: 0.25, softSquares: 0.0625))
    #expect(counts.rate(0, 1) == (6 + 1.5 + 0.25) / 12)
    // From the other side.
    let other = counts.pair(1, 0)
    #expect(
      other
        == PairCounts.Pair(
          a: 1, b: 0, wins: 2, losses: 6, ties: 3, soft: 1, softSum: 0.75, softSquares: 0.5625))
  }

  @Test func `A document keeps counts, and counts that cannot be are refused`() throws {
    var random = RandomStream(seed: 8)
    let rows = (0..<200).map { _ in
      let a = Int(random.uniform() * 8)
      return Comparison(
        a: a, b: (a + 1 + Int(random.uniform() * 7)) % 8, outcome: (random.uniform() * 8).rounded() / 8,
        count: random.uniform() < 0.5 ? 1 : 4)
    }
    let counts = PairCounts(alternatives: 9, comparisons: rows)
    let stored = try JSONDecoder().decode(PairCounts.self, from: JSONEncoder().encode(counts))
    #expect(stored == counts)
    #expect(stored.uncompared == [8])
    #expect(PairCounts(alternatives: 9, pairs: counts.pairs) == counts)
    for bad in [
      #"{"a": 0, "b": 0, "wins": 1}"#, #"{"a": 0, "b": 2, "wins": 1}"#, #"{"a": 0, "b": 1, "wins": -1}"#,
      #"{"a": -1, "b": 1, "wins": 1}"#, #"{"a": 0, "b": 1, "soft": 1, "softSum": 2}"#,
    ] {
      let whole = bad.replacingOccurrences(
        of: "}", with: Self.missing(bad))
      #expect(throws: DecodingError.self, "\(bad)") {
        try JSONDecoder().decode(
          PairCounts.self, from: Data(#"{"alternatives": 2, "pairs": [\#(whole)]}"#.utf8))
      }
    }
  }

  /// The members that a pair's object lacks, as zeros.
  private static func missing(_ object: String) -> String {
    ["wins", "losses", "ties", "soft", "softSum", "softSquares"].filter { !object.contains("\"\($0)\"") }
      .map { ", \"\($0)\": 0" }.joined() + "}"
  }

  @Test func `Counts of parts add up to the counts of the whole`() {
    var random = RandomStream(seed: 9)
    let rows = (0..<300).map { _ in
      let a = Int(random.uniform() * 10)
      return Comparison(
        a: a, b: (a + 1 + Int(random.uniform() * 9)) % 10, outcome: (random.uniform() * 4).rounded() / 4)
    }
    let whole = PairCounts(alternatives: 10, comparisons: rows)
    let parts = [rows[..<90], rows[90..<91], rows[91...]].map {
      PairCounts(alternatives: 10, comparisons: Array($0))
    }
    // Quarters are exact: so are the sums.
    #expect(PairCounts(alternatives: 10, pairs: parts.flatMap(\.pairs)) == whole)
    let swapped = parts.reversed().flatMap(\.pairs)
    #expect(PairCounts(alternatives: 10, pairs: swapped) == whole)
  }

  @Test func `Who won or lost everything is known`() {
    let counts = PairCounts(
      alternatives: 4,
      pairs: [PairCounts.Pair(a: 0, b: 1, wins: 2), PairCounts.Pair(a: 1, b: 2, wins: 1, ties: 1)])
    #expect(counts.unbeaten.won == [0])
    #expect(counts.unbeaten.lost == [])
    #expect(counts.uncompared == [3])
  }

  /// Comparisons of few alternatives in any order, of all kinds: wins, ties, soft labels, counts.
  private func mixed(_ rows: Int, alternatives: Int, seed: UInt64) -> [Comparison] {
    var random = RandomStream(seed: seed)
    return (0..<rows).map { _ in
      let a = Int(random.uniform() * Double(alternatives))
      let b = (a + 1 + Int(random.uniform() * Double(alternatives - 1))) % alternatives
      let outcome = [0, 1, 0.5, 0.3, 0.7][Int(random.uniform() * 5)]
      return Comparison(a: a, b: b, outcome: outcome, count: [1, 1, 2, 0.1][Int(random.uniform() * 4)])
    }
  }

  @Test func `Every row adds up its comparisons in the order in which they came`() {
    let (m, rows) = (12, mixed(3_000, alternatives: 12, seed: 5))
    let counts = PairCounts(alternatives: m, comparisons: rows)
    for i in 0..<m {
      for j in 0..<m where j != i {
        // To the last bit: sums of tenths depend on their order.
        var (sum, count, ties) = (0.0, 0.0, 0.0)
        for c in rows where (Int(c.a), Int(c.b)) == (i, j) || (Int(c.a), Int(c.b)) == (j, i) {
          let outcome = Int(c.a) == i ? c.outcome : 1 - c.outcome
          sum += c.count * outcome
          count += c.count
          if outcome == 0.5 { ties += c.count }
        }
        #expect(counts.rate(i, j) == sum / count)
        #expect(counts.count(i, j) == count)
        #expect(counts.pair(i, j)?.ties == ties)
      }
    }
  }

  @Test func `Counts of what was drawn are those of counting it anew`() {
    let (m, rows) = (12, mixed(400, alternatives: 12, seed: 6))
    let counts = PairCounts(alternatives: m, comparisons: rows)
    var random = RandomStream(seed: 7)
    for share in [0.2, 1.0, 3.0] {
      let drawn = rows.map { $0.count * (random.uniform() * share * 2).rounded(.down) }
      let anew = rows.indices.filter { drawn[$0] > 0 }.map {
        Comparison(a: Int(rows[$0].a), b: Int(rows[$0].b), outcome: rows[$0].outcome, count: drawn[$0])
      }
      let found = counts.counting(rows, counts.places(of: rows)) { drawn[$0] }
      #expect(found == PairCounts(alternatives: m, comparisons: anew))
    }
  }
}
