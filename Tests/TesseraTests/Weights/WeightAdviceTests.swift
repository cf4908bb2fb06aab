import Tessera
import Testing

@Suite struct WeightAdviceTests {
  @Test func `Degenerate weights come with advice`() throws {
    // Principal components have arbitrary signs: few contexts lie in [0, 1]^d.
    var random = RandomStream(seed: 12)
    let rows = (0..<200).map { _ in (0..<40).map { _ in 0.1 * random.normal() } }
    let contexts = try Contexts(Matrix(rows))
    func weigh(_ space: some AlternativeSpace, samples: Int) throws -> AlternativeWeights {
      try VoronoiWeights.weights(contexts: contexts, space: space, samples: samples)
    }
    let cube = try weigh(UnitCube(dimension: 40), samples: 100_000)
    #expect(
      cube.advice == [.outside(zeroShare: cube.zeroWeightShare, outsideShare: 1, space: "unit-cube")])
    #expect(cube.zeroWeightShare > 0.2)
    #expect(try weigh(BoundingBox(around: contexts), samples: 100_000).advice == [])
    let few = try weigh(BoundingBox(around: contexts), samples: 300).advice
    // 300 points for 200 alternatives: 1.5 each.
    #expect(
      few == [.starved(samples: 300, alternatives: 200, relativeError: 1 / 1.5.squareRoot(), isPool: false)])
  }
}
