import TesseraFormats

/// One thing that the service does: what it reads, what it answers, how.
///
/// Requests are checked with the schemas here, and `/openapi.json` is written from them.
public struct Route: Sendable {
  public enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
  }

  /// What an answer looks like.
  enum Answered: Sendable {
    case json(Schema)
    case text(contentType: String)
  }

  public let method: Method
  public let path: String
  let name: String
  let summary: String
  var about = ""
  /// nil where there is no body.
  public let request: Schema?
  /// Of the query; each a text.
  var parameters: [Member] = []
  let answered: Answered

  /// What its answer fits; nil for a text.
  public var answerSchema: Schema? { if case .json(let schema) = answered { schema } else { nil } }
  /// Whether it answers without the key, and while the service stops.
  var isOpen = false
  let answer: @Sendable (RewardService, Input) async throws -> Reply

  static func all(_ bounds: RouteBounds) -> [Route] {
    [
      getReward(bounds), rerank("/v1/rerank", bounds), rerank("/rerank", bounds), classify(bounds),
      pooling(bounds), score(bounds), rewards(bounds), models, health, metrics, openAPI,
    ]
  }
}

/// What the schemas of requests depend on.
struct RouteBounds: Sendable {
  let items: ClosedRange<Int>
  let textLength: Int
  /// Numbers of a vector, over all models.
  let dimensions: ClosedRange<Int>

  init(_ models: [ServedModel], _ limits: Limits) {
    items = 1...limits.items
    textLength = limits.textLength
    let dimensions = models.map(\.dimension)
    self.dimensions = (dimensions.min() ?? 1)...(dimensions.max() ?? 1)
  }

  var text: Schema { .text(longest: textLength) }
  var texts: Schema { .list(text, items) }
  var textOrTexts: Schema { .either([text, texts]) }
  var model: Member {
    Member("model", .text(longest: 64), "One of /v1/models; the first where none is named.", optional: true)
  }
}

// What routes read of a body that fits its schema.
extension JSONValue {
  subscript(member name: String) -> JSONValue? {
    if case .object(let members) = self { members.first { $0.key == name }?.value } else { nil }
  }

  var string: String? { if case .string(let text) = self { text } else { nil } }
  var list: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
  var flag: Bool? { if case .bool(let value) = self { value } else { nil } }
  var whole: Int? {
    switch self {
    case .integer(let number): number
    case .number(let number): Int(exactly: number)
    default: nil
    }
  }

  /// A text or a list of texts.
  var strings: [String] { string.map { [$0] } ?? (list ?? []).compactMap(\.string) }

  var single: Float {
    switch self {
    case .number(let number): Float(number)
    case .integer(let number): Float(number)
    case .unsigned(let number): Float(number)
    default: .nan
    }
  }
}
