import Tessera
import Testing

@Suite struct TreeGrowthTests {
  @Test(arguments: [true, false])
  func `A tree that grows from shards is the tree of one machine`(single: Bool) throws {
    // More copies and clusters than lists are long: rounds have to ask for strangers.
    let given = try shardedRows(900, 5, seed: 4, single: single, apart: 100)
    let copies = given.duplicates()
    let contexts = given.selecting(rows: copies.representatives)
    let m = contexts.count
    let parts = shards(of: contexts, [0, 200, 201, m])
    let packing = try packing(of: parts, contexts)
    let hosts = try parts.map { try ShardedDistances($0, packing: packing) }
    let lists = try parts.map { queries in
      try hosts.reduce(NearestLists(queries: queries.contexts.count, count: TreeGrowth.kept)) {
        try $1.taken(into: $0, of: queries)
      }
    }
    var growth = try TreeGrowth(
      count: m, neighbours: lists.flatMap(\.indices),
      lengths: lists.flatMap { $0.lengths(unit: hosts[0].unit) })
    var asked = 0
    while !growth.isDone {
      let open = growth.open.map { Int($0) }
      asked += open.count
      let queries = RowShard(contexts.selecting(rows: open))
      var found = NearestLists(queries: open.count, count: 1)
      for (host, part) in zip(hosts, parts) {
        let range = part.first..<part.first + part.contexts.count
        found = try host.taken(
          into: found, of: queries,
          outside: (open.map { growth.component[$0] }, Array(growth.component[range])))
      }
      growth = try growth.joining(found.indices, lengths: found.lengths(unit: hosts[0].unit))
    }
    #expect(asked > 0)
    #expect(try SpanningTree(growth, copies: copies) == SpanningTree(given))
  }

  @Test func `Lists that are no lists of others are refused, and small trees are trees`() throws {
    #expect(try TreeGrowth(count: 1, neighbours: [], lengths: []).isDone)
    #expect(try SpanningTree(Contexts(Matrix([[1.0], [1.0]]))).edges.map(\.length) == [0])
    let pair = try TreeGrowth(count: 2, neighbours: [1, 0], lengths: [3, 3])
    #expect(!pair.isDone && pair.open.isEmpty)
    #expect(try pair.joining([], lengths: []).isDone)
    #expect(throws: ShardError.self) { try TreeGrowth(count: 2, neighbours: [1], lengths: [3]) }
    #expect(throws: ShardError.self) { try TreeGrowth(count: 2, neighbours: [1, 2], lengths: [3, 3]) }
    #expect(throws: ShardError.self) { try pair.joining([1], lengths: [3]) }
  }
}
