import Tessera
import TesseraFormats
import TesseraWorkbench

/// Studies of preferences, for the workbench's page and for whoever likes to ask.
extension Route {
  static func studies(_ limits: WorkbenchLimits) -> [Route] {
    [
      createStudy, listStudies, oneStudy, addFile, askStudy, clones(limits), families(limits), studyWeights,
      keepList,
      auditPage, deleteStudy,
    ]
  }

  private static let study = "/api/studies/{study}"

  // MARK: What stands in requests

  private static var questionMembers: [Member] {
    [
      Member(
        "scheme", .either(Question.Scheme.allCases.map { .word($0.rawValue) }),
        "The fit's own where it is left out.",
        optional: true),
      Member("resolution", .number, "Distance within which answers count as the same.", optional: true),
      Member(
        "lambda", .number, "Strength of the regularisation; the fit's own where it is left out.",
        optional: true),
    ]
  }

  /// The same in a query.
  private static var questionParameters: [Member] { questionMembers }

  private static let exportParameter = Member(
    "format", words(Workbench.ExportFormat.allCases.map(\.rawValue)), "json where it is left out.",
    optional: true)

  private static func words(_ words: [String]) -> Schema { .either(words.map { .word($0) }) }

  private static let named = Member(
    "name", .text(longest: 200), "What the file is called; its ending tells the format.")

  /// What is known of a study in a list.
  private static var brief: [Member] {
    [
      Member("id", .text(longest: 32)), Member("name", .text(longest: 200)),
      Member("state", .either(StudyRecord.State.allCases.map { .word($0.rawValue) })),
      Member("problem", .either([.text(longest: 2_000), .null]), "Why it failed."),
      Member("created", .number, "Seconds since 1970."), Member("bytes", .integer(0...Int.max)),
    ]
  }

  /// Numbers in columns: element k is about answer k of the study's `answers`.
  private static var answerSchema: Schema {
    let column = Schema.list(.either([.number, .null]), 0...100_000)
    return .object([
      Member("lambda", .object([Member("standard", .number), Member("weighted", .number)])),
      Member("standard", column, "Rewards of the standard estimate."),
      Member("weighted", column, "Rewards of the weighted estimate."), Member("weights", column),
      Member("standardRanks", column, "Places within components."), Member("weightedRanks", column),
      Member("effectiveAlternatives", .number),
      Member("stopped", .list(.text(longest: 1_000), 0...2), "Estimates that are no minimum, and why."),
    ])
  }

  // MARK: Studies

  private static var createStudy: Route {
    var route = Route(
      method: .post, path: "/api/studies", name: "createStudy",
      summary: "A new study of preferences in any format that the tool reads, or of a fit that it stored.",
      about: "The body is the file. It is read in the background: the study says when it is ready.",
      request: nil, answered: .json(.object(brief))
    ) { _, _ in throw Refusal(.failure, "the body is a file") }
    route.parameters = [
      named,
      Member(
        "format", words(RowFormat.allCases.map(\.rawValue)),
        "What the name's ending tells, where it is left out.",
        optional: true),
      Member(
        "layout", words(LayoutName.allCases.map(\.rawValue)),
        "What rows say; recognised where it is left out.",
        optional: true),
    ]
    route.status = 201
    route.upload = { service, input in
      try bench(service).upload(
        name: text(input, "name", longest: 200) ?? "",
        format: word(input, "format", RowFormat.allCases.map(\.rawValue)) { RowFormat(rawValue: $0) },
        layout: word(input, "layout", LayoutName.allCases.map(\.rawValue)) { LayoutName(name: $0) })
    }
    return route
  }

  private static var listStudies: Route {
    Route(
      method: .get, path: "/api/studies", name: "listStudies", summary: "All studies, the newest first.",
      request: nil,
      answered: .json(.list(.object(brief), 0...10_000))
    ) { service, _ in Reply(try bench(service).list()) }
  }

  private static var oneStudy: Route {
    var route = Route(
      method: .get, path: study, name: "study",
      summary: "A study: how far it is, and once it is ready its verdict, its answers and what can be asked.",
      request: nil, answered: .json(.object(brief))
    ) { service, input in Reply(try bench(service).document(id(input))) }
    route.isAboutStudy = true
    return route
  }

  private static var addFile: Route {
    var route = Route(
      method: .post, path: "\(study)/files/{part}", name: "addFile",
      summary: "A file of alternatives, or of their contexts, for a study, which is read anew.",
      about: "part is alternatives or contexts.", request: nil, answered: .json(.object(brief))
    ) { _, _ in throw Refusal(.failure, "the body is a file") }
    route.parameters = [named]
    (route.status, route.isAboutStudy) = (201, true)
    route.upload = { service, input in
      try bench(service).upload(
        text(input, "name", longest: 200) ?? "", to: id(input), as: input.parts["part"] ?? "")
    }
    return route
  }

  private static var deleteStudy: Route {
    var route = Route(
      method: .delete, path: study, name: "deleteStudy",
      summary: "A study is deleted with its files and all that was made from them.", request: nil,
      answered: .nothing
    ) { service, input in
      try bench(service).delete(id(input))
      return Reply(status: 204)
    }
    (route.status, route.isAboutStudy) = (204, true)
    return route
  }

  // MARK: Questions

  private static var askStudy: Route {
    var route = Route(
      method: .post, path: "\(study)/audit", name: "askStudy",
      summary: "Both estimates under other weights, another resolution or another strength.",
      request: .object(questionMembers, open: false), answered: .json(answerSchema)
    ) { service, input in
      Reply(try await bench(service).answer(id(input), try await question(service, input)))
    }
    route.isAboutStudy = true
    return route
  }

  private static func clones(_ limits: WorkbenchLimits) -> Route {
    var route = Route(
      method: .post, path: "\(study)/clones", name: "addClones",
      summary: "Who wins with copies of an answer that are not there.",
      request: .object(
        [
          Member("id", .text(longest: 65_536), "Of the answer."),
          Member("count", .integer(1...limits.clones), "Copies."),
          Member(
            "distance", .number, "Of each, as a share of the median distance; 0 for exact ones.",
            optional: true),
          Member(
            "record", .either(CloneInjection.Record.allCases.map { .word($0.rawValue) }),
            "What each copy has of the answer's comparisons.", optional: true),
        ] + questionMembers, open: false), answered: .json(answerSchema)
    ) { service, input in
      Reply(
        try await bench(service).clones(
          id(input), of: input.body[member: "id"]?.string ?? "",
          count: input.body[member: "count"]?.whole ?? 1,
          distance: input.body[member: "distance"]?.double ?? 0,
          record: input.body[member: "record"]?.string.flatMap { CloneInjection.Record(rawValue: $0) }
            ?? .whole,
          try await question(service, input)))
    }
    route.isAboutStudy = true
    return route
  }

  private static func families(_ limits: WorkbenchLimits) -> Route {
    var route = Route(
      method: .post, path: "\(study)/families", name: "declareFamilies",
      summary: "Families that count as one answer each; an empty list takes them back.",
      request: .object(
        [
          Member(
            "families",
            .list(
              .object(
                [Member("id", .text(longest: 65_536)), Member("family", .text(longest: 1_000))], open: false),
              0...limits.answers))
        ], open: false), answered: .json(answerSchema)
    ) { service, input in
      let pairs = (input.body[member: "families"]?.list ?? []).map {
        (id: $0[member: "id"]?.string ?? "", family: $0[member: "family"]?.string ?? "")
      }
      return Reply(try await bench(service).declare(pairs, for: id(input)))
    }
    route.isAboutStudy = true
    return route
  }

  // MARK: Exports

  private static var studyWeights: Route {
    var route = Route(
      method: .get, path: "\(study)/weights", name: "studyWeights",
      summary: "The weights under a question, as tessera weights writes them.", request: nil,
      answered: .file(contentTypes: ["application/json", "text/csv"])
    ) { service, input in
      let format = try export(input)
      return file(
        try await bench(service).weights(id(input), try await query(service, input), as: format), "weights",
        format)
    }
    (route.parameters, route.isAboutStudy) = (questionParameters + [exportParameter], true)
    return route
  }

  private static var keepList: Route {
    var route = Route(
      method: .get, path: "\(study)/keep", name: "keepList",
      summary: "What to keep, look at and drop, as tessera duplicates writes it.", request: nil,
      answered: .file(contentTypes: ["application/json", "text/csv"])
    ) { service, input in
      let format = try export(input)
      return file(try await bench(service).keep(id(input), as: format), "duplicates", format)
    }
    (route.parameters, route.isAboutStudy) = ([exportParameter], true)
    return route
  }

  private static var auditPage: Route {
    var route = Route(
      method: .get, path: "\(study)/page", name: "auditPage",
      summary: "The page of an audit, once it is made.",
      about: "The first request begins it and answers 202, as do those that come before it is done.",
      request: nil,
      answered: .text(contentType: "text/html")
    ) { service, input in
      guard let page = try await bench(service).page(id(input)) else {
        let progress = try bench(service).pageProgress(id(input))
        return Reply(
          .object([("share", .number(progress?.share ?? 0)), ("what", .string(progress?.what ?? "waiting"))]),
          status: 202)
      }
      return Reply(
        text: page, contentType: "text/html; charset=utf-8",
        headers: [
          ("Content-Disposition", "attachment; filename=\"audit.html\""),
          ("X-Content-Type-Options", "nosniff"),
          // Where it is opened here after all, it is a page of nobody.
          ("Content-Security-Policy", "sandbox"),
        ])
    }
    (route.isAboutStudy, route.otherAnswers) = (true, [(202, "It is being made.")])
    return route
  }

  private static func file(_ text: String, _ name: String, _ format: Workbench.ExportFormat) -> Reply {
    Reply(
      text: text, contentType: format == .csv ? "text/csv; charset=utf-8" : "application/json",
      headers: [
        ("Content-Disposition", "attachment; filename=\"\(name).\(format.rawValue)\""),
        ("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "sandbox"),
      ])
  }

  // MARK: Reading requests

  static func listed(_ record: StudyRecord) -> JSONValue { .object(record.brief) }

  private static func bench(_ service: RewardService) throws -> Workbench {
    guard let workbench = service.workbench else { throw Refusal(.failure, "there is no workbench") }
    return workbench
  }

  private static func id(_ input: Input) -> String { input.parts["study"] ?? "" }

  private static func text(_ input: Input, _ name: String, longest: Int) throws -> String? {
    guard let text = input.query[name] else { return nil }
    guard text.unicodeScalars.count <= longest else {
      throw Refusal(
        field: name, found: "a text of \(text.unicodeScalars.count) characters",
        expected: "at most \(longest)")
    }
    return text
  }

  private static func word<Value>(
    _ input: Input, _ name: String, _ known: [String], _ value: (String) -> Value?
  ) throws -> Value? {
    guard let text = input.query[name] else { return nil }
    guard let found = value(text) else {
      throw Refusal(field: name, found: "another word", expected: known.joined(separator: ", "))
    }
    return found
  }

  private static func export(_ input: Input) throws -> Workbench.ExportFormat {
    try word(input, "format", Workbench.ExportFormat.allCases.map(\.rawValue)) {
      Workbench.ExportFormat(rawValue: $0)
    }
      ?? .json
  }

  private static func question(_ service: RewardService, _ input: Input) async throws -> Question {
    let scheme = input.body[member: "scheme"]?.string.flatMap { Question.Scheme(rawValue: $0) }
    return Question(
      try await chosen(scheme, service, input),
      resolution: input.body[member: "resolution"]?.double, lambda: input.body[member: "lambda"]?.double)
  }

  private static func query(_ service: RewardService, _ input: Input) async throws -> Question {
    let scheme = try word(input, "scheme", Question.Scheme.allCases.map(\.rawValue)) {
      Question.Scheme(rawValue: $0)
    }
    func number(_ name: String) throws -> Double? {
      try word(input, name, ["a number"]) { text in Double(text).flatMap { $0.isFinite ? $0 : nil } }
    }
    return Question(
      try await chosen(scheme, service, input), resolution: try number("resolution"),
      lambda: try number("lambda"))
  }

  /// What was asked for, or the scheme of the study's fit.
  private static func chosen(
    _ scheme: Question.Scheme?, _ service: RewardService, _ input: Input
  ) async throws -> Question.Scheme {
    if let scheme { return scheme }
    return try await bench(service).standardScheme(id(input))
  }
}
