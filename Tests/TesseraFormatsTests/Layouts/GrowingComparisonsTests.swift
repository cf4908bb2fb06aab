import Tessera
import TesseraFormats
import TestSupport
import Testing

/// Comparisons are put away beside the reading: on how many cores must not show.
@Suite struct GrowingComparisonsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Several blocks of plain votes, many of them repeated, with rows between that are read one by one.
  static let text: String = {
    var random = RandomStream(seed: 41)
    var text = ""
    for row in 0..<70_000 {
      let (a, b) = (Int(300 * random.uniform()), 300 + Int(300 * random.uniform()))
      let vote = row % 9_000 == 8_999 ? "0.25, \"count\": 3" : random.uniform() < 0.5 ? "1" : "0.5"
      text += "{\"a\": \"m\(a)\", \"b\": \"m\(b)\", \"preference\": \(vote)}\n"
    }
    return text
  }()

  @Test func `The table is the same on one core and on several`() throws {
    let path = try folder.write(Self.text, to: "v.jsonl")
    let files = try [1, 2, 5].map { threads in
      try ComparisonReader().read([(path, .jsonl), (path, .jsonl)], work: Work(threads: threads))
    }
    for file in files {
      #expect(file.rows == 140_000)
      #expect(file.comparisons.total == 140_000 + 2 * 7 * 2)
      #expect(file.comparisons.comparisons == files[0].comparisons.comparisons)
      #expect(file.repeats == files[0].repeats)
      #expect(file.alternatives.map(\.id) == files[0].alternatives.map(\.id))
    }
    // Read row by row into a plain table, in the order of the file.
    var table = ComparisonTable()
    var repeats = 0
    for file in [files[0], files[0]] {
      let numbers = Dictionary(uniqueKeysWithValues: file.alternatives.enumerated().map { ($1.id, $0) })
      for line in Self.text.split(separator: "\n") {
        let names = line.split(separator: "\"").filter { $0.hasPrefix("m") }.compactMap {
          numbers[String($0)]
        }
        let outcome = line.contains("0.25") ? 0.25 : line.contains("0.5") ? 0.5 : 1
        let count = outcome == 0.25 ? 3.0 : 1
        let isFirst = try table.add(Comparison(a: names[0], b: names[1], outcome: outcome, count: count))
        if !isFirst, count == 1 { repeats += 1 }
      }
    }
    #expect(table.comparisons == files[0].comparisons.comparisons)
    #expect(repeats == files[0].repeats)
  }
}
