import Tessera
import Testing

@Suite struct MetaAlternativesTests {
  /// Three clouds with 30, 20 and 10 members.
  let rows: [[Double]] = {
    var random = RandomStream(seed: 8)
    return (0..<60).map { i in
      let centre = i < 30 ? [0.0, 0] : i < 50 ? [10, 0] : [5, 9]
      return centre.map { $0 + 0.3 * random.normal() }
    }
  }()

  @Test func `Groups are found and share one weight`() throws {
    let contexts = try Contexts(Matrix(rows))
    for meta in [
      try MetaAlternatives.averageLinkage(contexts, resolution: 3),
      try MetaAlternatives.kMeans(contexts, count: 3, seed: 2),
    ] {
      #expect(meta.groups.sizes() == [30, 20, 10])
      let weights = try meta.weights().values
      let cells = try VoronoiWeights.weights(contexts: meta.centres, space: BoundingBox(around: meta.centres))
        .values
      #expect(abs(weights[..<30].reduce(0, +) - cells[0]) < 1e-12)
      #expect(abs(weights[0] - cells[0] / 30) < 1e-12)
    }
    let (tree, _) = try MetaAlternatives.linkage(contexts)
    #expect(tree.joins.suffix(2).allSatisfy { $0.distance > 8 })
    #expect(tree.groups(count: 3).sizes() == [30, 20, 10])
  }

  @Test func `Many contexts are gathered first`() throws {
    var random = RandomStream(seed: 5)
    let many = (0..<5_000).map { i in (0..<3).map { k in (i % 3 == k ? 20.0 : 0) + random.normal() } }
    let contexts = try Contexts(Matrix(many))
    let meta = try MetaAlternatives.averageLinkage(contexts, resolution: 10)
    #expect(meta.groups.count == 3)
    #expect(meta.groups.groupOf.indices.allSatisfy { meta.groups.groupOf[$0] == $0 % 3 })
  }
}
