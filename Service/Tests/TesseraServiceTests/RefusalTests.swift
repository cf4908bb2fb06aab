import Foundation
import TesseraFormats
import TesseraService
import Testing

@Suite struct RefusalTests {
  /// Bodies with their mistake, the status, the field that must be named.
  @Test(
    arguments: [
      ("/v1/rewards", #"{"texts":["a",3]}"#, 422, "texts[1]"),
      ("/v1/rewards", #"{"texts":[]}"#, 422, "texts"),
      ("/v1/rewards", #"{"texts":"a"}"#, 422, "texts"),
      ("/v1/rewards", #"{"texts":["a"],"prompt":["b"]}"#, 422, "prompt"),
      ("/v1/rewards", #"{"texts":["a"],"prompts":["b","c"]}"#, 422, "prompts"),
      ("/v1/rewards", #"{"texts":["a"],"model":"none"}"#, 404, "model"),
      ("/v1/rewards", #"{"texts":["a"],"model":"prompts"}"#, 422, "prompts"),
      ("/v1/rewards", #"{"texts":["a"],"model":"vectors"}"#, 422, "texts"),
      ("/v1/rewards", #"{"texts":["a"],"vectors":[[1,2,3]]}"#, 422, "vectors"),
      ("/v1/rewards", #"{"model":"vectors","vectors":[[1,2,3],[1,2,3,4]]}"#, 422, "vectors[1]"),
      ("/v1/rewards", #"{"model":"vectors","vectors":[[1,2,"3"]]}"#, 422, "vectors[0][2]"),
      ("/v1/rewards", #"{"model":"vectors","vectors":[[1,2,true]]}"#, 422, "vectors[0][2]"),
      ("/v1/rewards", #"{"model":"vectors","vectors":[[1,2,1e39]]}"#, 422, "vectors[0][2]"),
      ("/v1/rewards", #"{"model":"vectors","vectors":[[1,2,3],[0,0,0]]}"#, 422, "vectors[1]"),
      ("/v1/rewards", #"{}"#, 422, "body"),
      ("/v1/rewards", #"[1]"#, 422, "body"),
      ("/v1/rewards", #"{"texts":["a"]"#, 400, nil),
      ("/v1/rewards", #"{"texts":["a"]} x"#, 400, nil),
      ("/v1/rewards", #"{"texts":["a"],"texts":["b"]}"#, 400, nil),
      ("/v1/rewards", #"{"texts":["\ud800"]}"#, 400, nil),
      ("/v1/rewards", "", 400, nil),
      ("/get_reward", #"{"query":[1]}"#, 422, "query[0]"),
      ("/get_reward", #"{"query":["a"],"prompts":["a","b"]}"#, 422, "prompts"),
      ("/get_reward", #"{"queries":["a"]}"#, 422, "query"),
      ("/rerank", #"{"query":"a","documents":[{"body":"x"}]}"#, 422, "documents[0].text"),
      ("/rerank", #"{"query":"a","documents":["x"],"top_n":0}"#, 422, "top_n"),
      ("/rerank", #"{"query":"a","documents":["x"],"top_n":1.5}"#, 422, "top_n"),
      ("/classify", #"{"input":["a"],"messages":[{"role":"assistant","content":"b"}]}"#, 422, "messages"),
      ("/classify", #"{"messages":[{"role":"user","content":"b"}]}"#, 422, "messages[0].role"),
      (
        "/pooling", #"{"messages":[{"role":"assistant","content":[{"image":"b"}]}]}"#, 422,
        "messages[0].content[0].text"
      ),
      ("/score", #"{"queries":[],"documents":"a"}"#, 422, "queries"),
    ] as [(String, String, Int, String?)])
  func `A mistake is refused with the path of its field`(
    path: String, body: String, status: Int, field: String?
  ) async throws {
    let answer = try await Fixture.service().ask("POST", path, body)
    #expect(answer.status == status, "\(answer.text)")
    #expect(answer.value["error"]["param"].text == field, "\(answer.text)")
    #expect(answer.value["error"]["code"].number == Double(status))
    #expect(Refusal.schema.fault(in: answer.value) == nil)
  }

  @Test func `A refusal quotes nothing of a body`() async throws {
    let secret = "do not repeat me"
    for body in [
      #"{"texts":["\#(secret)",1]}"#, #"{"\#(secret)":1,"\#(secret)":2}"#,
      #"{"texts":["a"],"model":"\#(secret)"}"#,
      #"{"texts":["\#(secret)]}"#, #"{"model":"vectors","vectors":[[\#(secret)]]}"#,
    ] {
      let answer = try await Fixture.service().ask("POST", "/v1/rewards", body)
      #expect(answer.status >= 400)
      #expect(!answer.text.contains(secret), "\(answer.text)")
    }
  }

  @Test func `Paths, methods, types and hosts that are not served are refused`() async throws {
    let service = try Fixture.service()
    let body = #"{"texts":["a"]}"#
    #expect(await service.ask("POST", "/v1/reward", body).status == 404)
    #expect(await service.ask("GET", "/").status == 404)
    #expect(await service.ask("GET", "/v1/rewards").status == 405)
    #expect(service.allowedMethods(for: "/v1/rewards") == "POST")
    #expect(await service.ask("DELETE", "/health").status == 405)
    #expect(service.allowedMethods(for: "/health") == "GET, HEAD")
    #expect(await service.ask("HEAD", "/health").status == 200)
    for type in ["text/plain", nil, "application/jsonp", "application/json; charset=utf-16", ""] {
      #expect(await service.ask("POST", "/v1/rewards", body, type: type).status == 415, "\(type ?? "none")")
    }
    for type in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""]
    {
      #expect(await service.ask("POST", "/v1/rewards", body, type: type).status == 200, "\(type)")
    }
    for host in [
      "evil.example", nil, "", "127.0.0.1.evil.example", "localhost.evil:80", "[::2]:1", "127.0.0.256",
    ] {
      #expect(await service.ask("GET", "/health", host: host).status == 421, "\(host ?? "none")")
    }
    for host in ["localhost", "LOCALHOST:1", "127.0.0.1:8080", "127.1.2.3", "[::1]:80"] {
      #expect(await service.ask("GET", "/health", host: host).status == 200, "\(host)")
    }
  }

  @Test func `Limits refuse what is beyond them`() async throws {
    var limits = Limits()
    (limits.items, limits.waiting, limits.textLength, limits.bodyBytes) = (2, 2, 3, 1_024)
    let service = try Fixture.service(limits: limits)
    #expect(await service.ask("POST", "/v1/rewards", #"{"texts":["a","b"]}"#).status == 200)
    let many = await service.ask("POST", "/v1/rewards", #"{"texts":["a","b","c"]}"#)
    #expect(many.status == 422)
    // Characters are counted, not bytes.
    #expect(await service.ask("POST", "/v1/rewards", #"{"texts":["äöü"]}"#).status == 200)
    #expect(await service.ask("POST", "/v1/rewards", #"{"texts":["abcd"]}"#).status == 422)
    let long = await service.ask("POST", "/v1/rewards", String(repeating: " ", count: 1_025))
    #expect(long.status == 413)
    #expect(throws: Refusal.self) { try service.take(25, before: 1_000) }
    try service.take(1_024, before: 0)
    service.release(1_024)
  }

  @Test func `Bodies that are too many together are refused, and room comes back`() async throws {
    var limits = Limits()
    (limits.bodyBytes, limits.heldBytes) = (1_024, 2_048)
    let service = try Fixture.service(limits: limits)
    try service.take(1_024, before: 0)
    try service.take(1_024, before: 0)
    #expect(throws: Refusal(.busy, "the service holds as many bodies as it may")) {
      try service.take(1, before: 0)
    }
    service.release(1_024)
    try service.take(1, before: 0)
  }

  @Test func `A key is asked for everywhere but at the health of the service`() async throws {
    let service = try Fixture.service(key: AccessKey(" correct-horse-battery \n"))
    let body = #"{"texts":["a"]}"#
    #expect(await service.ask("GET", "/health", host: "any.example").status == 200)
    for path in ["/metrics", "/v1/models", "/openapi.json", "/nothing"] {
      #expect(await service.ask("GET", path).status == 401, "\(path)")
    }
    for wrong in [
      nil, "", "Bearer", "Bearer correct-horse-batterx", "Bearer correct-horse-battery2",
      "correct-horse-battery",
      "Bearer correct-horse-batter", "Basic Y29ycmVjdA==", "Digest correct-horse-battery",
    ] {
      #expect(
        await service.ask("POST", "/v1/rewards", body, authorization: wrong).status == 401,
        "\(wrong ?? "none")")
    }
    let basic = Data("any:correct-horse-battery".utf8).base64EncodedString()
    for right in ["Bearer correct-horse-battery", "bearer correct-horse-battery", "Basic \(basic)"] {
      #expect(
        await service.ask("POST", "/v1/rewards", body, authorization: right, host: "any.example").status
          == 200)
    }
  }

  @Test func `Keys that cannot stand in a header are refused, and not quoted`() {
    for text in ["short", "with a blank in it", "has\u{1}a control sign", "schlüssel-mit-umlaut", ""] {
      let problem = #expect(throws: AccessKey.Problem.self) { try AccessKey(text) }
      #expect(text.isEmpty || !(problem?.description.contains(text) ?? true))
    }
  }

  @Test func `Another address than the loopback needs a key`() throws {
    let models = [try Fixture.model("texts", Fixture.textModel)]
    for host in ["0.0.0.0", "::", "192.168.1.2", "example.org", "127.0.0.1.example"] {
      #expect(throws: RewardService.Problem.self) {
        try RewardService(models, address: ListeningAddress(host: host, port: 1))
      }
      _ = try RewardService(
        models, address: ListeningAddress(host: host, port: 1), key: AccessKey("correct-horse-battery"))
    }
    #expect(throws: RewardService.Problem.self) { try RewardService([]) }
    #expect(throws: RewardService.Problem.self) { try RewardService(models + models) }
    #expect(throws: ServedModel.Problem.self) { try Fixture.model("a b", Fixture.textModel) }
  }

  @Test func `A stopping service finishes nothing new and says so`() async throws {
    let service = try Fixture.service()
    service.beginStopping()
    #expect(await service.ask("POST", "/v1/rewards", #"{"texts":["a"]}"#).status == 503)
    let health = await service.ask("GET", "/health")
    #expect(health.status == 503)
    #expect(health.value["status"].text == "stopping")
  }

  @Test func `A model of one request's mistake does not fail the others of its batch`() async throws {
    var limits = Limits()
    limits.gatherSeconds = 0.2
    let service = try Fixture.service(limits: limits)
    async let wrong = service.ask("POST", "/v1/rewards", #"{"model":"vectors","vectors":[[0,0,0]]}"#)
    async let right = service.ask("POST", "/v1/rewards", #"{"model":"vectors","vectors":[[1,0,0]]}"#)
    let both = await (wrong, right)
    #expect(both.0.status == 422)
    #expect(both.1.status == 200)
    #expect(
      await service.ask("GET", "/metrics").text.contains("tessera_batch_size_sum{model=\"vectors\"} 2\n"))
    #expect(
      await service.ask("GET", "/metrics").text.contains("tessera_batch_size_count{model=\"vectors\"} 1\n"))
  }

  @Test func `Numbers whose reward is beyond the arithmetic are the mistake of who sends them`() async throws
  {
    let small = [Float](repeating: 1, count: Fixture.embedder.dimension)
    let large = small.indices.map { Float($0.isMultiple(of: 2) ? 3e38 : -3e38) }
    let answer = try await Fixture.service().ask("POST", "/v1/rewards", "{\"vectors\":\([small, large])}")
    #expect(answer.status == 422, "\(answer.text)")
    #expect(answer.value["error"]["param"].text == "vectors[1]")
  }

  @Test func `A full queue asks to come again`() async throws {
    var limits = Limits()
    (limits.items, limits.waiting, limits.gatherSeconds, limits.batch) = (4, 4, 0.3, 64)
    let service = try Fixture.service(limits: limits)
    let body = #"{"texts":["a","b","c"]}"#
    async let first = service.ask("POST", "/v1/rewards", body)
    try await Task.sleep(for: .milliseconds(100))
    let second = await service.ask("POST", "/v1/rewards", body)
    #expect(second.status == 429)
    #expect(Refusal(.busy, "").retryAfter == 1)
    #expect(await first.status == 200)
  }
}
