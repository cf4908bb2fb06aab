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
}
