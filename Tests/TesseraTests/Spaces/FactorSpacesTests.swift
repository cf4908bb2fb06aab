import Tessera
import Testing

@Suite struct FactorSpacesTests {
  @Test func `Factor spaces hold what they sample`() throws {
    let rows = [[1.0, -2, 0.1], [8, -0.5, 0.1], [-1, 3, 0.4]]
    let contexts = try Contexts(Matrix(rows))
    let product = try FactorProduct(around: contexts)
    // [0.5, 2], [4, 16], [-2, -0.5]; [-4, -1], [-1, -0.25], [1.5, 6]; [0.05, 0.2], [0.2, 0.8]
    let unions = [[-2 ... -0.5, 0.5...2, 4...16], [-4 ... -0.25, 1.5...6], [0.05...0.8]]
    let mixture = try FactorMixture(around: contexts, weights: [0.2, 0.3, 0.5])
    let inProduct = product.sample(count: 2_000, seed: 1)
    // Every interval holds its share of the length of its coordinate: 1.5, 1.5, 12 of 15, and 3.75, 4.5 of 8.25.
    for (k, intervals) in unions.enumerated() {
      let total = intervals.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
      for interval in intervals {
        let share = (interval.upperBound - interval.lowerBound) / total
        let found = Double((0..<2_000).count { interval.contains(inProduct[$0, k]) }) / 2_000
        // Four standard errors, and a point or two on a border that rounding moved.
        #expect(abs(found - share) <= 4 * (share * (1 - share) / 2_000).squareRoot() + 1e-3)
      }
    }
    let inMixture = mixture.sample(count: 2_000, seed: 1)
    var third = 0
    for i in 0..<2_000 {
      // Points are Float; the borders are not.
      let shrunk = inMixture.row(i).map { $0 * (1 - 1e-6) }
      #expect(mixture.contains(shrunk) || mixture.contains(inMixture.row(i).map { $0 * (1 + 1e-6) }))
      if inMixture[i, 1] > 0 { third += 1 }
      #expect((0.05 - 1e-6...0.8 + 1e-6).contains(inProduct[i, 2]))
      #expect(!(2.001...3.999).contains(inProduct[i, 0]))
    }
    #expect(abs(Double(third) / 2_000 - 0.5) < 4 * (0.25 / 2_000).squareRoot())
    #expect(throws: SpaceError.self) { try FactorProduct(around: contexts, factor: 1) }
  }
}
