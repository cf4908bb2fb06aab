import Tessera
import TesseraFormats
import TestSupport
import Testing

/// Rows that are alike are read many at a time; a reader that keeps which row said what reads them one by one.
@Suite struct RowsAheadTests {
  /// What a file says, read many at a time and one by one; what is wrong with it where it is refused.
  private func both(
    _ text: String, format: RowFormat = .jsonl, _ set: (inout ComparisonReader) -> Void = { _ in }
  )
    throws -> (many: String, one: String)
  {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "votes.\(format.rawValue)")
    func said(_ keepsRecords: Bool) -> String {
      var reader = ComparisonReader()
      set(&reader)
      reader.keepsRecords = keepsRecords
      do {
        let file = try reader.read(path, format: format)
        return [
          "\(file.alternatives.map(\.id))", "\(file.annotators)", "\(file.prompts)",
          "\(file.comparisons.comparisons)",
          "\(file.comparisons.total)", "\(file.bothBad ?? []) \(file.bothBadTotal)",
          "\(file.rows) \(file.repeats)",
          "\(file.examples)", "\(file.names) \(file.fields) \(file.ignored)", "\(file.faults.counts)",
        ].joined(separator: "\n")
      } catch {
        return "refused: \(error)"
      }
    }
    return (said(false), said(true))
  }

  /// Names of two to forty letters, many of them beginnings of one another; none is a word for an outcome.
  private func name(_ random: inout RandomStream) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789-_./")
    let length = 2 + Int(random.uniform() * 39)
    let first = Int(random.uniform() * 3)
    return String((0..<length).map { letters[($0 * 7 + first) % letters.count] })
  }

  /// Now and then a row is otherwise: spaces, escapes, other members, another order.
  private func row(_ random: inout RandomStream, _ outcome: (inout RandomStream, String, String) -> String)
    -> String
  {
    let kind = Int(random.uniform() * 60)
    var a = name(&random)
    var b = name(&random)
    while b == a { b = name(&random) }
    if kind == 2 { a = "a" + a }
    if kind == 3 { b += "é" }
    let said = outcome(&random, a, b)
    switch kind {
    case 0: return "{\"a\":\"\(a)\", \"b\":\"\(b)\", \(said)}"
    case 1: return "{\"b\": \"\(b)\", \"a\": \"\(a)\", \(said)}"
    case 2: return "{\"a\": \"\\u0061\(a.dropFirst())\", \"b\": \"\(b)\", \(said)}"
    case 4: return "{\"a\": \"\(a)\", \"b\": \"\(b)\", \"seen\": null, \(said)}"
    case 5: return "{\"a\": \"\(a)\", \"b\": \"\(b)\", \(said)}\r"
    case 6: return "{\"a\": \"\(a)\", \"b\": \"\(b)\", \(said)}\n   "
    default: return "{\"a\": \"\(a)\", \"b\": \"\(b)\", \(said)}"
    }
  }

  private func preference(_ random: inout RandomStream, _ a: String, _ b: String) -> String {
    let values = ["0", "1", "0.5", "0.25", "1.0", "-0", "1e-1", "\"1\"", "0.123456789012345678"]
    return "\"preference\": \(values[Int(random.uniform() * Double(values.count))])"
  }

  private func winner(_ random: inout RandomStream, _ a: String, _ b: String) -> String {
    let words = ["a", "B", "tie", "both_bad", "Tie (bothbad)", "model_a", "right", a, b, "0.75"]
    return "\"winner\": \"\(words[Int(random.uniform() * Double(words.count))])\""
  }

  private func text(_ rows: Int, seed: UInt64, _ outcome: (inout RandomStream, String, String) -> String)
    -> String
  {
    var random = RandomStream(seed: seed)
    return (0..<rows).map { _ in row(&random, outcome) }.joined(separator: "\n") + "\n"
  }

  @Test func `Numbers for outcomes say the same many at a time as one by one`() throws {
    // Longer than what is read at once.
    let (many, one) = try both(text(20_000, seed: 1, preference))
    #expect(many == one)
    #expect(!many.hasPrefix("refused"))
  }

  @Test func `Winners, by word and by id, say the same many at a time as one by one`() throws {
    let (many, one) = try both(text(20_000, seed: 2, winner))
    #expect(many == one)
    #expect(!many.hasPrefix("refused"))
  }

  @Test func `Annotators say the same many at a time as one by one`() throws {
    func judged(_ random: inout RandomStream, _ a: String, _ b: String) -> String {
      "\"annotator\": \"judge \(Int(random.uniform() * 30))\", " + preference(&random, a, b)
    }
    let file = text(5_000, seed: 3, judged)
    for keeps in [true, false] {
      let (many, one) = try both(file) { $0.keepsAnnotators = keeps }
      #expect(many == one)
      #expect(!many.hasPrefix("refused"))
    }
  }

  @Test func `A mistake in any row is told as if rows were read one by one`() throws {
    let good = (0..<60).map { "{\"a\": \"m\($0 % 7)\", \"b\": \"n\($0 % 5)\", \"preference\": 1}" }
    let bad = [
      "{\"a\": \"m1\", \"b\": \"n1\", \"preference\": 2}",
      "{\"a\": \"m1\", \"b\": \"m1\", \"preference\": 1}",
      "{\"a\": \"\", \"b\": \"n1\", \"preference\": 1}", "{\"a\": \"m1\", \"b\": \"n1\", \"preference\": 01}",
      "{\"a\": \"m1\", \"b\": \"n1\", \"preference\": 1.}",
      "{\"a\": \"m1\", \"b\": \"n1\", \"preference\": \"\"}",
      "{\"a\": \"m1\", \"b\": \"n1\", \"preference\": 1", "{\"a\": \"m1\", \"b\": \"n1\"}",
      "{\"a\": \"m\u{1}\", \"b\": \"n1\", \"preference\": 1}",
      "{\"a\": \"m1\", \"b\": \"n1\", \"preference\": 1}}",
      "{\"a\": \"m1\", \"b\": \"n1\", \"preference\": 1, \"a\": \"m2\"}",
    ]
    for mistake in bad {
      for place in [0, 1, 3, 4, 5, 20, 21, 37, 60] {
        var rows = good
        rows.insert(mistake, at: place)
        let (many, one) = try both(rows.joined(separator: "\n"))
        #expect(many == one)
        #expect(many.hasPrefix("refused"), "\(mistake) in place \(place)")
      }
    }
  }

  @Test func `Names outside a list are refused where they stand`() throws {
    let rows = (0..<50).map { "{\"a\": \"m\($0 % 7)\", \"b\": \"n\($0 % 5)\", \"preference\": 1}" }
    let folder = try TemporaryFolder()
    let path = try folder.write(
      (rows + ["{\"a\": \"m1\", \"b\": \"m8\", \"preference\": 1}"]).joined(separator: "\n") + "\n",
      to: "votes.jsonl")
    let known = (0..<7).map { "m\($0)" } + (0..<5).map { "n\($0)" }
    let error = #expect(throws: FormatError.self) {
      try ComparisonReader().read(path, format: .jsonl, alternatives: known)
    }
    #expect(error.map { "\($0)" }?.contains("votes.jsonl:51: field \"b\": found \"m8\"") == true)
  }

  @Test func `A line beyond the limit is refused among rows that are alike`() throws {
    let rows = (0..<50).map { "{\"a\": \"m\($0 % 7)\", \"b\": \"n\($0 % 5)\", \"preference\": 1}" }
    let long = "{\"a\": \"\(String(repeating: "m", count: 90))\", \"b\": \"n1\", \"preference\": 1}"
    let (many, one) = try both((rows + [long] + rows).joined(separator: "\n")) { $0.limits.recordBytes = 80 }
    #expect(many == one)
    #expect(many.contains(":51: found a record of more than 80 bytes"))
  }
}
