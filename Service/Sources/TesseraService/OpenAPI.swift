import TesseraFormats

extension RewardService {
  /// The service in OpenAPI 3.1, written from the routes that answer.
  public var description: JSONValue {
    var paths: [(key: String, value: JSONValue)] = []
    for path in routes.map(\.path) where !paths.contains(where: { $0.key == path }) {
      let same = routes.filter { $0.path == path }
      paths.append((path, .object(same.map { ($0.method.rawValue.lowercased(), operation($0)) })))
    }
    return .object([
      ("openapi", .string("3.1.0")),
      (
        "info",
        .object([
          ("title", .string("tessera serve")), ("version", .string("1")),
          (
            "description",
            .string("Rewards of answers by models that tessera train wrote, and studies of preferences.")
          ),
        ])
      ),
      ("paths", .object(paths)),
      (
        "components",
        .object([
          ("schemas", .object([("Error", Refusal.schema.json)])),
          (
            "securitySchemes",
            .object([("key", .object([("type", .string("http")), ("scheme", .string("bearer"))]))])
          ),
        ])
      ),
    ])
  }

  private func operation(_ route: Route) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("operationId", .string(route.name)), ("summary", .string(route.summary)),
    ]
    if !route.about.isEmpty { members.append(("description", .string(route.about))) }
    let parts = route.partNames.map { name in
      JSONValue.object([
        ("name", .string(name)), ("in", .string("path")), ("required", .bool(true)),
        ("schema", Schema.text(longest: 64).json),
      ])
    }
    if !route.parameters.isEmpty || !parts.isEmpty {
      members.append(("parameters", .array(parts + route.parameters.map(Self.parameter))))
    }
    if route.upload != nil {
      let file = JSONValue.object([("type", .string("string")), ("format", .string("binary"))])
      members.append(
        (
          "requestBody",
          .object([("required", .bool(true)), ("content", Self.content(file, "application/octet-stream"))])
        ))
    }
    if let request = route.request {
      members.append(
        ("requestBody", .object([("required", .bool(true)), ("content", Self.content(request.json))])))
    }
    members.append(("responses", .object(responses(of: route))))
    if hasKey, !route.isOpen {
      members.append(("security", .array([.object([("key", .array([]))])])))
    }
    return .object(members)
  }

  private static func parameter(_ member: Member) -> JSONValue {
    .object([
      ("name", .string(member.name)), ("in", .string("query")), ("required", .bool(member.isRequired)),
      ("description", .string(member.about)), ("schema", member.schema.json),
    ])
  }

  private static func content(_ schema: JSONValue, _ type: String = "application/json") -> JSONValue {
    .object([(type, .object([("schema", schema)]))])
  }

  private func responses(of route: Route) -> [(key: String, value: JSONValue)] {
    let content: JSONValue? =
      switch route.answered {
      case .json(let schema): Self.content(schema.json)
      case .text(let type): Self.content(.object([("type", .string("string"))]), type)
      case .file(let types):
        .object(
          types.map { type in
            let schema = type == "application/json" ? Schema.anything : .text(longest: Int.max)
            return (type, .object([("schema", schema.json)]))
          })
      case .nothing: nil
      }
    let described: [(key: String, value: JSONValue)] = [("description", .string(route.summary))]
    var responses: [(key: String, value: JSONValue)] = [
      ("\(route.status)", .object(described + (content.map { [("content", $0)] } ?? [])))
    ]
    for (status, words) in route.otherAnswers {
      responses.append(("\(status)", .object([("description", .string(words))])))
    }
    for reason in Set(reasons(of: route).map(\.status)).sorted() {
      // While it stops, the health of the service is an answer, not a mistake of who asks.
      let isAnswer = route.isOpen && reason == Refusal.Reason.stopping.status
      let error = JSONValue.object([("$ref", .string("#/components/schemas/Error"))])
      responses.append(
        (
          "\(reason)",
          .object([
            ("description", .string(Self.words(reason))),
            ("content", isAnswer ? content ?? .null : Self.content(error)),
          ])
        ))
    }
    return responses
  }

  /// Why a route may refuse.
  private func reasons(of route: Route) -> [Refusal.Reason] {
    var reasons: [Refusal.Reason] = [.stopping, .slow, .method]
    if checksHost { reasons.append(.host) }
    if hasKey, !route.isOpen { reasons.append(.key) }
    if !route.isOpen { reasons.append(.site) }
    if !route.parameters.isEmpty || route.path.hasPrefix("/api/") { reasons.append(.field) }
    if route.isAboutStudy { reasons += [.study, .notNow, .field, .busy, .failure] }
    if route.upload != nil { reasons += [.notNow, .noLength, .length, .mediaType, .field, .failure] }
    if route.request != nil {
      reasons += [.malformed, .model, .length, .mediaType, .field, .busy, .failure, .embedder, .late]
    }
    return reasons
  }

  private static func words(_ status: Int) -> String {
    switch Refusal.Reason.allCases.first(where: { $0.status == status }) {
    case .malformed: "The body is no JSON."
    case .key: "The key is missing or wrong."
    case .site: "A page of another site asks."
    case .path, .model, .study: "There is no such model, or no such study."
    case .method: "The path has other methods; the header Allow names them."
    case .notNow: "The study cannot answer this now, or never; the message says why."
    case .slow: "The request took too long to arrive."
    case .noLength: "The head does not say how long the file is."
    case .length: "The body is too long."
    case .mediaType: "The body is of another type than the route takes."
    case .host: "The request calls the service by a name that it does not have."
    case .field: "A field is not what it should be; param names it."
    case .busy: "Too much is waiting; Retry-After says when to come again."
    case .failure: "The request could not be scored."
    case .embedder: "The service of embeddings gave no answer."
    case .stopping: "The service is stopping."
    case .late, nil: "The model had no time for the request."
    }
  }
}
