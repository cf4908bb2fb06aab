import Tessera
import Testing

@Suite struct LocalScaleTests {
  /// The definition, written out in double precision: all contexts ask.
  private static func bySlowHand(_ rows: [[Double]]) -> Double {
    let (m, d) = (rows.count, rows[0].count)
    let mean: [Double] = (0..<d).map { k in
      let sum: Double = rows.reduce(0) { $0 + $1[k] }
      return sum / Double(m)
    }
    func distance(_ x: [Double], _ y: [Double]) -> Double {
      var square = 0.0
      for k in 0..<d { square += (x[k] - y[k]) * (x[k] - y[k]) }
      return square.squareRoot()
    }
    let between = rows.map { x in rows.map { distance(x, $0) } }
    var scale = rows.map { distance($0, mean) }.max() ?? 0
    for round in 0..<12 {
      var found: [(distance: Double, vote: Double)] = []
      for i in 0..<m {
        var (crowd, beyond) = (1.0, Double.infinity)
        for j in 0..<m where j != i {
          crowd += min(max((1.25 - between[i][j] / scale) / 0.5, 0), 1)
          if between[i][j] > scale / 8 { beyond = min(beyond, between[i][j]) }
        }
        if beyond.isFinite { found.append((beyond, 1 / crowd)) }
      }
      found.sort { $0.distance < $1.distance }
      let total = found.reduce(0) { $0 + $1.vote }
      var (before, sum) = (0.0, 0.0)
      for (distance, vote) in found {
        let after = before + vote / total
        sum += max(0, min(after, 0.75) - max(before, 0.25)) * distance
        before = after
      }
      let next = total > 0 ? 2 * sum : scale / 8
      let isSettled = abs(next - scale) <= 1e-3 * scale
      scale = next
      if isSettled, round > 0 { break }
    }
    return scale
  }

  private static func rows(_ m: Int, _ d: Int) -> [[Double]] {
    var random = RandomStream(seed: UInt64(m + d))
    var rows: [[Double]] = []
    for i in 0..<m {
      let shift: Double = i % 4 == 0 ? 5 : 0
      let fresh: [Double] = (0..<d).map { _ in random.normal() + shift }
      // A third are near-copies.
      rows.append(i % 3 == 2 ? rows[i - 1].map { $0 + 0.05 * random.normal() } : fresh)
    }
    return rows
  }

  @Test(arguments: [(5, 3), (9, 1), (150, 2), (333, 24), (1_000, 7)])
  func `The scale is the one that is defined`(m: Int, d: Int) throws {
    let rows = Self.rows(m, d)
    let (found, expected) = try (contexts(rows).localScale(), Self.bySlowHand(rows))
    // Products in single precision say how crowded it is.
    #expect(abs(found / expected - 1) < 1e-5)
    #expect(
      try contexts(rows).localScale(work: Work(threads: 1))
        == contexts(rows).localScale(work: Work(threads: 3)))
  }

  /// Beyond 4,096 contexts distances are not all kept: a lattice has one distance, however crowded it is where.
  @Test func `Many contexts on a lattice are as far apart as neighbours are`() throws {
    let side = 18
    var rows: [[Double]] = []
    for i in 0..<side * side * side {
      rows.append([Double(i % side), Double(i / side % side), Double(i / side / side)])
    }
    let found = try contexts(rows).localScale()
    #expect(abs(found - 1) < 1e-12)
    #expect(try contexts(rows).localScale(work: Work(threads: 1)) == found)
  }
}
