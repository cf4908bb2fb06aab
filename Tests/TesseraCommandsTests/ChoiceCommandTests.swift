import Foundation
import TestSupport
import Testing

/// What the tool does where nothing is asked, and says of it.
@Suite struct ChoiceCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Answers to twelve prompts with a few comparisons each; the last answer of each prompt is nearly the first.
  private func answers() throws -> [String] {
    var (comparisons, alternatives) = ("", "")
    for prompt in 0..<12 {
      for i in 0..<5 {
        let x = Double(prompt * 7 + (i == 4 ? 0 : i)) + (i == 4 ? 0.001 : 0)
        alternatives +=
          "{\"id\": \"p\(prompt)/\(i)\", \"prompt\": \"\(prompt)\", \"context\": [\(x), \(sin(x) * 3), \(cos(2 * x) * 3)]}\n"
        if i > 0 {
          comparisons +=
            "{\"a\": \"p\(prompt)/0\", \"b\": \"p\(prompt)/\(i)\", \"preference\": \((prompt + i) % 3 == 0 ? 1 : 0), \"prompt\": \"\(prompt)\"}\n"
        }
      }
    }
    return [
      try folder.write(comparisons, to: "c.jsonl"), "--alternatives",
      try folder.write(alternatives, to: "a.jsonl"),
    ]
  }

  /// Votes on eight models, of which three are versions of one.
  private func board() throws -> String {
    var rows = "a,b,winner,worker\n"
    for k in 0..<400 {
      let (i, j) = (k % 8, (k % 8 + 1 + (k / 8) % 7) % 8)
      rows += "m\(i),m\(j),\((k * 7 + i) % 11 < 4 + (i < j ? 4 : 0) ? "a" : "b"),w\(k % 9)\n"
    }
    return try folder.write(rows, to: "votes.csv")
  }

  @Test func `Answers are weighed by their comparisons, and three lines say why`() throws {
    let files = try answers()
    let table = try Tool.run(["fit"] + files)
    #expect(table.code == 0, "\(table.errors)")
    #expect(
      table.output.contains(
        "why        weights: local, since contexts are known and 2.7 % of the pairs were compared"))
    #expect(
      table.output.contains("           pairs: count, so that every comparison counts; pairs have 1.0 each"))
    #expect(table.output.contains("           lambda: "))
    #expect(table.output.contains("different comparisons among 48 pairs"))
    let document = try Tool.run(["fit"] + files + ["--format", "json"]).json
    let choice = try #require(document["choice"] as? [String: Any])
    #expect(choice["weights"] as? String == "local" && choice["pairs"] as? String == "count")
    #expect(choice["reason"] as? String == "comparisonsOfAnswers")
    #expect((choice["why"] as? [String])?.count == 3)
    let weights = try #require(document["weights"] as? [String: Any])
    #expect(weights["scheme"] as? String == "local" && (weights["scale"] as? Double ?? 0) > 0)
    let resolution = try #require(weights["resolution"] as? Double)
    #expect(abs(resolution / (weights["scale"] as? Double ?? 1) - 0.42) < 1e-12)
    let estimates = try #require(document["estimates"] as? [String: [String: Any]])
    for estimate in estimates.values {
      let points = try #require((estimate["lambdaCurve"] as? [String: Any])?["points"] as? [[String: Double]])
      let least = try #require(points.reversed().min { ($0["loss"] ?? 9) < ($1["loss"] ?? 9) })
      #expect(points.count == 11 && least["lambda"] == estimate["lambda"] as? Double)
    }
    // What was printed can be checked without us, the weights of pairs with it.
    let file = folder.file("fit.json")
    #expect(try Tool.run(["fit"] + files + ["--format", "json", "-o", file]).code == 0)
    let verified = try Tool.run(["verify", file, "--comparisons", files[0]])
    #expect(verified.code == 0, "\(verified.output)")
  }

  @Test func `A forged lambda is found out`() throws {
    let files = try answers()
    let file = folder.file("fit.json")
    #expect(try Tool.run(["fit"] + files + ["--format", "json", "-o", file]).code == 0)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let forged = text.replacing("\"lambda\": ", with: "\"lambda\": 2", maxReplacements: 1)
    try forged.write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try Tool.run(["verify", file, "--comparisons", files[0]]).code == 1)
  }

  @Test func `A board without contexts says what would be needed`() throws {
    let votes = try board()
    let plain = try Tool.run(["fit", votes])
    #expect(
      plain.output.contains(
        "why        weights: none, since nothing tells which alternatives are alike; contexts would"))
    #expect(plain.output.contains("folds of annotators"))
    let document = try Tool.run(["fit", votes, "--format", "json"]).json
    #expect(document["pairs"] as? String == "count")
    let profiles = try Tool.run(["fit", votes, "--profiles"])
    #expect(profiles.code == 0 && profiles.errors.contains("profiles of win rates tell how alternatives win"))
    #expect(profiles.output.contains("weights    horizon, exact"))
    let both = try Tool.run(["fit"] + answers() + ["--profiles"])
    #expect(both.code == 64 && both.errors.contains("profiles"))
  }

  @Test func `Declared families share, and are ranked by their mean`() throws {
    let votes = try board()
    let families = try folder.write("id,family\nm0,one\nm1,one\nm2,one\nm5,two\n", to: "families.csv")
    let table = try Tool.run(["fit", votes, "--families", families])
    #expect(table.code == 0, "\(table.errors)")
    #expect(table.output.contains("weights: families, each as one alternative"))
    #expect(
      table.output.contains("Families: the best of many members is ahead by luck alone, the mean is not."))
    let file = folder.file("fit.json")
    #expect(try Tool.run(["fit", votes, "--families", families, "--format", "json", "-o", file]).code == 0)
    let verified = try Tool.run(["verify", file, "--comparisons", votes])
    #expect(verified.code == 0, "\(verified.output)")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: file))) as? [String: Any])
    let list = try #require(document["families"] as? [[String: Any]])
    #expect(
      list.count == 6
        && list.contains { $0["name"] as? String == "one" && ($0["members"] as? [String])?.count == 3 })
    let rows = try #require(document["alternatives"] as? [[String: Any]])
    #expect(
      abs((rows[0]["weight"] as? Double ?? 0) - 1.0 / 18) < 1e-15
        && abs((rows[7]["weight"] as? Double ?? 0) - 1.0 / 6) < 1e-15)
    // A copy of a member's record inside its family changes nothing for the others.
    let text = try String(contentsOfFile: votes, encoding: .utf8)
    let copied =
      text
      + text.split(separator: "\n").dropFirst().compactMap { row -> String? in
        let fields = row.split(separator: ",").map(String.init)
        guard fields[0] == "m5" || fields[1] == "m5" else { return nil }
        return fields.map { $0 == "m5" ? "m5 again" : $0 }.joined(separator: ",") + "\n"
      }.joined()
    let more = try folder.write(copied, to: "more.csv")
    let wider = try folder.write("id,family\nm0,one\nm1,one\nm2,one\nm5,two\nm5 again,two\n", to: "wider.csv")
    let fixed = ["--lambda", "0.1", "--format", "json"]
    let before = try Tool.run(["fit", votes, "--families", families] + fixed).rows()
    let after = try Tool.run(["fit", more, "--families", wider] + fixed).rows()
    for row in before {
      let same = after.first { $0["id"] as? String == row["id"] as? String }
      #expect(
        abs((row["weightedReward"] as? Double ?? 9) - (same?["weightedReward"] as? Double ?? -9)) < 1e-7)
    }
    for (options, words) in [
      (["--weights", "families"], "--families"),
      (["--families", families, "--weights", "uniform"], "--families"),
      (["--families", try folder.write("id,family\nstranger,one\n", to: "bad.csv")], "bad.csv:2"),
    ] {
      let refused = try Tool.run(["fit", votes] + options)
      #expect(refused.code != 0 && refused.errors.contains(words), "\(refused.errors)")
    }
  }

  @Test func `The paper's choices in one word`() throws {
    let files = try answers()
    let paper = try Tool.run(["fit"] + files + ["--paper", "--format", "json"])
    #expect(paper.code == 0, "\(paper.errors)")
    let document = paper.json
    #expect(document["lambda"] as? Double == 0.1 && document["pairs"] as? String == "proportion")
    #expect(document["lambdaConvention"] as? String == "paper")
    #expect((document["weights"] as? [String: Any])?["space"] as? String == "unit-cube")
    let other = try Tool.run(
      ["fit"] + files + ["--paper", "--space", "bounding-box", "--lambda", "0.3", "--format", "json"])
    #expect(other.json["lambda"] as? Double == 0.3)
    #expect((other.json["weights"] as? [String: Any])?["space"] as? String == "bounding-box")
    let bare = try Tool.run(["fit", try board(), "--paper", "--format", "json"])
    #expect(bare.code == 0 && bare.json["pairs"] as? String == "proportion")
  }

  @Test func `Lambda is a number or auto`() throws {
    let votes = try board()
    #expect(try Tool.run(["fit", votes, "--lambda", "auto"]).output == Tool.run(["fit", votes]).output)
    for bad in ["0", "-1", "much", "nan", "inf"] {
      let refused = try Tool.run(["fit", votes, "--lambda=\(bad)"])
      #expect(refused.code == 64 && refused.errors.contains("lambda"), "\(bad): \(refused.errors)")
    }
    let settings = try folder.write(
      "{\"lambda\": \"auto\", \"pairs\": \"auto\", \"weights\": \"auto\"}", to: "s.json")
    #expect(try Tool.run(["fit", votes, "--config", settings]).output == Tool.run(["fit", votes]).output)
    let wrong = try folder.write("{\"lambda\": \"little\"}", to: "w.json")
    #expect(try Tool.run(["fit", votes, "--config", wrong]).code == 65)
  }

  @Test func `Weights of comparisons refuse what they cannot have`() throws {
    let files = try answers()
    let convention = try Tool.run(["fit"] + files + ["--weights", "local", "--lambda-convention", "paper"])
    #expect(convention.code == 64 && convention.errors.contains("--lambda-convention"))
    let samples = try Tool.run(["fit"] + files + ["--weights", "local", "--samples", "100"])
    #expect(samples.code == 64)
    // Contexts alone hold no comparisons.
    let alone = try Tool.run(["weights", files[2], "--weights", "local"])
    #expect(alone.code == 64 && alone.errors.contains("comparisons"), "\(alone.errors)")
  }

  @Test func `More comparisons on a state are the fit of all`() throws {
    let files = try answers()
    let rows = try String(contentsOfFile: files[0], encoding: .utf8).split(separator: "\n").map { $0 + "\n" }
    let first = try folder.write(rows[..<30].joined(), to: "first.jsonl")
    let second = try folder.write(rows[30...].joined(), to: "second.jsonl")
    let state = folder.file("state.json")
    let rest = Array(files[1...])
    #expect(try Tool.run(["fit", first] + rest + ["--save-state", state]).code == 0)
    let grown = try Tool.run(["fit", second] + rest + ["--from-state", state, "--format", "json"])
    let whole = try Tool.run(["fit"] + files + ["--format", "json"])
    #expect(grown.code == 0, "\(grown.errors)")
    for (a, b) in zip(grown.rows(), whole.rows()) {
      #expect(a["weight"] as? Double == b["weight"] as? Double)
      #expect(abs((a["weightedReward"] as? Double ?? 9) - (b["weightedReward"] as? Double ?? -9)) < 1e-7)
    }
  }

  @Test func `Trained rewards have weights of comparisons and a lambda of their own`() throws {
    let files = try answers()
    let model = folder.file("m.safetensors")
    let trained = try Tool.run(
      ["train"] + files + ["--model", "linear", "--runs", "1", "--steps", "50", "-o", model])
    #expect(trained.code == 0, "\(trained.errors)")
    #expect(trained.output.contains("folds of prompts with a linear reward"))
    let again = try Tool.run(
      ["train"] + files + [
        "--model", "linear", "--runs", "1", "--steps", "50", "--lambda", "0.1", "--weights", "uniform", "-o",
        model,
      ])
    #expect(again.code == 0 && again.output.contains("lambda 0.1 (standard)"))
  }
}
