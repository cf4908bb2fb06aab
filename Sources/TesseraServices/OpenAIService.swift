import CTesseraHTTP
import Foundation
import Synchronization

/// An address that speaks OpenAI's JSON, and how it is asked.
///
/// Requests that fail for a passing reason are sent again after a growing delay; when the service asks for time
/// (Retry-After), every request under way waits for it.
public struct OpenAIService: Sendable {
  /// Address of the interface, up to and with `/v1`.
  public let base: URL
  public var retry = RetryPolicy()
  /// Requests under way at once.
  public var concurrency = 4
  /// Seconds without an answer until a request counts as failed.
  public var timeout = 600.0
  private let key: ServiceKey?
  private let gate = Gate()

  /// - Parameters:
  ///   - base: With or without a path, without a query; without a path, `/v1` is meant.
  ///   - key: Sent as a bearer token; nil for services that need none.
  /// - Throws: `ServiceError.address`, `ServiceError.key`.
  public init(base: String, key: String?) throws {
    guard var parts = URLComponents(string: base), parts.scheme == "http" || parts.scheme == "https",
      parts.host?.isEmpty == false, parts.query == nil, parts.fragment == nil
    else { throw ServiceError.address(found: "\"\(Self.withoutPassword(base))\"") }
    while parts.path.hasSuffix("/") { parts.path.removeLast() }
    if parts.path.isEmpty { parts.path = "/v1" }
    guard let url = parts.url else { throw ServiceError.address(found: "\"\(Self.withoutPassword(base))\"") }
    self.base = url
    self.key = try key.map { try ServiceKey($0) }
  }

  /// The address as messages and caches know it: without a name or a password inside.
  public var name: String { Self.withoutPassword(base.absoluteString) }

  /// What may be told of an address, whatever it is: neither what stands before an @, nor a query, where keys are put as well.
  private static func withoutPassword(_ address: String) -> String {
    let scheme = address.range(of: "://")?.upperBound ?? address.startIndex
    var rest = address[scheme...]
    if let query = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) {
      rest = rest[...query] + "..."
    }
    let host = rest.prefix { $0 != "/" }
    if let at = host.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
    return String(address[..<scheme] + rest)
  }

  /// Whether a key or a password goes over a network as anybody on the way can read it.
  public var sendsSecretsInTheOpen: Bool {
    guard key != nil || base.password != nil, base.scheme == "http", let host = base.host else {
      return false
    }
    return host != "localhost" && host != "::1" && host != "[::1]" && !host.hasPrefix("127.")
  }

  /// What a service sent, fit for a message.
  func quoted(_ said: String) -> String {
    ServiceKey.withoutSecrets(said, [key?.secret, base.password].compactMap(\.self))
  }

  /// What all requests share: the time before which none is sent, and whether anybody has answered yet.
  private final class Gate: Sendable {
    private let opens = Mutex(ContinuousClock.now)
    private let answers = Mutex(false)

    var hasAnswered: Bool { answers.withLock { $0 } }
    func noteAnswer() { answers.withLock { $0 = true } }

    func close(for seconds: Double) {
      opens.withLock { $0 = max($0, ContinuousClock.now + .seconds(seconds)) }
    }

    /// Waits until requests may be sent.
    func pass() {
      while true {
        let wait = opens.withLock { ContinuousClock.now.duration(to: $0) }
        if wait <= .zero { return }
        OpenAIService.sleep(Double(wait.components.seconds) + Double(wait.components.attoseconds) * 1e-18)
      }
    }
  }

  private static func sleep(_ seconds: Double) { Thread.sleep(forTimeInterval: seconds) }

  /// A connection kept open between the requests of one thread.
  final class Connection {
    fileprivate let handle: OpaquePointer?

    init() { handle = tessera_http_open() }
    deinit { tessera_http_close(handle) }
  }

  /// Runs jobs on threads of their own and hands each result over as it arrives, on the calling thread.
  ///
  /// The first error stops what has not begun; what is under way ends and is still handed over.
  func forEach<Job: Sendable, Reply: Sendable>(
    _ jobs: [Job], _ send: @escaping @Sendable (Job, Connection) throws -> Reply,
    received: (Int, Reply) throws -> Void
  ) throws {
    guard !jobs.isEmpty else { return }
    let arrived = Mailbox<(Int, Result<Reply, any Error>, DispatchSemaphore)>()
    let queue = JobQueue(count: jobs.count)
    let workers = min(concurrency, jobs.count)
    for _ in 0..<workers {
      Thread.detachNewThread {
        let connection = Connection()
        let stored = DispatchSemaphore(value: 0)
        while let number = queue.next() {
          let result = Result { try send(jobs[number], connection) }
          if case .failure = result { queue.stop() }
          arrived.put((number, result, stored))
          // The next request waits until this reply is stored: no more than one a thread can be lost.
          stored.wait()
        }
        arrived.leave()
      }
    }
    var problem: (any Error)?
    var left = workers
    while left > 0 {
      guard let (number, result, stored) = arrived.take() else {
        left -= 1
        continue
      }
      defer { stored.signal() }
      do {
        try received(number, result.get())
      } catch {
        if problem == nil { problem = error }
        queue.stop()
      }
    }
    if let problem { throw problem }
  }

  /// Sends one request, again where that may help.
  ///
  /// - Parameters:
  ///   - limit: Bytes of a reply, unpacked: what is longer was not asked for.
  ///   - read: Turns the body of a reply into a value; it throws where the reply is malformed, which is tried once more,
  ///     since a connection can break in the middle.
  func post<Value>(
    _ path: String, _ body: [String: Any], _ connection: Connection, limit: Int, read: (Data) throws -> Value
  ) throws -> Value {
    let address = "\(name)/\(path)"
    let full = base.appendingPathComponent(path).absoluteString
    let bytes = try JSONSerialization.data(
      withJSONObject: body, options: [.sortedKeys, .withoutEscapingSlashes])
    var malformed = 0
    var attempt = 1
    while true {
      gate.pass()
      let problem: any Error
      var requested: Double?
      let reply = exchange(full, bytes, connection, limit)
      if reply.isTooLong {
        throw ServiceError.malformed(
          address: address, found: "more than \(limit >> 20) MiB", expected: "an answer to what was asked")
      }
      if reply.status != 0 { gate.noteAnswer() }
      if reply.status == 0 {
        problem = ServiceError.unreachable(
          address: address, reason: quoted(reply.problem), attempts: attempt)
        // Where nobody has ever answered, the address is wrong or nothing runs there: waiting does not mend it.
        if reply.nobody, !gate.hasAnswered, attempt >= RetryPolicy.attemptsToBegin { throw problem }
      } else if (200...299).contains(reply.status) {
        do {
          return try read(reply.body)
        } catch {
          malformed += 1
          if malformed >= 2 { throw error }
          problem = error
        }
      } else {
        let (message, isFinal) = Self.message(reply.body)
        problem = ServiceError.refused(
          address: address, status: reply.status, message: quoted(message), attempts: attempt)
        guard RetryPolicy.isPassing(status: reply.status), !isFinal else { throw problem }
        requested = RetryPolicy.retryAfter(reply.retryAfter)
      }
      guard attempt < retry.attempts else { throw problem }
      let delay = retry.delay(after: attempt, requested: requested, jitter: .random(in: 0..<1))
      if requested != nil { gate.close(for: delay) }
      Self.sleep(delay)
      attempt += 1
    }
  }

  private func exchange(_ address: String, _ body: Data, _ connection: Connection, _ limit: Int) -> (
    status: Int, body: Data, retryAfter: String, problem: String, nobody: Bool, isTooLong: Bool
  ) {
    guard let handle = connection.handle else {
      return (0, Data(), "", "no memory for a connection", false, false)
    }
    // The pointers live as long as the call, which copies what it needs.
    var reply = body.withUnsafeBytes { bytes in
      let text = bytes.bindMemory(to: CChar.self).baseAddress
      // Zero would be no limit at all.
      let milliseconds = Int(min(max((timeout * 1_000).rounded(.up), 1), 1e9))
      return tessera_http_post(handle, address, key?.header, text, bytes.count, milliseconds, limit)
    }
    defer { tessera_http_free(&reply) }
    let data = reply.body.map { Data(bytes: $0, count: reply.length) } ?? Data()
    func text<Tuple>(_ tuple: Tuple) -> String {
      withUnsafeBytes(of: tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return (
      reply.status, data, text(reply.retry_after), text(reply.problem), reply.nobody != 0, reply.too_long != 0
    )
  }

  /// What a refusal says, and whether waiting cannot help (a quota that is used up).
  private static func message(_ data: Data) -> (String, isFinal: Bool) {
    let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
    let error = object?["error"] as? [String: Any]
    let text =
      error?["message"] as? String ?? object?["error"] as? String ?? object?["message"] as? String
      ?? String(decoding: data.prefix(200), as: UTF8.self)
    let kinds = [error?["code"] as? String, error?["type"] as? String]
    let line = text.replacingOccurrences(of: "\n", with: " ").trimmingCharacters(in: .whitespaces)
    return (line.isEmpty ? "no reason given" : line, kinds.contains("insufficient_quota"))
  }
}

/// Numbers of jobs, each handed out once.
private final class JobQueue: Sendable {
  private let position: Mutex<Int>
  private let count: Int

  init(count: Int) {
    self.count = count
    position = Mutex(0)
  }

  func next() -> Int? {
    position.withLock { next in
      guard next < count else { return nil }
      next += 1
      return next - 1
    }
  }

  func stop() { position.withLock { $0 = count } }
}

/// Results on their way from threads to the one that waits for them.
private final class Mailbox<Element: Sendable>: Sendable {
  private let waiting = Mutex<[Element?]>([])
  private let signal = DispatchSemaphore(value: 0)

  func put(_ element: Element) {
    waiting.withLock { $0.append(element) }
    signal.signal()
  }

  /// Says that one of the threads is done.
  func leave() {
    waiting.withLock { $0.append(nil) }
    signal.signal()
  }

  /// The next element; nil when a thread has ended. Blocks.
  func take() -> Element? {
    signal.wait()
    return waiting.withLock { $0.removeFirst() }
  }
}
