import TesseraFormats

extension Route {
  /// What OpenRLHF's trainers ask, as their option `--reward.remote_url`.
  static func getReward(_ bounds: RouteBounds) -> Route {
    Route(
      method: .post, path: "/get_reward", name: "getReward",
      summary: "Rewards of finished texts, for OpenRLHF.",
      about: """
        query holds prompts with their answers. Where prompts are given, what follows them is scored, unless the model reads \
        prompts too; a text that does not begin with its prompt is scored whole, and prompt_found is 0 for it. scores are \
        chances in [0, 1], for dynamic filtering.
        """,
      request: .object([
        Member("query", bounds.textOrTexts, "Texts to score."),
        Member(
          "prompts", .either([.list(bounds.text, 0...bounds.items.upperBound), .null]),
          "The beginnings of the texts.", optional: true),
        Member("labels", .anything, "Passed over.", optional: true),
      ]),
      parameters: [bounds.model],
      answered: .json(
        .object([
          Member("rewards", .list(.number, bounds.items), "One for each text."),
          Member(
            "scores", .list(.number, bounds.items), "The chance to be preferred to an answer of reward 0."),
          Member(
            "extra_logs",
            .object([
              Member(
                "reward_spread", .list(.number, bounds.items), "Standard deviation over the model's runs."),
              Member(
                "prompt_found", .list(.number, bounds.items), "1 where the text begins with its prompt."),
            ])),
        ]))
    ) { service, input in
      let model = try service.model(named: input.query["model"])
      let queries = (input.body[member: "query"]?.strings ?? []).map(service.withoutSpecialTokens)
      let prompts = (input.body[member: "prompts"]?.strings ?? []).map(service.withoutSpecialTokens)
      guard prompts.isEmpty || prompts.count == queries.count else {
        throw Refusal(
          field: "prompts", found: "a list of \(prompts.count)",
          expected: "\(queries.count), one for each query")
      }
      let answers = queries.enumerated().map { place, query in
        Answer(query: query, prompt: prompts.isEmpty ? nil : prompts[place])
      }
      let scores = try await service.scores(of: .answers(answers), by: model, field: "query")
      let found = answers.map { JSONValue.integer($0.prompt == nil ? 0 : 1) }
      return Reply(
        .object([
          ("rewards", .numbers(scores.rewards)), ("scores", .numbers(scores.shares)),
          (
            "extra_logs",
            .object([("reward_spread", .numbers(scores.spreads)), ("prompt_found", .array(found))])
          ),
        ]))
    }
  }
}

extension Answer {
  /// What follows a prompt; all of it, without a prompt, where it does not begin with it.
  init(query: String, prompt: String?) {
    guard let prompt, query.utf8.starts(with: prompt.utf8) else {
      self.init(text: query)
      return
    }
    let rest = query.utf8.dropFirst(prompt.utf8.count)
    self.init(prompt: prompt, text: String(decoding: rest, as: UTF8.self))
  }
}

extension RewardService {
  @Sendable func withoutSpecialTokens(_ text: String) -> String {
    specialTokens.reduce(text) { $0.replacing($1, with: "") }
  }
}

extension JSONValue {
  static func numbers(_ numbers: [Double]) -> JSONValue { .array(numbers.map { .number($0) }) }
}
