import Tessera
import Testing

@Suite struct IntervalCellsTests {
  @Test func `Interval cells run from midpoint to midpoint`() throws {
    let space = try Box(lower: [-1], upper: [3])
    let weights = try VoronoiWeights.weights(
      contexts: Contexts(Matrix([[2], [0], [2], [-5], [0.5]])), space: space, method: .exact)
    // Cells: -5 ends at -2.5 and is left outside; 0 owns [-1, 0.25], 0.5 owns [0.25, 1.25], 2 the rest, twice.
    #expect(largestDifference(weights.values, [0.21875, 0.3125, 0.21875, 0, 0.25]) < 1e-12)
    #expect(weights.zeroWeightShare == 0.2)
    #expect(weights.provenance.outside == 1)
  }
}
