import Tessera
import Testing

@Suite struct RadiusGraphWeightsTests {
  func normal(_ m: Int, _ d: Int, seed: UInt64) -> [[Double]] {
    var random = RandomStream(seed: seed)
    return (0..<m).map { _ in (0..<d).map { _ in random.normal() } }
  }

  /// Turned in a chain of planes, shifted.
  func turned(_ rows: [[Double]]) -> [[Double]] {
    // 3-4-5 and 5-12-13: cosine and sine without a function.
    rows.map { row in
      var row = row
      for k in 0..<row.count - 1 {
        let (c, s) = k % 2 == 0 ? (0.6, 0.8) : (5.0 / 13, 12.0 / 13)
        (row[k], row[k + 1]) = (c * row[k] - s * row[k + 1], s * row[k] + c * row[k + 1])
      }
      return row.map { $0 + 0.3 }
    }
  }

  func distances(_ rows: [[Double]]) -> [[Double]] {
    rows.map { a in rows.map { b in zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot() }
    }
  }

  /// The shares at one radius, by comparing neighbourhoods.
  func shares(_ distances: [[Double]], within radius: Double) -> [Double] {
    let neighbourhoods = distances.map { row in row.map { $0 <= radius } }
    var sizes: [[Bool]: Double] = [:]
    for own in neighbourhoods { sizes[own, default: 0] += 1 }
    return neighbourhoods.map { 1 / Double(sizes.count) / (sizes[$0] ?? 1) }
  }

  func weights(_ rows: [[Double]], limit: Int? = nil) throws -> AlternativeWeights {
    let contexts = try Contexts(Matrix(rows))
    guard let limit else { return try RadiusGraphWeights.weights(contexts: contexts) }
    return try RadiusGraphWeights.weights(
      contexts: contexts, radii: 256, seed: 0, integralLimit: limit, work: Work())
  }

  @Test func `The weights are the integral over the radius`() throws {
    let rows = normal(30, 3, seed: 1)
    let distances = distances(rows)
    let radii = Set(distances.flatMap { $0 }).sorted()
    let largest = radii[radii.count - 1]
    var expected = [Double](repeating: 0, count: 30)
    for (lower, upper) in zip(radii, radii.dropFirst()) {
      for (i, share) in shares(distances, within: lower).enumerated() {
        expected[i] += share * (upper - lower) / largest
      }
    }
    let found = try weights(rows)
    // 435 terms in double precision.
    for (x, y) in zip(found.values, expected) { #expect(abs(x - y) < 1e-12) }
    #expect(abs(found.values.reduce(0, +) - 1) < 1e-12)
    #expect(found.provenance.radii == nil && found.provenance.method == .exact)
    #expect(found.provenance.choice.contains("integral"))
  }

  @Test func `A rotation changes nothing, by the integral or by radii`() throws {
    let rows = normal(50, 8, seed: 2)
    for limit in [1_000, 10] {
      let before = try weights(rows, limit: limit)
      let after = try weights(turned(rows), limit: limit)
      // Rounding of distances, 1e-16, times 1,225 of them; a distance within that of a radius is not among these.
      for (x, y) in zip(before.values, after.values) { #expect(abs(x - y) < 1e-9) }
    }
  }

  @Test func `Radii give the average of the shares at their places`() throws {
    let rows = normal(60, 4, seed: 3)
    let distances = distances(rows)
    let largest = distances.flatMap { $0 }.max() ?? 0
    var expected = [Double](repeating: 0, count: 60)
    for k in 0..<256 {
      let radius = (Double(k) + 0.5) * largest / 256
      for (i, share) in shares(distances, within: radius).enumerated() { expected[i] += share / 256 }
    }
    let found = try weights(rows, limit: 10)
    // Which side of a radius a distance is on is decided in double precision, so only sums round.
    for (x, y) in zip(found.values, expected) { #expect(abs(x - y) < 1e-12) }
    #expect(found.provenance.radii == 256 && found.provenance.choice.contains("256 radii"))
    let one = try RadiusGraphWeights.weights(
      contexts: Contexts(Matrix(rows)), radii: 256, seed: 0, integralLimit: 10, work: Work(threads: 1))
    #expect(one == found)
  }

  @Test func `Copies share, and few contexts are simple`() throws {
    #expect(try weights([[1, 2]]).values == [1])
    #expect(try weights([[1, 2], [1, 2]]).values == [0.5, 0.5])
    for limit in [1_000, 1] {
      // Two are apart until their distance, and then one class: halves at every radius.
      let found = try weights([[0], [1], [1]], limit: limit).values
      for (x, y) in zip(found, [0.5, 0.25, 0.25]) { #expect(abs(x - y) < 1e-14) }
    }
    #expect(throws: WeightsError.groupCount(found: 0)) {
      try RadiusGraphWeights.weights(contexts: Contexts(Matrix([[0.0], [1]])), radii: 0)
    }
  }
}
