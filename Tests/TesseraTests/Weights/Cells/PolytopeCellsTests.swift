import CTesseraCells
import Foundation
import Tessera
import Testing

@Suite struct PolytopeCellsTests {
  func exact(_ rows: [[Double]], in space: some AlternativeSpace) throws -> AlternativeWeights {
    try VoronoiWeights.weights(contexts: Contexts(Matrix(rows)), space: space, method: .exact)
  }

  @Test(arguments: [3, 4, 5, 6])
  func `A grid has cells that can be counted`(dimension: Int) throws {
    // Points at 0, 1/2, 1 in every coordinate: cells of width 1/4, 1/2, 1/4. Many corners coincide.
    let side = dimension <= 4 ? 3 : 2
    var rows: [[Double]] = [[]]
    for _ in 0..<dimension {
      rows = rows.flatMap { row in (0..<side).map { row + [Double($0) / Double(side - 1)] } }
    }
    let weights = try exact(rows, in: UnitCube(dimension: dimension))
    let expected = rows.map { row in
      row.reduce(1.0) { $0 * (side == 2 || $1 == 0.5 ? 0.5 : 0.25) }
    }
    #expect(largestDifference(weights.values, expected) < 1e-12)
    #expect(weights.provenance.method == .exact)
  }

  @Test func `A flat space agrees with the plane`() throws {
    // The third coordinate of all contexts is the same, so cells are those of the plane.
    var random = RandomStream(seed: 3)
    let plane = (0..<60).map { _ in [random.uniform(), random.uniform()] }
    let flat = try exact(plane.map { $0 + [0.3] }, in: UnitCube(dimension: 3))
    let expected = try exact(plane, in: UnitCube(dimension: 2))
    #expect(largestDifference(flat.values, expected.values) < 1e-10)
  }

  @Test(arguments: [(3, 150), (4, 60), (5, 25), (6, 10)])
  func `Exact and sampled agree`(dimension: Int, alternatives: Int) throws {
    for seed in 0..<3 as Range<UInt64> {
      var random = RandomStream(seed: seed)
      // The third instance lies partly outside the cube.
      let rows = (0..<alternatives).map { _ in
        (0..<dimension).map { _ in seed == 2 ? 1.6 * random.uniform() - 0.3 : random.uniform() }
      }
      let space = UnitCube(dimension: dimension)
      let exact = try exact(rows, in: space)
      let sampled = try VoronoiWeights.weights(
        contexts: Contexts(Matrix(rows)), space: space, method: .sampled, samples: 200_000, seed: seed)
      #expect(abs(exact.values.reduce(0, +) - 1) < 1e-9)
      for i in 0..<alternatives {
        let w = exact.values[i]
        let error: Double = (w * (1 - w) / 200_000).squareRoot()
        #expect(abs(w - sampled.values[i]) < 4.8 * max(error, 1.5e-6))
      }
    }
  }

  /// Cells at the border of a cloud reach far and have hundreds of alternatives that could cut them.
  @Test func `Clouds that are denser in the middle are measured whole`() throws {
    var random = RandomStream(seed: 11)
    let rows = (0..<800).map { _ in (0..<3).map { _ in random.normal() } }
    let contexts = try Contexts(Matrix(rows))
    let space = try BoundingBox(around: contexts)
    let exact = try exact(rows, in: space)
    #expect(abs(exact.values.reduce(0, +) - 1) < 1e-9)
    let sampled = try VoronoiWeights.weights(
      contexts: contexts, space: space, method: .sampled, samples: 200_000, seed: 1)
    for (w, s) in zip(exact.values, sampled.values) {
      let error: Double = (w * (1 - w) / 200_000).squareRoot()
      #expect(abs(w - s) < 4.8 * max(error, 1.5e-6))
    }
  }

  @Test func `Near clones share a cell`() throws {
    var random = RandomStream(seed: 8)
    let rows = (0..<40).map { _ in (0..<3).map { _ in random.uniform() } }
    let before = try exact(rows, in: UnitCube(dimension: 3)).values
    for distance in [1e-3, 1e-6, 1e-9] {
      let clones = rows.prefix(5).map { $0.map { $0 + distance * (random.uniform() - 0.5) } }
      let after = try exact(rows + clones, in: UnitCube(dimension: 3)).values
      for i in 0..<40 {
        let shared = after[i] + (i < 5 ? after[40 + i] : 0)
        #expect(abs(shared - before[i]) < 2 * distance)
      }
    }
  }

  /// More neighbours than the first round has lie within twice the reach of a cell, and most of them cut nothing of it.
  @Test(arguments: [3, 4, 5])
  func `Shells of answers around one leave it the ball between`(dimension: Int) throws {
    // Points on two spheres about the middle: only the inner one cuts the cell of the middle, which holds the ball of half its
    // radius and lies in the cube.
    var random = RandomStream(seed: UInt64(dimension))
    var rows = [[Double](repeating: 0.5, count: dimension)]
    for radius in [0.2, 0.3] {
      for _ in 0..<300 / (dimension - 2) {
        let direction = (0..<dimension).map { _ in random.normal() }
        let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
        rows.append(direction.map { 0.5 + radius * $0 / length })
      }
    }
    let all = try exact(rows, in: UnitCube(dimension: dimension))
    let inner = try exact(
      Array(rows.prefix(1 + 300 / (dimension - 2))), in: UnitCube(dimension: dimension))
    #expect(abs(all.values.reduce(0, +) - 1) < 1e-12)
    // pi^(d / 2) / gamma(d / 2 + 1) of radius 0.1.
    let ball = [3: 4.18879, 4: 4.934802, 5: 5.263789][dimension, default: 0] * pow(0.1, Double(dimension))
    #expect(all.values[0] > ball && all.values[0] < 8 * ball)
    #expect(abs(all.values[0] - inner.values[0]) < 1e-12)
  }

  /// All bisectors pass through the middle, where every cell ends: Qhull takes corners there for one, which must not
  /// decide what cuts a cell.
  @Test func `Cells that all meet all others are measured whole`() throws {
    var random = RandomStream(seed: 21)
    let rows = (0..<150).map { _ in
      let angle = 2 * Double.pi * random.uniform()
      return [cos(angle), sin(angle), cos(2 * angle), sin(2 * angle)]
    }
    let space = try BoundingBox(around: Contexts(Matrix(rows)))
    let exact = try exact(rows, in: space)
    #expect(abs(exact.values.reduce(0, +) - 1) < 1e-11)
    let sampled = try VoronoiWeights.weights(
      contexts: Contexts(Matrix(rows)), space: space, method: .sampled, samples: 200_000, seed: 1)
    for (w, s) in zip(exact.values, sampled.values) {
      let error: Double = (w * (1 - w) / 200_000).squareRoot()
      #expect(abs(w - s) < 4.8 * max(error, 1.5e-6))
    }
  }

  /// Thin cells of a sphere, all of which meet in its middle: corners that nearly meet are not one.
  @Test(arguments: [1e-3, 1e-5, 1e-9])
  func `Near-copies in pairs at one distance from a place share its cells`(gap: Double) throws {
    for seed in 0..<3 as Range<UInt64> {
      var random = RandomStream(seed: seed)
      let angles = (0..<20).map { _ in 2 * Double.pi * random.uniform() }
      func place(_ angle: Double) -> [Double] { [cos(angle), sin(angle), cos(2 * angle), sin(2 * angle)] }
      let copies = angles.map { place($0 + gap * random.uniform()) }
      let places = angles.map(place)
      // One box for both.
      let space = try BoundingBox(around: Contexts(Matrix(places + copies)))
      let alone = try exact(places, in: space).values
      let together = try exact(places + copies, in: space).values
      #expect(abs(together.reduce(0, +) - 1) < 1e-9)
      for i in angles.indices {
        #expect(abs(together[i] + together[20 + i] - alone[i]) < 4 * gap + 1e-9)
      }
    }
  }

  /// Where more bounds meet than there are dimensions, Qhull may have taken several corners for one: what cuts a cell is
  /// not decided by them.
  @Test func `Corners of many bounds are told from others`() throws {
    func corners(
      _ normals: [[Double]], offset: Double, moved: Bool = false
    ) -> (count: Int32, isSimple: Bool)? {
      var places: UnsafeMutablePointer<Double>?
      var incidence: UnsafeMutablePointer<UInt64>?
      var (count, simple) = (Int32(0), Int32(-1))
      let code = tessera_polytope_corners(
        3, Int32(normals.count), normals.flatMap { $0 + [offset] }, moved ? 1 : 0, &places, &count,
        &incidence, &simple)
      free(places)
      free(incidence)
      return code == 0 ? (count, simple != 0) : nil
    }
    let axes: [[Double]] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    let sides = axes + axes.map { $0.map { -$0 } }
    let cube = try #require(corners(sides, offset: 1))
    #expect(cube.count == 8 && cube.isSimple)
    // Four sides of an octahedron meet in each of its corners.
    let octants: [[Double]] = (0..<8).map { number in (0..<3).map { (number >> $0) & 1 == 0 ? 1 : -1 } }
    let octahedron = try #require(corners(octants, offset: 1))
    #expect(octahedron.count == 6 && !octahedron.isSimple)
    // A little moved, they are two to four corners, each of three sides.
    let moved = try #require(corners(octants, offset: 1, moved: true))
    #expect(moved.count == 12 && !moved.isSimple)
  }
}
