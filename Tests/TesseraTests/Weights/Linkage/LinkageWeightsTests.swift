import Tessera
import Testing

@Suite struct LinkageWeightsTests {
  func weights(_ rows: [[Double]], resolution: Double = 0) throws -> [Double] {
    try LinkageWeights.weights(contexts: Contexts(Matrix(rows)), resolution: resolution).values
  }

  @Test func `Currents by hand`() throws {
    // a and b join at 1, c joins them at 3: resistances 2 + 1/2 and 3, so c gets 2.5 / 5.5.
    let found = try weights([[0], [1], [4]])
    let c = 2.5 / 5.5
    for (x, y) in zip(found, [(1 - c) / 2, (1 - c) / 2, c]) { #expect(abs(x - y) < 1e-12) }
    // Corners of a regular triangle are equal, however the tree forms.
    let triangle = try weights([[0, 0], [1, 0], [0.5, 0.75.squareRoot()]])
    for w in triangle { #expect(abs(w - 1.0 / 3) < 1e-9) }
    #expect(try weights([[2]]) == [1])
    #expect(try weights([[2], [2], [2]]).allSatisfy { abs($0 - 1.0 / 3) < 1e-12 })
    // At a resolution of 1 the first two count as one.
    let coarse = try weights([[0], [1], [4]], resolution: 1)
    for (x, y) in zip(coarse, [0.25, 0.25, 0.5]) { #expect(abs(x - y) < 1e-12) }
    #expect(throws: WeightsError.self) { try weights([[0], [1]], resolution: -1) }
  }

  @Test func `A horizon makes far answers equal`() throws {
    // Two near one another, three far from all and one very far: the pair shares, the rest are equal.
    let rows = try Contexts(Matrix([[0, 0], [0.1, 0], [10, 0], [0, 12], [15, 15], [1_000, 0]]))
    let tree = try SpanningTree(rows)
    #expect(try LinkageWeights.horizon(of: tree) > 5)
    let found = try LinkageWeights.weights(tree: tree, horizon: 9).values
    for i in 3..<6 { #expect(abs(found[i] - found[2]) < 1e-12) }
    // The pair: resistance 9 - 0.1 + 0.05 against 9.
    #expect(abs((found[0] + found[1]) / found[2] - 9 / 8.95) < 1e-12)
    // A flood of near-clones does not pull the horizon down.
    let flood = (0..<50).map { [0.001 * Double($0), 0.0] }
    let flooded = try SpanningTree(
      Contexts(Matrix([[0, 0], [10, 0], [0, 12], [15, 15], [1_000, 0]] + flood)))
    #expect(try LinkageWeights.horizon(of: flooded) > 5)
    #expect(throws: WeightsError.self) { try LinkageWeights.weights(tree: tree, horizon: 0) }
  }
}
