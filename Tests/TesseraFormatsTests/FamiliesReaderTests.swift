import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

@Suite struct FamiliesReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let ids = ["gpt-4", "claude-1", "gpt-3", "é", "e\u{301}"]

  func read(_ text: String, _ format: ComparisonReader.Format) throws -> FamiliesFile {
    try FamiliesReader.read(
      folder.write(text, to: "f.\(format.rawValue)"), format: format, alternatives: Self.ids)
  }

  /// Where the error is, what was found and what was expected.
  func failure(_ text: String, _ format: ComparisonReader.Format) throws -> String {
    do {
      _ = try read(text, format)
      return "no error"
    } catch let error as FormatError {
      return "\(error)".replacingOccurrences(of: folder.path + "/", with: "")
    }
  }

  @Test func `CSV and JSONL say the same, and who is not named stands alone`() throws {
    let csv = try read(
      "\u{FEFF}note,family,id\r\n,\"GPT, all\",gpt-3\r\n\r\n,\"GPT, all\",gpt-4\r\n,accents,é\r\n", .csv)
    #expect(csv.families.groupOf == [0, 1, 0, 2, 3])
    #expect(csv.names == ["GPT, all", nil, "accents", nil])
    #expect(csv.declared == 3)
    let json = try read(
      #"{"id": "gpt-3", "family": "GPT, \u0061ll"}"# + "\n"
        + #"{"family": "GPT, all", "id": "gpt-4", "more": [1]}"#
        + "\n" + #"{"id": "\u00e9", "family": "accents"}"#, .jsonl)
    #expect(json.families == csv.families)
    #expect(json.names == csv.names)
  }

  @Test func `What is wrong is named with its line and field`() throws {
    #expect(
      try failure("id,family\ngpt-4,GPT\ngpt-5,GPT\n", .csv)
        == "f.csv:3: field \"id\": found \"gpt-5\", expected the id of one of the 5 alternatives")
    #expect(
      try failure("id,family\ngpt-4,GPT\n\ngpt-3,\n", .csv)
        == "f.csv:4: field \"family\": found an empty name, expected the name of its family; leave alternatives without one out"
    )
    #expect(
      try failure("id,family\ngpt-4,GPT\ngpt-3,GPT\ngpt-4,GPT\n", .csv)
        == "f.csv:4: field \"id\": found \"gpt-4\" a second time, expected one family for each, as on line 2")
    #expect(
      try failure("id,group\ngpt-4,GPT\n", .csv)
        == "f.csv:1: found the columns id, group, expected the columns id and family")
    #expect(
      try failure("id,family\ngpt-4\n", .csv) == "f.csv:2: found 1 fields, expected 2, as in the header")
    #expect(
      try failure("id,family\n,GPT\n", .csv)
        == "f.csv:2: field \"id\": found nothing, expected the id of an alternative")
    #expect(
      try failure("id,family\n", .csv)
        == "f.csv: found no families, expected the family of one alternative at least")
    #expect(
      try failure(#"{"id": "gpt-4"}"#, .jsonl)
        == "f.jsonl:1: field \"family\": found nothing, expected the name of its family; leave alternatives without one out"
    )
    #expect(
      try failure(#"{"id": "gpt-4", "family": ["GPT"]}"#, .jsonl)
        == "f.jsonl:1: field \"family\": found \"[\"GPT\"]\", expected a string or a number")
    #expect(
      try failure("{\"id\": \"gpt-4\", \"family\": \"GPT\"}\n{\"id\": \"gpt-3\" \"family\": 1}", .jsonl)
        == "f.jsonl:2: found malformed JSON at column 16, expected a comma or }")
  }
}
