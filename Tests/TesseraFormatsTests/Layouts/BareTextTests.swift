import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

/// Bare texts are read where they stand; what they are must not depend on it.
@Suite struct BareTextTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func read(_ text: String, truncation: Int? = nil) throws -> ComparisonFile {
    var reader = ComparisonReader()
    reader.keepsTexts = true
    reader.keepsRecords = true
    reader.truncation = truncation
    return try reader.read(try folder.write(text, to: "c.jsonl"), format: .jsonl)
  }

  /// Everything that a file says of its rows.
  func said(_ file: ComparisonFile) -> [String] {
    file.alternatives.map { "\($0.id) \($0.prompt ?? "-") \($0.text ?? "-")" } + file.prompts
      + file.promptTexts
      + file.records.map { "\($0.row) \($0.comparison.map { "\($0)" } ?? "\($0.leftOut?.rawValue ?? "")")" }
  }

  @Test(arguments: ["Four", #"line\nbreak \"quoted\" \u00e9"#, "日本", " \t ", #"\n\nHuman: hello"#, "{1}"])
  func `A text is the alternative that a dialogue of that one turn is`(text: String) throws {
    // Tabs are escaped in JSON.
    let text = text.replacingOccurrences(of: "\t", with: #"\t"#)
    let bare = try read(#"{"prompt": "p \#(text)", "chosen": "\#(text)", "rejected": "not \#(text)"}"#)
    func turn(_ text: String) -> String { #"[{"role": "user", "content": "\#(text)"}]"# }
    let dialogue = try read(
      #"{"prompt": \#(turn("p " + text)), "chosen": \#(turn(text)), "rejected": \#(turn("not " + text))}"#)
    #expect(said(bare) == said(dialogue))
  }

  @Test(arguments: [#"[{\"role\": "#, #"\u005b{\"role\": "#, #"\u005B{\"role\": "#])
  func `A text that is a list of turns is a dialogue, however its bracket is written`(opening: String) throws
  {
    let turns = opening + #"\"user\", \"content\": \"Two and two?\"}]"#
    let file = try read(#"{"prompt": "\#(turns)", "chosen": "Four", "rejected": "Five"}"#)
    #expect(file.promptTexts == ["Two and two?"])
  }

  @Test func `Rows are told apart alike whether a truncation is asked about or not`() throws {
    let rows = """
      {"prompt": "Two and two?", "chosen": "Four", "rejected": "Five"}
      {"prompt": "two and  two", "chosen": "Four", "rejected": "Five"}
      {"prompt": "Two and two?", "chosen": "Five", "rejected": "Five"}
      {"prompt": "Two and two?", "chosen": "Five", "rejected": "Four"}

      """
    let plain = try read(rows)
    #expect(said(plain) == said(try read(rows, truncation: 1_000)))
    #expect(plain.faults.count(.promptSpelledTwice) == 1)
    #expect(plain.faults.count(.equalSides) == 1)
  }

  @Test(arguments: [
    ("Two and two?", "two  AND\\ntwo", true), ("Two and two ?!", " two and two", true), ("ab", "a b", false),
    ("...", "", true), ("Éa", "éa", false),
  ])
  func `Prompts that differ in case, space and closing marks are spelled twice`(
    one: String, other: String, isSame: Bool
  ) throws {
    let file = try read(
      #"{"prompt": "\#(one)", "chosen": "a", "rejected": "b"}"# + "\n"
        + #"{"prompt": "\#(other)", "chosen": "a", "rejected": "b"}"#)
    #expect(file.faults.count(.promptSpelledTwice) == (isSame ? 1 : 0))
  }

  @Test func `Pairs that contradict each other are counted as records tell them, ties left aside`() throws {
    let rows = [("a", "b"), ("b", "a"), ("a", "b"), ("a", "c"), ("c", "d"), ("d", "c"), ("b", "c")].map {
      #"{"prompt": "p", "chosen": "\#($0.0)", "rejected": "\#($0.1)"}"#
    }
    let file = try read(rows.joined(separator: "\n"))
    // By hand: three rows of a and b, two of c and d.
    #expect(file.faultCounts[.contradictory] == 5)
    #expect(file.allFaults.count(.contradictory) == 5)
    let votes = try read(
      ["1", "0", "0.5"].map { #"{"a": "x", "b": "y", "preference": \#($0)}"# }.joined(separator: "\n")
        + "\n" + #"{"a": "x", "b": "z", "preference": 0.5}"#)
    #expect(votes.faultCounts[.contradictory] == 2)
  }
}
