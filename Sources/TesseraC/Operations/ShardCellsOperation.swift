import Tessera
import TesseraFormats

/// Sampled Voronoi weights of rows in shards. Cells and packing are documents that every shard gets.
enum ShardCellsOperation {
  struct Settings: Decodable {
    var space: SpaceSpecification?
    var rows: Int
    /// nil for a target.
    var samples: Int?
    var seed: UInt64?
  }

  /// Arrays in: `lower`, `upper`, the bounds of all rows; settings: `space`, `rows` (different ones), `samples` (none where they
  /// are drawn until an error is reached), `seed`. The document: `cells`; `columns` that the space has, null for all; `blocks`;
  /// `inShards`, false where a tree over all rows is needed.
  static func cells(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(Settings.self)
    let cells = try ShardedCells(
      settings.space ?? .boundingBox(),
      bounds: (ShardOperation.doubles(request, "lower"), ShardOperation.doubles(request, "upper")),
      rows: settings.rows, samples: settings.samples, seed: settings.seed ?? 0)
    let plan = try cells.plan()
    return Outcome(
      .object([
        ("cells", try DocumentEncoder.json(cells)),
        ("columns", try cells.columns().map { .array($0.map(JSONValue.integer)) } ?? .null),
        ("blocks", .integer(plan.blocks)), ("inShards", .bool(plan.kind != .cellTree)),
      ]))
  }

  struct Problem: Decodable {
    var cells: ShardedCells
    var packing: Packing?
  }

  /// Settings: `cells`; arrays in: `mean` and, for more than one block, `variance`. The document is a packing without its centre.
  static func packing(_ request: Request, _ work: Work) throws -> Outcome {
    let cells = try request.settings(Problem.self).cells
    let variance = request.array("variance") == nil ? [] : try ShardOperation.doubles(request, "variance")
    return Outcome(
      try DocumentEncoder.json(
        cells.packing(mean: ShardOperation.doubles(request, "mean"), variance: variance)))
  }

  /// A shard of all its rows; settings: `cells`. The document: `outside`, rows outside the space.
  static func outside(_ request: Request, _ work: Work) throws -> Outcome {
    let cells = try request.settings(Problem.self).cells
    return Outcome(
      .object([("outside", .integer(try cells.outside(ShardOperation.shard(request), work: work)))]))
  }

  /// A shard of its different rows; settings: `cells`, `packing`. The result is the subject of `shard nearest`.
  static func search(_ request: Request, _ work: Work) throws -> Outcome {
    let problem = try request.settings(Problem.self)
    guard let packing = problem.packing else {
      throw RequestError.setting("packing", found: "none", expected: "that of all rows")
    }
    return Outcome(
      value: try CellSearch(problem.cells, ShardOperation.shard(request), packing: packing, work: work))
  }

  struct Samples: Decodable {
    var first: Int
    var count: Int
  }

  /// Subject: a search; settings: `first`, `count` of the samples. Arrays out: `indices`, `scores`, of the nearest row.
  static func nearest(_ request: Request, _ work: Work) throws -> Outcome {
    let search = try request.subject(CellSearch.self, "a shard that is ready to be searched")
    let samples = try request.settings(Samples.self)
    guard samples.first >= 0, samples.count > 0, samples.first < 1 << 50, samples.count < 1 << 40 else {
      throw RequestError.setting(
        "count", found: "\(samples.count) from \(samples.first)", expected: "a range of samples")
    }
    let found = try search.nearest(samples.first..<samples.first + samples.count, work: work)
    return Outcome(arrays: [
      ("indices", .indices(found.indices)), ("scores", .floats(found.scores, columns: 1)),
    ])
  }

  struct TallySettings: Decodable {
    var cells: ShardedCells
    var outside: Int
    var targetError: Double?
    var relative: Bool?
    var batch: Int?
  }

  /// Settings: `cells`, `outside`, `targetError`, `relative`, `batch`; array in: `groups`, the copies. The document says which
  /// samples come next: `first`, `count`; 0 for no more. The result is the subject of `shards count` and `shards weights`.
  static func tally(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(TallySettings.self)
    let target = try settings.targetError.map { try TargetError($0, isRelative: settings.relative ?? false) }
    return next(
      try ShardedTally(
        settings.cells, copies: ShardOperation.partition(request), outside: settings.outside, target: target),
      settings.batch)
  }

  struct CountSettings: Decodable {
    var batch: Int?
  }

  /// Array in: `nearest`, the row nearest to each of the samples that came next.
  static func count(_ request: Request, _ work: Work) throws -> Outcome {
    let tally = try request.subject(ShardedTally.self, "a tally of rows in shards")
    return next(
      try tally.adding(ShardOperation.indices(request, "nearest"), work: work),
      try request.settings(CountSettings.self).batch)
  }

  private static func next(_ tally: ShardedTally, _ batch: Int?) -> Outcome {
    let range = tally.next(atMost: batch ?? 1 << 18) ?? 0..<0
    return Outcome(
      .object([("first", .integer(range.lowerBound)), ("count", .integer(range.count))]), value: tally)
  }

  /// Arrays out: `values`, `standard errors`; the document is that of weights.
  static func weights(_ request: Request, _ work: Work) throws -> Outcome {
    try WeightsOperation.outcome(request.subject(ShardedTally.self, "a tally of rows in shards").weights())
  }
}
