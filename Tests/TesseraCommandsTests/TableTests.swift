import Foundation
import TesseraCommands
import TesseraReports
import TestSupport
import Testing

/// Tables as they are seen: on terminals, in files, in Markdown.
@Suite struct TableTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Three answers, of which the second has a copy: the winner changes, and two ranks.
  static var story: [String] {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    let base = root.path + "/Examples/three-answers/with-clone."
    return ["fit", base + "comparisons.jsonl", "--alternatives", base + "alternatives.jsonl"]
  }

  @Test(arguments: [
    ("", 0), ("abc", 3), ("naïve", 5), ("e\u{301}", 1), ("日本語", 6), ("ﾊﾝｶｸ", 4), ("Ａ１", 4), ("한국", 4),
    ("\u{1112}\u{1161}\u{11AB}", 2), ("👩‍👩‍👧‍👦", 2), ("🇨🇭", 2), ("✈", 1), ("✈\u{FE0F}", 2), ("👍🏽", 2), ("±0.5", 4),
    ("नि", 1), ("a\u{200B}b", 2), ("…", 1),
  ])
  func `Text takes the columns that a terminal gives it`(text: String, columns: Int) {
    #expect(DisplayWidth.of(text) == columns)
  }

  private func models(_ names: [String]) throws -> String {
    var rows = "a,b,winner,count\n"
    for i in names.indices.dropLast() { rows += "\(names[i]),\(names[i + 1]),a,\(1_000 * (i + 1))\n" }
    return try folder.write(rows, to: "v.csv")
  }

  private let long = [
    "a model with a name that is far too long for any terminal v1", "b", "日本語の長い名前を持つモデル 日本語の長い名前を持つモデル v2",
  ]

  @Test func `On a terminal names give way, and numbers stay whole and in line`() throws {
    let file = try models(long)
    let shown = try Tool.show(["fit", file, "--lambda", "0.1"], columns: 76, environment: ["NO_COLOR": "1"])
    let lines = shown.split(separator: "\n").map(String.init)
    let start = try #require(lines.firstIndex { $0.hasPrefix("alternative") })
    let table = lines[start...start + 3]
    for line in table { #expect(DisplayWidth.of(line) == DisplayWidth.of(lines[start]), "\(line)") }
    #expect(DisplayWidth.of(lines[start]) == 76)
    #expect(table.count { $0.contains("…") } == 2)
    // The ends of names are what tells versions apart.
    #expect(table.contains { $0.contains("terminal v1 ") } && table.contains { $0.contains("モデル v2 ") })
    for number in ["1,000", "3,000", "2,000"] { #expect(table.contains { $0.hasSuffix(number) }) }
    #expect(!shown.contains("This table takes"))
  }

  @Test func `A pipe has no width: names stay whole`() throws {
    let result = try Tool.run(["fit", try models(long), "--lambda", "0.1"], environment: ["COLUMNS": "40"])
    #expect(result.output.contains("a model with a name that is far too long for any terminal v1  "))
  }

  @Test func `Headers are broken before names are cut short, and what cannot fit is said`() throws {
    let file = try models(["first", "second", "third"])
    let shown = try Tool.show(["fit", file, "--lambda", "0.1"], columns: 55, environment: ["NO_COLOR": "1"])
    #expect(shown.contains("\nalternative   standard reward  rank  "))
    #expect(shown.contains("  win  ") || shown.contains("  win\n"))
    let narrow = try Tool.show(["fit", file, "--lambda", "0.1"], columns: 30, environment: ["NO_COLOR": "1"])
    #expect(narrow.contains("and the terminal has 30: -o FILE.csv keeps it whole.)"))
  }

  @Test func `Colours are for terminals: what goes up is green, what goes down red`() throws {
    let shown = try Tool.show(Self.story, columns: 200)
    #expect(shown.contains("\u{1B}[32mup 1\u{1B}[0m"))
    #expect(shown.contains("\u{1B}[31mdown 1\u{1B}[0m"))
    #expect(shown.contains("\u{1B}[1malternative\u{1B}[0m"))
    let plain = try Tool.run(Self.story).output
    #expect(!plain.contains("\u{1B}"))
    func uncoloured(_ text: String) -> String { text.replacing(/\u{1B}\[[0-9]+m/, with: "") }
    #expect(uncoloured(shown) == plain)
    #expect(try Tool.show(Self.story, columns: 200, environment: ["NO_COLOR": "1"]) == plain)
    #expect(try Tool.show(Self.story, columns: 200, environment: ["TERM": "dumb"]) == plain)
    // A file that is written from a terminal is a file.
    let file = folder.file("table.txt")
    #expect(try Tool.show(Self.story + ["-o", file], columns: 40) == "")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == plain)
  }

  @Test func `Warnings are yellow on a terminal`() throws {
    let arguments = Self.story + ["--space", "box=0.2:2", "--weights", "voronoi"]
    #expect(try Tool.show(arguments, columns: 200).contains("tessera: \u{1B}[33mwarning:\u{1B}[0m "))
    #expect(try Tool.run(arguments).errors.hasPrefix("tessera: warning: "))
  }

  @Test func `Markdown has tables of its own, and names that it cannot misread`() throws {
    let file = try models(["a|b*c_d", "<x>", "`y`"])
    let shown = try Tool.run(["fit", file, "--lambda", "0.1", "--format", "markdown"])
    #expect(shown.code == 0)
    let lines = shown.output.split(separator: "\n").map(String.init)
    #expect(lines.contains("| alternative | standard reward | rank | win rate | comparisons |"))
    #expect(lines.contains("| --- | ---: | ---: | ---: | ---: |"))
    #expect(lines.contains { $0.hasPrefix("| a\\|b\\*c\\_d | +") && $0.hasSuffix(" | 1 | 1.000 | 1,000 |") })
    #expect(lines.contains { $0.hasPrefix("| \\<x> | ") } && lines.contains { $0.hasPrefix("| \\`y\\` | ") })
    #expect(lines.last == "```" && lines.count { $0 == "```" } == 2)
    let written = folder.file("t.md")
    #expect(try Tool.run(["fit", file, "--lambda", "0.1", "-o", written]).code == 0)
    #expect(try String(contentsOfFile: written, encoding: .utf8) == shown.output)
  }
}

/// Formats by name and by the ending of the file.
@Suite struct OutputFormatTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `The ending of a file decides the format that nobody named`() throws {
    for (name, format) in [
      ("t.csv", "csv"), ("t.JSON", "json"), ("t.md", "markdown"), ("t.txt", "table"), ("t", "table"),
    ] {
      #expect(try Tool.run(TableTests.story + ["-o", folder.file(name)]).code == 0)
      let named = try Tool.run(TableTests.story + ["--format", format])
      #expect(try String(contentsOfFile: folder.file(name), encoding: .utf8) == named.output, "\(name)")
    }
    // A name that says nothing may hold anything that is named.
    #expect(try Tool.run(TableTests.story + ["-o", folder.file("t.log"), "--format", "csv"]).code == 0)
    #expect(try Tool.run(TableTests.story + ["-o", folder.file("t2.csv"), "--format", "csv"]).code == 0)
  }

  @Test(arguments: [
    (["-o", "x.csv", "--format", "json"], "--format is json and --output is x.csv, which is csv"),
    (["-o", "x.md", "--format", "table"], "--format is table and --output is x.md, which is markdown"),
    (
      ["-o", "x.parquet"],
      "--output is x.parquet; expected a name that ends in .txt (table), .md (markdown), .json or .csv, or --format with one of table, markdown, json, csv."
    ),
    (["-o", "x.json", "--top", "3"], "--top 3 has no effect here: a JSON document holds every row"),
  ])
  func `Endings that contradict or say nothing are refused`(options: [String], message: String) throws {
    let result = try Tool.run(TableTests.story + options, in: folder.path)
    #expect(result.code == 64)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(folder.names.isEmpty)
  }

  @Test func `CSV is in the order of the table, with ranks, and is cut only where that was asked for`() throws
  {
    let all = try Tool.run(TableTests.story + ["--format", "csv"]).output.split(separator: "\n").map(
      String.init)
    #expect(all[0].hasSuffix(",comparisons,component,standardRank,weightedRank"))
    #expect(all.dropFirst().map { String($0.prefix { $0 != "," }) } == ["a", "b", "c'", "c"])
    #expect(all.dropFirst().map { $0.suffix(6) } == [",0,2,1", ",0,1,2", ",0,3,3", ",0,4,4"])
    let two = try Tool.run(TableTests.story + ["--format", "csv", "--top", "2"]).output
    #expect(two.split(separator: "\n").map(String.init) == Array(all[...2]))
  }
}
