import Tessera
import Testing

@Suite struct PlanarCellsTests {
  @Test func `Contexts so far from the space that all cells are lost are refused, not weighed by nothing`()
    throws
  {
    let far = try Contexts(Matrix([[1e28, 3], [2e28, -5], [-3e28, 1], [5e27, 2], [-1e28, 7]]))
    for method in [VoronoiWeights.Method.exact, .automatic] {
      #expect(throws: WeightsError.self) {
        try VoronoiWeights.weights(contexts: far, space: UnitCube(dimension: 2), method: method)
      }
    }
    // Nearer, one of them has the whole space.
    let near = try Contexts(Matrix([[1e9, 3], [2e9, -5], [-3e9, 1]]))
    let weights = try VoronoiWeights.weights(contexts: near, space: UnitCube(dimension: 2), method: .exact)
    #expect(abs(weights.values[0] - 1) < 1e-9)
  }

  @Test func `Planar cells agree with clipping against every point`() throws {
    for seed in 0..<40 as Range<UInt64> {
      var random = RandomStream(seed: seed)
      let m = 2 + Int(random.uniform() * 150)
      // Uniform, clustered, on a grid, on a circle, partly outside.
      let points = (0..<m).map { i -> [Double] in
        let (u, v) = (random.uniform(), random.uniform())
        switch seed % 5 {
        case 0: return [u, v]
        case 1: return [0.5 + 1e-3 * random.normal(), 0.3 + 1e-7 * random.normal()]
        case 2: return [Double(i % 12) / 12, Double(i / 12) / 12]
        case 3: return [0.5 + 0.4 * Double(i) / Double(m), 0.5 + 0.3 * (u - 0.5).magnitude]
        default: return [3 * u - 1, 3 * v - 1]
        }
      }
      let contexts = try Contexts(Matrix(points))
      let groups = contexts.duplicates()
      let weights = try VoronoiWeights.weights(
        contexts: contexts, space: UnitCube(dimension: 2), method: .exact)
      let brute = groups.representatives.map { i in
        clippedArea(points[i], others: groups.representatives.filter { $0 != i }.map { points[$0] })
      }
      let sizes = groups.sizes()
      let expected = groups.groupOf.map { brute[$0] / Double(sizes[$0]) }
      #expect(largestDifference(weights.values, expected) < 1e-10)
      #expect(abs(weights.values.reduce(0, +) - 1) < 1e-10)
    }
  }

  /// Area of the unit square nearer to `p` than to any other point, by Sutherland-Hodgman on a list of corners.
  func clippedArea(_ p: [Double], others: [[Double]]) -> Double {
    var polygon: [(Double, Double)] = [(0, 0), (1, 0), (1, 1), (0, 1)]
    for q in others {
      let n = (q[0] - p[0], q[1] - p[1])
      let middle = ((q[0] + p[0]) / 2, (q[1] + p[1]) / 2)
      let side = polygon.map { n.0 * ($0.0 - middle.0) + n.1 * ($0.1 - middle.1) }
      var kept: [(Double, Double)] = []
      for k in polygon.indices {
        let next = (k + 1) % polygon.count
        if side[k] <= 0 { kept.append(polygon[k]) }
        if (side[k] < 0 && side[next] > 0) || (side[k] > 0 && side[next] < 0) {
          let t = side[k] / (side[k] - side[next])
          kept.append(
            (
              polygon[k].0 + t * (polygon[next].0 - polygon[k].0),
              polygon[k].1 + t * (polygon[next].1 - polygon[k].1)
            ))
        }
      }
      polygon = kept
      if polygon.isEmpty { return 0 }
    }
    return polygon.indices.reduce(0) { sum, k in
      let next = (k + 1) % polygon.count
      return sum + (polygon[k].0 * polygon[next].1 - polygon[next].0 * polygon[k].1) / 2
    }
  }
}
