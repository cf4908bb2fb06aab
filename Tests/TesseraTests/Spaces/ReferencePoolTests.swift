import Tessera
import Testing

@Suite struct ReferencePoolTests {
  @Test func `A pool gives shares of itself`() throws {
    let pool = try Contexts(Matrix([[0.1, 0], [0.2, 0], [0.9, 0], [0.3, 0.1], [5, 5.0]]))
    let contexts = try Contexts(Matrix([[0, 0], [1, 0], [1, 0.0]]))
    let weights = try VoronoiWeights.weights(contexts: contexts, space: ReferencePool(pool), samples: 7)
    #expect(largestDifference(weights.values, [0.6, 0.2, 0.2]) < 1e-12)
    #expect(weights.provenance.samples == 5)
    let single: [[Float]] = []
    #expect(throws: SpaceError.emptyPool) { try ReferencePool(Contexts(Matrix<Float>(single))) }
    #expect(throws: SpaceError.dimensionMismatch(space: 2, contexts: 3)) {
      try VoronoiWeights.weights(contexts: Contexts(Matrix([[0, 0, 0.0]])), space: ReferencePool(pool))
    }
  }
}
