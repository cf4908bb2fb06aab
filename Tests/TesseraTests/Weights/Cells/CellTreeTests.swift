import Tessera
import Testing

@Suite struct CellTreeTests {
  @Test func `The tree agrees with exact cells and with independent points`() throws {
    for (d, shape) in [(1, 0), (2, 0), (2, 1), (2, 2)] {
      var random = RandomStream(seed: UInt64(10 * d + shape))
      let rows = (0..<400).map { i -> [Double] in
        let values = (0..<d).map { _ in random.uniform() }
        switch shape {
        case 1: return values.map { 0.4 + 1e-3 * $0 }
        case 2: return [Double(i % 20) / 20, Double(i / 20) / 20]
        default: return values
        }
      }
      let contexts = try Contexts(Matrix(rows))
      let space = UnitCube(dimension: d)
      let exact = try VoronoiWeights.weights(contexts: contexts, space: space, method: .exact)
      let sampled = try sample(contexts, in: space, 300_000, seed: 4)
      for i in 0..<400 {
        let w = exact.values[i]
        let error: Double = (w * (1 - w) / 300_000).squareRoot()
        #expect(abs(w - sampled.values[i]) < 5 * max(error, 2e-6))
      }
    }
    // On a sphere all are equally far from the centre: boxes there are left whole where few samples come, and what is nearest
    // stays what it is.
    var random = RandomStream(seed: 9)
    let sphere = try Contexts(Matrix((0..<2_000).map { _ in (0..<3).map { _ in random.normal() } }))
      .normalized()
    let ball = try BoundingBox(around: sphere)
    let few = try CellTree(contexts: sphere, space: ball, samples: 1_000)
    let many = try CellTree(contexts: sphere, space: ball, samples: 1_000_000)
    #expect(few.candidateCount * 4 < many.candidateCount)
    func nearest(_ tree: CellTree) throws -> [Int32] {
      try tree.nearest(space: ball, firstSample: 0, samples: 20_000, seed: 3, work: Work())
    }
    #expect(try nearest(few) == nearest(many))
    let contexts = try clusteredContexts(500, 3, seed: 5)
    let space = try BoundingBox(around: contexts)
    let tree = try sample(contexts, in: space, 100_000, seed: 6)
    let plain = try sample(
      contexts, in: space, 100_000, seed: 7, plan: SamplingPlan(kind: .independent, blocks: 1))
    for i in 0..<500 {
      let error =
        (tree.standardErrors[i] * tree.standardErrors[i] + plain.standardErrors[i] * plain.standardErrors[i])
        .squareRoot()
      #expect(abs(tree.values[i] - plain.values[i]) < 5 * max(error, 1e-5))
    }
  }
}
