import Tessera
import TesseraFormats

extension Route {
  /// Our own: texts, with prompts or without, or vectors.
  static func rewards(_ bounds: RouteBounds) -> Route {
    let vector = Schema.list(.number, bounds.dimensions)
    return Route(
      method: .post, path: "/v1/rewards", name: "rewards", summary: "Rewards of texts or of vectors.",
      about: "A model that reads prompts with the answers wants prompts; another passes them over.",
      request: .either([
        .object(
          [
            bounds.model, Member("texts", bounds.texts, "Answers to score."),
            Member("prompts", bounds.texts, "What they answer, one for each.", optional: true),
          ], open: false),
        .object(
          [
            bounds.model,
            Member(
              "vectors", .list(vector, bounds.items),
              "Contexts as the model was trained with, before its transform."),
          ], open: false),
      ]),
      answered: .json(
        .object([
          Member("object", .word("list")), Member("model", .text(longest: 64)),
          Member("runs", .integer(1...10_000), "Models whose mean the rewards are."),
          Member("rewards", .list(.number, bounds.items), "One for each item."),
          Member("spreads", .list(.number, bounds.items), "Standard deviations over the runs."),
        ]))
    ) { service, input in
      let model = try service.model(named: input.body[member: "model"]?.string)
      let (items, field) = try Self.items(input.body, model)
      let scores = try await service.scores(of: items, by: model, field: field)
      return Reply(
        .object([
          ("object", .string("list")), ("model", .string(model.name)),
          ("runs", .integer(model.ensemble.models.count)), ("rewards", .numbers(scores.rewards)),
          ("spreads", .numbers(scores.spreads)),
        ]))
    }
  }

  private static func items(
    _ body: JSONValue, _ model: ServedModel
  ) throws(Refusal) -> (ScoringItems, field: String) {
    if let vectors = body[member: "vectors"]?.list {
      return (try matrix(vectors, columns: model.dimension), "vectors")
    }
    let texts = body[member: "texts"]?.strings ?? []
    guard let prompts = body[member: "prompts"]?.strings else {
      guard !model.withPrompt else {
        throw Refusal(
          field: "prompts", found: "nothing",
          expected: "one for each text: the model reads prompts with the answers")
      }
      return (.answers(texts.map { Answer(text: $0) }), "texts")
    }
    guard prompts.count == texts.count else {
      throw Refusal(
        field: "prompts", found: "a list of \(prompts.count)", expected: "\(texts.count), one for each text")
    }
    return (.answers(zip(prompts, texts).map { Answer(prompt: $0, text: $1) }), "texts")
  }

  private static func matrix(_ vectors: [JSONValue], columns: Int) throws(Refusal) -> ScoringItems {
    var storage: [Float] = []
    storage.reserveCapacity(vectors.count * columns)
    for (place, vector) in vectors.enumerated() {
      let numbers = vector.list ?? []
      guard numbers.count == columns else {
        throw Refusal(
          field: "vectors[\(place)]", found: "a list of \(numbers.count)",
          expected: "\(columns) numbers, as the model was trained with")
      }
      for number in numbers { storage.append(number.single) }
    }
    return .vectors(Matrix(rows: vectors.count, columns: columns, storage: storage))
  }
}
