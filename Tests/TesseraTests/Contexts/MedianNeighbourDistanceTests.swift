import Tessera
import Testing

@Suite struct MedianNeighbourDistanceTests {
  static let m = 3_000
  static let queries = 500

  let rows: [[Double]] = {
    var random = RandomStream(seed: 1)
    return (0..<m).map { _ in (0..<6).map { _ in random.normal() } }
  }()

  @Test func `A median from some contexts halves the distances of all`() throws {
    let all = try Contexts(Matrix(rows))
    let found = try all.medianNeighbourDistance(queries: Self.queries, work: Work())
    let distances = try Distances(all).nearestNeighbours().distances
    // Every query's distance is one of those of all, and it is not the median of all by accident.
    #expect(distances.contains(found))
    let share = Double(distances.count { $0 < found }) / Double(Self.m)
    #expect(abs(share - 0.5) < 4 / (2 * Double(Self.queries).squareRoot()))
  }

  @Test func `The order of rows and the number of cores change nothing`() throws {
    let all = try Contexts(Matrix(rows))
    let found = try all.medianNeighbourDistance(queries: Self.queries, work: Work())
    let reversed = try Contexts(Matrix(Array(rows.reversed())))
    #expect(try reversed.medianNeighbourDistance(queries: Self.queries, work: Work(threads: 1)) == found)
  }

  @Test func `As many queries as contexts give the median of all`() throws {
    let all = try Contexts(Matrix(rows))
    let exact = try all.medianNeighbourDistance()
    #expect(try all.medianNeighbourDistance(queries: Self.m, work: Work()) == exact)
    #expect(try all.medianNeighbourDistance(queries: Self.queries, work: Work()) != exact)
  }
}
