import Foundation
import TesseraFormats

extension Route {
  /// As vLLM has it for reward models.
  static func classify(_ bounds: RouteBounds) -> Route {
    Route(
      method: .post, path: "/classify", name: "classify",
      summary: "The chance of each text to be preferred to one of reward 0, or its reward.",
      request: inputs(
        bounds,
        [
          Member(
            "use_activation", .boolean, "false for the reward itself; true where it is left out.",
            optional: true)
        ]),
      answered: .json(
        listed(
          bounds,
          [
            Member("label", .word("LABEL_0")), Member("probs", .list(.number, 1...1)),
            Member("num_classes", .integer(1...1)),
          ]))
    ) { service, input in
      let (model, scores) = try await service.scores(ofInput: input.body)
      let values = input.body[member: "use_activation"]?.flag == false ? scores.rewards : scores.shares
      return list("classify", model) {
        values.enumerated().map { place, value in
          .object([
            ("index", .integer(place)), ("label", .string("LABEL_0")), ("probs", .numbers([value])),
            ("num_classes", .integer(1)),
          ])
        }
      }
    }
  }

  /// As vLLM has it for reward models: the rewards.
  static func pooling(_ bounds: RouteBounds) -> Route {
    Route(
      method: .post, path: "/pooling", name: "pooling", summary: "The reward of each text.",
      request: inputs(bounds, []),
      answered: .json(
        listed(bounds, [Member("object", .word("pooling")), Member("data", .list(.number, 1...1))]))
    ) { service, input in
      let (model, scores) = try await service.scores(ofInput: input.body)
      return list("pooling", model) {
        scores.rewards.enumerated().map { place, reward in
          .object([("index", .integer(place)), ("object", .string("pooling")), ("data", .numbers([reward]))])
        }
      }
    }
  }

  /// As vLLM has it: one query for all documents, or one for each.
  static func score(_ bounds: RouteBounds) -> Route {
    Route(
      method: .post, path: "/score", name: "score",
      summary: "The reward of each document as an answer to its query.",
      about: "A model that does not read prompts passes the queries over.",
      request: .object([
        bounds.model, Member("queries", bounds.textOrTexts, "One for all documents, or one for each."),
        Member("documents", bounds.textOrTexts, "Answers to score."),
      ]),
      answered: .json(listed(bounds, [Member("object", .word("score")), Member("score", .number)]))
    ) { service, input in
      let model = try service.model(named: input.body[member: "model"]?.string)
      let queries = input.body[member: "queries"]?.strings ?? []
      let documents = input.body[member: "documents"]?.strings ?? []
      guard queries.count == 1 || queries.count == documents.count else {
        throw Refusal(
          field: "queries", found: "a list of \(queries.count)",
          expected: documents.count == 1 ? "one" : "one, or \(documents.count), one for each document")
      }
      let answers = documents.enumerated().map { place, text in
        Answer(prompt: queries[queries.count == 1 ? 0 : place], text: text)
      }
      let scores = try await service.scores(of: .answers(answers), by: model, field: "documents")
      return list("score", model) {
        scores.rewards.enumerated().map { place, reward in
          .object([("index", .integer(place)), ("object", .string("score")), ("score", .number(reward))])
        }
      }
    }
  }

  /// Texts, or the messages of one dialogue.
  private static func inputs(_ bounds: RouteBounds, _ more: [Member]) -> Schema {
    .either([
      .object([bounds.model, Member("input", bounds.textOrTexts, "Texts to score.")] + more),
      .object(
        [
          bounds.model,
          Member("messages", Dialogue.schema(bounds), "A dialogue whose last message is scored."),
        ] + more),
    ])
  }

  /// What vLLM calls a list.
  private static func listed(_ bounds: RouteBounds, _ members: [Member]) -> Schema {
    .object([
      Member("id", .text(longest: 64)), Member("object", .word("list")),
      Member("created", .integer(0...Int.max), "Seconds since 1970."), Member("model", .text(longest: 64)),
      Member(
        "data",
        .list(.object([Member("index", .integer(0...bounds.items.upperBound))] + members), bounds.items)),
    ])
  }

  private static func list(_ kind: String, _ model: ServedModel, _ data: () -> [JSONValue]) -> Reply {
    Reply(
      .object([
        ("id", .string(identifier(kind))), ("object", .string("list")),
        ("created", .integer(Int(Date().timeIntervalSince1970))), ("model", .string(model.name)),
        ("data", .array(data())),
      ]))
  }
}

extension RewardService {
  /// - Throws: `Refusal`.
  fileprivate func scores(ofInput body: JSONValue) async throws(Refusal) -> (ServedModel, Scores) {
    let model = try model(named: body[member: "model"]?.string)
    guard let input = body[member: "input"]?.strings else {
      let answer = try Dialogue.answer(body[member: "messages"]?.list ?? [])
      return (model, try await scores(of: .answers([answer]), by: model, field: "messages"))
    }
    if body[member: "messages"] != nil {
      throw Refusal(field: "messages", found: "messages beside input", expected: "one of them")
    }
    return (model, try await scores(of: .answers(input.map { Answer(text: $0) }), by: model, field: "input"))
  }
}
