import Tessera
import Testing

@Suite struct AverageLinkageTests {
  @Test func `Average linkage agrees with its definition`() throws {
    var random = RandomStream(seed: 3)
    let rows = (0..<40).map { _ in (0..<4).map { _ in random.normal() } }
    let tree = try AverageLinkage(Contexts(Matrix(rows)))
    // The definition, step by step: mean squared distance between members.
    var groups = rows.indices.map { [$0] }
    func square(_ i: Int, _ j: Int) -> Double {
      zip(rows[i], rows[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    for join in tree.joins {
      var best = (Double.infinity, 0, 0)
      for x in groups.indices {
        for y in 0..<x {
          let mean =
            groups[x].reduce(0) { sum, i in sum + groups[y].reduce(0) { $0 + square(i, $1) } }
            / Double(groups[x].count * groups[y].count)
          if mean < best.0 { best = (mean, x, y) }
        }
      }
      #expect(abs(join.distance - best.0.squareRoot()) < 1e-5)
      groups[best.2] += groups[best.1]
      groups.remove(at: best.1)
    }
  }
}
