import Tessera
import Testing

@Suite struct PieceSumsTests {
  /// Numbers of many sizes: the order of the sum shows in its last digits.
  let rows: [[Double]] = {
    var random = RandomStream(seed: 1)
    return (0..<5_000).map { _ in (0..<3).map { _ in random.normal() * 3e7 * random.uniform() } }
  }()

  func shard(_ range: Range<Int>) throws -> RowShard {
    try RowShard(
      Contexts(Matrix(rows: range.count, columns: 3, storage: rows[range].flatMap { $0 })),
      first: range.lowerBound)
  }

  @Test(arguments: [
    [0, 5_000], [0, 1_024, 4_096, 5_000], [0, 1, 2, 3, 5_000],
    [0, 700, 700, 900, 1_030, 3_071, 3_073, 5_000],
  ])
  func `Any division of the rows gives the bytes of all`(cuts: [Int]) throws {
    let parts = try zip(cuts, cuts.dropFirst()).map { try shard($0..<$1).sums() }
    // Pieces of 1,024 rows one after the other, written out.
    let expected = (0..<3).map { k in
      stride(from: 0, to: 5_000, by: 1_024).reduce(0.0) { total, start in
        total + rows[start..<min(start + 1_024, 5_000)].reduce(0.0) { $0 + $1[k] }
      }
    }
    #expect(try PieceSums.total(parts.reversed()) == expected)
    let mean = expected.map { $0 / 5_000 }
    #expect(try Contexts(Matrix(rows)).moments().mean == mean)
    let squares = try zip(cuts, cuts.dropFirst()).map { try shard($0..<$1).squareSums(around: mean) }
    #expect(try PieceSums.total(squares).map { $0 / 5_000 } == Contexts(Matrix(rows)).moments().variance)
    // The order matters here, or the test would say nothing.
    #expect(expected[0] != rows.reduce(0) { $0 + $1[0] })
  }

  @Test func `Rows that are missing or come twice, and numbers too few, are refused`() throws {
    let parts = try [0..<2_000, 2_000..<5_000].map { try shard($0).sums() }
    #expect(throws: ShardError.rows(first: 2_000, expected: 0)) { try PieceSums.total([parts[1]]) }
    #expect(throws: ShardError.rows(first: 0, expected: 2_000)) { try PieceSums.total([parts[0], parts[0]]) }
    #expect(throws: ShardError.sums(first: 2_000, count: 3_000)) {
      try PieceSums(first: 2_000, count: 3_000, width: 3, head: [], sums: parts[1].sums)
    }
  }
}
