import Foundation
import Tessera
import Testing

@Suite struct ShardedCellsTests {
  /// What a driver does, in one process.
  func weights(
    _ given: Contexts, _ cuts: [Int], _ space: SpaceSpecification, samples: Int?, target: TargetError? = nil
  ) throws -> AlternativeWeights {
    let copies = given.duplicates()
    let rows = given.selecting(rows: copies.representatives)
    let cells = try JSONDecoder().decode(
      ShardedCells.self,
      from: JSONEncoder().encode(
        ShardedCells(space, bounds: given.bounds(), rows: copies.count, samples: samples, seed: 6)))
    let aligned = rows.selecting(columns: try cells.columns())
    let parts = shards(of: aligned, cuts + [copies.count])
    let m = Double(copies.count)
    let mean = try PieceSums.total(parts.map { $0.sums() }).map { $0 / m }
    let variance = try PieceSums.total(parts.map { try $0.squareSums(around: mean) }).map { $0 / m }
    let open = try cells.packing(mean: mean, variance: variance)
    let packing = open.centred(
      sum: try PieceSums.total(parts.map { try $0.halfNormSums(open) })[0], count: copies.count)
    let searches = try parts.map { try CellSearch(cells, $0, packing: packing) }
    let outside = try cells.outside(RowShard(given.selecting(columns: try cells.columns())))
    var tally = try ShardedTally(cells, copies: copies, outside: outside, target: target)
    while let range = tally.next(atMost: 20_000) {
      let found = try searches.map { try $0.nearest(range) }
      // The later shards first: of equal scores the lower number wins.
      let best = (0..<range.count).map { sample in
        found.reversed().map { ($0.scores[sample], $0.indices[sample]) }.min { $0 < $1 }?.1 ?? -1
      }
      tally = try tally.adding(best)
    }
    return try tally.weights()
  }

  @Test(arguments: [(4, true), (5, false), (70, true)])
  func `Samples that shards share fall to the alternatives of one machine`(d: Int, single: Bool) throws {
    let contexts = try shardedRows(1_300, d, seed: 5, single: single)
    for space in [SpaceSpecification.boundingBox(), .unitCube, .ball(radius: 9)] {
      let whole = try Voronoi(
        Sampling(space: space, method: .sampled, samples: 40_000, seed: 6)
      ).weights(of: contexts, work: Work())
      #expect(try weights(contexts, [0, 3, 700], space, samples: 40_000) == whole)
    }
    let target = try TargetError(0.001)
    let whole = try Voronoi(
      Sampling(space: .boundingBox(), method: .sampled, target: target, seed: 6)
    ).weights(of: contexts, work: Work())
    #expect(try weights(contexts, [0, 640], .boundingBox(), samples: nil, target: target) == whole)
  }

  @Test func `What bounds do not tell, and what does not fit, is refused`() throws {
    let rows = try shardedRows(40, 5, seed: 5, single: true)
    #expect(throws: ShardError.space(name: "gaussian")) { try weights(rows, [0], .gaussian, samples: 100) }
    #expect(throws: ShardError.fewDimensions(2)) {
      try weights(rows.selecting(columns: [0, 1]), [0], .boundingBox(), samples: 100)
    }
    #expect(throws: WeightsError.noSamples(found: 0)) { try weights(rows, [0], .unitCube, samples: 0) }
    let cells = try ShardedCells(.unitCube, bounds: rows.bounds(), rows: 40, samples: 100, seed: 0)
    #expect(throws: ShardError.self) { try ShardedTally(cells, copies: rows.duplicates(), outside: 0) }
    let own = Partition(numbering: Array(0..<40))
    let tally = try ShardedTally(cells, copies: own, outside: 0)
    #expect(throws: ShardError.self) { try tally.adding(Array(repeating: 0, count: 99)) }
    #expect(throws: ShardError.self) { try tally.adding(Array(repeating: 40, count: 100)) }
    #expect(throws: WeightsError.noSamples(found: 0)) { try tally.weights() }
  }
}
