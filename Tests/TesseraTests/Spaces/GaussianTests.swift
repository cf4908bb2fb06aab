import Foundation
import Tessera
import Testing

@Suite struct GaussianTests {
  @Test func `A Gaussian has the moments of its contexts`() throws {
    let rows = spreadRows(500, 3, seed: 2)
    let contexts = try Contexts(Matrix(rows))
    let space = try Gaussian(fitting: contexts, weights: Array(repeating: 1.0 / 500, count: 500))
    #expect(space.dimension == 3)
    let aligned = try space.aligned(contexts)
    // Rotation keeps distances.
    let before: Double = (0..<3).reduce(0.0) { $0 + pow(contexts[0, $1] - contexts[7, $1], 2) }
    let after: Double = (0..<3).reduce(0.0) { $0 + pow(aligned[0, $1] - aligned[7, $1], 2) }
    #expect(abs(before - after) < 1e-9)
    let points = space.sample(count: 20_000, seed: 3)
    for k in 0..<3 {
      let values = (0..<20_000).map { points[$0, k] / space.deviations[k] }
      let mean = values.reduce(0, +) / 20_000
      let variance = values.reduce(0) { $0 + $1 * $1 } / 20_000
      #expect(abs(mean) < 4 / 20_000.0.squareRoot())
      #expect(abs(variance - 1) < 4 * (2.0 / 20_000).squareRoot())
      let own = (0..<500).reduce(0.0) { $0 + aligned[$1, k] * aligned[$1, k] } / 500
      #expect(abs(own.squareRoot() - space.deviations[k]) < 1e-9)
    }
    #expect(throws: SpaceError.noSpread) {
      try Gaussian(fitting: Contexts(Matrix([[1, 1], [1, 1.0]])), weights: [0.5, 0.5])
    }
  }

  @Test func `Directions without spread drop out`() throws {
    let rows = spreadRows(50, 2, seed: 4).map { [$0[0], $0[1], $0[0] + $0[1], 5] }
    let space = try Gaussian(fitting: Contexts(Matrix(rows)), weights: Array(repeating: 0.02, count: 50))
    #expect(space.dimension == 2)
  }
}
