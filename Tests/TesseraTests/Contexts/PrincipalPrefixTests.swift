import Tessera
import Testing

/// Searches that look at few axes first find what plain loops find, to the last bit.
@Suite struct PrincipalPrefixTests {
  /// Spread as embeddings are: axis k has a variance of 1 / k. Some rows are near-copies, some exact ones, one lies far off.
  static func rows(_ m: Int, _ d: Int, scale: Double = 1) -> [[Double]] {
    var random = RandomStream(seed: 7)
    var rows = (0..<m).map { _ in (0..<d).map { scale * random.normal() / Double($0 + 1).squareRoot() } }
    for i in stride(from: 10, to: m, by: 10) {
      let size = i % 20 == 0 ? 0 : 1e-3 * scale
      rows[i] = rows[i / 2].map { $0 + size * random.normal() }
    }
    rows[m - 1] = rows[m - 1].map { 50 * $0 }
    return rows
  }

  static func check(_ rows: [[Double]]) throws {
    let contexts = try Contexts(Matrix(rows))
    let search = try Distances(contexts)
    let found = try search.nearestNeighbours()
    // Every tenth one by a plain loop over the distances that the search decides by.
    for i in stride(from: 0, to: rows.count, by: 10) {
      var (place, least) = (-1, Double.infinity)
      for j in rows.indices where j != i {
        let distance = search.distance(i, j)
        if distance < least { (place, least) = (j, distance) }
      }
      #expect(found.places[i] == Int32(place) && found.distances[i] == least)
    }
    let radius = found.distances.sorted()[rows.count / 4]
    let pairs = try #require(try search.pairs(within: radius, limit: 1 << 20))
    var seen = 0
    for i in stride(from: 0, to: rows.count, by: 10) {
      let near = (i + 1..<rows.count).filter { search.distance(i, $0) <= radius }
      #expect(pairs.filter { $0.a == Int32(i) }.map { Int($0.b) } == near)
      seen += near.count
    }
    #expect(seen > 0)
  }

  // Large enough for the search to turn to few axes, and coordinates with a rest beside whole vectors.
  @Test func `Spread along few axes`() throws { try Self.check(Self.rows(4_200, 70)) }

  @Test func `The same far from the size of 1`() throws {
    try Self.check(Self.rows(4_100, 66, scale: 1e-140))
  }

  @Test func `Any number of cores finds the same`() throws {
    let contexts = try Contexts(Matrix(Self.rows(4_200, 70)))
    #expect(
      try Distances(contexts, work: Work(threads: 1)).nearestNeighbours()
        == Distances(contexts, work: Work(threads: 2)).nearestNeighbours())
  }
}
