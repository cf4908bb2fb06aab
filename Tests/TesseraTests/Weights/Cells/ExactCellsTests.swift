import Tessera
import Testing

@Suite struct ExactCellsTests {
  func exact(_ rows: [[Double]], in space: some AlternativeSpace) throws -> AlternativeWeights {
    try VoronoiWeights.weights(contexts: Contexts(Matrix(rows)), space: space, method: .exact)
  }

  @Test(arguments: [(1e6, 0x1p-10), (1e9, 1.0), (0, 1.0), (-1e9, 1.0)])
  func `In one dimension the place of the interval does not matter`(offset: Double, spread: Double) throws {
    // Multiples of spread / 512, which all of these offsets can hold: the same contexts to the last digit.
    let places = [0, 3, 7, 100, 101, 257, 400, 511.0].map { $0 / 512 }
    let found = try exact(
      places.map { [offset + spread * $0] }, in: Box(lower: [offset], upper: [offset + spread]))
    var left = 0.0
    for (i, place) in places.enumerated() {
      let right = i + 1 < places.count ? (place + places[i + 1]) / 2 : 1
      // Relative to the box: rounding of one difference.
      #expect(abs(found.values[i] - (right - left)) < 2e-16)
      left = right
    }
  }

  @Test func `Contexts outside an interval reach into it as far as their midpoints`() throws {
    let found = try exact([[-1], [0.5], [4], [9]], in: UnitCube(dimension: 1)).values
    // Midpoints at -0.25, 2.25 and 6.5.
    #expect(found == [0, 1, 0, 0])
  }

  @Test(arguments: [(15, 6, 40), (60, 5, 4), (100, 4, 2), (200, 3, 2)])
  func `Random cells fill the cube to rounding`(m: Int, d: Int, seeds: Int) throws {
    for seed in 0..<UInt64(seeds) {
      var random = RandomStream(seed: seed)
      let rows = (0..<m).map { _ in (0..<d).map { _ in random.uniform() } }
      let found = try exact(rows, in: UnitCube(dimension: d))
      // Seeds 31 and 36 in six dimensions have corners that nearly coincide: 1e-9 and 1e-7 by hulls of corners.
      #expect(abs(found.values.reduce(0, +) - 1) < 1e-13)
      #expect(found.maxStandardError == 0)
    }
  }

  @Test(arguments: [1, 2, 3, 4]) func `The size of contexts and box does not matter`(d: Int) throws {
    var random = RandomStream(seed: 5)
    let rows = (0..<12).map { _ in (0..<d).map { _ in random.uniform() } }
    let expected = try exact(rows, in: UnitCube(dimension: d)).values
    // Powers of two near 1e-100 and 1e100: only squares and their squares could lose digits.
    for scale in [0x1p-332, 0x1p332] {
      let box = try Box(lower: Array(repeating: 0, count: d), upper: Array(repeating: scale, count: d))
      let found = try exact(rows.map { $0.map { $0 * scale } }, in: box).values
      #expect(largest(found, expected) < 1e-14)
    }
  }

  func largest(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } }

  @Test(arguments: [3, 4, 5, 6])
  func `Cells of a grid are boxes, whose corners all coincide with others`(d: Int) throws {
    // Points at 0, 1/2, 1 in every coordinate: cells of width 1/4, 1/2, 1/4.
    let side = d <= 4 ? 3 : 2
    var rows: [[Double]] = [[]]
    for _ in 0..<d { rows = rows.flatMap { row in (0..<side).map { row + [Double($0) / Double(side - 1)] } } }
    let found = try exact(rows, in: UnitCube(dimension: d)).values
    for (row, w) in zip(rows, found) {
      #expect(abs(w - row.reduce(1.0) { $0 * (side == 2 || $1 == 0.5 ? 0.5 : 0.25) }) < 1e-14)
    }
  }

  @Test func `Volumes are those of the plane where a coordinate is constant`() throws {
    var random = RandomStream(seed: 3)
    let plane = (0..<20).map { _ in [random.uniform(), random.uniform()] }
    let expected = try exact(plane, in: UnitCube(dimension: 2)).values
    for d in 3...5 {
      let flat = try exact(plane.map { $0 + Array(repeating: 0.3, count: d - 2) }, in: UnitCube(dimension: d))
        .values
      // Corners are right to some 1e-15; the plane's cells come by another way.
      for (x, y) in zip(flat, expected) { #expect(abs(x - y) < 1e-12) }
    }
  }

  @Test(arguments: [3, 4, 5]) func `Near clones share a cell`(d: Int) throws {
    var random = RandomStream(seed: 8)
    let rows = (0..<12).map { _ in (0..<d).map { _ in random.uniform() } }
    let before = try exact(rows, in: UnitCube(dimension: d)).values
    for distance in [1e-3, 1e-6, 1e-9] {
      let clones = rows.prefix(3).map { $0.map { $0 + distance * (random.uniform() - 0.5) } }
      let after = try exact(rows + clones, in: UnitCube(dimension: d)).values
      // The bisector of clones at 1e-9 has seven digits left, on cells of a thousandth of the cube.
      #expect(abs(after.reduce(0, +) - 1) < 1e-9)
      for i in 0..<12 {
        // A clone moves no wall by more than its distance; walls have a size of a few at most.
        #expect(abs(after[i] + (i < 3 ? after[12 + i] : 0) - before[i]) < 3 * distance)
      }
    }
  }
}
