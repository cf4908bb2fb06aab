import Foundation
import FoundationXML
import TestSupport
import Testing

/// What four users come for, from the files that they have to what they act on, on real data.
@Suite struct JobsTests {
  static let folder = RealDataTests.folder

  let place: TemporaryFolder

  init() throws { place = try TemporaryFolder() }

  // MARK: The files that people have, made of real answers and votes

  private static func lines(_ path: String) throws -> [[String: Any]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  private static func text(_ object: Any) throws -> String {
    String(
      decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
  }

  /// prompt, chosen, rejected: the comparisons of alpaca's answers as a trainer's file has them.
  private static func preferences() throws -> [(prompt: String, chosen: String, rejected: String)] {
    let folder = try #require(folder) + "/alpaca/"
    func texts(_ file: String) throws -> [String: String] {
      Dictionary(
        uniqueKeysWithValues: try lines(folder + file).map {
          ("\($0["id"] ?? "")", $0["text"] as? String ?? "")
        })
    }
    let answers = try texts("alternatives.jsonl")
    let prompts = try texts("prompts.jsonl")
    return try lines(folder + "comparisons.jsonl").map { row in
      let a = answers[row["a"] as? String ?? ""] ?? ""
      let b = answers[row["b"] as? String ?? ""] ?? ""
      let prefersB = (row["preference_b"] as? Double ?? 0) > 0.5
      return (prompts["\(row["prompt"] ?? "")"] ?? "", prefersB ? b : a, prefersB ? a : b)
    }
  }

  private static func user(_ text: String) -> [String: String] { ["role": "user", "content": text] }
  private static func assistant(_ text: String) -> [String: String] {
    ["role": "assistant", "content": text]
  }

  private func write(
    _ name: String, _ rows: [(prompt: String, chosen: String, rejected: String)],
    _ row: ((prompt: String, chosen: String, rejected: String)) -> [String: Any]
  ) throws -> String {
    try place.write(rows.map { try Self.text(row($0)) + "\n" }.joined(), to: name)
  }

  private func trl(_ rows: [(prompt: String, chosen: String, rejected: String)]) throws -> String {
    try write("trl.jsonl", rows) { ["prompt": $0.prompt, "chosen": $0.chosen, "rejected": $0.rejected] }
  }

  /// Standard rewards by id.
  private func rewards(_ path: String) throws -> [String: Double] {
    let result = try Tool.run(["fit", path, "--weights", "none", "--lambda", "0.1", "--format", "json"])
    #expect(result.code == 0, "\(path): \(result.errors)")
    return Dictionary(
      uniqueKeysWithValues: result.rows().map {
        ($0["id"] as? String ?? "", $0["standardReward"] as? Double ?? .nan)
      })
  }

  // MARK: A trainer of reward models

  @Test(.enabled(if: folder != nil, "shared/data is not here"))
  func `The same preferences are the same alternatives and rewards in every container and layout`() throws {
    let rows = try Self.preferences()
    let expected = try rewards(trl(rows))
    #expect(expected.count == 1_398)
    var files = [
      try write("messages.jsonl", rows) {
        [
          "prompt": [Self.user($0.prompt)], "chosen": [Self.assistant($0.chosen)],
          "rejected": [Self.assistant($0.rejected)],
        ]
      },
      try write("implicit.jsonl", rows) {
        [
          "chosen": [Self.user($0.prompt), Self.assistant($0.chosen)],
          "rejected": [Self.user($0.prompt), Self.assistant($0.rejected)],
        ]
      },
      try write("hh.jsonl", rows) {
        [
          "chosen": "\n\nHuman: \($0.prompt)\n\nAssistant: \($0.chosen)",
          "rejected": "\n\nHuman: \($0.prompt)\n\nAssistant: \($0.rejected)",
        ]
      },
      try write("openai.jsonl", rows) {
        [
          "input": ["messages": [Self.user($0.prompt)]], "preferred_output": [Self.assistant($0.chosen)],
          "non_preferred_output": [Self.assistant($0.rejected)],
        ]
      },
      try write("nemo.jsonl", rows) {
        [
          "context": [Self.user($0.prompt)],
          "completions": [
            ["rank": 1, "completion": [Self.assistant($0.rejected)]] as [String: Any],
            ["rank": 0, "completion": [Self.assistant($0.chosen)]],
          ],
        ]
      },
    ]
    // Our own writers: CSV, TSV and Parquet of texts and of messages.
    for (source, name) in [
      ("trl.jsonl", "x.csv"), ("trl.jsonl", "x.tsv"), ("trl.jsonl", "x.parquet"),
      ("messages.jsonl", "m.parquet"), ("implicit.jsonl", "i.csv"),
    ] {
      let target = place.path + "/" + name
      let made = try Tool.run([
        "export", place.path + "/" + source, "--weights", "none", "--embedder", "none", "-o", target,
      ])
      #expect(made.code == 0, "\(made.errors)")
      files.append(target)
    }
    for file in files {
      let found = try rewards(file)
      #expect(found.count == expected.count, "\(file)")
      // The order of rows and of sides rounds sums differently.
      #expect(
        found.allSatisfy { id, reward in expected[id].map { abs($0 - reward) < 1e-9 } ?? false }, "\(file)")
    }
  }

  private static let writers: [(library: String, script: String)] = [
    ("pyarrow", "import pyarrow.json as j, pyarrow.parquet as p; p.write_table(j.read_json(a), b)"),
    ("pandas", "import pandas; pandas.read_json(a, lines=True).to_parquet(b)"),
    ("polars", "import polars; polars.read_ndjson(a).write_parquet(b)"),
    (
      "duckdb",
      "import duckdb; duckdb.sql(f\"copy (from read_json('{a}')) to '{b}' (format parquet, compression zstd)\")"
    ),
    ("datasets", "import datasets; datasets.Dataset.from_json(a, cache_dir=b + '.cache').to_parquet(b)"),
  ]

  @Test(.enabled(if: folder != nil, "shared/data is not here"), arguments: 0..<5)
  func `Parquet of other libraries is read, where Python has them`(number: Int) throws {
    let (library, script) = Self.writers[number]
    guard try Tool.run(["python3", "-c", "import pyarrow, \(library)"], program: "/usr/bin/env").code == 0
    else {
      print("skipped: python3 has no \(library)")
      return
    }
    let rows = try Self.preferences()
    let expected = try rewards(trl(rows))
    let messages = try write("messages.jsonl", rows) {
      [
        "prompt": [Self.user($0.prompt)], "chosen": [Self.assistant($0.chosen)],
        "rejected": [Self.assistant($0.rejected)],
      ]
    }
    for source in [place.path + "/trl.jsonl", messages] {
      let target = "\(place.path)/\(library).parquet"
      let made = try Tool.run(
        ["python3", "-c", "import sys; a, b = sys.argv[1:]; \(script)", source, target],
        program: "/usr/bin/env")
      #expect(made.code == 0, "\(made.errors.suffix(400))")
      #expect(try rewards(target) == expected, "\(library) \(source)")
    }
  }

  @Test(.enabled(if: folder != nil, "shared/data is not here"))
  func `A trainer gets every row with its weight, or rows drawn by it`() throws {
    let rows = try Self.preferences()
    let source = try trl(rows)
    let inspected = try Tool.run(["inspect", source])
    #expect(
      inspected.output.contains("layout   preference")
        && inspected.output.contains("read     chosen, prompt, rejected"))
    let target = place.path + "/weighted.jsonl"
    let made = try Tool.run(["export", source, "--rewards", "--margin", "-o", target])
    #expect(made.code == 0, "\(made.errors)")
    let weighted = try Self.lines(target)
    #expect(weighted.count == rows.count)
    for (row, known) in zip(weighted, rows) {
      #expect(row["chosen"] as? String == known.chosen && row["prompt"] as? String == known.prompt)
    }
    let weights = weighted.compactMap { $0["weight"] as? Double }
    #expect(abs(weights.reduce(0, +) / Double(weights.count) - 1) < 1e-12)
    #expect((weights.min() ?? 1) < 0.5 && (weights.max() ?? 0) < 2)
    // Copies of one answer are one group; margins are differences of rewards.
    #expect(
      weighted.allSatisfy { row in
        guard let a = row["reward_a"] as? Double, let b = row["reward_b"] as? Double,
          let margin = row["margin"] as? Double
        else { return false }
        return abs(a - b - margin) < 1e-12
      })
    // Drawn rows: each as often as expected, rounded down or up; the same seed draws the same.
    let drawn = place.path + "/drawn.jsonl"
    let again = place.path + "/again.jsonl"
    for (file, seed) in [(drawn, "5"), (again, "5")] {
      #expect(try Tool.run(["export", source, "--resample", "5000", "--seed", seed, "-o", file]).code == 0)
    }
    #expect(FileManager.default.contentsEqual(atPath: drawn, andPath: again))
    var times = [Int](repeating: 0, count: rows.count)
    for row in try Self.lines(drawn) {
      #expect(row["weight"] as? Double == 1)
      times[(row["source_row"] as? Int ?? 1) - 1] += 1
    }
    #expect(times.reduce(0, +) == 5_000)
    for (count, weight) in zip(times, weights) {
      #expect(abs(Double(count) - 5_000 * weight / Double(rows.count)) < 1 + 1e-9)
    }
    // A folder opens again as rows of the same weights.
    let folder = place.path + "/set"
    #expect(try Tool.run(["export", source, "-o", folder + "/"]).code == 0)
    #expect(try rewards(folder) == rewards(source))
    let again2 = try Tool.run(["inspect", folder, "--subset", "alternatives"])
    #expect(again2.code == 65 && again2.errors.contains("prompt_id"))
  }

  // MARK: A curator of preference data

  @Test(.enabled(if: folder != nil, "shared/data is not here"))
  func `A curator gets every group of near-duplicates with its rows and a decision`() throws {
    let source = try trl(Self.preferences())
    let target = place.path + "/duplicates.jsonl"
    let found = try Tool.run(["duplicates", source, "-o", target])
    #expect(found.code == 0, "\(found.errors)")
    let members = try Self.lines(target)
    #expect(members.count > 30 && members.count < 200)
    let text = try String(contentsOfFile: source, encoding: .utf8).split(separator: "\n").map(String.init)
    for member in members {
      let row = try #require(member["line"] as? Int)
      let answer = try #require(member["text"] as? String)
      let line = try #require(
        try JSONSerialization.jsonObject(with: Data(text[row - 1].utf8)) as? [String: Any])
      #expect(line["chosen"] as? String == answer || line["rejected"] as? String == answer)
      #expect(["keep", "review", "drop"].contains(member["decision"] as? String ?? ""))
      #expect(member["near_duplicate_score"] is Double && member["is_near_duplicate_issue"] is Bool)
    }
    // Different facts are for people: the battleship of 1940 and 1941.
    let ships = members.filter {
      ($0["text"] as? String ?? "").contains("Yamato battleship was built in 1940")
    }
    #expect(ships.allSatisfy { $0["decision"] as? String != "drop" })
  }

  // MARK: A leaderboard

  private static func battles() throws -> [[String: String]] {
    let lines = try String(contentsOfFile: try #require(folder) + "/llmfao/votes.csv", encoding: .utf8).split(
      separator: "\n")
    let names = lines[0].split(separator: ",").map(String.init)
    return lines.dropFirst().compactMap { line in
      // Names of series have commas, in quotation marks.
      let plain = line.replacing(", with", with: " with").replacing("\"", with: "")
      let cells = plain.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard cells.count == names.count else { return nil }
      let row = Dictionary(uniqueKeysWithValues: zip(names, cells))
      return [
        "question_id": row["prompt"] ?? "", "model_a": row["left"] ?? "", "model_b": row["right"] ?? "",
        "winner": ["left": "model_a", "right": "model_b"][row["winner"] ?? ""] ?? "tie (bothbad)",
        "judge": "user_\(row["worker"] ?? "")",
        "language": (Int(row["prompt"] ?? "0") ?? 0) % 3 == 0 ? "German" : "English",
      ]
    }
  }

  @Test(.enabled(if: folder != nil, "shared/data is not here"))
  func `A leaderboard is made of battles in JSON, CSV and Parquet, and says what is noise`() throws {
    let battles = try Self.battles()
    #expect(battles.count == 8_931)
    let json = try place.write(try Self.text(battles), to: "arena.json")
    let csv = place.path + "/arena.csv"
    let parquet = place.path + "/arena.parquet"
    for file in [csv, parquet] {
      #expect(try Tool.run(["export", json, "-o", file]).code == 0)
    }
    let boards = try [json, csv, parquet].map { try Tool.run(["rank", $0, "--format", "json"]) }
    for board in boards { #expect(board.code == 0 && board.output == boards[0].output, "\(board.errors)") }
    let rows = boards[0].rows()
    #expect(rows.count == 59)
    #expect((boards[0].json["lead"] as? [String: Any])?["first"] as? String == "GPT 4")
    // Judges are annotators, and both bad is no tie between good ones.
    #expect(rows.contains { ($0["bothBad"] as? Double ?? 0) > 0 })
    let fit = try Tool.run(["fit", json])
    #expect(fit.output.contains("clustered by 124 annotators"))
    // Filters, several files, categories.
    let german = try Tool.run(["rank", json, "--where", "language=German", "--format", "json"])
    #expect((german.json["comparisons"] as? Int) == battles.count { $0["language"] == "German" })
    let decided = try Tool.run(["rank", json, "--drop", "both_bad", "--format", "json"])
    #expect((decided.json["comparisons"] as? Int) == battles.count { $0["winner"] != "tie (bothbad)" })
    let tables = try Tool.run(["rank", json, "--category", "language"])
    #expect(tables.output.contains("== language: German =="))
    // What moved since the first half.
    let half = try place.write(try Self.text(Array(battles.prefix(4_000))), to: "monday.json")
    let rest = try place.write(try Self.text(Array(battles.dropFirst(4_000))), to: "tuesday.json")
    let first = place.path + "/monday-board.json"
    let both = place.path + "/tuesday-board.json"
    #expect(try Tool.run(["rank", half, "--lambda", "0.1", "-o", first]).code == 0)
    #expect(try Tool.run(["rank", half, rest, "--lambda", "0.1", "-o", both]).code == 0)
    let compared = try Tool.run(["compare", first, both, "--nested"])
    #expect(compared.code == 0, "\(compared.errors)")
  }

  @Test func `Families can stand in columns of the votes`() throws {
    let votes = try place.write(
      "model_a,model_b,winner,org_a,org_b\n"
        + String(
          repeating: "x1,y,model_a,X,Y\nx2,y,model_a,X,Y\nz,x1,model_b,Z,X\nz,y,model_a,Z,Y\n", count: 5),
      to: "v.csv")
    let board = try Tool.run(["rank", votes, "--family", "org", "--format", "json"])
    #expect(board.code == 0, "\(board.errors)")
    #expect(board.rows().first { $0["id"] as? String == "x2" }?["family"] as? String == "X")
    let none = try Tool.run(["rank", votes, "--family", "country"])
    #expect(none.code == 65 && none.errors.contains("country_a and country_b"))
    let torn = try place.write(
      "model_a,model_b,winner,org_a,org_b\nx,y,model_a,X,Y\nx,z,model_a,Y,Z\n", to: "t.csv")
    let wrong = try Tool.run(["rank", torn, "--family", "org"])
    #expect(
      wrong.code == 65 && wrong.errors.contains("t.csv:3: field \"org_a\": found \"Y\" for \"x\""),
      "\(wrong.errors)")
  }

  // MARK: A researcher

  /// Rows of a CSV file by their columns.
  private func table(_ path: String) throws -> [[String: String]] {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let header = try #require(lines.first).split(separator: ",").map(String.init)
    return lines.dropFirst().map { line in
      // Names of series have commas, in quotation marks.
      let plain = line.replacing(", with", with: " with").replacing("\"", with: "")
      let cells = plain.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return Dictionary(zip(header, cells), uniquingKeysWith: { first, _ in first })
    }
  }

  @Test func `A researcher takes a figure into a paper, and asks annotators of their own`() throws {
    let annotators = try place.write(
      """
      share,food,art,romance
      2,very uninterested,really like,mildly interested
      1.5,really like,mildly interested,very uninterested
      1.5,mildly interested,very uninterested,really like

      """, to: "mine.csv")
    let report = place.file("report")
    let result = try Tool.run([
      "reproduce", "--only", "Table 2,Figure 4", "--annotators", annotators, "--comparisons", "60", "--runs",
      "2",
      "--repeats", "2", "-o", report,
    ])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains("Figure 4, own annotators"))
    // The drawings are XML that stands on its own, and the numbers are those that the section prints.
    for name in ["table-2-rewards", "figure-3", "figure-4", "figure-5"] {
      let drawing = try Data(contentsOf: URL(fileURLWithPath: "\(report)/figures/\(name).svg"))
      #expect(XMLParser(data: drawing).parse(), "\(name)")
    }
    let rewards = try table("\(report)/figures/table-2-rewards.csv")
    let before = rewards.filter { $0["series"] == "without clone" }
    #expect(before.map { $0["x"] ?? "" } == ["a", "b", "c"])
    // Theorem 3.2: a leads without the clone, b with it.
    let reward: ([[String: String]], String) -> Double = { rows, name in
      rows.first { $0["x"] == name }?["y"].flatMap(Double.init) ?? .nan
    }
    #expect(reward(before, "a") > reward(before, "b"))
    let after = rewards.filter { $0["series"] == "standard with clone" }
    #expect(reward(after, "b") > reward(after, "a"))
    let topics = try table("\(report)/figures/figure-4.csv")
    #expect(topics.count == 6 && topics.allSatisfy { Double($0["error"] ?? "") != nil })
    // The same question twice gives the same bytes.
    let again = place.file("again")
    let second = try Tool.run([
      "reproduce", "--only", "7", "--annotators", annotators, "--comparisons", "60", "--runs", "2",
      "--repeats",
      "2", "-o", again,
    ])
    #expect(second.code == 0)
    let figure: (String) throws -> Data = {
      try Data(contentsOf: URL(fileURLWithPath: "\($0)/figures/figure-4.svg"))
    }
    #expect(try figure(report) == figure(again))
  }
}
