/// Distances of a shard's rows from queries of any shard: what one machine finds among all rows, found shard by shard.
///
/// Every row is seen from the mean of all rows and at their scale, so that a product of two rows has the same bytes on any
/// machine. Lists of nearest rows go from shard to shard; what comes back after the last is the list of one machine.
///
///     var lists = NeighbourLists(queries: queries.contexts.count, count: 12)
///     for shard in shards { lists = try shard.taken(into: lists, of: queries) }
public struct ShardedDistances: Sendable {
  private let distances: Distances
  private let first: Int

  /// - Parameters:
  ///   - shard: At least one row.
  ///   - packing: Of all rows, with the mean of their half norms.
  /// - Throws: `ShardError.numbers`.
  /// - Complexity: O(rows x d) time and memory.
  public init(_ shard: RowShard, packing: Packing, work: Work = Work()) throws {
    try shard.check(packing.mean.count, "the packing")
    guard packing.blocks == 1, shard.first + shard.contexts.count <= Int32.max else {
      throw ShardError.numbers(
        what: "the packing", found: "\(packing.blocks) blocks for rows from \(shard.first) on",
        expected: "one block, and fewer than 2^31 rows")
    }
    distances = Distances(shard.contexts, packing: packing, work: work)
    first = shard.first
  }

  /// Distances of rows are in units of this where lists hold squares.
  public var unit: Double { distances.unit }

  /// The rows taken into the lists of some queries, by products in single precision; with lengths in double precision.
  ///
  /// - Parameters:
  ///   - queries: Of any shard; a row is no neighbour of its own.
  ///   - components: Where given, a component of each query and of each row of this shard; only rows of another one count.
  /// - Throws: `ShardError.numbers`, `Cancelled`.
  /// - Complexity: O(queries x rows x d); 16 bytes an entry of a list.
  public func taken(
    into lists: NeighbourLists, of queries: RowShard,
    outside components: (own: [Int32], others: [Int32])? = nil,
    work: Work = Work()
  ) throws -> NeighbourLists {
    let (rows, packed, exact) = (distances.contexts, distances.packed, distances.exact)
    try check(queries, lists.queries)
    if let components, components.own.count != lists.queries || components.others.count != rows.count {
      throw ShardError.numbers(
        what: "components", found: "\(components.own.count) and \(components.others.count)",
        expected: "\(lists.queries) of queries and \(rows.count) of rows")
    }
    let (first, start) = (first, queries.first)
    var result = try distances.working(work).scan(lists, first: Int32(first)) { query, target in
      packed.write(queries.contexts, query, to: target)
    } admits: { query, row in
      guard let components else { return first + Int(row) != start + query }
      return components.own[query] != components.others[Int(row)]
    }
    let (indices, count) = (result.indices, lists.count)
    try withPointers(&result.lengths) { lengths in
      try work.forEach(pieces: (lists.queries + 255) / 256) { piece, _ in
        for query in piece * 256..<min((piece + 1) * 256, lists.queries) {
          // Entries that were there keep their order: new ones stand among them.
          var old = query * count
          for place in query * count..<(query + 1) * count where indices[place] >= 0 {
            let row = Int(indices[place]) - first
            if rows.count > row, row >= 0 {
              lengths[place] = exact.square(row, of: queries.contexts, query).squareRoot() * exact.unit
            } else {
              while lists.indices[old] != indices[place] { old += 1 }
              lengths[place] = lists.lengths[old]
            }
          }
        }
      }
    }
    return result
  }

  /// The rows taken into the lists of some queries, in double precision.
  ///
  /// - Parameter queries: Of any shard; a row is no neighbour of its own.
  /// - Throws: `ShardError.numbers`, `Cancelled`.
  /// - Complexity: O(queries x rows x d), as `nearestNeighbours`; 12 bytes an entry of a list.
  public func taken(into lists: NearestLists, of queries: RowShard, work: Work = Work()) throws
    -> NearestLists
  {
    try check(queries, lists.queries)
    let packed = PackedContexts(queries.contexts, packing: distances.packed.packing, work: work)
    return try distances.working(work).nearest(lists, of: packed, from: queries.first, first: first)
  }

  private func check(_ queries: RowShard, _ lists: Int) throws {
    let rows = distances.contexts
    try queries.check(rows.dimension, "the shard")
    guard queries.contexts.isSinglePrecision == rows.isSinglePrecision else {
      throw ShardError.numbers(
        what: "queries", found: "another precision than the shard's", expected: "the same for all shards")
    }
    guard lists == queries.contexts.count else {
      throw ShardError.numbers(
        what: "lists of neighbours", found: "\(lists)",
        expected: "\(queries.contexts.count), one for each query")
    }
  }
}

extension Contexts {
  /// Whether the numbers are of 32 bits.
  public var isSinglePrecision: Bool { if case .single = storage { true } else { false } }
}
