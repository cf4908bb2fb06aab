import Foundation
import Synchronization
import TesseraFormats
import TesseraHTTP
import TesseraService
import Testing

/// Real requests over real connections.
@Suite(.serialized) struct ServerTests {
  @Test func `Answers over a connection are those of the service, one after the other`() async throws {
    let service = try Fixture.service()
    let expected = try Fixture.scores(["It is Berlin."], Fixture.textModel).mean
    try await serving(service) { port, _ in
      let wire = try Wire(port: port)
      for _ in 0..<3 {
        wire.request("POST", "/get_reward", #"{"query":["It is Berlin."]}"#)
        let answer = try #require(wire.answer())
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "application/json")
        let value = try JSONReader.value(of: Array(answer.body.utf8))
        #expect(isNear(value["rewards"].numbers, expected))
      }
      // Two at once: answers keep their order.
      wire.request("GET", "/v1/models")
      wire.request("GET", "/health")
      #expect(wire.answer()?.body.contains("vectors") == true)
      #expect(wire.answer()?.body == #"{"status":"ok"}"#)
      wire.request("HEAD", "/health")
      let head = try #require(wire.answer(hasBody: false))
      #expect(head.headers["content-length"] == "15")
      wire.request("GET", "/health?x=1")
      #expect(wire.answer()?.status == 200)
      wire.request("POST", "/get_reward?model=none", #"{"query":"a"}"#)
      #expect(wire.answer()?.status == 404)
    }
  }

  @Test func `Many at once get the answers to their own requests`() async throws {
    let service = try Fixture.service()
    let texts = Fixture.texts
    let expected = try Fixture.scores(texts, Fixture.textModel).mean
    try await serving(service) { port, _ in
      let failures = Mutex<[String]>([])
      let clients = (0..<16).map { client in
        Thread {
          do {
            let wire = try Wire(port: port)
            for turn in 0..<20 {
              let place = (client + turn) % texts.count
              wire.request("POST", "/v1/rewards", #"{"texts":\#(quoted([texts[place]]))}"#)
              let value = try JSONReader.value(of: Array((wire.answer()?.body ?? "").utf8))
              let found = value["rewards"].numbers
              if !isNear(found, [expected[place]]) { failures.withLock { $0.append("\(found)") } }
            }
          } catch {
            failures.withLock { $0.append("\(error)") }
          }
        }
      }
      for client in clients { client.start() }
      while !clients.allSatisfy(\.isFinished) { Thread.sleep(forTimeInterval: 0.01) }
      #expect(failures.withLock { $0 } == [])
      let wire = try Wire(port: port)
      wire.request("GET", "/metrics")
      let text = try #require(wire.answer()?.body)
      #expect(text.contains("tessera_request_count{route=\"/v1/rewards\",status=\"200\"} 320\n"))
      #expect(text.contains("tessera_requests_in_flight 1\n"))
      #expect(text.contains("tessera_held_bytes 0\n"))
    }
  }

  @Test func `Bodies that are too long are refused before they are read, and the refusal arrives`()
    async throws
  {
    var limits = Limits()
    limits.bodyBytes = 4_096
    try await serving(Fixture.service(limits: limits)) { port, _ in
      let told = try Wire(port: port)
      told.request("POST", "/v1/rewards", "", headers: ["X: y"])
      #expect(told.answer()?.status == 400)
      let announced = try Wire(port: port)
      announced.send(
        "POST /v1/rewards HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n"
      )
      announced.send([UInt8](repeating: 0x20, count: 100_000))
      let first = try #require(announced.answer())
      #expect(first.status == 413)
      #expect(first.headers["connection"] == "close")
      #expect(announced.ends())
      let chunked = try Wire(port: port)
      chunked.send(
        "POST /v1/rewards HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
      )
      for _ in 0..<64 { chunked.send("1000\r\n" + String(repeating: " ", count: 4_096) + "\r\n") }
      #expect(chunked.answer()?.status == 413)
      #expect(chunked.ends())
      let polite = try Wire(port: port)
      polite.send(
        "POST /v1/rewards HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 14\r\nExpect: 100-continue\r\n\r\n"
      )
      #expect(polite.answer()?.status == 100)
      polite.send(#"{"texts":["a"]}"#.dropLast(1) + "")
      #expect(polite.answer()?.status == 400)
      // Nobody listens to all of a stream.
      let endless = try Wire(port: port)
      endless.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n")
      #expect((0..<64).contains { _ in !endless.send([UInt8](repeating: 0x20, count: 1 << 20)) })
    }
  }

  @Test func `What is no HTTP is refused and the connection closed`() async throws {
    try await serving(Fixture.service()) { port, _ in
      for bytes in [
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "a", count: 40_000))\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\n" + (0..<200).map { "X\($0): y\r\n" }.joined() + "\r\n",
        "POST /get_reward HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      ] {
        let wire = try Wire(port: port)
        wire.send(bytes)
        let answer = wire.answer()
        #expect(answer == nil || (400...499).contains(answer?.status ?? 0), "\(bytes.prefix(20))")
        #expect(wire.ends(), "\(bytes.prefix(20))")
      }
      let wire = try Wire(port: port)
      wire.request("GET", "/health")
      #expect(wire.answer()?.status == 200)
    }
  }

  @Test func `Bodies as strangers write them never end the service`() async throws {
    try await serving(Fixture.service()) { port, _ in
      let deep = String(repeating: "[", count: 100_000)
      let bodies = [
        deep, #"{"texts":\#(deep)"#, String(repeating: #"{"a":"#, count: 500), "\u{0}", "null", "\"a\"",
        "{\"texts\":[\"\\u0000\"]}",
        #"{"texts":["\#(String(repeating: "\u{202E}", count: 1_000))"]}"#,
        #"{"model":"vectors","vectors":[[1e308,-1e308,1]]}"#,
        #"{"model":"vectors","vectors":[[1e-320,0,0]]}"#,
        #"{"model":"vectors","vectors":[[3e38,3e38,3e38]]}"#,
        "{" + (0..<5_000).map { #""k\#($0)":1"# }.joined(separator: ",") + "}",
      ]
      for body in bodies {
        let wire = try Wire(port: port)
        wire.request("POST", "/v1/rewards", body)
        let answer = try #require(wire.answer(), "\(body.prefix(20))")
        #expect([200, 400, 422].contains(answer.status), "\(body.prefix(20)) \(answer.body)")
      }
    }
  }

  @Test func `Clients that send slowly are told so and dropped, others are not kept waiting`() async throws {
    var limits = Limits()
    (limits.requestSeconds, limits.idleSeconds) = (0.6, 0.8)
    try await serving(Fixture.service(limits: limits)) { port, _ in
      let head = try Wire(port: port)
      head.send("POST /v1/rewards HTTP/1.1\r\nHost: loc")
      let body = try Wire(port: port)
      body.send(
        "POST /v1/rewards HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
      )
      let quick = try Wire(port: port)
      quick.request("GET", "/health")
      #expect(quick.answer()?.status == 200)
      // A byte from time to time is no progress.
      for byte in #"{"texts":["# {
        body.send(String(byte))
        Thread.sleep(forTimeInterval: 0.1)
      }
      #expect(body.answer()?.status == 408)
      #expect(body.ends())
      #expect(head.ends())
      #expect(quick.ends())
    }
  }

  @Test func `What is under way ends, new requests are told, and the service stops by itself`() async throws {
    var limits = Limits()
    // The batch waits, so that the request is under way for sure.
    limits.gatherSeconds = 0.6
    try await serving(Fixture.service(limits: limits), stops: false) { port, server in
      let slow = try Wire(port: port)
      slow.request("POST", "/v1/rewards", #"{"texts":["a"]}"#)
      Thread.sleep(forTimeInterval: 0.15)
      Task { await server.stop() }
      Thread.sleep(forTimeInterval: 0.1)
      let late = try Wire(port: port)
      late.request("POST", "/v1/rewards", #"{"texts":["a"]}"#)
      let refused = try #require(late.answer())
      #expect(refused.status == 503)
      #expect(refused.headers["retry-after"] == "1")
      let health = try Wire(port: port)
      health.request("GET", "/health")
      #expect(health.answer()?.status == 503)
      #expect(slow.answer()?.status == 200)
      #expect(slow.ends())
    }
  }

  @Test func `Connections that come while the service stops do not end the process`() async throws {
    for _ in 0..<10 {
      try await serving(Fixture.service(), stops: false) { port, server in
        let callers = (0..<4).map { _ in
          Thread {
            // Until nobody listens.
            while let wire = try? Wire(port: port) {
              wire.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            }
          }
        }
        for caller in callers { caller.start() }
        Thread.sleep(forTimeInterval: 0.02)
        Task { await server.stop() }
        while !callers.allSatisfy(\.isFinished) { Thread.sleep(forTimeInterval: 0.01) }
      }
    }
  }

  @Test func `The headers that statuses call for are there`() async throws {
    try await serving(Fixture.service(key: AccessKey("correct-horse-battery"))) { port, _ in
      let wire = try Wire(port: port)
      wire.request("GET", "/v1/models")
      let refused = try #require(wire.answer())
      #expect(refused.status == 401)
      #expect(refused.headers["www-authenticate"] == "Bearer")
      wire.request("GET", "/v1/models", headers: ["Authorization: Bearer correct-horse-battery"])
      #expect(wire.answer()?.status == 200)
      wire.request("GET", "/v1/rewards", headers: ["Authorization: Bearer correct-horse-battery"])
      let method = try #require(wire.answer())
      #expect(method.status == 405)
      #expect(method.headers["allow"] == "POST")
    }
  }
}
