import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

@Suite struct ComparisonReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func read(
    _ text: String, _ format: ComparisonReader.Format = .jsonl,
    columns: [String: String] = [:],
    alternatives: [String]? = nil, prompts: Bool = false
  ) throws -> ComparisonFile {
    var reader = ComparisonReader()
    reader.map = FieldMap(columns)
    reader.keepsPrompts = prompts
    return try reader.read(
      try folder.write(text, to: "c.\(format.rawValue)"), format: format, alternatives: alternatives)
  }

  /// The outcome of one comparison, as the share of its first-named alternative.
  func outcome(_ line: String) throws -> Double {
    let file = try read(line)
    return try #require(file.comparisons.comparisons.first).outcome
  }

  /// Where the error is, what was found and what was expected.
  func failure(_ text: String, _ format: ComparisonReader.Format = .jsonl, alternatives: [String]? = nil)
    throws -> String
  {
    do {
      _ = try read(text, format, alternatives: alternatives)
      return "no error"
    } catch let error as FormatError {
      return "\(error)".replacingOccurrences(of: folder.path + "/", with: "")
    }
  }

  @Test func everyWayToSayWhoWon() throws {
    #expect(try outcome(#"{"a": "x", "b": "y", "preference": 0.7}"#) == 0.7)
    #expect(try outcome(#"{"a": "x", "b": "y", "preference_b": 0.25}"#) == 0.75)
    #expect(try outcome(#"{"model_a": "x", "model_b": "y", "winner": "model_a"}"#) == 1)
    #expect(try outcome(#"{"model_a": "x", "model_b": "y", "winner": "model_b"}"#) == 0)
    #expect(try outcome(#"{"left": "x", "right": "y", "winner": "right"}"#) == 0)
    #expect(try outcome(#"{"left": "x", "right": "y", "winner": "a"}"#) == 1)
    #expect(try outcome(#"{"a": "x", "b": "y", "outcome": "b"}"#) == 0)
    #expect(try outcome(#"{"a": "x", "b": "y", "outcome": "x"}"#) == 1)
    #expect(try outcome(#"{"a": "x", "b": "y", "outcome": "tie"}"#) == 0.5)
    #expect(try outcome(#"{"a": "x", "b": "y", "outcome": "both_bad"}"#) == 0.5)
    #expect(try outcome(#"{"a": "x", "b": "y", "outcome": "tie (bothbad)"}"#) == 0.5)
    #expect(try outcome(#"{"a": "x", "b": "y", "outcome": 0.125}"#) == 0.125)
    #expect(try outcome(#"{"a": 17, "b": 18, "winner": "18"}"#) == 0)
    #expect(try outcome(#"{"preference": 1, "extra": {"deep": [1, {"x": null}]}, "b": "y", "a": "x"}"#) == 1)
    #expect(try outcome(#"{"a": "x", "b": "y", "preference": null, "winner": "b"}"#) == 0)
  }

  @Test func repeatedRowsAreCountedAndCountsAdd() throws {
    let file = try read(
      """
      {"a": "x", "b": "y", "preference": 1}
      {"a": "y", "b": "x", "preference": 1, "count": 3}

      {"a": "x", "b": "y", "preference": 0.5}
      """)
    #expect(file.ids == ["x", "y"])
    #expect(file.comparisons.total == 5)
    // What was said stays apart: one win of x, three of y, one tie.
    #expect(
      file.comparisons.comparisons == [
        Comparison(a: 0, b: 1, outcome: 1, count: 1), Comparison(a: 0, b: 1, outcome: 0, count: 3),
        Comparison(a: 0, b: 1, outcome: 0.5, count: 1),
      ])
  }

  @Test func annotatorsAndPromptsAreKeptApart() throws {
    let text = """
      {"a": "x", "b": "y", "preference": 1, "annotator": "u", "prompt": "p"}
      {"a": "x", "b": "y", "preference": 1, "worker": 5, "prompt": "q"}
      {"a": "x", "b": "y", "preference": 1, "annotator": "u", "prompt": "q"}
      """
    let both = try read(text, prompts: true)
    #expect(both.annotators == ["u", "5"])
    #expect(both.prompts == ["p", "q"])
    #expect(both.comparisons.comparisons.count == 3)
    #expect(try read(text).comparisons.comparisons.count == 2)
  }

  @Test func csvWithQuotesNewlinesByteOrderMarkAndCRLF() throws {
    let file = try read(
      "\u{FEFF}left,right,winner,worker\r\n\"a, \"\"quoted\"\" id\",\"two\nlines\",left,7\r\n\"two\nlines\",日本語 🀄,right,8\r\n\r\n",
      .csv)
    #expect(file.ids == ["a, \"quoted\" id", "two\nlines", "日本語 🀄"])
    #expect(file.annotators == ["7", "8"])
    #expect(file.comparisons.comparisons.map(\.outcome) == [1, 0])
  }

  @Test func jsonlWithByteOrderMarkCRLFAndEscapes() throws {
    let file = try read(
      "\u{FEFF}{\"a\": \"tab\\there\", \"b\": \"\\u65e5\\ud83c\\udc04\\\"\\\\\", \"winner\": \"tab\\there\"}\r\n\r\n{\"\\u0061\": \"tab\\there\", \"b\": \"z\", \"winner\": \"b\"}\r\n"
    )
    #expect(file.ids == ["tab\there", "日🀄\"\\", "z"])
    #expect(file.comparisons.comparisons.map(\.outcome) == [1, 0])
  }

  @Test func foreignColumnsAreMapped() throws {
    let file = try read(
      "m1,m2,verdict,who\nx,y,m2,w\n", .csv,
      columns: ["a": "m1", "b": "m2", "outcome": "verdict", "annotator": "who"])
    #expect(file.comparisons.comparisons == [Comparison(a: 0, b: 1, outcome: 0, annotator: 0)])
    let json = try read(
      #"{"m1": "x", "m2": "y", "p": 0.75}"#, columns: ["a": "m1", "b": "m2", "preference": "p"])
    #expect(json.comparisons.comparisons[0].outcome == 0.75)
  }

  @Test func idsAreComparedByTheirBytes() throws {
    // Two spellings of the same accented letter.
    let file = try read("{\"a\": \"e\\u0301\", \"b\": \"\u{E9}\", \"preference\": 1}")
    #expect(file.ids.count == 2)
  }

  @Test func `A winner that is one side's column and the other's id is refused`() throws {
    let alone = try failure(#"{"a": "b", "b": "a", "winner": "a"}"#)
    #expect(alone.contains("c.jsonl:1"))
    #expect(alone.contains("in 1 row of this file"))
    let message = try failure(
      "{\"a\": \"b\", \"b\": \"a\", \"winner\": \"a\"}\n{\"a\": \"c\", \"b\": \"a\", \"winner\": \"c\"}")
    #expect(message.contains("c.jsonl:1"))
    #expect(message.contains("line 2"))
    // No question where column and id agree.
    #expect(try read(#"{"a": "a", "b": "b", "winner": "a"}"#).warnings.isEmpty)
  }

  @Test func `A number is an id where there is one of it, and 0 and 1 are no winners else`() throws {
    func outcome(_ text: String) throws -> Double { try read(text).comparisons.comparisons[0].outcome }
    #expect(try outcome(#"{"a": 0, "b": 1, "winner": 1}"#) == 0)
    #expect(try outcome(#"{"a": 0, "b": 1, "winner": 0}"#) == 1)
    #expect(try outcome(#"{"a": 7, "b": 3, "winner": "3"}"#) == 0)
    #expect(try outcome(#"{"a": "x", "b": "y", "winner": 0.25}"#) == 0.25)
    #expect(try outcome(#"{"a": "x", "b": "y", "outcome": 1}"#) == 1)
    for winner in ["0", "1", "\"1\""] {
      #expect(
        try failure("{\"a\": \"x\", \"b\": \"y\", \"winner\": \(winner)}").contains("a side or a probability")
      )
    }
  }

  @Test func `What a row says against itself is refused`() throws {
    #expect(
      try failure(#"{"a": "x", "b": "y", "winner": "a", "tie": true}"#)
        == #"c.jsonl:1: field "tie": found true, and a side in the field "winner", expected one outcome"#)
    #expect(
      try read(#"{"a": "x", "b": "y", "winner": "tie", "tie": true}"#).comparisons.comparisons[0].outcome
        == 0.5)
    #expect(try read(#"{"a": "x", "b": "y", "tie": true}"#).comparisons.comparisons[0].outcome == 0.5)
    #expect(
      try read(#"{"a": "x", "b": "y", "winner": "a", "tie": 3}"#).comparisons.comparisons[0].outcome == 1)
    #expect(
      try failure(#"{"a": "tie", "b": "x", "winner": "tie"}"#).contains(
        "a word for a tie and the id of an alternative"))
    // Nobody's name, as in an empty cell.
    #expect(try read(#"{"a": "x", "b": "y", "winner": "a", "annotator": ""}"#).annotators.isEmpty)
  }

  @Test func `Files of another kind say what they are`() throws {
    for (start, found) in [
      ([0x50, 0x41, 0x52, 0x31, 0, 0], "a Parquet file"), ([0x50, 0x4B, 3, 4, 20, 0], "a zip archive"),
      ([0x93] + Array("NUMPY".utf8) + [1, 0], "a .npy array"),
      (Array("<!DOCTYPE html>".utf8), "an HTML page"),
      (Array("SQLite format 3\0".utf8), "an SQLite database"), ([0xFF, 0xFE, 0x7B, 0], "UTF-16 text"),
    ] as [([UInt8], String)] {
      for format in [ComparisonReader.Format.jsonl, .csv] {
        let file = try folder.write(start + [UInt8](repeating: 0, count: 40), to: "x")
        let error = #expect(throws: FormatError.self) { try ComparisonReader().read(file, format: format) }
        #expect("\(try #require(error))".contains("found \(found)"))
      }
    }
  }

  @Test func errorsNameFileLineAndField() throws {
    let good = "{\"a\": \"x\", \"b\": \"y\", \"preference\": 1}\n"
    #expect(try failure("") == "c.jsonl: found no comparisons, expected at least one")
    #expect(try failure("\n \n") == "c.jsonl: found no comparisons, expected at least one")
    #expect(
      try failure(good + "{\"a\": \"x\"")
        == "c.jsonl:2: found malformed JSON at column 10, expected a comma or }")
    #expect(
      try failure(good + "[1]") == "c.jsonl:2: found malformed JSON at column 1, expected an object, { ... }")
    #expect(try failure(good + good.dropLast() + " x").contains("nothing more on this line"))
    #expect(
      try failure(good + #"{"a": "x", "b": "x", "preference": 1}"#)
        == #"c.jsonl:2: field "b": found "x", compared with itself, expected two different alternatives"#)
    #expect(
      try failure(good + #"{"a": "x", "b": "y", "preference": 1.5}"#)
        == #"c.jsonl:2: field "preference": found 1.5, expected a number from 0 to 1"#)
    #expect(
      try failure(#"{"a": "x", "b": "y", "winner": "lefft"}"#).hasPrefix(
        #"c.jsonl:1: field "winner": found "lefft", expected "a", "b""#))
    #expect(try failure(#"{"a": "x", "b": "y"}"#).hasPrefix("c.jsonl:1: found no outcome"))
    #expect(
      try failure(#"{"a": "x", "preference": 1}"#).hasPrefix("c.jsonl:1: found no names of two alternatives"))
    #expect(try failure(#"{"a": "", "b": "y", "preference": 1}"#).contains("an empty name"))
    #expect(try failure(#"{"a": ["x"], "b": "y", "preference": 1}"#).contains("a string or a number"))
    #expect(try failure(#"{"a": "x", "b": "y", "preference": 1, "count": 0}"#).contains(#"field "count""#))
    let tiny = try failure(#"{"a": "x", "b": "y", "preference": 1, "count": 1e-310}"#)
    #expect(tiny.contains("expected 1e-100 at least"), "\(tiny)")
    #expect(
      try failure(good, alternatives: ["x", "z"])
        == #"c.jsonl:1: field "b": found "y", expected the id of one of the 2 alternatives"#)
    #expect(try failure("a,b,winner\nx,y\n", .csv) == "c.csv:2: found 2 fields, expected 3, as in the header")
    #expect(
      try failure("a,b,winner\nx,\"y\n", .csv).hasPrefix(
        "c.csv:2: found a quotation mark that is never closed"))
    #expect(try failure("a,b,winner\nx,\"y\"z,a\n", .csv).contains("text behind the closing quotation mark"))
    #expect(
      try failure("a,b,winner\n\"two\nlines\",y,a\nx,y,c\n", .csv).hasPrefix("c.csv:4: field \"winner\""))
    #expect(
      try failure("a,b,preference\nx,y,nan\n", .csv).hasPrefix("c.csv:2: field \"preference\": found nan"))
    #expect(try failure("a,b,preference\nx,y,0x1\n", .csv).hasPrefix("c.csv:2: field \"preference\""))
    #expect(try failure("one,two\nx,y\n", .csv).hasPrefix("c.csv:1: found the columns one, two"))
    #expect(try failure("a,b,winner\n", .csv) == "c.csv: found no comparisons, expected at least one")
  }

  @Test func `Bytes that are not UTF-8 are told wherever they stand in a row`() throws {
    // Members and columns that nobody asks for are written again by an export.
    let row = #"{"a": "x", "b": "y", "winner": "a", "note": ["?"]}"# + "\n"
    func bytes(_ text: String) -> [UInt8] { Array(text.utf8).map { $0 == UInt8(ascii: "?") ? 0xAC : $0 } }
    for (format, text, place) in [
      (.jsonl, row.replacingOccurrences(of: "?", with: "é") + row, "c:2: field \"note\""),
      (.csv, "a,b,winner,note\nx,y,a,é\nx,y,a,?\n", "c:3: field \"note\""),
    ] as [(ComparisonReader.Format, String, String)] {
      let file = try folder.write(bytes(text), to: "c")
      let error = #expect(throws: FormatError.self) { try ComparisonReader().read(file, format: format) }
      let words = "\(error.map { "\($0)" } ?? "")".replacingOccurrences(of: folder.path + "/", with: "")
      #expect(words == place + ": found bytes that are not UTF-8, expected UTF-8", "\(words)")
    }
  }

  @Test func noSuchFile() {
    #expect(throws: FormatError.noSuchFile("/nowhere/x.csv")) {
      try ComparisonReader().read("/nowhere/x.csv", format: .csv)
    }
  }

  @Test func recordsLongerThanTheBufferAreRead() throws {
    let long = String(repeating: "y", count: 3 << 20)
    let file = try read(
      "{\"a\": \"x\", \"b\": \"\(long)\", \"preference\": 1}\n{\"a\": \"x\", \"b\": \"z\", \"preference\": 0}\n"
    )
    #expect(file.ids.map(\.count) == [1, 3 << 20, 1])
  }

  @Test func manyRowsAcrossBufferEnds() throws {
    var text = ""
    var expected = 0.0
    for i in 0..<60_000 {
      let p = Double(i % 11) / 10
      expected += p
      text +=
        "{\"a\": \"left alternative\", \"b\": \"right alternative\", \"preference\": \(p), \"note\": \"\(i)\"}\n"
    }
    let file = try read(text)
    #expect(file.comparisons.total == 60_000)
    let shares = file.comparisons.comparisons.reduce(0) { $0 + $1.outcome * $1.count }
    // Sums of 60,000 numbers below 1 are good to some 1e-12 relative.
    #expect(abs(shares - expected) < 1e-6)
  }
}
