import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

/// Rows of one shape go a shorter way through the reader: it must say what the long one says, and refuse what that refuses.
@Suite struct RepeatedShapeTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What was read, or why not.
  func read(_ lines: [[UInt8]]) throws -> String {
    let path = folder.path + "/rows.jsonl"
    try Data(lines.joined(separator: [0x0A])).write(to: URL(fileURLWithPath: path))
    var reader = ComparisonReader()
    reader.keepsPrompts = true
    do {
      let file = try reader.read(path, format: .jsonl)
      return "\(file.ids) \(file.prompts) \(file.names) \(file.rows) \(file.comparisons.comparisons)"
    } catch let error as FormatError {
      return "\(error)"
    }
  }

  /// The same row with a space that no shape expects: it is read member by member, and so is the one behind it.
  func spaced(_ row: [UInt8]) -> [UInt8] { [0x20] + row }

  static func rows(_ count: Int, seed: UInt64) -> [[UInt8]] {
    var random = RandomStream(seed: seed)
    func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
    return (0..<count).map { _ in
      let a = below(9)
      let preference = ["0", "1", "0.5", "0.25", "1.0"][below(5)]
      let prompt = ["p\(below(4))", "a longer name of a prompt, \(below(3))"][below(2)]
      let judge = ["", "j\(below(3))"][below(2)]
      return Array(
        (#"{"a": "model-\#(a)", "b": "m\#((a + 1 + below(8)) % 9)", "preference": \#(preference), "#
          + #""length": -\#(below(3)), "judge": "\#(judge)", "prompt": "\#(prompt)"}"#)
          .utf8)
    }
  }

  @Test func `Rows of one shape say what they say in others`() throws {
    let rows = Self.rows(500, seed: 1)
    let mixed = rows.enumerated().map { $0 % 2 == 0 ? $1 : spaced($1) }
    let found = try read(rows)
    #expect(found == (try read(mixed)) && !found.contains("rows.jsonl:"), "\(found)")
  }

  @Test
  func
    `A changed row says the same, or is refused in the same words, behind rows of its shape and of others`()
    throws
  {
    var random = RandomStream(seed: 2)
    func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
    let rows = Self.rows(3, seed: 3)
    let bytes: [UInt8] = [
      0, 0x0D, 0x1F, 0x20, 0x22, 0x2C, 0x2D, 0x2E, 0x30, 0x39, 0x3A, 0x5C, 0x65, 0x7B, 0x7D, 0x80, 0xC3, 0xFF,
    ]
    var refused = 0
    for _ in 0..<4_000 {
      var changed = rows[below(3)]
      for _ in 0...below(2) {
        let place = below(changed.count)
        switch below(4) {
        case 0: changed[place] = bytes[below(bytes.count)]
        case 1: changed.insert(bytes[below(bytes.count)], at: place)
        case 2: changed.remove(at: place)
        default: changed.replaceSubrange(place..<min(place + 4, changed.count), with: "null".utf8)
        }
      }
      let short = try read(rows + [changed] + rows)
      let long = try read(rows.map(spaced) + [changed] + rows.map(spaced))
      #expect(short == long, "\(String(decoding: changed, as: UTF8.self))")
      if short.contains("rows.jsonl:") { refused += 1 }
    }
    // Most changes break a row; some only change a name.
    #expect(refused > 1_000 && refused < 3_900, "\(refused)")
  }

  @Test func `A member that stands twice is refused behind rows where it stands once`() throws {
    let once = #"{"a": "x", "b": "y", "preference": 1}"#
    let twice = #"{"a": "x", "b": "y", "preference": 1, "a": "z"}"#
    let found = try read([once, once, twice].map { Array($0.utf8) })
    #expect(
      found.hasSuffix("rows.jsonl:3: field \"a\": found it twice in one object, expected it once"), "\(found)"
    )
  }
}
