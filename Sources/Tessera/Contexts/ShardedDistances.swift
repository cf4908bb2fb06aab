/// Distances of a shard's rows from queries of any shard: what one machine finds among all rows, found shard by shard.
///
/// Every row is seen from the mean of all rows and at their scale, so that a product of two rows has the same bytes on any
/// machine. Lists of nearest rows go from shard to shard; what comes back after the last is the list of one machine.
///
///     var lists = NearestLists(queries: queries.contexts.count, count: 12)
///     for shard in shards { lists = try shard.taken(into: lists, of: queries) }
public struct ShardedDistances: Sendable {
  private let distances: Distances
  private let first: Int

  /// - Parameters:
  ///   - shard: At least one row.
  ///   - packing: Of all rows, with the mean of their half norms.
  /// - Throws: `ShardError.numbers`, `Cancelled`.
  /// - Complexity: O(rows x d) time and memory.
  public init(_ shard: RowShard, packing: Packing, work: Work = Work()) throws {
    try shard.check(packing.mean.count, "the packing")
    guard packing.blocks == 1, shard.first + shard.contexts.count <= Int32.max else {
      throw ShardError.numbers(
        what: "the packing", found: "\(packing.blocks) blocks for rows from \(shard.first) on",
        expected: "one block, and fewer than 2^31 rows")
    }
    distances = try Distances(shard.contexts, packing: packing, work: work)
      .bounded(for: .nearest, alongAxes: false)
    first = shard.first
  }

  /// Distances of rows are in units of this where lists hold squares.
  public var unit: Double { distances.unit }

  /// The rows taken into the lists of some queries, in double precision.
  ///
  /// - Parameters:
  ///   - queries: Of any shard; a row is no neighbour of its own.
  ///   - components: Where given, a component of each query and of each row of this shard; only rows of another one count.
  /// - Throws: `ShardError.numbers`, `Cancelled`.
  /// - Complexity: O(queries x rows x d), as `nearestNeighbours`; 12 bytes an entry of a list.
  public func taken(
    into lists: NearestLists, of queries: RowShard,
    outside components: (own: [Int32], others: [Int32])? = nil,
    work: Work = Work()
  ) throws -> NearestLists {
    let rows = distances.contexts
    try check(queries, lists.queries)
    if let components, components.own.count != lists.queries || components.others.count != rows.count {
      throw ShardError.numbers(
        what: "components", found: "\(components.own.count) and \(components.others.count)",
        expected: "\(lists.queries) of queries and \(rows.count) of rows")
    }
    let packed = PackedContexts(queries.contexts, packing: distances.packed.packing, work: work)
    let (first, start) = (first, queries.first)
    return try distances.working(work).nearest(lists, of: packed, whole: queries.contexts, first: first) {
      query, row in
      guard let components else { return first + row != start + query }
      return components.own[query] != components.others[row]
    }
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
