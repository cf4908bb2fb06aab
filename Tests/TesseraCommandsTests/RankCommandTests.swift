import Foundation
import TestSupport
import Testing

@Suite struct RankCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Three models, one in two sizes: x leads, the others are level.
  func votes() throws -> String {
    var rows = "a,b,winner,language\n"
    func add(_ a: String, _ b: String, _ winner: String, _ count: Int, _ language: String = "en") {
      rows += String(repeating: "\(a),\(b),\(winner),\(language)\n", count: count)
    }
    add("x", "y 7B", "x", 80)
    add("x", "y 7B", "y 7B", 20)
    add("x", "y 13B", "x", 78)
    add("x", "y 13B", "tie", 4)
    add("x", "y 13B", "y 13B", 18)
    add("y 7B", "y 13B", "y 7B", 50, "de")
    add("y 7B", "y 13B", "y 13B", 50, "de")
    return try folder.write(rows, to: "votes.csv")
  }

  @Test func `The answer comes first, then the table`() throws {
    let result = try Tool.run(["rank", votes()])
    #expect(result.code == 0 && result.errors == "")
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("x leads with a score of 11"))
    #expect(lines[1].contains("beyond noise: nobody else can have rank 1"))
    #expect(result.output.contains("names suggest 1 family of 2 alternatives"))
    let table = try #require(lines.firstIndex { $0.hasPrefix("rank  places  alternative") })
    #expect(lines[table].contains("score  95 % interval  win rate  comparisons  ties"))
    #expect(lines[table + 1].contains(try Regex("^ +1 +1  x +11[0-9]{2} ")))
    #expect(lines[table + 1].contains(try Regex("0\\.800 +200 +4$")))
    #expect(lines[table + 2].contains(try Regex("^ +2 +2-3  y ")))
    #expect(lines[table + 3].contains(try Regex("^ +2 +2-3  y ")))
  }

  @Test func `The document says what the table says, and the seed decides it`() throws {
    let votes = try votes()
    let document = folder.file("board.json")
    #expect(try Tool.run(["rank", votes, "-o", document]).code == 0)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: document))
    let again = try Tool.run(["rank", votes, "--format", "json", "--threads", "1"])
    #expect(Data(again.output.utf8) == bytes)
    #expect(again.json["kind"] as? String == "tessera rank")
    let lead = try #require(again.json["lead"] as? [String: Any])
    #expect(lead["first"] as? String == "x" && lead["isCertain"] as? Bool == true)
    #expect(again.json["bothBad"] is NSNull && again.json["ties"] as? Int == 4)
    let x = try #require(again.rows().first)
    let standing = try #require(x["standard"] as? [String: Any])
    #expect(standing["ranks"] as? [Int] == [1, 1] && standing["rank"] as? Int == 1)
    #expect(x["winRate"] as? Double == 0.8 && x["weighted"] is NSNull)
    // The mean of three scores is 1000.
    let scores = again.rows().compactMap { ($0["standard"] as? [String: Any])?["score"] as? Double }
    #expect(abs(scores.reduce(0, +) / 3 - 1000) < 1e-9)
  }

  @Test func `Families stand side by side with what they change`() throws {
    let votes = try votes()
    let families = folder.file("families.csv")
    let suggested = try Tool.run(["rank", votes, "--suggest-families", families])
    #expect(suggested.errors.contains("1 family of 2 alternatives"))
    #expect(
      try String(contentsOfFile: families, encoding: .utf8)
        == "id,family,evidence\ny 7B,y,names\ny 13B,y,names\n")
    // What was suggested can be given back, under either name of the option.
    for option in ["--family", "--families"] {
      let table = try Tool.run(["rank", votes, option, families])
      #expect(table.code == 0, "\(table.errors)")
      #expect(table.output.contains("1 family of 2 alternatives weigh as one alternative each"))
      #expect(table.output.contains("unweighted  place  moved"))
    }
    let json = try Tool.run(["rank", votes, "--families", families, "--format", "json"])
    let weights = json.rows().map { $0["weight"] as? Double ?? 0 }
    #expect(weights == [0.5, 0.25, 0.25])
    #expect(json.rows().map { $0["family"] as? String } == [nil, "y", "y"])
  }

  @Test func `The anchor has its score, and the scale is what was asked for`() throws {
    let votes = try votes()
    let elo = try Tool.run(["rank", votes, "--anchor", "y 7B=900", "--format", "json"])
    let logit = try Tool.run(["rank", votes, "--scale", "logit", "--format", "json"])
    func score(_ result: Tool.Result, _ i: Int, _ key: String = "score") -> Double {
      (result.rows()[i]["standard"] as? [String: Any])?[key] as? Double ?? .nan
    }
    #expect(abs(score(elo, 1) - 900) < 1e-9)
    let factor = 400 / log(10.0)
    #expect(abs(score(elo, 0) - 900 - factor * (score(logit, 0) - score(logit, 1))) < 1e-9)
    #expect(score(logit, 0) == score(logit, 0, "reward"))
    #expect(abs(score(elo, 0, "scoreError") - factor * score(logit, 0, "scoreError")) < 1e-9)
    let nobody = try Tool.run(["rank", votes, "--anchor", "z=900"])
    #expect(nobody.code == 64 && nobody.errors.contains("\"z\""))
    #expect(try Tool.run(["rank", votes, "--anchor", "y 7B"]).code == 64)
  }

  @Test func `A table of its own for every value of a column`() throws {
    let votes = try votes()
    let table = try Tool.run(["rank", votes, "--category", "language"])
    #expect(table.code == 0, "\(table.errors)")
    #expect(table.output.contains("== language: en ==") && table.output.contains("== language: de =="))
    let json = try Tool.run(["rank", votes, "--category", "language", "--format", "json"])
    let categories = try #require(json.json["categories"] as? [[String: Any]])
    let boards = categories.compactMap { $0["board"] as? [String: Any] }
    #expect(boards.map { $0["comparisons"] as? Int } == [200, 100])
    #expect((boards.last?["alternatives"] as? [Any])?.count == 2)
    let csv = try Tool.run(["rank", votes, "--category", "language", "--format", "csv"])
    #expect(csv.output.split(separator: "\n").count == 1 + 3 + 3 + 2)
    let missing = try Tool.run(["rank", votes, "--category", "country"])
    #expect(missing.code == 65, "\(missing.errors)")
  }

  @Test func `Models of ties take the place of half wins`() throws {
    let votes = try votes()
    let result = try Tool.run(["rank", votes, "--ties", "davidson", "--format", "json"])
    #expect(result.code == 0, "\(result.errors)")
    let estimates = try #require(result.json["estimates"] as? [String: Any])
    let standard = try #require(estimates["standard"] as? [String: Any])
    #expect(standard["tieParameter"] as? Double ?? 0 > 0)
    #expect(result.json["tieModel"] as? String == "davidson")
    let without = try folder.write("a,b,winner\nx,y,x\nx,y,y\n", to: "decided.csv")
    let refused = try Tool.run(["rank", without, "--ties", "davidson"])
    #expect(refused.code == 65 && refused.errors.contains("no ties"))
  }

  @Test func `Endings decide the format, and bad values are refused`() throws {
    let votes = try votes()
    let markdown = folder.file("board.md")
    #expect(try Tool.run(["rank", votes, "-o", markdown, "--top", "1"]).code == 0)
    #expect(try String(contentsOfFile: markdown, encoding: .utf8).contains("| rank | places | alternative |"))
    for options in [
      ["--level", "1"], ["--level", "0"], ["--lambda", "-1"], ["--ties", "none"], ["--top", "-1"],
    ] {
      #expect(try Tool.run(["rank", votes] + options).code == 64, "\(options)")
    }
    #expect(try Tool.run(["rank", votes, "--families", folder.file("none.csv")]).code == 66)
    let wrong = try folder.write("id,family\nz,one\n", to: "wrong.csv")
    let refused = try Tool.run(["rank", votes, "--families", wrong])
    #expect(refused.code == 65 && refused.errors.contains("wrong.csv:2"))
  }

  @Test(.enabled(if: RealDataTests.folder != nil, "shared/data is not here"))
  func `The families that names suggest on 59 real names`() throws {
    let data = try #require(RealDataTests.folder)
    let families = folder.file("families.csv")
    let result = try Tool.run([
      "rank", data + "/llmfao/votes.csv", "--columns", "a=left,b=right,outcome=winner", "--suggest-families",
      families,
    ])
    #expect(result.code == 0)
    #expect(result.output.hasPrefix("GPT 4 leads with a score of 11"))
    #expect(result.output.contains("within noise"))
    let rows = try String(contentsOfFile: families, encoding: .utf8).split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",") }
    let groups = Dictionary(grouping: rows) { String($0[1]) }.mapValues { Set($0.map { String($0[0]) }) }
    #expect(groups.count == 12)
    #expect(groups["GPT 3.5 Turbo"] == ["GPT 3.5 Turbo", "GPT 3.5 Turbo (16k)"])
    #expect(groups["LLaMA 2 Chat"] == ["LLaMA-2-Chat (7B)", "LLaMA-2-Chat (13B)", "LLaMA-2-Chat (70B)"])
    #expect(groups["Vicuna"] == ["Vicuna v1.3 (7B)", "Vicuna v1.3 (13B)", "Vicuna v1.5 (13B)"])
  }
}
