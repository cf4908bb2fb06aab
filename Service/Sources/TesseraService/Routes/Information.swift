import TesseraFormats

extension Route {
  static var models: Route {
    Route(
      method: .get, path: "/v1/models", name: "models",
      summary: "The models, the one that answers unless asked first.",
      request: nil,
      answered: .json(
        .object([
          Member("object", .word("list")),
          Member(
            "data",
            .list(
              .object([
                Member("id", .text(longest: 64)), Member("object", .word("model")),
                Member("owned_by", .word("tessera")),
                Member("dimension", .integer(1...Int.max), "Numbers of a vector."),
                Member("runs", .integer(1...10_000), "Models whose mean the reward is."),
                Member(
                  "embedder", .text(longest: 1_000),
                  "What turns texts into vectors; none where vectors alone are scored."),
                Member("with_prompt", .boolean, "Whether it reads prompts with the answers."),
                Member(
                  "weights", .either([.text(longest: 1_000), .null]), "The weights that it was trained with."),
                Member("lambda", .either([.text(longest: 1_000), .null])),
              ]), 0...100_000)),
        ]))
    ) { service, _ in
      Reply(.object([("object", .string("list")), ("data", .array(service.models.map(\.listed)))]))
    }
  }

  static var health: Route {
    Route(
      method: .get, path: "/health", name: "health",
      summary: "Whether requests are taken in: 200, or 503 while the service stops.",
      request: nil,
      answered: .json(.object([Member("status", .either([.word("ok"), .word("stopping")]))])), isOpen: true
    ) { service, _ in
      Reply(
        .object([("status", .string(service.isStopping ? "stopping" : "ok"))]),
        status: service.isStopping ? 503 : 200)
    }
  }

  static var metrics: Route {
    Route(
      method: .get, path: "/metrics", name: "metrics", summary: "Counts and durations, for Prometheus.",
      request: nil,
      answered: .text(contentType: "text/plain")
    ) { service, _ in
      Reply(
        text: service.metrics.text(service.models, waiting: service.waiting),
        contentType: "text/plain; version=0.0.4; charset=utf-8")
    }
  }

  static var openAPI: Route {
    Route(
      method: .get, path: "/openapi.json", name: "openAPI", summary: "This description.", request: nil,
      answered: .json(.object([Member("openapi", .text(longest: 16))]))
    ) { service, _ in Reply(service.description) }
  }
}

extension ServedModel {
  fileprivate var listed: JSONValue {
    .object([
      ("id", .string(name)), ("object", .string("model")), ("owned_by", .string("tessera")),
      ("dimension", .integer(dimension)), ("runs", .integer(ensemble.models.count)),
      ("embedder", .string(embedderName)), ("with_prompt", .bool(withPrompt)),
      ("weights", notes["weights"].map { .string($0) } ?? .null),
      ("lambda", notes["lambda"].map { .string($0) } ?? .null),
    ])
  }
}
