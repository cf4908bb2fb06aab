import TesseraFormats

extension Route {
  /// As Cohere, Jina, vLLM and llama.cpp have it: documents in the order of their rewards as answers to the query.
  static func rerank(_ path: String, _ bounds: RouteBounds) -> Route {
    let document = Schema.either([bounds.text, .object([Member("text", bounds.text)])])
    return Route(
      method: .post, path: path, name: path == "/rerank" ? "rerank" : "rerankV1",
      summary: "Documents in the order of their rewards.",
      about:
        "The query is the prompt and the documents are its answers; a model that does not read prompts passes it over.",
      request: .object([
        bounds.model, Member("query", bounds.text, "What the documents answer."),
        Member("documents", .list(document, bounds.items), "Answers to order."),
        Member(
          "top_n", .integer(1...1_000_000), "How many to return; all where it is left out.", optional: true),
        Member(
          "return_documents", .boolean, "Whether texts come back; false where it is left out.", optional: true
        ),
      ]),
      answered: .json(
        .object([
          Member("id", .text(longest: 64)), Member("model", .text(longest: 64)),
          Member(
            "results",
            .list(
              .object([
                Member("index", .integer(0...bounds.items.upperBound), "Place in documents."),
                Member("relevance_score", .number, "The reward."),
                Member("document", .object([Member("text", bounds.text)]), optional: true),
              ]), bounds.items), "Largest reward first."),
        ]))
    ) { service, input in
      let body = input.body
      let model = try service.model(named: body[member: "model"]?.string)
      let query = body[member: "query"]?.string
      let texts = (body[member: "documents"]?.list ?? []).map {
        $0.string ?? $0[member: "text"]?.string ?? ""
      }
      let scores = try await service.scores(
        of: .answers(texts.map { Answer(prompt: query, text: $0) }), by: model, field: "documents")
      let order = texts.indices.sorted { (scores.rewards[$1], $0) < (scores.rewards[$0], $1) }
      let results = order.prefix(body[member: "top_n"]?.whole ?? texts.count).map { place in
        var members: [(key: String, value: JSONValue)] = [
          ("index", .integer(place)), ("relevance_score", .number(scores.rewards[place])),
        ]
        if body[member: "return_documents"]?.flag == true {
          members.append(("document", .object([("text", .string(texts[place]))])))
        }
        return JSONValue.object(members)
      }
      return Reply(
        .object([
          ("id", .string(Self.identifier("rerank"))), ("model", .string(model.name)),
          ("results", .array(results)),
        ]))
    }
  }

  /// A name for an answer that no other answer has.
  static func identifier(_ kind: String) -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return "\(kind)-" + String(repeating: "0", count: 16 - digits.count) + digits
  }
}
