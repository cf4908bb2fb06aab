import Foundation
import TesseraFormats
import TesseraService
import TesseraWorkbench
import Testing

/// Every route of the workbench: what it answers, and what it refuses.
@Suite struct StudyRouteTests {
  @Test func `A study goes from upload to export, and is gone when it is deleted`() async throws {
    let bench = try Bench()
    let made = bench.send(Votes.rows, name: "marker-of-this-file.jsonl")
    #expect(made.status == 201)
    let id = try #require(made.value["id"].text)
    #expect(made.value["state"].text == "preparing")
    let added = bench.send(
      Votes.alternatives, "/api/studies/\(id)/files/alternatives", name: "alternatives.jsonl")
    #expect(added.status == 201)
    let value = try await bench.settled(id)
    #expect(value["state"].text == "ready", "\(value["problem"])")
    let study = value["study"]
    #expect(study["summary"]["alternatives"].number == 12)
    #expect(study["summary"]["contexts"].text == "2 numbers for each answer, as given")
    #expect(study["answers"]["ids"].count == 12)
    #expect(study["verdict"]["answer"].text != nil)
    #expect(study["groups"][0].count == 4)

    let live = try LiveStudy(Votes.dataset(), contexts: "given")
    let expected = live.result
    for k in 0..<12 {
      #expect(study["first"]["standard"][k].number == expected.standard.rewards[k])
      #expect(study["first"]["weighted"][k].number == expected.weighted?.rewards[k])
      #expect(study["first"]["standardErrors"][k].number == expected.standard.errors.values[k])
    }
    let ranks = expected.ranks(expected.best.rewards)
    #expect(study["first"]["weightedRanks"].numbers == ranks.map { Double($0 ?? 0) })

    let asked = await bench.ask(
      "/api/studies/\(id)/audit", #"{"scheme":"linkage","resolution":0.1,"lambda":0.5}"#)
    #expect(asked.status == 200)
    let answer = try live.answer(Question(.linkage, resolution: 0.1, lambda: 0.5))
    #expect(isNear(asked.value["weighted"].numbers, answer.weighted.rewards))
    #expect(asked.value["groups"].number == 9)
    #expect(asked.value["lambda"]["standard"].number == 0.5)
    #expect(await bench.ask("/api/studies/\(id)/audit", "{}").status == 200)

    let copies = await bench.ask(
      "/api/studies/\(id)/clones", #"{"id":"m6","count":20,"scheme":"horizon","lambda":0.1}"#)
    #expect(copies.status == 200)
    #expect(copies.value["shift"]["standard"].number > 0.01)
    #expect(copies.value["shift"]["weighted"].number < 1e-5)
    #expect(abs(copies.value["shareBefore"].number - copies.value["shareAfter"].number) < 1e-9)
    #expect(copies.value["standard"].count == 12)

    let families = #"{"families":[{"id":"m0","family":"first"},{"id":"m9","family":"first"}]}"#
    let declared = await bench.ask("/api/studies/\(id)/families", families)
    #expect(declared.value["scheme"].text == "families")
    let after = try await bench.settled(id)
    #expect(after["families"][1]["family"].text == "first")
    #expect(after["study"]["schemes"].count == value["study"]["schemes"].count + 1)
    #expect(await bench.ask("/api/studies/\(id)/families", #"{"families":[]}"#).status == 200)
    #expect(try await bench.settled(id)["families"].count == 0)

    let weights = await bench.service.ask(
      "GET", "/api/studies/\(id)/weights", query: ["scheme": "linkage", "format": "csv"])
    #expect(weights.text.hasPrefix("id,weight,weightStandardError\nm0,"))
    #expect(weights.text.split(separator: "\n").count == 13)
    let document = await bench.service.ask("GET", "/api/studies/\(id)/weights").value
    #expect(abs(document["alternatives"].count - 12) == 0)
    let keep = await bench.service.ask("GET", "/api/studies/\(id)/keep").value
    #expect(keep["nearDuplicates"].number == 4)
    #expect(keep["rows"].count == 12)
    let page = try await self.page(bench, id)
    #expect(page.contains("<h1>"))

    #expect(try bench.holds("marker-of-this-file"))
    #expect(await bench.ask("/api/studies/\(id)", "", "DELETE").status == 204)
    #expect(await bench.ask("/api/studies/\(id)", "", "DELETE").status == 404)
    #expect(await bench.ask("/api/studies/\(id)", "", "GET").status == 404)
    #expect(await bench.ask("/api/studies/\(id)/audit", "{}").status == 404)
    #expect(await bench.ask("/api/studies", "", "GET").value.count == 0)
    // Neither the rows, nor the name, nor what was made of them.
    for trace in ["marker-of-this-file", "preference", "nearDuplicates", id] {
      #expect(try !bench.holds(trace), "\(trace)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/files") == [])
  }

  private func page(_ bench: Bench, _ id: String) async throws -> String {
    for _ in 0..<1_500 {
      let (status, _, text) = await bench.service.ask("GET", "/api/studies/\(id)/page")
      if status == 200 { return text }
      #expect(status == 202)
      guard status == 202 else { break }
      try await Task.sleep(for: .milliseconds(20))
    }
    return ""
  }

  @Test func `Rows of texts are embedded, and their doubles found`() async throws {
    let bench = try Bench()
    let id = try #require(bench.send(Votes.texts, name: "pairs.jsonl").value["id"].text)
    let study = try await bench.settled(id)["study"]
    #expect(study["summary"]["layout"].text == "preference")
    #expect(study["summary"]["components"].number == 2)
    let keep = await bench.service.ask("GET", "/api/studies/\(id)/keep").value
    let dropped = (0..<keep["rows"].count).filter { keep["rows"][$0]["decision"].text == "drop" }
    #expect(dropped.count == 1)
  }

  @Test func `A stored fit is shown, and says why it cannot be asked`() async throws {
    let bench = try Bench()
    let live = try LiveStudy(Votes.dataset(), contexts: "given")
    let text = try DocumentFile.text(FitDocument(live.result))
    let id = try #require(bench.send(text, name: "fit.json").value["id"].text)
    let value = try await bench.settled(id)
    #expect(value["study"]["kind"].text == "fit")
    #expect(value["study"]["first"]["weighted"][3].number == live.result.weighted?.rewards[3])
    let asked = await bench.ask("/api/studies/\(id)/audit", "{}")
    #expect(asked.status == 409)
    #expect(asked.value["error"]["message"].text?.contains("holds no comparisons") == true)
  }

  @Test func `A stored state is asked by its votes`() async throws {
    let bench = try Bench()
    let live = try LiveStudy(Votes.dataset(), contexts: "given")
    let id = try #require(
      bench.send(DocumentFile.text(live.result.state), name: "state.json").value["id"].text)
    let value = try await bench.settled(id)
    #expect(value["study"]["kind"].text == "comparisons")
    #expect(await bench.ask("/api/studies/\(id)/audit", "{}").status == 200)
    #expect(await bench.service.ask("GET", "/api/studies/\(id)/keep").status == 409)
  }

  @Test func `What a request gets wrong is named`() async throws {
    let bench = try Bench()
    let (id, _) = try await bench.votes()
    for (path, body, field) in [
      ("audit", #"{"scheme":"nonsense"}"#, "scheme"), ("audit", #"{"lambda":"x"}"#, "lambda"),
      ("audit", #"{"lambda":-1}"#, "lambda"),
      ("audit", #"{"scheme":"linkage","resolution":1e9}"#, "resolution"),
      ("audit", #"{"other":1}"#, "other"), ("audit", #"{"scheme":"families"}"#, "scheme"),
      ("clones", #"{"id":"m0"}"#, "count"), ("clones", #"{"id":"m0","count":51}"#, "count"),
      ("clones", #"{"id":"nobody","count":1}"#, "id"),
      ("clones", #"{"id":"m0","count":1,"distance":9}"#, "distance"),
      ("clones", #"{"id":"m0","count":1,"record":"half"}"#, "record"),
      ("families", #"{"families":[{"id":"m0"}]}"#, "families[0].family"),
      ("families", #"{"families":[{"id":"x","family":"y"}]}"#, "families[0].id"),
    ] {
      let (status, value, _) = await bench.ask("/api/studies/\(id)/\(path)", body)
      #expect(status == 422, "\(body)")
      #expect(value["error"]["param"].text == field, "\(body) \(value)")
    }
    for query in [["scheme": "x"], ["lambda": "nan"], ["resolution": "far"], ["format": "xml"]] {
      #expect(
        await bench.service.ask("GET", "/api/studies/\(id)/weights", query: query).status == 422, "\(query)")
    }
    for path in ["", "/\(id)", "/\(id)/weights", "/\(id)/page"] {
      let answer = await bench.service.ask("GET", "/api/studies\(path)", query: ["fromat": "csv"])
      #expect(answer.status == 422 && answer.text.contains("no meaning here"), "\(path)")
    }
    #expect(await bench.ask("/api/studies/\(id)/audit", "{").status == 400)
    #expect(
      await bench.service.ask("POST", "/api/studies/\(id)/audit", "{}", type: "text/plain").status == 415)
    #expect(await bench.ask("/api/studies/\(id)/audit", "", "GET").status == 405)
  }

  @Test func `Uploads say what they cannot be`() async throws {
    var limits = WorkbenchLimits()
    (limits.uploadBytes, limits.storedBytes, limits.studies) = (2_000, 3_000, 2)
    let bench = try Bench(limits: limits)
    let long = String(repeating: "x", count: 2_001)
    #expect(bench.send(long).status == 413)
    #expect(bench.send("").status == 422)
    #expect(bench.send("a", name: "votes.exe").value["error"]["param"].text == "name")
    #expect(bench.send("a", query: ["format": "exe"]).value["error"]["param"].text == "format")
    #expect(bench.send("a", query: ["layout": "exe"]).value["error"]["param"].text == "layout")
    #expect(bench.send("a", name: String(repeating: "n", count: 201)).value["error"]["param"].text == "name")
    #expect(bench.send("a", type: "text/plain").status == 415)
    let nameless = await bench.service.ask(
      "POST", "/api/studies", "a", query: ["format": "jsonl"], type: "application/octet-stream")
    #expect(nameless.status == 422 && nameless.value["error"]["param"].text == "name", "\(nameless.text)")
    #expect(
      bench.send("a", "/api/studies/\(String(repeating: "0", count: 32))/files/alternatives").status == 404)
    // Nothing of them is left.
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/files") == [])
    let id = try #require(bench.send(String(repeating: "a", count: 1_900)).value["id"].text)
    #expect(bench.send("a", "/api/studies/\(id)/files/rows").value["error"]["param"].text == "part")
    #expect(
      bench.send("a", "/api/studies/\(id)/files/contexts", name: "c.csv").value["error"]["param"].text
        == "name")
    // All that is stored has a limit of its own.
    #expect(bench.send(String(repeating: "a", count: 1_900)).status == 413)
    #expect(bench.send("a").status == 201)
    #expect(bench.send("a").status == 409)
  }

  @Test(arguments: [
    "../../../etc/passwd", "..%2F..%2Fetc%2Fpasswd", "studies.sqlite", "", ".", "%00",
    String(repeating: "0", count: 31) + "g", String(repeating: "A", count: 32),
    String(repeating: "0", count: 32),
  ])
  func `What is no id of a study is no study, whatever it is`(name: String) async throws {
    let bench = try Bench()
    for (method, path) in [
      ("GET", "/api/studies/\(name)"), ("DELETE", "/api/studies/\(name)"),
      ("GET", "/api/studies/\(name)/page"),
    ] {
      #expect([404, 405].contains(await bench.service.ask(method, path).status), "\(method) \(path)")
    }
  }

  @Test func `Names of users are words, never paths`() async throws {
    let bench = try Bench()
    let name = "../../../../tmp/tessera-escape-\(UUID()).jsonl"
    let id = try #require(bench.send(Votes.rows, name: name).value["id"].text)
    #expect(try await bench.settled(id)["name"].text == name)
    #expect(!FileManager.default.fileExists(atPath: "\(bench.folder)/files/\(name)"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/files") == ["\(id).rows"])
  }

  static let hostile: [(name: String, text: String, says: String)] = [
    ("garbage.jsonl", "\u{0}\u{1}\u{2} {]", "malformed JSON"),
    ("garbage.parquet", "PAR1 not really", "the upload"),
    ("garbage.csv", "\u{1F}\u{8B}\u{8}", "the upload"),
    ("line.jsonl", #"{"a":""# + String(repeating: "x", count: 3 << 20), "malformed JSON"),
    ("deep.jsonl", String(repeating: "[", count: 1_000), "the upload:1"),
    ("nan.jsonl", #"{"a":"x","b":"y","preference":NaN}"#, "malformed JSON"),
    ("range.jsonl", #"{"a":"x","b":"y","preference":7}"#, "preference"),
    ("huge.jsonl", #"{"a":"x","b":"y","preference":1,"count":1e999}"#, "count"),
    ("empty.csv", "\n\n\n", "the upload"), ("one.csv", "a,b,winner\nx,x,a\n", "the upload"),
    ("words.json", #"{"estimates":1,"alternatives":2,"weights":3}"#, "the upload"),
    ("state.json", #"{"votes":1,"ids":2,"standardRewards":3}"#, "the upload"),
  ]

  @Test(arguments: hostile)
  func `A file that is none fails with words, without a path, and the service goes on`(
    file: (name: String, text: String, says: String)
  ) async throws {
    let bench = try Bench()
    let id = try #require(bench.send(file.text, name: file.name).value["id"].text)
    let value = try await bench.settled(id)
    #expect(value["state"].text == "failed")
    let problem = try #require(value["problem"].text)
    #expect(problem.contains(file.says), "\(problem)")
    #expect(!problem.contains(bench.folder) && !problem.contains("/files/"), "\(problem)")
    #expect(await bench.ask("/api/studies/\(id)/audit", "{}").status == 409)
    #expect(await bench.ask("/api/studies/\(id)", "", "DELETE").status == 204)
    #expect(await bench.ask("/health", "", "GET").status == 200)
  }

  @Test func `Contexts that are no numbers are refused by their line`() async throws {
    let bench = try Bench()
    let id = try #require(bench.send(Votes.rows).value["id"].text)
    _ = bench.send(
      Votes.alternatives.replacingOccurrences(of: "2.2,", with: "NaN,"),
      "/api/studies/\(id)/files/alternatives",
      name: "alternatives.jsonl")
    let problem = try await bench.settled(id)["problem"].text
    #expect(problem?.contains("the alternatives:3") == true, "\(problem ?? "")")
  }

  @Test func `Ids that are markup stay text in JSON, and are escaped in the page`() async throws {
    let bench = try Bench()
    let sign = "<img src=x onerror=alert(1)>"
    let rows = Votes.rows.replacingOccurrences(of: "\"m3\"", with: "\"\(sign)\"")
    let alternatives = Votes.alternatives.replacingOccurrences(of: "\"m3\"", with: "\"\(sign)\"")
    let id = try #require(bench.send(rows).value["id"].text)
    _ = bench.send(alternatives, "/api/studies/\(id)/files/alternatives", name: "alternatives.jsonl")
    let value = try await bench.settled(id)
    let ids = value["study"]["answers"]["ids"]
    #expect((0..<12).contains { ids[$0].text == sign })
    let copies = await bench.ask("/api/studies/\(id)/clones", #"{"id":"\#(sign)","count":2}"#)
    #expect(copies.status == 200)
    let page = try await page(bench, id)
    #expect(page.contains("&lt;img src=x"))
    #expect(!page.contains("<img src=x"))
  }

  @Test func `Pages of other sites, and strangers without the key, reach nothing`() async throws {
    let bench = try Bench()
    #expect(bench.send(Votes.rows, origin: "https://evil.example").status == 403)
    #expect(bench.send(Votes.rows, origin: "null").status == 403)
    #expect(bench.send(Votes.rows, origin: "http://localhost:9999").status == 403)
    #expect(bench.send(Votes.rows, origin: "http://localhost:8080").status == 201)
    for site in ["cross-site", "same-site"] {
      var head = RewardService.Head(method: "GET", path: "/api/studies")
      (head.host, head.fetchSite) = ("localhost:8080", site)
      #expect(throws: Refusal.self) { try bench.service.route(for: head) }
    }
    #expect(await bench.service.ask("GET", "/api/studies", host: "evil.example").status == 421)
    let locked = try Bench(key: AccessKey("correct-horse-battery"))
    #expect(locked.send(Votes.rows).status == 401)
    #expect(locked.send(Votes.rows, authorization: "Bearer correct-horse-battery").status == 201)
    for path in ["/api/studies", "/api/studies/x", "/api/studies/x/page", "/api/anything"] {
      #expect(await locked.service.ask("GET", path).status == 401)
    }
    // The pages hold no data: they ask for the key themselves.
    #expect(await locked.service.ask("GET", "/").status == 200)
    #expect(await locked.service.ask("GET", "/playground").status == 200)
  }

  @Test func `Pages may run their own scripts, ask their own service, and nothing else`() async throws {
    let bench = try Bench()
    for (path, connects) in [("/", true), ("/playground", false)] {
      let head = RewardService.Head(method: "GET", path: path)
      var own = head
      own.host = "localhost"
      let route = try bench.service.route(for: own)
      let reply = try await [UInt8]().withUnsafeBufferPointer {
        try bench.service.reply(to: route, own, body: $0)
      }()
      let policy = try #require(reply.headers.first { $0.name == "Content-Security-Policy" }?.value)
      #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
      #expect(policy.contains("connect-src 'self'") == connects)
      #expect(!policy.contains("unsafe"))
      #expect(reply.contentType == "text/html; charset=utf-8")
      for address in ["src=\"http", "href=\"http", "url(", "@import"] {
        #expect(!reply.text.contains(address))
      }
    }
  }

  @Test func `The description has every route of the workbench, with its parts and its file`() async throws {
    let bench = try Bench()
    let document = await bench.service.ask("GET", "/openapi.json").value
    let paths = document["paths"]
    for path in ["audit", "clones", "families", "weights", "keep", "page", "files/{part}"] {
      #expect(paths["/api/studies/{study}/\(path)"] != .null, "\(path)")
    }
    let upload = paths["/api/studies"]["post"]
    #expect(upload["requestBody"]["content"]["application/octet-stream"]["schema"]["format"].text == "binary")
    #expect(upload["responses"]["413"] != .null && upload["responses"]["422"] != .null)
    #expect(paths["/api/studies/{study}"]["delete"]["responses"]["204"] != .null)
    #expect(paths["/api/studies/{study}"]["get"]["parameters"][0]["in"].text == "path")
    // No model, no routes of scoring.
    #expect(paths["/v1/rewards"] == .null)
    #expect(await bench.service.ask("GET", "/v1/models").value["data"].count == 0)
  }
}
