import TesseraFormats
import TesseraWorkbench

/// Why a request is not answered: which status, what to say, about which field.
///
/// Messages say what was found and expected, never what a text holds, and no path or address of this machine.
public struct Refusal: Error, Equatable, Sendable {
  /// What is wrong; the status is read off it, in this one place.
  public enum Reason: String, Sendable, CaseIterable {
    case malformed
    case key
    case site
    case path
    case model
    case study
    case method
    case slow
    case notNow
    case noLength
    case length
    case mediaType
    case host
    case field
    case busy
    case failure
    case embedder
    case stopping
    case late

    public var status: Int {
      switch self {
      case .malformed: 400
      case .key: 401
      case .site: 403
      case .path, .model, .study: 404
      case .method: 405
      case .slow: 408
      case .notNow: 409
      case .noLength: 411
      case .length: 413
      case .mediaType: 415
      case .host: 421
      case .field: 422
      case .busy: 429
      case .failure: 500
      case .embedder: 502
      case .stopping: 503
      case .late: 504
      }
    }
  }

  public let reason: Reason
  public let message: String
  /// The path of what is wrong in the body, such as `documents[3].text`; nil where it is about no field.
  public let field: String?

  public init(_ reason: Reason, _ message: String, field: String? = nil) {
    self.reason = reason
    self.message = message
    self.field = field
  }

  public init(field: String, found: String, expected: String) {
    self.init(.field, "\(field): found \(found), expected \(expected)", field: field)
  }

  /// What a study has to object.
  init(_ problem: WorkbenchProblem) {
    switch problem {
    case .noStudy: self.init(.study, "no study has this id")
    case .notNow(let words): self.init(.notNow, words)
    case .setting(let name, let found, let expected): self.init(field: name, found: found, expected: expected)
    case .tooLong(let limit): self.init(.length, "body: found more, expected at most \(limit) bytes")
    case .busy: self.init(.busy, "as many questions are under way as there may be")
    case .store(let words): self.init(.failure, words)
    }
  }

  /// Seconds after which the same request may be answered; nil where waiting does not help.
  public var retryAfter: Int? { reason == .busy || reason == .stopping ? 1 : nil }

  /// The shape that OpenAI, vLLM and llama.cpp answer with.
  public var body: JSONValue {
    .object([
      (
        "error",
        .object([
          ("message", .string(message)), ("type", .string(reason.rawValue)),
          ("param", field.map { .string($0) } ?? .null), ("code", .integer(reason.status)),
        ])
      )
    ])
  }

  /// What `body` looks like, for the description of the service.
  public static let schema = Schema.object([
    Member(
      "error",
      .object([
        Member("message", .text(longest: 10_000), "What was found and what was expected."),
        Member("type", .text(longest: 100), "One word for the kind of mistake."),
        Member("param", .either([.text(longest: 10_000), .null]), "The path of the field that is wrong."),
        Member("code", .integer(400...599), "The status."),
      ]))
  ])
}
