import Tessera
import Testing

@Suite struct SpanningTreeTests {
  @Test func `The tree is the shortest`() throws {
    var random = RandomStream(seed: 4)
    for (m, d) in [(2, 1), (40, 2), (300, 5), (500, 20)] {
      // Some clouds far apart, some copies: what makes the parts of the algorithm work.
      let rows = (0..<m).map { i in
        (0..<d).map { _ in (i % 3 == 0 ? 50.0 : 0) + (i % 7 == 0 ? 0 : random.normal()) }
      }
      let tree = try SpanningTree(Contexts(Matrix(rows)))
      #expect(tree.edges.count == m - 1)
      // Prim's algorithm, written out.
      var near = [Double](repeating: .infinity, count: m)
      var done = [Bool](repeating: false, count: m)
      near[0] = 0
      var lengths: [Double] = []
      for _ in 0..<m {
        let i = (0..<m).filter { !done[$0] }.min { near[$0] < near[$1] } ?? 0
        done[i] = true
        lengths.append(near[i])
        for j in 0..<m where !done[j] {
          near[j] = min(
            near[j], zip(rows[i], rows[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot())
        }
      }
      let expected = lengths.dropFirst().sorted()
      for (x, y) in zip(tree.edges.map(\.length), expected) { #expect(abs(x - y) < 1e-5 * (1 + y)) }
    }
  }

  @Test func `Trees and classes are the same on any number of threads`() throws {
    var random = RandomStream(seed: 6)
    let rows = try Contexts(Matrix((0..<400).map { _ in (0..<12).map { _ in random.normal() } }))
    #expect(try SpanningTree(rows, work: Work(threads: 1)) == SpanningTree(rows, work: Work(threads: 3)))
    #expect(
      try AverageLinkage(rows, work: Work(threads: 1)) == AverageLinkage(rows, work: Work(threads: 3)))
    #expect(
      try RadiusGraphWeights.weights(contexts: rows, work: Work(threads: 1))
        == RadiusGraphWeights.weights(contexts: rows, work: Work(threads: 3)))
  }
}
