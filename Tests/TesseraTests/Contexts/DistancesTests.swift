import Tessera
import Testing

@Suite struct DistancesTests {
  func normal(_ m: Int, _ d: Int, seed: UInt64) -> [[Double]] {
    var random = RandomStream(seed: seed)
    return (0..<m).map { _ in (0..<d).map { _ in random.normal() } }
  }

  func square(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  // Widths with and without a rest beside whole vectors; counts with and without a rest beside whole panels.
  @Test(arguments: [(1, 1), (2, 3), (33, 1), (64, 16), (150, 7), (600, 40)])
  func `Nearest contexts are those of plain loops`(m: Int, d: Int) throws {
    let rows = normal(m, d, seed: 1)
    let points = normal(90, d, seed: 2)
    let found = try Distances(Contexts(Matrix(rows))).nearest(of: Contexts(Matrix(points)))
    for (point, i) in zip(points, found) {
      let least = rows.map { square(point, $0) }.min() ?? 0
      // Products in single precision: 2^-24 of squares of about 2 d, some ten times over.
      #expect(square(point, rows[Int(i)]) <= least + 2e-6 * Double(d + 10))
    }
  }

  @Test func `Neighbours come nearest first, and from other components where that is asked for`() throws {
    let rows = normal(200, 12, seed: 3)
    let component = (0..<200).map { Int32($0 % 3) }
    let distances = try Distances(Contexts(Matrix(rows)))
    let queries: [Int32] = [5, 0, 199]
    let free = try distances.neighbours(of: queries, count: 4).indices
    let outside = try distances.neighbours(of: queries, count: 4, outside: component).indices
    for (place, query) in queries.enumerated() {
      let i = Int(query)
      let others = rows.indices.filter { $0 != i }.sorted {
        square(rows[i], rows[$0]) < square(rows[i], rows[$1])
      }
      #expect(free[place * 4..<place * 4 + 4].map { Int($0) } == Array(others.prefix(4)))
      let strangers = others.filter { component[$0] != component[i] }
      #expect(outside[place * 4..<place * 4 + 4].map { Int($0) } == Array(strangers.prefix(4)))
    }
    // Three contexts have two neighbours each.
    let few = try Distances(Contexts(Matrix(Array(rows.prefix(3))))).neighbours(of: [0], count: 4).indices
    #expect(few[2...] == [-1, -1] && few[0] > 0 && few[1] > 0)
  }

  @Test
  func
    `Distances are in double precision, the same from either side, and a power of two scales them exactly`()
    throws
  {
    let rows = normal(40, 19, seed: 4)
    let near = rows[0].map { $0 + 1e-9 }
    let distances = try Distances(Contexts(Matrix(rows + [near])))
    let large = try Distances(Contexts(Matrix((rows + [near]).map { $0.map { $0 * 0x1p300 } })))
    for i in 0..<40 {
      // Rounding of 19 squares.
      #expect(abs(distances.distance(i, 7) - square(rows[i], rows[7]).squareRoot()) < 1e-13)
      #expect(distances.distance(i, 7) == distances.distance(7, i))
      #expect(large.distance(i, 7) == distances.distance(i, 7) * 0x1p300)
    }
    // Coordinates of size 1 hold a difference of 1e-9 to 1e-16.
    #expect(abs(distances.distance(0, 40) / 1e-9 - 19.0.squareRoot()) < 1e-5)
  }

  @Test func `Points far from all contexts still have a nearest one`() throws {
    let contexts = try Contexts(Matrix([[0.0, 0], [1, 0], [0, 1]]))
    let found = try Distances(contexts).nearest(
      of: Contexts(Matrix([[1e60, 0], [-3, 1e60], [0.1, -1e30]])))
    #expect(found[0] == 1 && found[1] == 2)
    // Below all: the first two are as far.
    #expect(found[2] != 2)
    // One context has no size at all.
    #expect(
      try Distances(Contexts(Matrix([[5.0]]))).nearest(of: Contexts(Matrix([[1e100], [5]]))) == [0, 0])
  }

  @Test func `The same on any number of threads, and stopped when asked to`() throws {
    let contexts = try Contexts(Matrix(normal(300, 20, seed: 5)))
    let all = (0..<Int32(300)).map { $0 }
    let one = try Distances(contexts, work: Work(threads: 1)).neighbours(of: all, count: 3)
    #expect(try Distances(contexts, work: Work(threads: 3)).neighbours(of: all, count: 3) == one)
    let stop = Cancellation()
    stop.cancel()
    let stopped = Work(cancellation: stop)
    #expect(throws: Cancelled.self) { try Distances(contexts, work: stopped).neighbours(of: all, count: 3) }
    #expect(throws: Cancelled.self) { try RadiusGraphWeights.weights(contexts: contexts, work: stopped) }
    #expect(throws: Cancelled.self) { try LocalDensityWeights.weights(contexts: contexts, work: stopped) }
    #expect(throws: Cancelled.self) { try SpanningTree(contexts, work: stopped) }
    #expect(throws: Cancelled.self) { try AverageLinkage(contexts, work: stopped) }
    #expect(throws: Cancelled.self) { try MetaAlternatives.kMeans(contexts, count: 5, work: stopped) }
  }

  @Test func `Densities are those of plain loops in double precision`() throws {
    let rows = normal(80, 5, seed: 6) + [normal(80, 5, seed: 6)[0].map { $0 + 1e-7 }]
    let found = try LocalDensityWeights.weights(contexts: Contexts(Matrix(rows)), bandwidth: 1e-7).values
    // |c_i - c_j|^2 / (2 h^2) is 2.5 for the near copy, and beyond all exponentials for the rest.
    let density = rows.map { own in rows.reduce(0.0) { $0 + exponential(-square($1, own) / 2e-14) } }
    let total = density.reduce(0) { $0 + 1 / $1 }
    for (w, x) in zip(found, density) { #expect(abs(w - 1 / x / total) < 1e-9 * w) }
  }

  private func exponential(_ x: Double) -> Double {
    // Enough for -2.5 and for what is nothing: (1 + x / n)^n with the error of its limit taken off is not needed.
    if x < -700 { return 0 }
    var (term, sum) = (1.0, 1.0)
    for n in 1..<60 {
      term *= x / Double(n)
      sum += term
    }
    return sum
  }
}
