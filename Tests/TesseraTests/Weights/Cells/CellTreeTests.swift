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

  /// m points, of which many are equally far from some place.
  private func conspiring(_ shape: String, _ m: Int) -> [[Double]] {
    var random = RandomStream(seed: 17)
    return (0..<m).map { _ in
      let direction = (0..<3).map { _ in random.normal() }
      switch shape {
      case "sphere":
        let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return direction.map { $0 / length }
      case "circle", "ring":
        let length = (direction[0] * direction[0] + direction[1] * direction[1]).squareRoot()
        let plane = [direction[0] / length, direction[1] / length]
        return shape == "circle" ? plane : plane + [1e-3 * direction[2]]
      default: return direction
      }
    }
  }

  @Test(arguments: ["normal", "sphere", "circle", "ring"])
  func `Work grows as m log m, also where contexts are equally far from a place`(shape: String) throws {
    func tree(_ m: Int) throws -> CellTree {
      let contexts = try Contexts(Matrix(conspiring(shape, m)))
      return try CellTree(contexts: contexts, space: try BoundingBox(around: contexts), samples: 10_000)
    }
    let (few, many) = (try tree(1_000), try tree(8_000))
    // Eight times as many points and three doublings of the logarithm: 8 log(8,000) / log(1,000) is 10.4.
    #expect(many.looks < 16 * few.looks)
    #expect(many.looks < 300 * 8_000)
    #expect(many.candidateCount < 30 * 8_000)
  }

  @Test func `The tree of all points finds the nearest one and enters few boxes`() {
    for shape in ["normal", "sphere", "ring"] {
      let rows = conspiring(shape, 4_000).map { SIMD4(Float($0[0]), Float($0[1]), Float($0[2]), 0) }
      // Two of each: the lower number is meant.
      let points = rows + rows
      let tree = PointTree(points)
      var random = RandomStream(seed: 3)
      var visits = 0
      for _ in 0..<100 {
        let x = SIMD4(
          Float(2 * random.uniform() - 1), Float(2 * random.uniform() - 1), Float(2 * random.uniform() - 1), 0
        )
        let found = tree.nearest(x)
        visits += found.visits
        let squares = points.map { (($0 - x) * ($0 - x)).sum() }
        #expect(squares.firstIndex(of: squares.min() ?? .nan) == Int(found.number))
      }
      // Of 2,047 boxes. Some 200 in the worst case, a ring: places near its axis see it whole.
      #expect(visits < 100 * 400)
    }
    #expect(PointTree([SIMD4(1, 2, 3, 0)]).nearest(.zero).number == 0)
  }

  /// 1,023 places along a width this small are beyond what single precision holds.
  @Test(arguments: [1e-37, 1e-38, 1e-40, 1e-44, 1e-46])
  func `One narrow coordinate does not decide, and ends nothing`(width: Double) throws {
    let rows = [[0, 0], [1, width], [2, 0]]
    let contexts = try Contexts(Matrix(rows))
    let space = try BoundingBox(around: contexts)
    let sampled = try VoronoiWeights.weights(
      contexts: contexts, space: space, method: .sampled, samples: 200_000, seed: 1)
    for (found, expected) in zip(sampled.values, [0.25, 0.5, 0.25]) { #expect(abs(found - expected) < 0.005) }
  }
}
