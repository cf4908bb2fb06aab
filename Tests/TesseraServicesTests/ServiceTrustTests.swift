import Foundation
import Synchronization
import Tessera
import TesseraServices
import TestSupport
import Testing

/// What services send is not trusted, and what is secret is not told.
@Suite struct ServiceTrustTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func service(_ server: StubServer, key: String? = "sk-secretsecret") throws -> OpenAIService {
    var service = try OpenAIService(base: server.address, key: key)
    service.retry.firstDelay = 0.01
    return service
  }

  private func failure(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func `A key is one word of ASCII, without the line break behind it`() throws {
    let server = try StubServer { request in
      request.authorization == "Bearer sk-abc" ? StubServer.embeddings(request) : .status(401)
    }
    _ = try EmbeddingService(service(server, key: "sk-abc\r\n"), model: "m", cache: nil).contexts(of: ["x"])
    for bad in ["sk\r\nX: y", "sk y", "sk-\u{E4}", "\n", "sk\u{0}"] {
      let said = failure { _ = try OpenAIService(base: "http://localhost:1", key: bad) }
      #expect(said.contains("the key of the service holds") && !said.contains("sk"), "\(said)")
    }
  }

  @Test func `What a service echoes of a key, and what is long, is not told`() throws {
    for body in [
      "{\"error\": {\"message\": \"Incorrect API key provided: sk-secretsecret.\"}}",
      "{\"error\": \"not (sk-another-one-of-mine)\"}", String(repeating: "z", count: 20_000),
    ] {
      let server = try StubServer { _ in .status(401, body: body) }
      let said = failure {
        _ = try EmbeddingService(service(server), model: "m", cache: nil).contexts(of: ["x"])
      }
      #expect(!said.contains("secretsecret") && !said.contains("another-one") && said.count < 500, "\(said)")
    }
    let said = failure {
      _ = try EmbeddingService(
        OpenAIService(base: "http://user:hunter2@127.0.0.1:9/v1", key: nil), model: "m", cache: nil
      ).contexts(of: ["x"])
    }
    #expect(said.contains("http://127.0.0.1:9/v1") && !said.contains("hunter2"))
  }

  @Test func `Keys in the open are noticed`() throws {
    func isOpen(_ base: String, _ key: String? = "k") throws -> Bool {
      try OpenAIService(base: base, key: key).sendsSecretsInTheOpen
    }
    #expect(try isOpen("http://models.example/v1") && isOpen("http://10.0.0.3:8000"))
    #expect(try isOpen("http://user:word@models.example/v1", nil))
    #expect(try !isOpen("https://models.example/v1") && !isOpen("http://models.example", nil))
    #expect(try !isOpen("http://localhost:1") && !isOpen("http://127.0.0.1:1") && !isOpen("http://[::1]:1"))
  }

  @Test func `A reply is not longer than what was asked for`() throws {
    let server = try StubServer { _ in
      .json("{\"data\": [" + String(repeating: "[],", count: 1 << 20) + "[]]}")
    }
    let said = failure {
      _ = try EmbeddingService(service(server), model: "m", cache: nil).contexts(of: ["x"])
    }
    #expect(said.contains("more than 1 MiB"))
    #expect(server.requests == 1, "asking again would bring the same")
  }

  @Test func `The shortest timeout is one`() throws {
    let server = try StubServer { _ in .silence(3) }
    var service = try service(server)
    service.timeout = 1e-4
    service.retry.attempts = 1
    let start = ContinuousClock.now
    #expect(
      failure { _ = try EmbeddingService(service, model: "m", cache: nil).contexts(of: ["x"]) }.contains(
        "no answer"))
    // Not a measurement: for ever is what it was.
    #expect(ContinuousClock.now - start < .seconds(2))
  }

  @Test func `A cache that holds other lengths, or numbers that are none, heals`() throws {
    let file = folder.file("c.sqlite")
    let extra = Mutex(1)
    let server = try StubServer { request in
      let inputs = request.json["input"] as? [String] ?? []
      let more = extra.withLock { $0 }
      let rows = inputs.enumerated().map { place, text in
        "{\"index\": \(place), \"embedding\": [\(text.utf8.count)\(String(repeating: ", 1", count: more))]}"
      }
      return .json("{\"data\": [\(rows.joined(separator: ", "))]}")
    }
    func contexts(_ texts: [String]) throws -> Contexts {
      try EmbeddingService(service(server), model: "m", cache: ReplyCache(file: file)).contexts(of: texts)
    }
    #expect(try contexts(["a", "bb"]).dimension == 2)
    // The model has become another: all is asked again, once.
    extra.withLock { $0 = 2 }
    #expect(try contexts(["a", "bb", "ccc"]).dimension == 3)
    let asked = server.requests
    #expect(try contexts(["a", "bb", "ccc"]).row(2) == [3, 1, 1])
    #expect(server.requests == asked)
  }

  @Test func `Embeddings of several lengths are not stored`() throws {
    let isRagged = Mutex(true)
    let server = try StubServer { request in
      guard isRagged.withLock({ $0 }) else { return StubServer.embeddings(request) }
      return .json("{\"data\": [{\"index\": 0, \"embedding\": [1]}, {\"index\": 1, \"embedding\": [1, 2]}]}")
    }
    let file = folder.file("c.sqlite")
    func run() throws -> Contexts {
      try EmbeddingService(service(server), model: "m", cache: ReplyCache(file: file)).contexts(of: [
        "a", "b",
      ])
    }
    #expect(failure { _ = try run() }.contains("embeddings of 1 and 2 numbers"))
    isRagged.withLock { $0 = false }
    #expect(try run().dimension == 3)
  }

  @Test func `A cache is its owner's alone`() throws {
    let file = folder.file("c.sqlite")
    _ = try ReplyCache(file: file)
    #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
  }

  /// Keys stand in queries as well, and addresses are given without what they begin with.
  @Test(arguments: [
    "http://127.0.0.1:9/v1?key=hunter2", "user:hunter2@h", "ftp://user:hunter2@h/v1",
    "http://u:hunter2@h/v1#hunter2",
    "user:hunter2@h/v1?key=hunter2", "http://?key=hunter2", "http://u:hunter2@/v1",
  ])
  func `What is no address is refused without its secrets`(address: String) {
    let error = #expect(throws: ServiceError.self) { try OpenAIService(base: address, key: nil) }
    let words = error?.description ?? ""
    #expect(words.contains("expected one such as http://localhost:8000/v1"), "\(words)")
    #expect(!words.contains("hunter2"), "\(words)")
  }
}
