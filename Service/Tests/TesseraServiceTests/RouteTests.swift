import Foundation
import TesseraFormats
import TesseraService
import Testing

@Suite struct RouteTests {
  let service: RewardService
  let expected: (mean: [Double], deviation: [Double])

  init() throws {
    service = try Fixture.service()
    expected = try Fixture.scores(Fixture.texts, Fixture.textModel)
  }

  private func share(_ reward: Double) -> Double { 1 / (1 + exp(-reward)) }

  @Test func `Texts get the rewards and spreads of tessera score`() async throws {
    let answer = await service.ask("POST", "/v1/rewards", #"{"texts":\#(quoted(Fixture.texts))}"#)
    #expect(answer.status == 200)
    #expect(isNear(answer.value["rewards"].numbers, expected.mean))
    #expect(isNear(answer.value["spreads"].numbers, expected.deviation))
    #expect(answer.value["model"].text == "texts")
    #expect(answer.value["runs"].number == 5)
    // Not all alike: the test would pass on constants otherwise.
    #expect(Set(expected.mean).count == Fixture.texts.count)
  }

  @Test func `Vectors are scored by the model that is named`() async throws {
    let answer = await service.ask(
      "POST", "/v1/rewards", #"{"model":"vectors","vectors":[[1,2,2],[0.5,0,-1e0]]}"#)
    let rows = try Fixture.vectorModel.transform?.apply(
      to: .init(.init(rows: 2, columns: 3, storage: [1, 2, 2, 0.5, 0, -1])))
    let mean = try Fixture.vectorModel.ensemble.scores(of: #require(rows)).mean
    #expect(answer.status == 200)
    #expect(isNear(answer.value["rewards"].numbers, mean))
    #expect(answer.value["spreads"].numbers == [0, 0])
  }

  @Test func `OpenRLHF gets rewards, chances and spreads of what follows the prompts`() async throws {
    let queries = Fixture.texts.map { "Question?" + $0 }
    let body =
      #"{"query":\#(quoted(queries)),"prompts":\#(quoted(queries.map { _ in "Question?" })),"labels":[null,1,"x"]}"#
    let answer = await service.ask("POST", "/get_reward", body)
    #expect(answer.status == 200)
    #expect(isNear(answer.value["rewards"].numbers, expected.mean))
    #expect(isNear(answer.value["scores"].numbers, expected.mean.map(share)))
    #expect(isNear(answer.value["extra_logs"]["reward_spread"].numbers, expected.deviation))
    #expect(answer.value["extra_logs"]["prompt_found"].numbers == Fixture.texts.map { _ in 1 })
  }

  @Test func `A query that does not begin with its prompt is scored whole, and that is told`() async throws {
    let answer = await service.ask(
      "POST", "/get_reward", #"{"query":["It is Berlin.","I do not know."],"prompts":["Where?","I do"]}"#)
    let whole = try Fixture.scores(["It is Berlin.", " not know."], Fixture.textModel).mean
    #expect(isNear(answer.value["rewards"].numbers, whole))
    #expect(answer.value["extra_logs"]["prompt_found"].numbers == [0, 1])
  }

  @Test func `Special tokens are dropped from queries and prompts`() async throws {
    let service = try Fixture.service(specialTokens: ["<|end|>", "<s>"])
    let answer = await service.ask(
      "POST", "/get_reward", #"{"query":["<s>Q<|end|>It is Berlin.<|end|>"],"prompts":["Q"]}"#)
    let plain = try Fixture.scores(["It is Berlin."], Fixture.textModel).mean
    #expect(isNear(answer.value["rewards"].numbers, plain))
    #expect(answer.value["extra_logs"]["prompt_found"].numbers == [1])
  }

  @Test func `A model that reads prompts gets them before the answers, on every route`() async throws {
    let prompt = "What is the capital of France?"
    let want = try Fixture.scores([prompt + "\nThe answer is Paris."], Fixture.promptModel).mean
    let plain = try Fixture.scores(["The answer is Paris."], Fixture.promptModel).mean
    #expect(!isNear(want, plain))
    let answers = [
      await service.ask(
        "POST", "/v1/rewards",
        #"{"model":"prompts","texts":["The answer is Paris."],"prompts":["\#(prompt)"]}"#
      ).value["rewards"].numbers,
      await service.ask(
        "POST", "/get_reward", #"{"query":"\#(prompt)The answer is Paris.","prompts":["\#(prompt)"]}"#,
        query: ["model": "prompts"]
      ).value["rewards"].numbers,
      [
        await service.ask(
          "POST", "/rerank", #"{"model":"prompts","query":"\#(prompt)","documents":["The answer is Paris."]}"#
        ).value["results"][0]["relevance_score"].number
      ],
      [
        await service.ask(
          "POST", "/score", #"{"model":"prompts","queries":"\#(prompt)","documents":"The answer is Paris."}"#
        ).value["data"][0]["score"].number
      ],
      await service.ask(
        "POST", "/pooling",
        #"{"model":"prompts","messages":[{"role":"user","content":"\#(prompt)"},{"role":"assistant","content":"The answer is Paris."}]}"#
      ).value["data"][0]["data"].numbers,
    ]
    for answer in answers { #expect(isNear(answer, want)) }
  }

  @Test(arguments: ["/rerank", "/v1/rerank"])
  func `Documents come in the order of their rewards`(path: String) async throws {
    let answer = await service.ask(
      "POST", path, #"{"query":"?","documents":\#(quoted(Fixture.texts)),"top_n":3,"return_documents":true}"#)
    let order = expected.mean.indices.sorted { expected.mean[$0] > expected.mean[$1] }.prefix(3)
    let results = answer.value["results"]
    #expect(results.count == 3)
    for (rank, place) in order.enumerated() {
      #expect(results[rank]["index"].number == Double(place))
      #expect(abs(results[rank]["relevance_score"].number - expected.mean[place]) < 1e-5)
      #expect(results[rank]["document"]["text"].text == Fixture.texts[place])
    }
    let all = await service.ask("POST", path, #"{"query":"?","documents":["It is Berlin.",{"text":"a"}]}"#)
    #expect(all.value["results"].count == 2)
    #expect(all.value["results"][0]["document"] == .null)
  }

  @Test func `classify tells chances, or rewards without the activation`() async throws {
    let chances = await service.ask(
      "POST", "/classify", #"{"model":"texts","input":\#(quoted(Fixture.texts))}"#)
    #expect(chances.value["data"].count == Fixture.texts.count)
    #expect(abs(chances.value["data"][2]["probs"][0].number - share(expected.mean[2])) < 1e-5)
    let rewards = await service.ask(
      "POST", "/classify", #"{"input":"\#(Fixture.texts[2])","use_activation":false}"#)
    #expect(abs(rewards.value["data"][0]["probs"][0].number - expected.mean[2]) < 1e-5)
  }

  @Test func `pooling and score tell rewards`() async throws {
    let pooled = await service.ask("POST", "/pooling", #"{"input":\#(quoted(Fixture.texts))}"#)
    #expect(isNear((0..<8).map { pooled.value["data"][$0]["data"][0].number }, expected.mean))
    let scored = await service.ask(
      "POST", "/score", #"{"queries":"?","documents":\#(quoted(Fixture.texts))}"#)
    #expect(isNear((0..<8).map { scored.value["data"][$0]["score"].number }, expected.mean))
    let uneven = await service.ask("POST", "/score", #"{"queries":["a","b"],"documents":["a"]}"#)
    #expect(uneven.status == 422)
    #expect(uneven.value["error"]["param"].text == "queries")
  }

  @Test func `Every answer fits the schema that the description gives it`() async throws {
    let bodies = [
      "/get_reward": #"{"query":["a"]}"#, "/v1/rerank": #"{"query":"q","documents":["a"]}"#,
      "/rerank": #"{"query":"q","documents":["a","b"],"return_documents":true}"#,
      "/classify": #"{"input":"a"}"#,
      "/pooling": #"{"input":["a"]}"#, "/score": #"{"queries":"q","documents":["a"]}"#,
      "/v1/rewards": #"{"texts":["a"]}"#,
    ]
    var seen = 0
    for route in service.routes {
      guard let schema = route.answerSchema else { continue }
      let answer = await service.ask(route.method.rawValue, route.path, bodies[route.path] ?? "")
      #expect(answer.status == 200, "\(route.path) \(answer.text)")
      #expect(schema.fault(in: answer.value) == nil, "\(route.path)")
      seen += 1
    }
    #expect(seen == 10)
  }

  @Test func `The description names every route, and every member that a request may have`() async throws {
    let answer = await service.ask("GET", "/openapi.json")
    #expect(answer.value["openapi"].text == "3.1.0")
    for route in service.routes {
      let operation = answer.value["paths"][route.path][route.method.rawValue.lowercased()]
      #expect(operation["operationId"].text != nil, "\(route.path)")
      if let request = route.request {
        #expect(operation["requestBody"]["content"]["application/json"]["schema"] == request.json)
      }
    }
    let vectors = answer.value["paths"]["/v1/rewards"]["post"]["requestBody"]["content"]["application/json"][
      "schema"]
    // The bounds of vectors are those of the models.
    #expect(vectors["anyOf"][1]["properties"]["vectors"]["items"]["minItems"].number == 3)
    #expect(
      vectors["anyOf"][1]["properties"]["vectors"]["items"]["maxItems"].number
        == Double(Fixture.embedder.dimension))
  }

  @Test func `Models are listed with what they read`() async throws {
    let answer = await service.ask("GET", "/v1/models")
    #expect((0..<3).map { answer.value["data"][$0]["id"].text } == ["texts", "prompts", "vectors"])
    #expect(answer.value["data"][1]["with_prompt"] == .bool(true))
    #expect(answer.value["data"][2]["embedder"].text == "none")
    #expect(answer.value["data"][0]["lambda"].text == "0.1")
  }

  @Test func `Metrics count what was scored`() async throws {
    _ = await service.ask("POST", "/v1/rewards", #"{"texts":["a","b","c"]}"#)
    service.metrics.noteBegin()
    service.metrics.noteEnd(route: "/v1/rewards", status: 200, seconds: 0.003)
    let text = await service.ask("GET", "/metrics").text
    #expect(text.contains("tessera_request_count{route=\"/v1/rewards\",status=\"200\"} 1\n"))
    #expect(text.contains("tessera_request_duration_seconds_bucket{route=\"/v1/rewards\",le=\"0.0025\"} 0\n"))
    #expect(text.contains("tessera_request_duration_seconds_bucket{route=\"/v1/rewards\",le=\"0.005\"} 1\n"))
    #expect(text.contains("tessera_request_duration_seconds_bucket{route=\"/v1/rewards\",le=\"+Inf\"} 1\n"))
    #expect(text.contains("tessera_batch_size_sum{model=\"texts\"} 3\n"))
    #expect(
      text.contains("tessera_model_info{model=\"vectors\",dimension=\"3\",runs=\"1\",embedder=\"none\"} 1\n"))
    #expect(text.contains("tessera_queue_size{model=\"prompts\"} 0\n"))
  }
}
