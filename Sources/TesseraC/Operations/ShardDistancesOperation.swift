import Tessera
import TesseraFormats

/// Neighbours and trees of rows in shards.
enum ShardDistancesOperation {
  /// Arrays in: `mean`, `lower`, `upper` of all different rows. The document is a packing without its centre.
  static func packing(_ request: Request, _ work: Work) throws -> Outcome {
    let (lower, upper) = (
      try ShardOperation.doubles(request, "lower"), try ShardOperation.doubles(request, "upper")
    )
    let mean = try ShardOperation.doubles(request, "mean")
    guard lower.count == mean.count, upper.count == mean.count else {
      throw RequestError.array(
        "lower", found: "\(lower.count) and \(upper.count) numbers", expected: "\(mean.count)")
    }
    return Outcome(try DocumentEncoder.json(Packing(mean: mean, bounds: (lower, upper))))
  }

  struct Packed: Decodable {
    var packing: Packing
  }

  /// A shard; settings: `packing`. The document: `unit`. The result is the subject of `shard closest`.
  static func distances(_ request: Request, _ work: Work) throws -> Outcome {
    let packing = try request.settings(Packed.self).packing
    let distances = try ShardedDistances(ShardOperation.shard(request), packing: packing, work: work)
    return Outcome(.object([("unit", .number(distances.unit))]), value: distances)
  }

  /// Subject: distances; queries as a shard is given. Lists in and out: `indices`, `squares`, queries x neighbours. Arrays in,
  /// optional: `own`, `others`, components of queries and rows.
  static func closest(_ request: Request, _ work: Work) throws -> Outcome {
    let distances = try request.subject(ShardedDistances.self, "distances of a shard")
    let lists = try NearestLists(
      count: request.required("indices").columns, indices: ShardOperation.indices(request, "indices"),
      squares: ShardOperation.doubles(request, "squares"))
    let components =
      request.array("own") == nil
      ? nil : (try ShardOperation.indices(request, "own"), try ShardOperation.indices(request, "others"))
    let found = try distances.taken(
      into: lists, of: ShardOperation.shard(request), outside: components, work: work)
    return Outcome(arrays: [
      ("indices", .indices(found.indices)), ("squares", .doubles(found.squares, columns: 1)),
    ])
  }

  struct TreeSettings: Decodable {
    var count: Int
  }

  /// Settings: `count` of different rows; arrays in: `neighbours`, `lengths` of the lists of all. The document: `isDone`; arrays
  /// out: `open`, rows whose nearest one of another component must be found, and the `component` of each row.
  static func tree(_ request: Request, _ work: Work) throws -> Outcome {
    round(
      try TreeGrowth(
        count: request.settings(TreeSettings.self).count,
        neighbours: ShardOperation.indices(request, "neighbours"),
        lengths: ShardOperation.doubles(request, "lengths")))
  }

  /// Subject: a tree that grows; arrays in: `found`, `lengths`, for each of `open`.
  static func join(_ request: Request, _ work: Work) throws -> Outcome {
    let growth = try request.subject(TreeGrowth.self, "a tree that grows")
    return round(
      try growth.joining(
        ShardOperation.indices(request, "found"), lengths: ShardOperation.doubles(request, "lengths")))
  }

  /// How many neighbours of each row the tree begins with.
  static func kept(_ request: Request, _ work: Work) throws -> Outcome {
    Outcome(.object([("kept", .integer(TreeGrowth.kept))]))
  }

  private static func round(_ growth: TreeGrowth) -> Outcome {
    Outcome(
      .object([("isDone", .bool(growth.isDone))]),
      arrays: [("open", .indices(growth.open)), ("component", .indices(growth.component))], value: growth)
  }

  struct WeightsSettings: Decodable {
    var weights: SchemeSpecification?
  }

  /// Subject: a tree that is done; settings: `weights`, of linkage or horizon; array in: `groups`, the copies. Arrays out:
  /// `values`, `standard errors`.
  static func weights(_ request: Request, _ work: Work) throws -> Outcome {
    let growth = try request.subject(TreeGrowth.self, "a tree that grows")
    let copies = try ShardOperation.partition(request)
    guard growth.isDone, growth.count == copies.count else {
      throw RequestError.array(
        "groups", found: "\(copies.count) different rows",
        expected: growth.isDone ? "\(growth.count)" : "a tree that is done")
    }
    let tree = SpanningTree(growth, copies: copies)
    switch try request.settings(WeightsSettings.self).weights ?? .linkage(resolution: 0) {
    case .linkage(let resolution):
      return try WeightsOperation.outcome(LinkageWeights.weights(tree: tree, resolution: resolution))
    case .horizon(let distance):
      return try WeightsOperation.outcome(
        LinkageWeights.weights(tree: tree, horizon: distance ?? LinkageWeights.horizon(of: tree)))
    case let other:
      throw RequestError.setting(
        "weights", found: other.name, expected: "linkage, linkage=RESOLUTION, horizon or horizon=DISTANCE")
    }
  }
}
