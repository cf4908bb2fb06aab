import Foundation
import Tessera
import Testing

/// Rows in clusters, some of them copies of others.
func shardedRows(_ m: Int, _ d: Int, seed: UInt64, single: Bool, apart: Double = 1) throws -> Contexts {
  var random = RandomStream(seed: seed)
  let rows = (0..<m).map { i in
    (0..<d).map { k in 5 + apart * Double((i % 5) * (k % 3)) + random.normal() }
  }
  let copied = rows.indices.map { $0 % 11 == 4 ? rows[$0 / 2] : rows[$0] }
  return single
    ? try Contexts(Matrix(rows: m, columns: d, storage: copied.flatMap { $0 }.map { Float($0) }))
    : try Contexts(Matrix(copied))
}

/// Rows of a range, with the number of the first.
func shards(of contexts: Contexts, _ cuts: [Int]) -> [RowShard] {
  zip(cuts, cuts.dropFirst()).map { RowShard(contexts.selecting(rows: Array($0..<$1)), first: $0) }
}

/// What a driver makes of the shards' answers.
func packing(of shards: [RowShard], _ contexts: Contexts) throws -> Packing {
  let mean = try PieceSums.total(shards.map { $0.sums() }).map { $0 / Double(contexts.count) }
  let open = try Packing(mean: mean, bounds: contexts.bounds())
  let sum = try PieceSums.total(shards.map { try $0.halfNormSums(open) })[0]
  return try JSONDecoder().decode(
    Packing.self, from: JSONEncoder().encode(open.centred(sum: sum, count: contexts.count)))
}

@Suite struct ShardedDistancesTests {
  @Test(arguments: [(1, true), (3, false), (8, true), (100, false)])
  func `Lists that went from shard to shard are those of one machine`(d: Int, single: Bool) throws {
    let contexts = try shardedRows(1_500, d, seed: 2, single: single)
    let whole = try Distances(contexts)
    let all = try whole.neighbours(of: (0..<1_500).map { $0 }, count: 7)
    let parts = shards(of: contexts, [0, 1, 400, 1_100, 1_500])
    let packing = try packing(of: parts, contexts)
    let hosts = try parts.map { try ShardedDistances($0, packing: packing) }
    for queries in parts {
      var lists = NearestLists(queries: queries.contexts.count, count: 7)
      // In any order.
      for host in [hosts[2], hosts[0], hosts[3], hosts[1]] {
        lists = try host.taken(into: lists, of: queries)
      }
      let rows = 7 * queries.first..<7 * (queries.first + queries.contexts.count)
      #expect(lists.indices[...] == all.indices[rows])
      #expect(lists.squares[...] == all.squares[rows])
      for (place, length) in lists.lengths(unit: hosts[0].unit).enumerated() {
        #expect(length == whole.distance(queries.first + place / 7, Int(lists.indices[place])))
      }
    }
  }

  @Test func `Copies are found across shards, and what does not fit together is refused`() throws {
    let contexts = try shardedRows(300, 6, seed: 3, single: true)
    let parts = shards(of: contexts, [0, 130, 300])
    #expect(Partition(fingerprints: parts.flatMap { $0.fingerprints() }) == contexts.duplicates())
    let zeros = try [[0.0, 1], [-0.0, 1], [0, -1]].map { RowShard(try Contexts(Matrix([$0]))) }
    #expect(Partition(fingerprints: zeros.flatMap { $0.fingerprints() }).groupOf == [0, 0, 1])

    let packing = try packing(of: parts, contexts)
    let host = try ShardedDistances(parts[0], packing: packing)
    let lists = NearestLists(queries: 1, count: 1)
    for wrong in [parts[1], RowShard(try Contexts(Matrix([[1.0, 2, 3, 4, 5, 6]]))), zeros[0]] {
      #expect(throws: ShardError.self) { try host.taken(into: lists, of: wrong) }
    }
    #expect(throws: ShardError.self) { try ShardedDistances(zeros[0], packing: packing) }
    #expect(throws: ShardError.self) { try NearestLists(count: 2, indices: [1], squares: [1]) }
  }

  @Test func `A packing whose places lie elsewhere is refused: kernels write there`() throws {
    let contexts = try shardedRows(50, 4, seed: 3, single: true)
    let packing = try packing(of: [RowShard(contexts)], contexts)
    let json = try #require(
      JSONSerialization.jsonObject(with: JSONEncoder().encode(packing)) as? [String: Any])
    for (key, value) in [
      ("place", [0, 1, 2, 4] as Any), ("place", [0, 1, 2, 2]), ("place", [0, 1, 2, -1]), ("blocks", 3),
      ("blocks", 0),
      ("scale", 0), ("origin", [0.0]),
    ] {
      var wrong = json
      wrong[key] = value
      let data = try JSONSerialization.data(withJSONObject: wrong)
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(Packing.self, from: data) }
    }
  }
}
