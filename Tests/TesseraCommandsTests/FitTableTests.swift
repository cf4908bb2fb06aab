import Foundation
import TestSupport
import Testing

/// What a fit says first, and in which order.
@Suite struct FitTableTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Table 2 of the paper with a copy of c, whose winner changes; a pair that changes nothing; both compared in full.
  private func twoComponents() throws -> [String] {
    let p = ["ab": 0.6393, "ac": 0.4506, "bc": 0.6393, "cc": 0.5]
    let ids = ["a", "b", "c1", "c2"]
    var rows = "{\"a\": \"y\", \"b\": \"z\", \"preference\": 0.9}\n"
    for (i, first) in ids.enumerated() {
      for second in ids[(i + 1)...] {
        rows +=
          "{\"a\": \"\(first)\", \"b\": \"\(second)\", \"preference\": \(p["\(first.prefix(1))\(second.prefix(1))"] ?? 0)}\n"
      }
    }
    let places = ["y": "[3, 3]", "z": "[5, 1]", "a": "[0, 0]", "b": "[1, 1]", "c1": "[1, 0]", "c2": "[1, 0]"]
    let alternatives = ["y", "z", "a", "b", "c1", "c2"].map {
      "{\"id\": \"\($0)\", \"context\": \(places[$0] ?? "")}\n"
    }
    return [
      "fit", try folder.write(rows, to: "c.jsonl"), "--alternatives",
      try folder.write(alternatives.joined(), to: "a.jsonl"), "--lambda", "0.1", "--weights", "horizon=0.5",
      "--pairs",
      "proportion",
    ]
  }

  @Test func `The answer comes first, then the component whose winner changes, inside by reward`() throws {
    let lines = try Tool.run(twoComponents()).output.split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("The winner changes in 1 of 2 components. "))
    #expect(lines[0].hasSuffix(" of 6 alternatives change their rank."))
    #expect(lines[1].hasPrefix("alternative  component  weight  "))
    // y has the highest reward of all, and nothing happens where it is.
    let names = lines[2...7].map { String($0.prefix { $0 != " " }) }
    #expect(Set(names[..<4]) == ["a", "b", "c1", "c2"] && names[4...] == ["y", "z"])
    #expect(names.first == "a")
    #expect(lines[8].hasPrefix("6 alternatives, 7 comparisons of 7 pairs"))
    let csv = try Tool.run(twoComponents() + ["--format", "csv"]).output.split(separator: "\n")
    #expect(csv.dropFirst().map { String($0.prefix { $0 != "," }) } == names)
    #expect(csv.last?.hasSuffix(",0,2,2") == true || csv.last?.hasSuffix(",1,2,2") == true)
  }

  @Test func `Certificates are one short line among the details`() throws {
    let output = try Tool.run(twoComponents()).output
    #expect(output.contains(/\nminimum    certificates [-0-9.e]+ \(standard\), [-0-9.e]+ \(weighted\)\n/))
    #expect(!output.contains("after"))
  }

  @Test func `Shares of many alternatives are told as multiples of an equal one`() throws {
    var alternatives = ""
    var rows = "a,b,winner\n"
    for i in 0..<100 {
      alternatives += "{\"id\": \"n\(i)\", \"context\": [\(i)]}\n"
      if i > 0 { rows += "n\(i),n\(i - 1),\(i % 2 == 0 ? "a" : "b")\n" }
    }
    let arguments = [
      "fit", try folder.write(rows, to: "c.csv"), "--alternatives",
      try folder.write(alternatives, to: "a.jsonl"),
      "--weights", "voronoi", "--lambda", "0.1", "--top", "0",
    ]
    let table = try Tool.run(arguments).output
    // On a line, cells of the box reach to the middle of neighbours: the ends have half a cell.
    #expect(table.contains("\nalternative  times 1/m  "))
    let lines = table.split(separator: "\n")
    for (id, times) in [("n0 ", " 0.51 "), ("n50 ", " 1.01 "), ("n99 ", " 0.51 ")] {
      #expect(lines.contains { $0.hasPrefix(id) && $0.contains(times) }, "\(id)")
    }
  }
}
