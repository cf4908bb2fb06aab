import Tessera
import TesseraFormats
import TestSupport
import Testing

@Suite struct ComparisonDataTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func file(_ rows: String, alternatives: [String]? = nil) throws -> ComparisonFile {
    var reader = ComparisonReader()
    reader.keepsTexts = true
    return try reader.read(folder.write(rows, to: "rows.jsonl"), format: .jsonl, alternatives: alternatives)
  }

  @Test func `Alternatives are those of the rows, or those that are known`() throws {
    let votes = "{\"a\": \"x\", \"b\": \"y\", \"winner\": \"a\"}\n"
    let data = try ComparisonData(file(votes), name: "rows.jsonl")
    #expect(data.dataset.alternatives.map(\.id) == ["x", "y"] && data.name == "rows.jsonl")
    let known = ["z", "y", "x"].map { Alternative(id: $0) }
    let contexts = try Contexts(Matrix([[0.0], [1], [2]]))
    let read = try file(votes, alternatives: known.map(\.id))
    let other = try ComparisonData(read, known: known, contexts: contexts, name: "known.jsonl")
    #expect(other.dataset.alternatives.map(\.id) == ["z", "y", "x"])
    #expect(other.dataset.contexts?.row(2) == [2])
    let doubled = try Contexts(Matrix([[0.0], [2], [4]]))
    let moved = try other.with(doubled)
    #expect(moved.dataset.contexts?.row(2) == [4] && moved.name == "known.jsonl")
    #expect(moved.dataset.comparisons == other.dataset.comparisons)
    #expect(throws: DatasetError.self) { try other.with(Contexts(Matrix([[0.0]]))) }
  }

  @Test func `Texts of prompts go by their names`() throws {
    let data = try ComparisonData(
      file("{\"prompt\": \"Is it?\", \"chosen\": \"yes\", \"rejected\": \"no\"}\n"), name: "rows")
    #expect(data.dataset.alternatives.map { data.prompts[$0.prompt ?? ""] } == ["Is it?", "Is it?"])
  }

  @Test func `Nothing to compare says where`() throws {
    let read = try file("{\"a\": \"x\", \"b\": \"y\", \"winner\": \"a\"}\n")
    #expect {
      _ = try ComparisonData(read, known: [Alternative(id: "x")], name: "known.jsonl")
    } throws: { error in
      let words = "\(error)"
      return words.hasPrefix("known.jsonl: found ")
        && words.hasSuffix("expected at least two alternatives and one comparison")
    }
  }

  @Test(arguments: [
    ("since", "since is tomorrow; expected a time, as 2026-11-27"),
    ("until", "until is 2026-13-01; expected a time"),
    ("drop", "drop is wins; expected some of both_bad, tie, repeats"),
    ("limit", "limit is 0; expected a positive number of rows"),
  ])
  func `A part of a filter that cannot be is named`(part: String, message: String) {
    #expect {
      _ = try RowFilter(
        since: part == "since" ? "tomorrow" : nil, until: part == "until" ? "2026-13-01" : nil,
        dropping: part == "drop" ? ["wins"] : [], limit: part == "limit" ? 0 : nil)
    } throws: { error in
      "\(error)".hasPrefix(message) && (error as? any KindedError)?.kind == .option
    }
  }

  @Test func `A filter is read as it is spelled`() throws {
    let filter = try RowFilter(
      conditions: [RowFilter.Condition(field: "language", value: "en")], since: "2023-11-16",
      dropping: ["tie", "repeats"], limit: 3)
    #expect(filter.conditions.map(\.field) == ["language"])
    #expect(filter.since == RowFilter.seconds("2023-11-16") && filter.until == nil)
    #expect(filter.dropped == ["tie"] && filter.dropsRepeats && filter.limit == 3)
  }
}
