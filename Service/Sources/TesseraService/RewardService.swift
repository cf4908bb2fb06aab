import Synchronization
import Tessera
import TesseraFormats
import TesseraWorkbench

/// Reward models that answer requests: what every route calls, and all that HTTP has to translate.
///
///     let service = try RewardService([model], limits: Limits(), key: nil, metrics: Metrics())
///     let route = try service.route(for: head)          // or a Refusal: 401, 404, 405, 413, 415, 421, 422, 503
///     let reply = try await service.reply(to: route, head, body: bytes)
public final class RewardService: Sendable {
  /// The first answers where a request names none. At least one, or a workbench.
  public let models: [ServedModel]
  /// Studies; nil where rewards alone are served.
  public let workbench: Workbench?
  public let limits: Limits
  public let metrics: Metrics
  public let routes: [Route]
  /// Dropped from texts of `/get_reward`, such as `<|im_end|>`.
  let specialTokens: [String]
  private let key: AccessKey?
  private let batchers: [String: Batcher]
  private let stopping = Atomic<Bool>(false)

  /// What cannot be served, said to who starts the service.
  public struct Problem: KindedError {
    public let description: String
    public var kind: ErrorKind { .option }
  }

  /// - Parameters:
  ///   - key: Requests without it are refused; nil takes every request that names this machine's loopback.
  ///   - address: Where the service will listen: without a key, loopback alone.
  /// - Throws: `Problem`.
  public init(
    _ models: [ServedModel], address: ListeningAddress = ListeningAddress(), key: AccessKey? = nil,
    limits: Limits = Limits(), specialTokens: [String] = [], workbench: Workbench? = nil,
    metrics: Metrics = Metrics()
  ) throws {
    guard !models.isEmpty || workbench != nil else {
      throw Problem(description: "no model to serve, expected at least one")
    }
    guard Set(models.map(\.name)).count == models.count else {
      throw Problem(description: "two models of one name, expected a name for each")
    }
    guard address.isLoopback || key != nil else {
      throw Problem(
        description: "\(address.host) can be reached by others; expected a key for it, or 127.0.0.1")
    }
    if let problem = limits.problem { throw Problem(description: problem) }
    guard !specialTokens.contains("") else { throw Problem(description: "an empty special token") }
    self.models = models
    self.workbench = workbench
    self.limits = limits
    self.metrics = metrics
    self.specialTokens = specialTokens
    self.key = key
    routes = Route.all(RouteBounds(models, limits, workbench?.limits))
    batchers = Dictionary(
      uniqueKeysWithValues: models.map { ($0.name, Batcher($0, limits, metrics)) })
  }

  deinit { for batcher in batchers.values { batcher.queue.close() } }

  var hasKey: Bool { key != nil }
  /// Without a key, a page of another site must not reach the service through the reader's browser.
  var checksHost: Bool { key == nil }

  // MARK: Requests

  /// What is known of a request before its body.
  public struct Head: Sendable {
    public var method: String
    /// Without the query.
    public var path: String
    public var query: [String: String] = [:]
    public var host: String?
    public var authorization: String?
    public var contentType: String?
    public var contentLength: Int?
    /// What a browser says of the page that asks: the headers `Origin` and `Sec-Fetch-Site`.
    public var origin: String?
    public var fetchSite: String?

    public init(method: String, path: String) {
      self.method = method
      self.path = path
    }
  }

  /// The route of a request that may go on.
  ///
  /// - Throws: `Refusal`.
  public func route(for head: Head) throws(Refusal) -> Route {
    if checksHost, !ListeningAddress.namesLoopback(head.host) {
      throw Refusal(
        .host, "Host: found another name, expected localhost or 127.0.0.1, as the service has no key")
    }
    let same = routes(at: head.path)
    let isOpen = same.contains(where: \.isOpen)
    if !isOpen, Self.isForeign(head) {
      throw Refusal(.site, "Origin: found another site, expected this service's own page, or no browser")
    }
    if let key, !isOpen, !key.opens(head.authorization) {
      throw Refusal(.key, "Authorization: found no right key, expected Bearer and the key")
    }
    guard !same.isEmpty else { throw Refusal(.path, "no such path; /openapi.json lists those that are") }
    let method = head.method == "HEAD" ? "GET" : head.method
    guard let route = same.first(where: { $0.method.rawValue == method }) else {
      throw Refusal(.method, "method: found another, expected \(Self.allowed(same))")
    }
    if isStopping, !route.isOpen { throw Refusal(.stopping, "the service is stopping") }
    if let fault = route.fault(inQuery: head.query) { throw fault }
    if route.upload != nil {
      // No form of another site can send this type unasked.
      guard Self.isOf("application/octet-stream", head.contentType) else {
        throw Refusal(.mediaType, "Content-Type: found another, expected application/octet-stream")
      }
      // A file that ends early is told from a whole one by its length alone.
      guard let length = head.contentLength else {
        throw Refusal(.noLength, "Content-Length: found nothing, expected the bytes of the file")
      }
      if let limit = workbench?.limits.uploadBytes, length > limit {
        throw Refusal(.length, "body: found more, expected at most \(limit) bytes")
      }
    }
    if route.request != nil {
      guard Self.isJSON(head.contentType) else {
        throw Refusal(.mediaType, "Content-Type: found another, expected application/json")
      }
      if let length = head.contentLength, length > limits.bodyBytes { throw tooLong }
    }
    return route
  }

  private func routes(at path: String) -> [Route] {
    let same = routes.filter { $0.path == path }
    return same.isEmpty && path.hasPrefix("/api/") ? routes.filter { $0.parts(of: path) != nil } : same
  }

  /// What a path is called in logs and counts: never what a user wrote.
  public func label(of path: String) -> String { routes(at: path).first?.path ?? "other" }

  /// Whether a browser asks for a page of another site. Other programs say neither header.
  private static func isForeign(_ head: Head) -> Bool {
    if let site = head.fetchSite?.lowercased(), site != "same-origin", site != "none" { return true }
    guard let origin = head.origin?.lowercased() else { return false }
    let parts = origin.split(separator: "/", omittingEmptySubsequences: false)
    return
      !(parts.count == 3 && ["http:", "https:"].contains(parts[0])
      && parts[2] == head.host?.lowercased() ?? "")
  }

  /// What stands in the header `Allow` for a path.
  public func allowedMethods(for path: String) -> String { Self.allowed(routes(at: path)) }

  /// The longest body that any route takes.
  public var longestBody: Int { max(limits.bodyBytes, workbench?.limits.uploadBytes ?? 0) }

  private static func allowed(_ routes: [Route]) -> String {
    routes.map { $0.method == .get ? "GET, HEAD" : $0.method.rawValue }.joined(separator: ", ")
  }

  private static func isJSON(_ type: String?) -> Bool { isOf("application/json", type) }

  private static func isOf(_ wanted: String, _ type: String?) -> Bool {
    guard let type else { return false }
    let parts = type.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
    guard parts.first == wanted else { return false }
    return parts.dropFirst().allSatisfy {
      !$0.hasPrefix("charset=") || $0.hasSuffix("utf-8") || $0.hasSuffix("utf-8\"")
    }
  }

  private var tooLong: Refusal {
    Refusal(.length, "body: found more, expected at most \(limits.bodyBytes) bytes")
  }

  /// Takes room for a part of a body that arrives.
  ///
  /// - Parameter before: Bytes that were there before it.
  /// - Throws: `Refusal` where the body is too long, or all bodies together are.
  public func take(_ bytes: Int, before: Int) throws(Refusal) {
    guard before + bytes <= limits.bodyBytes else { throw tooLong }
    guard metrics.hold(bytes, limit: limits.heldBytes) else {
      throw Refusal(.busy, "the service holds as many bodies as it may")
    }
  }

  /// Gives back the room of a body.
  public func release(_ bytes: Int) { metrics.release(bytes) }

  /// The answer to a request.
  ///
  /// - Throws: `Refusal`.
  public func reply(
    to route: Route, _ head: Head, body: UnsafeBufferPointer<UInt8>
  ) throws(Refusal) -> PendingReply {
    guard let schema = route.request else {
      return PendingReply { try await route.answer(self, Input(head, route)) }
    }
    let value: JSONValue
    do {
      value = try JSONReader.value(of: body)
    } catch let fault as JSONReader.Fault {
      throw Refusal(
        .malformed,
        "body: line \(fault.line), column \(fault.column): found \(Self.plain(fault.found)), expected \(fault.expected)"
      )
    } catch {
      throw Refusal(.malformed, "body: found no JSON, expected an object")
    }
    if let fault = schema.fault(in: value) {
      throw Refusal(field: fault.field, found: fault.found, expected: fault.expected)
    }
    return PendingReply { try await route.answer(self, Input(head, route, body: value)) }
  }

  /// Room for the file that a request brings.
  ///
  /// - Throws: `Refusal`.
  public func upload(to route: Route, _ head: Head) throws(Refusal) -> Upload {
    guard let begin = route.upload else { throw Refusal(.failure, "the route takes no file") }
    do { return try begin(self, Input(head, route)) } catch { throw Self.refusal(error) }
  }

  /// A part of the file.
  ///
  /// - Throws: `Refusal`.
  public func write(_ bytes: UnsafeRawBufferPointer, to upload: Upload) throws(Refusal) {
    do { try upload.write(bytes) } catch { throw Refusal(error) }
  }

  /// The answer once the file is whole.
  ///
  /// - Throws: `Refusal`.
  public func finish(_ upload: Upload) throws(Refusal) -> Reply {
    do { return Reply(Route.listed(try upload.finish()), status: 201) } catch { throw Self.refusal(error) }
  }

  static func refusal(_ error: any Error) -> Refusal {
    switch error {
    case let refusal as Refusal: refusal
    case let problem as WorkbenchProblem: Refusal(problem)
    default: Refusal(.failure, "the request could not be answered")
    }
  }

  /// What a fault of JSON found may quote the body: only its kind is said.
  private static func plain(_ found: String) -> String {
    if found.hasSuffix("a second time in one object") { return "a member name a second time in one object" }
    if found.hasPrefix("the number ") { return "a number beyond 64 bits" }
    return found
  }

  // MARK: Scoring

  /// - Throws: `Refusal` of `model`.
  func model(named name: String?) throws(Refusal) -> ServedModel {
    guard let name else { return models[0] }
    guard let model = models.first(where: { $0.name == name }) else {
      throw Refusal(
        .model, "model: found no such model, expected \(models.map(\.name).joined(separator: ", "))",
        field: "model")
    }
    return model
  }

  /// - Throws: `Refusal`.
  func scores(of items: ScoringItems, by model: ServedModel, field: String) async throws(Refusal) -> Scores {
    switch items {
    case .answers where !model.scoresTexts:
      throw Refusal(
        field: field, found: "texts",
        expected: "vectors of \(model.dimension) numbers in /v1/rewards: the model has no embedder")
    case .vectors(let rows) where rows.columns != model.dimension:
      throw Refusal(
        field: field, found: "vectors of \(rows.columns) numbers",
        expected: "\(model.dimension), as the model was trained with")
    default: break
    }
    guard let batcher = batchers[model.name] else { throw Refusal(.failure, "no such model") }
    do {
      return try await batcher.scores(of: items)
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(.failure, "the request could not be scored")
    }
  }

  /// Items that wait, for each model.
  var waiting: [(model: String, items: Int)] {
    models.map { ($0.name, batchers[$0.name]?.queue.count ?? 0) }
  }

  // MARK: Stopping

  public var isStopping: Bool { stopping.load(ordering: .relaxed) }

  /// From now on nothing new is taken in; what is under way ends.
  public func beginStopping() { stopping.store(true, ordering: .relaxed) }
}

/// What a route reads: a body that was checked, and the query.
public struct Input: Sendable {
  let body: JSONValue
  let query: [String: String]
  /// The words that stand for the parts in braces of the route's path.
  let parts: [String: String]

  init(_ head: RewardService.Head, _ route: Route, body: JSONValue = .null) {
    self.body = body
    query = head.query
    parts = route.parts(of: head.path) ?? [:]
  }
}

/// An answer that is still to be made: the body was read, and its bytes are needed no longer.
public struct PendingReply: Sendable {
  private let make: @Sendable () async throws -> Reply

  init(_ make: @escaping @Sendable () async throws -> Reply) { self.make = make }

  /// - Throws: `Refusal`.
  public func callAsFunction() async throws(Refusal) -> Reply {
    do {
      return try await make()
    } catch {
      throw RewardService.refusal(error)
    }
  }
}

/// What goes back.
public struct Reply: Sendable {
  public let status: Int
  public let contentType: String
  public let text: String
  /// Further headers, such as a policy of a page.
  public var headers: [(name: String, value: String)] = []

  init(_ value: JSONValue, status: Int = 200) {
    (self.status, contentType, text) = (status, "application/json", value.compact())
  }

  init(text: String, contentType: String, status: Int = 200, headers: [(name: String, value: String)] = []) {
    (self.status, self.contentType, self.text, self.headers) = (status, contentType, text, headers)
  }

  /// Nothing but a status.
  init(status: Int) { self.init(text: "", contentType: "text/plain", status: status) }

  /// A refusal in words.
  public init(_ refusal: Refusal) { self.init(refusal.body, status: refusal.reason.status) }
}
