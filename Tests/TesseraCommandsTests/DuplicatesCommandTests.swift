import Foundation
import TestSupport
import Testing

@Suite struct DuplicatesCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Two prompts; of the first three answers two say the same, a blank line in between.
  func data() throws -> (alternatives: String, votes: String) {
    let lines = [
      #"{"id": "a", "prompt": "p", "context": [0, 1], "text": "Built in 1940."}"#,
      #"{"id": "b", "prompt": "p", "context": [0, 1.01], "text": "built in 1940"}"#, "",
      #"{"id": "c", "prompt": "p", "context": [0, 1.02], "text": "Built, \"they say\", in 1941."}"#,
      #"{"id": "d", "prompt": "p", "context": [5, 1], "text": "No idea", "model": "m"}"#,
      #"{"id": "e", "prompt": "q", "context": [0, 1], "text": "Built in 1940."}"#,
      #"{"id": "f", "prompt": "q", "context": [9, 9], "text": "Never"}"#,
    ]
    return (
      try folder.write(lines.joined(separator: "\n") + "\n", to: "a.jsonl"),
      try folder.write(
        "{\"a\": \"a\", \"b\": \"d\", \"preference\": 1}\n{\"a\": \"e\", \"b\": \"f\", \"preference\": 0.25}\n",
        to: "v.jsonl")
    )
  }

  func run(_ arguments: [String]) throws -> Tool.Result { try Tool.run(["duplicates"] + arguments) }

  @Test func `The answer comes first, and every member has a decision`() throws {
    let (alternatives, votes) = try data()
    let found = try run([votes, "--alternatives", alternatives, "--within", "distance=0.1"])
    #expect(found.code == 0, "\(found.errors)")
    let lines = found.output.split(separator: "\n").map(String.init)
    #expect(
      lines[0]
        == "3 of 6 answers are near-duplicates, in 1 group; 1 can be dropped as they stand, 1 needs a look.")
    #expect(lines[2].hasPrefix("Only answers to one prompt are compared"))
    #expect(found.output.contains("group 1: 3 answers, prompt p"))
    #expect(found.output.contains("other numbers: 1941, and in b 1940"))
    #expect(lines.allSatisfy { $0.count <= 260 })
    let across = try run(["--alternatives", alternatives, "--within", "0", "--across-prompts"])
    #expect(
      across.output.hasPrefix(
        "2 of 6 answers are near-duplicates, in 1 group; 1 can be dropped as they stand, 0 need a look."))
  }

  @Test func `Every format has the same rows, joinable by row and id`() throws {
    let (alternatives, votes) = try data()
    let base = [votes, "--alternatives", alternatives, "--within", "distance=0.1", "--all"]
    let json = try run(base + ["--format", "json"]).json
    let rows = try #require(json["rows"] as? [[String: Any]])
    #expect(rows.map { $0["row"] as? Int } == [0, 1, 2, 3, 4, 5])
    // The blank line counts as a line.
    #expect(rows.map { $0["line"] as? Int } == [1, 2, 4, 5, 6, 7])
    #expect(rows.map { $0["is_near_duplicate_issue"] as? Bool } == [true, true, true, false, false, false])
    #expect(rows[0]["near_duplicate_sets"] as? [Int] == [1, 2])
    let median = try #require(json["medianDistance"] as? Double)
    for row in rows {
      let distance = try #require(row["distance_to_nearest_neighbor"] as? Double)
      #expect(abs((row["near_duplicate_score"] as? Double ?? 9) - (1 - exp(-distance / median))) < 1e-15)
    }
    #expect(rows[0]["wins"] as? Double == 1 && rows[4]["wins"] as? Double == 0.25)
    let weights = rows.compactMap { $0["comparisonWeight"] as? Double }
    #expect(weights.count == 6 && abs(weights.reduce(0, +) - 1) < 1e-12)
    #expect(
      json["withinPrompts"] as? Bool == true && json["review"] as? Int == 1 && json["drop"] as? Int == 1)

    _ = try run(base + ["-o", folder.file("o.jsonl")])
    let text = try String(contentsOfFile: folder.file("o.jsonl"), encoding: .utf8)
    let lines = text.split(separator: "\n").map {
      (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? NSDictionary
    }
    #expect(lines == rows.map { $0 as NSDictionary })
    _ = try run(base + ["-o", folder.file("o.csv")])
    let csv = try String(contentsOfFile: folder.file("o.csv"), encoding: .utf8).split(separator: "\n")
    #expect(csv[0].hasPrefix("row,line,id,prompt,model,text,group,groupSize,decision,reason,"))
    #expect(csv.count == 7 && csv[3].contains("\"Built, \"\"they say\"\", in 1941.\""))
    #expect(csv[1].contains(",\"[1, 2]\","))
    let bytes = try run(base + ["--format", "json"]).output
    #expect(try run(base + ["--format", "json", "--threads", "1"]).output == bytes)
  }

  @Test func `What stays is copied line for line`() throws {
    let (alternatives, _) = try data()
    let target = folder.file("clean.jsonl")
    let found = try run([
      "--alternatives", alternatives, "--across-prompts", "--within", "exact", "--deduplicated", target,
    ])
    #expect(found.code == 0, "\(found.errors)")
    let lines = try String(contentsOfFile: alternatives, encoding: .utf8).split(separator: "\n")
    let kept = try String(contentsOfFile: target, encoding: .utf8).split(separator: "\n")
    #expect(kept == lines.filter { !$0.contains("\"id\": \"e\"") })
  }

  @Test func `Mistakes are said with their place`() throws {
    let (alternatives, _) = try data()
    let bare = try folder.write("{\"id\": \"a\"}\n{\"id\": \"b\"}\n", to: "bare.jsonl")
    let bad = try folder.write("{\"id\": \"a\", \"context\": [NaN]}\n", to: "bad.jsonl")
    for (arguments, code, words) in [
      ([], 64, "--alternatives"),
      (["--alternatives", alternatives, "--within", "cosine=3"], 64, "cosine=SIMILARITY"),
      (["--alternatives", alternatives, "--all"], 64, "--format"),
      (["--alternatives", alternatives, "--top", "-1"], 64, "--top"),
      (["--alternatives", folder.file("none.jsonl")], 66, "no such file"),
      (["--alternatives", bare], 65, "no contexts"), (["--alternatives", bad], 65, "bad.jsonl:1"),
      (["--alternatives", alternatives, "-o", folder.file("no/folder.csv")], 73, "cannot be written"),
    ] as [([String], Int32, String)] {
      let found = try run(arguments)
      #expect(found.code == code && found.errors.contains(words), "\(arguments): \(found.errors)")
    }
  }

  @Test func `Texts without contexts are embedded`() throws {
    // The built-in embedder knows words: every text but the copy of the first has two of its own.
    let words = ["red", "blue", "green", "stone", "river", "cloud", "tiger", "lemon", "piano", "winter"]
    let lines = (words + ["red"]).enumerated().map { number, word in
      "{\"id\": \"t\(number)\", \"text\": \"\(word) and only \(word)s\"}\n"
    }
    let found = try run(["--alternatives", folder.write(lines.joined(), to: "t.jsonl"), "--within", "exact"])
    #expect(
      found.code == 0 && found.output.contains(" 1 can be dropped as "), "\(found.output) \(found.errors)")
    #expect(found.output.contains("drop") && found.output.contains("an exact copy of t0"))
  }
}
