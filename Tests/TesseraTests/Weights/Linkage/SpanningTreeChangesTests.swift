import Tessera
import Testing

/// A tree that grows or closes over what went is the tree of what is there.
@Suite struct SpanningTreeChangesTests {
  /// Clouds, some copies, some near-copies.
  private static func rows(_ m: Int, _ d: Int) -> [[Double]] {
    var random = RandomStream(seed: UInt64(m))
    var rows: [[Double]] = []
    for i in 0..<m {
      let shift: Double = i % 3 == 0 ? 20 : 0
      let far: [Double] = (0..<d).map { _ in shift + random.normal() }
      switch i % 10 {
      case 7: rows.append(rows[i - 5])
      case 8: rows.append(rows[i - 2].map { $0 + 0.01 * random.normal() })
      default: rows.append(far)
      }
    }
    return rows
  }

  @Test(arguments: [(30, 2), (400, 9)])
  func `Contexts that come`(m: Int, d: Int) throws {
    let all = Self.rows(m, d)
    for added in [1, 3, 12] {
      let known = try SpanningTree(contexts(Array(all.dropLast(added))))
      let whole = try contexts(all)
      let grown = try known.growing(to: whole, copies: whole.duplicates(), work: Work())
      #expect(try grown == SpanningTree(whole), "\(added) more")
    }
  }

  @Test(arguments: [(30, 2), (400, 9)])
  func `Contexts that go`(m: Int, d: Int) throws {
    let all = Self.rows(m, d)
    let known = try SpanningTree(contexts(all))
    // The one in the middle of most, a group with a copy in it, and the first of copies alone.
    var degree = [Int](repeating: 0, count: m)
    for edge in known.edges {
      degree[edge.a] += 1
      degree[edge.b] += 1
    }
    let hub = degree.indices.max { degree[$0] < degree[$1] } ?? 0
    for gone in [[hub], [2, 6, 7, 8, hub], [12], Array(0..<m / 2)] {
      let rows = (0..<m).filter { !gone.contains($0) }
      let rest = try contexts(rows.map { all[$0] })
      let kept = try known.keeping(rows, contexts: rest, copies: rest.duplicates(), work: Work(threads: 2))
      #expect(try kept == SpanningTree(rest), "without \(gone)")
    }
  }
}
