import Tessera
import Testing

@Suite struct BoxTests {
  @Test func `Points fill a box evenly`() throws {
    let box = try Box(lower: [-2, 10, 0], upper: [2, 11, 0.5])
    let points = box.sample(count: 20_000, seed: 9)
    for k in 0..<3 {
      let width = box.upper[k] - box.lower[k]
      let values = (0..<points.rows).map { (points[$0, k] - box.lower[k]) / width }
      #expect(values.allSatisfy { $0 >= 0 && $0 <= 1 })
      let mean = values.reduce(0, +) / 20_000
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
      // The mean of n uniforms has standard error sqrt(1/12 / n), their variance sqrt(1/180 / n).
      #expect(abs(mean - 0.5) < 4 * (1.0 / 12 / 20_000).squareRoot())
      #expect(abs(variance - 1.0 / 12) < 4 * (1.0 / 180 / 20_000).squareRoot())
    }
    // Sides of 4, 1 and 1/2: in a box twice as long everywhere, an eighth of the points falls into it.
    let around = try Box(lower: [-4, 9.5, -0.25], upper: [4, 11.5, 0.75]).sample(count: 20_000, seed: 2)
    let inside = (0..<20_000).count { box.contains(Array(around.row($0))) }
    #expect(abs(Double(inside) / 20_000 - 0.125) < 4 * (0.125 * 0.875 / 20_000).squareRoot())
  }
}
