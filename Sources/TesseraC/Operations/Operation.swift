import Tessera

/// What can be run, by name.
enum Operation {
  typealias Body = @Sendable (Request, Work) throws -> Outcome

  private static let all: [String: Body] = [
    "weights": WeightsOperation.run,
    "read": ReadOperation.run,
    "embed": EmbedOperation.run,
    "contexts": ContextsOperation.run,
    "fit": FitOperation.run,
    "fit document": FitOperation.document,
    "verdict": FitOperation.verdict,
    "audit": AuditOperation.run,
    "rank": RankOperation.run,
    "ranks": RankOperation.ranks,
    "row weights": RowWeightsOperation.run,
    "duplicates": DuplicatesOperation.run,
    "tally prepare": TallyOperation.prepare,
    "tally count": TallyOperation.count,
    "tally join": TallyOperation.join,
    "tally weights": TallyOperation.weights,
    "tally error": TallyOperation.error,
    "tally round": TallyOperation.round,
    "tally unit": TallyOperation.unit,
    "tally document": TallyOperation.document,
    "bootstrap prepare": BootstrapOperation.prepare,
    "bootstrap open": BootstrapOperation.open,
    "bootstrap replicates": BootstrapOperation.replicates,
    "bootstrap spread": BootstrapOperation.spread,
    "shard survey": ShardOperation.survey,
    "shard sums": ShardOperation.sums,
    "shard outside": ShardCellsOperation.outside,
    "shard search": ShardCellsOperation.search,
    "shard nearest": ShardCellsOperation.nearest,
    "shard distances": ShardDistancesOperation.distances,
    "shard closest": ShardDistancesOperation.closest,
    "shards copies": ShardOperation.copies,
    "shards total": ShardOperation.total,
    "shards cells": ShardCellsOperation.cells,
    "shards cells packing": ShardCellsOperation.packing,
    "shards distances packing": ShardDistancesOperation.packing,
    "shards centre": ShardOperation.centre,
    "shards tally": ShardCellsOperation.tally,
    "shards count": ShardCellsOperation.count,
    "shards weights": ShardCellsOperation.weights,
    "shards kept": ShardDistancesOperation.kept,
    "shards tree": ShardDistancesOperation.tree,
    "shards join": ShardDistancesOperation.join,
    "shards tree weights": ShardDistancesOperation.weights,
    "train head": HeadOperation.train,
    "score head": HeadOperation.score,
    "save head": HeadOperation.save,
    "load head": HeadOperation.load,
  ]

  static func run(_ name: String, _ request: Request, _ work: Work) throws -> Outcome {
    guard let body = all[name] else { throw RequestError.operation(name) }
    return try body(request, work)
  }
}
