import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

/// Rows passed on with their weights.
@Suite struct WeightedRowsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Reads files and writes them again, every weight 1.
  func export(_ files: [String], to name: String) throws -> String {
    let sources = try files.map { (file: $0, format: try #require(RowFormat(file: $0))) }
    var reader = ComparisonReader()
    reader.keepsRecords = true
    let reading = try reader.read(sources)
    let extras = WeightedRows.Extras(
      weights: reading.records.map { $0.comparison == nil ? 0 : 1 },
      alternatives: reading.alternatives.map { _ in 1 }, groups: reading.ids)
    let target = folder.file(name)
    let rows = WeightedRows(sources, reading)
    try rows.write(
      to: target, try #require(RowFormat(file: target)), weights: rows.weights(extras.weights), extras,
      work: Work())
    return target
  }

  /// Cells of all rows as JSON shows them.
  func rows(_ file: String, _ names: [String]) throws -> [[String]] {
    let source = try #require(RowFormat(file: file)).open(file)
    try source.select(names)
    var values = [JSONScanner.Value?](repeating: nil, count: names.count)
    var rows: [[String]] = []
    while try source.next(&values) != nil {
      rows.append(values.map { $0.map { "\($0.kind) \(String(decoding: $0.bytes, as: UTF8.self))" } ?? "-" })
    }
    return rows
  }

  func parquet(_ name: String, _ score: ParquetField.Kind, _ cells: [ParquetCell]) throws -> String {
    let file = folder.file(name)
    let texts = ["p", "better", "worse"].map { Array($0.utf8) }
    try ParquetWriter.write(
      to: file,
      fields: ["prompt", "chosen", "rejected"].map { ParquetField($0, .string) } + [
        ParquetField("score", score)
      ]
    ) { writer in
      for cell in cells {
        try texts[0].withUnsafeBufferPointer { prompt in
          try texts[1].withUnsafeBufferPointer { chosen in
            try texts[2].withUnsafeBufferPointer { rejected in
              try writer.append([.text(prompt), .text(chosen), .text(rejected), cell])
            }
          }
        }
      }
    }
    return file
  }

  @Test func `Columns of numbers beside those of text keep their kind`() throws {
    let whole = try export(
      [try parquet("a.parquet", .int64, [.integer(1), .null, .integer(3)])], to: "b.parquet")
    #expect(
      try rows(whole, ["prompt", "score"]) == [
        ["string p", "number 1"], ["string p", "-"], ["string p", "number 3"],
      ])
    let real = try export([try parquet("c.parquet", .double, [.number(1), .number(2.5)])], to: "d.parquet")
    #expect(
      try rows(real, ["prompt", "score"]) == [["string p", "number 1.0"], ["string p", "number 2.5"]])
  }

  @Test func `A column that one file declares as text and another as numbers is text that holds JSON`() throws
  {
    let numbers = try parquet("a.parquet", .int64, [.integer(4)])
    let texts = try ["four".utf8.map { $0 }].map { bytes in
      try bytes.withUnsafeBufferPointer { try parquet("b.parquet", .string, [.text($0)]) }
    }
    let both = try export([numbers] + texts, to: "c.parquet")
    #expect(try rows(both, ["score"]) == [["string 4"], [#"string "four""#]])
  }

  @Test func `Text survives from JSONL and CSV through Parquet, a column that one file lacks is null there`()
    throws
  {
    let lines = try folder.write(
      #"{"prompt": "p", "chosen": "say \"é\"\n", "rejected": "\\", "note": "007"}"# + "\n", to: "a.jsonl")
    let table = try folder.write("prompt,chosen,rejected\np,12,\"1,3\"\n", to: "b.csv")
    let names = ["prompt", "chosen", "rejected", "note"]
    let expected = [
      ["string p", "string say \"é\"\n", "string \\", "string 007"],
      ["string p", "string 12", "string 1,3", "-"],
    ]
    #expect(try rows(try export([lines, table], to: "c.parquet"), names) == expected)
    #expect(try rows(try export([table], to: "d.parquet"), ["chosen"]) == [["string 12"]])
  }

  @Test func `Every character is written to JSONL as a reader of JSON gets it back`() throws {
    // From CSV nothing is escaped yet: the writer must do it at every place of a word.
    let texts = (1..<0x30).filter { ![0x0A, 0x0D, 0x22].contains($0) }.flatMap { code -> [String] in
      let character = Unicode.Scalar(code).map(String.init) ?? ""
      return [
        character + "abcdefgh", "abcdefg" + character, "abc" + character + "\\" + character + "defghij日",
      ]
    }
    let csv =
      "prompt\tchosen\trejected\n"
      + texts.filter { !$0.contains("\t") }.map { "p\t\($0)\tother\n" }.joined()
    let written = try export([try folder.write(csv, to: "a.tsv")], to: "b.jsonl")
    let back = try String(contentsOfFile: written, encoding: .utf8).split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
    #expect(back.map { $0?["chosen"] as? String } == texts.filter { !$0.contains("\t") })
  }

  @Test func `A field that has the name of a column of ours is an error that names it`() throws {
    let file = try folder.write(
      #"{"prompt": "p", "chosen": "a", "rejected": "b", "weight": 1}"#, to: "a.jsonl")
    #expect(throws: FormatError.self) { try export([file], to: "b.jsonl") }
    #expect(throws: FormatError.self) {
      try WeightedRows.refuseTakenNames(
        [(file, .jsonl)], hasRewards: false, hasMargin: false, namesSource: false)
    }
  }

  @Test func `A row stays as long as one of its comparisons does`() throws {
    let file = try folder.write(
      #"""
      {"context": "p", "completions": [{"rank": 0, "completion": "x"}, {"rank": 1, "completion": "y"}, {"rank": 2, "completion": "z"}]}
      {"context": "p", "completions": [{"rank": 0, "completion": "x"}, {"rank": 1, "completion": "y"}, {"rank": 2, "completion": "v"}]}
      {"context": "p", "completions": [{"rank": 0, "completion": "x"}, {"rank": 1, "completion": "y"}]}
      """#, to: "n.jsonl")
    var reader = ComparisonReader()
    reader.keepsRecords = true
    reader.filter.dropsRepeats = true
    let rows = try WeightedRows([(file, .jsonl)], reader.read(file, format: .jsonl))
    // The second row says again that x beats y, and more; the third says nothing else.
    #expect(rows.entries.map(\.row) == [0, 1])
    #expect(rows.statements.map(\.comparisons.count) == [3, 2])
  }
}
