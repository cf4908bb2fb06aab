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
    "row weights": RowWeightsOperation.run,
    "duplicates": DuplicatesOperation.run,
    "tally part": TallyOperation.part,
    "tally merge": TallyOperation.merge,
    "tally weights": TallyOperation.weights,
    "tally unit": TallyOperation.unit,
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
