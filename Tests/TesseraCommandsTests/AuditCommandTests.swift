import Foundation
import TestSupport
import Testing

@Suite struct AuditCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Twelve answers in a circle of preferences, and six near-copies of the third.
  func data(copies: Int = 6) throws -> [String] {
    var alternatives: [(id: String, x: Double, y: Double)] = (0..<12).map {
      ("n\($0)", cos(Double($0)), sin(2.3 * Double($0)))
    }
    for k in 0..<copies {
      alternatives.append(("copy\(k)", alternatives[2].x + 0.002 * Double(k), alternatives[2].y))
    }
    let lines = alternatives.map {
      "{\"id\": \"\($0.id)\", \"context\": [\($0.x), \($0.y)], \"text\": \"answer \($0.id)\"}\n"
    }
    var rows = ""
    for i in alternatives.indices {
      for j in 0..<i {
        let (a, b) = (i < 12 ? i : 2, j < 12 ? j : 2)
        let difference = Double((a * 3 + b * 7) % 11) - Double((a * 7 + b * 3) % 11)
        let p: Double = a == b ? 0.5 : 1 / (1 + exp(-difference / 4))
        rows +=
          "{\"a\": \"\(alternatives[i].id)\", \"b\": \"\(alternatives[j].id)\", \"preference\": \(p), \"count\": 20}\n"
      }
    }
    return [
      try folder.write(rows, to: "c.jsonl"), "--alternatives",
      try folder.write(lines.joined(), to: "a.jsonl"),
    ]
  }

  func audit(_ arguments: [String]) throws -> (result: Tool.Result, json: [String: Any]) {
    // The last of an option counts: arguments may ask for other resamples.
    let result = try Tool.run(["audit", "--bootstraps", "20", "-o", folder.file("out")] + arguments)
    let json = FileManager.default.contents(atPath: folder.file("out/audit.json")).flatMap {
      try? JSONSerialization.jsonObject(with: $0) as? [String: Any]
    }
    return (result, json ?? [:])
  }

  @Test func copiesAreFoundAndTheirInfluenceShown() throws {
    let (result, json) = try audit(data())
    #expect(result.code == 0, "\(result.errors)")
    let groups = json["groups"] as? [[String: Any]] ?? []
    #expect(groups.count == 1)
    #expect((groups[0]["members"] as? [String])?.count == 7)
    func shift(_ kind: String, _ scheme: String) -> Double {
      ((groups[0][kind] as? [String: Any])?[scheme] as? [String: Any])?["largestShift"] as? Double ?? .nan
    }
    // copy0 is exact: it and the answer are a pair. The others lie within 0.002 of one another.
    let frequency = try #require(json["nearDuplicateFrequency"] as? [String: Any])
    #expect((frequency["copies"] as? [String: Any])?["alternatives"] as? Int == 2)
    let within = frequency["within"] as? [[String: Any]] ?? []
    #expect(within.map { $0["distance"] as? Double } == [0.1, 0.25, 0.5])
    // All seven of 18 are compared with one another, and no prompt is known.
    #expect((within[2]["alternatives"] as? Int ?? 0) >= 7 && frequency["samePrompt"] is NSNull)
    #expect((frequency["partner"] as? [String: Any])?["share"] as? Double == 1)
    #expect(result.output.contains("2 of 18 alternatives have an exact copy; "))
    // The copies shift the standard rewards far more than the others.
    #expect(shift("collapsed", "standard") > 10 * shift("collapsed", "horizon"))
    #expect(shift("collapsed", "standard") > 5 * shift("collapsed", "voronoi"))
    let attacks = json["attacks"] as? [[String: Any]] ?? []
    #expect(attacks.count == 5 * 3 * 4)
    for attack in attacks where attack["distance"] as? Double == 0 {
      let shifts = attack["shifts"] as? [String: [String: Any]] ?? [:]
      #expect(shifts["horizon"]?["largestShift"] as? Double ?? 1 < 1e-6)
      #expect(shifts["standard"]?["largestShift"] as? Double ?? 0 > 1e-3)
    }
    // The answer comes first: on the terminal, on the page, and in the document.
    let verdict = try #require(json["cloneVerdict"] as? [String: Any])
    #expect(verdict["question"] as? String == "Do clones distort these rewards?")
    let text = try #require(verdict["text"] as? String)
    #expect(result.output.hasPrefix("Do clones distort these rewards?\n" + text.prefix(20)))
    #expect(["yes", "no", "unclear"].contains(verdict["answer"] as? String))
    let page = try String(contentsOfFile: folder.file("out/index.html"), encoding: .utf8)
    let first = page.range(of: String(text.prefix(20)))?.lowerBound ?? page.endIndex
    #expect(first < (page.range(of: "18 alternatives, ")?.lowerBound ?? page.startIndex))
    for part in [
      "with another one within 0.25 of the median", "shifts-of-others", "figure id=\"leaderboard\"",
      "context-map", "shift-curves",
      "resolution-curve", "answer copy1", "Log loss",
    ] {
      #expect(page.contains(part), "\(part)")
    }
    for figure in [
      "shifts-of-others", "leaderboard", "context-map", "shift-curves", "resolution-curve", "lambda-curves",
    ] {
      for ending in ["vl.json", "svg", "csv"] {
        let size = FileManager.default.contents(atPath: folder.file("out/figures/\(figure).\(ending)"))?.count
        #expect((size ?? 0) > 100, "\(figure).\(ending)")
      }
    }
    let bytes = FileManager.default.contents(atPath: folder.file("out/audit.json"))
    _ = try audit(data() + ["--threads", "1"])
    #expect(FileManager.default.contents(atPath: folder.file("out/audit.json")) == bytes)
  }

  @Test func `The audit is about the estimate that fit prints`() throws {
    let files = try data()
    for options in [[], ["--lambda", "0.3"], ["--lambda-convention", "normalized", "--pairs", "count"]] {
      let json = try audit(files + ["--schemes", "horizon"] + options).json
      let fit = try Tool.run(["fit"] + files + ["--weights", "horizon", "--format", "json"] + options)
      #expect(fit.code == 0, "\(fit.errors)")
      let rewards = json["rewards"] as? [[String: Any]] ?? []
      #expect(rewards.count == fit.rows().count)
      for (audited, fitted) in zip(rewards, fit.rows()) {
        for (scheme, key) in [("standard", "standardReward"), ("horizon", "weightedReward")] {
          let own = audited[scheme] as? [String: Any] ?? [:]
          #expect(abs((own["reward"] as? Double ?? 9) - (fitted[key] as? Double ?? -9)) < 1e-9)
          #expect(
            abs((own["standardError"] as? Double ?? 9) - (fitted["\(key)Error"] as? Double ?? -9)) < 1e-9)
        }
      }
    }
  }

  @Test func `A fit says the verdict first where it is asked for`() throws {
    let files = try data()
    let found = try Tool.run(["fit"] + files + ["--verdict"])
    #expect(found.code == 0, "\(found.errors)")
    #expect(found.output.hasPrefix("Do clones distort these rewards?\n"))
    let plain = try Tool.run(["fit"] + files)
    #expect(found.output.hasSuffix(plain.output))
    let json = try Tool.run(["fit"] + files + ["--verdict", "--format", "json"]).json
    let verdict = try #require(json["cloneVerdict"] as? [String: Any])
    let text = try #require(verdict["text"] as? String)
    #expect(found.output.split(separator: "\n").dropFirst().prefix(2).joined(separator: " ") == text)
    #expect(verdict["heldOut"] is [String: Any])
    #expect(try Tool.run(["fit"] + files + ["--format", "json"]).json["cloneVerdict"] == nil)
    // Without contexts there is nothing to compare.
    #expect(try Tool.run(["fit", files[0], "--verdict"]).errors.contains("--verdict"))
  }

  @Test func `Declared families are compared first, from a file or from a column of the votes`() throws {
    let votes = (0..<5).flatMap { i in (0..<i).map { (i, $0) } }
    let organization = ["one", "one", "two", "three", "four"]
    let rows = try folder.write(
      "a,b,outcome,organization_a,organization_b\n"
        + votes.map { i, j in
          "m\(i),m\(j),\((i * j) % 3 == 0 ? "a" : "b"),\(organization[i]),\(organization[j])\n"
        }.joined(), to: "votes.csv")
    let file = try folder.write("id,family\nm0,one\nm1,one\n", to: "families.csv")
    for declared in [file, "organization"] {
      let (result, json) = try audit([rows, "--schemes", "horizon", "--families", declared])
      #expect(result.code == 0, "\(result.errors)")
      let schemes = json["schemes"] as? [[String: Any]] ?? []
      #expect(schemes.map { $0["name"] as? String } == ["standard", "families", "horizon"])
      let found = json["rewards"] as? [[String: Any]] ?? []
      func family(_ id: String) -> String? { found.first { $0["id"] as? String == id }?["family"] as? String }
      #expect(family("m0") == "one" && family("m1") == "one")
      #expect(family("m4") == (declared == file ? nil : "four"))
      func weight(_ id: String) -> Double? {
        (found.first { $0["id"] as? String == id }?["families"] as? [String: Any])?["weight"] as? Double
      }
      #expect(abs((weight("m0") ?? 0) - 0.125) < 1e-12 && abs((weight("m4") ?? 0) - 0.25) < 1e-12)
    }
    let wrong = try folder.write("id,family\nnobody,one\n", to: "wrong.csv")
    let refused = try audit([rows, "--families", wrong]).result
    #expect(refused.code == 65 && refused.errors.contains("wrong.csv:2"), "\(refused.errors)")
    #expect(try audit([rows, "--schemes", "families"]).result.code == 64)
  }

  @Test func aLeaderboardNeedsNoContexts() throws {
    let rows = try data(copies: 0)[0]
    let (result, json) = try audit([rows, "--schemes", "linkage"])
    #expect(result.code == 0, "\(result.errors)")
    #expect((json["contexts"] as? String)?.contains("behaviour") == true)
    let schemes = json["schemes"] as? [[String: Any]] ?? []
    #expect(schemes.count == 2)
    // The standard leader hangs by a few votes, and the sentence says by how many.
    let fragility = try #require(schemes.first?["fragility"] as? [String: Any])
    let votes = try #require(fragility["votes"] as? Double)
    #expect(fragility["verified"] as? Bool == true && votes > 0)
    #expect(fragility["leader"] as? String != fragility["newLeader"] as? String)
    let gone = (fragility["dropped"] as? [[String: Any]] ?? []).reduce(0) {
      $0 + ($1["votes"] as? Double ?? 0)
    }
    #expect(abs(gone - votes) < 1e-9)
    #expect(
      (json["verdict"] as? [String])?.contains { $0.contains("another alternative would lead") } == true)
    let page = try String(contentsOfFile: folder.file("out/index.html"), encoding: .utf8)
    #expect(page.contains("How few votes decide who leads"))
  }

  @Test func theWorstInputs() throws {
    let files = try data()
    // One group that swallows everything: said, not hidden.
    let swallowed = try audit(files + ["--duplicates-within", "100"])
    #expect(swallowed.result.code == 0)
    #expect(swallowed.result.errors.contains("more than half"))
    // Threshold 0 finds exact copies only.
    let none = try audit(files + ["--duplicates-within", "0"])
    #expect(none.json["duplicateGroups"] as? Int == 1, "copy0 is exact")
    // All texts equal.
    let same = (0..<4).map { "{\"id\": \"n\($0)\", \"text\": \"the same\"}\n" }.joined()
    let pairs =
      "{\"a\": \"n0\", \"b\": \"n1\", \"preference\": 1}\n{\"a\": \"n2\", \"b\": \"n3\", \"preference\": 0}\n"
    let equal = try audit([
      folder.write(pairs, to: "p.jsonl"), "--alternatives", try folder.write(same, to: "same.jsonl"),
    ])
    #expect(equal.result.code == 0, "\(equal.result.errors)")
    // Contexts missing for some.
    let some = "{\"id\": \"n0\", \"context\": [1]}\n{\"id\": \"n1\"}\n"
    let missing = try audit([
      folder.file("p.jsonl"), "--alternatives", try folder.write(some, to: "some.jsonl"),
    ])
    #expect(missing.result.code == 65)
    // Texts missing for some.
    let half = "{\"id\": \"n0\", \"text\": \"x\"}\n{\"id\": \"n1\"}\n{\"id\": \"n2\"}\n{\"id\": \"n3\"}\n"
    let texts = try audit([
      folder.file("p.jsonl"), "--alternatives", try folder.write(half, to: "half.jsonl"),
    ])
    #expect(texts.result.code == 65)
    #expect(texts.result.errors.contains("no text of \"n1\""))
    for bad in [
      ["--schemes", "magic"], ["--clone", "nobody"], ["--duplicates-within", "-1"], ["--lambda", "0"],
      ["--bootstraps", "-1"], ["--schemes", "k-means=0"],
    ] {
      #expect(try audit(files + bad).result.code == 64, "\(bad)")
    }
  }

  @Test(arguments: [[], ["--dry-run"]])
  func `What an audit cannot do it says before it begins, dry or not`(dry: [String]) throws {
    let files = try data()
    let nobody = try audit(files + ["--clone", "nobody"] + dry).result
    #expect(nobody.code == 64 && nobody.errors.contains("nobody"), "\(nobody.errors)")
    let space = try audit(files + ["--schemes", "horizon", "--space", "ball"] + dry).result
    #expect(space.code == 64 && space.errors.contains("--space has no effect here"), "\(space.errors)")
    #expect(space.output.isEmpty && nobody.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder.file("out/index.html")))
  }
}
