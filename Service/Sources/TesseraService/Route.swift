import TesseraFormats
import TesseraWorkbench

/// One thing that the service does: what it reads, what it answers, how.
///
/// Requests are checked with the schemas here, and `/openapi.json` is written from them.
public struct Route: Sendable {
  public enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case delete = "DELETE"
  }

  /// What an answer looks like.
  enum Answered: Sendable {
    case json(Schema)
    case text(contentType: String)
    /// A document to save, in one of several types.
    case file(contentTypes: [String])
    case nothing
  }

  public let method: Method
  /// A part in braces, as in `/api/studies/{study}`, stands for any word.
  public let path: String
  let name: String
  let summary: String
  var about = ""
  /// nil where there is no body.
  public let request: Schema?
  /// Where the body is a file, what takes it: its bytes are not gathered, and not read as JSON.
  var upload: (@Sendable (RewardService, Input) throws -> Upload)?
  public var takesFile: Bool { upload != nil }
  /// Of the query; each a text.
  var parameters: [Member] = []
  /// The status of an answer.
  var status = 200
  /// Answers of other statuses, in words.
  var otherAnswers: [(status: Int, words: String)] = []
  /// Whether it is about a study: none may have the id, and it may be unable to answer.
  var isAboutStudy = false
  let answered: Answered

  /// What its answer fits; nil for a text.
  public var answerSchema: Schema? { if case .json(let schema) = answered { schema } else { nil } }
  /// Whether it answers without the key, and while the service stops.
  var isOpen = false
  let answer: @Sendable (RewardService, Input) async throws -> Reply

  /// The words that stand for the parts in braces; nil where a path is another one.
  func parts(of path: String) -> [String: String]? {
    let own = self.path.split(separator: "/", omittingEmptySubsequences: false)
    let given = path.split(separator: "/", omittingEmptySubsequences: false)
    guard own.count == given.count else { return nil }
    var parts: [String: String] = [:]
    for (own, given) in zip(own, given) {
      if own.first == "{" {
        parts[String(own.dropFirst().dropLast())] = String(given)
      } else if own != given {
        return nil
      }
    }
    return parts
  }

  /// What the names in a query lack or have too many of; their values are read where they are used.
  ///
  /// Names that mean nothing are passed over where clients of others ask, as members of their bodies are.
  func fault(inQuery query: [String: String]) -> Refusal? {
    for member in parameters where member.isRequired && query[member.name] == nil {
      return Refusal(field: member.name, found: "nothing", expected: "the parameter \(member.name)")
    }
    let known = parameters.map(\.name)
    guard path.hasPrefix("/api/"), query.keys.contains(where: { !known.contains($0) }) else { return nil }
    return Refusal(
      .field,
      "query: found a parameter that has no meaning here, expected "
        + (known.isEmpty ? "none" : known.joined(separator: ", ")))
  }

  /// Names of the parts in braces.
  var partNames: [String] {
    path.split(separator: "/").filter { $0.first == "{" }.map { String($0.dropFirst().dropLast()) }
  }

  static func all(_ bounds: RouteBounds) -> [Route] {
    let scoring = [
      getReward(bounds), rerank("/v1/rerank", bounds), rerank("/rerank", bounds), classify(bounds),
      pooling(bounds), score(bounds), rewards(bounds),
    ]
    return (bounds.hasModels ? scoring : []) + [models, health, metrics, openAPI]
      + (bounds.workbench.map { [workbenchPage, playground] + studies($0) } ?? [])
  }
}

/// What the schemas of requests depend on.
struct RouteBounds: Sendable {
  let items: ClosedRange<Int>
  let textLength: Int
  /// Numbers of a vector, over all models.
  let dimensions: ClosedRange<Int>
  let hasModels: Bool
  /// What studies may cost; nil where there is no workbench.
  let workbench: WorkbenchLimits?

  init(_ models: [ServedModel], _ limits: Limits, _ workbench: WorkbenchLimits?) {
    hasModels = !models.isEmpty
    self.workbench = workbench
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
  var double: Double? {
    switch self {
    case .number(let number): number
    case .integer(let number): Double(number)
    case .unsigned(let number): Double(number)
    default: nil
    }
  }

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
