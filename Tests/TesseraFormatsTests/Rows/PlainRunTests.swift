import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

/// Strings are scanned a word at a time: every byte must count at every place of a word.
@Suite struct PlainRunTests {
  /// The value of the one member, nil where the scanner refuses it.
  func value(_ content: [UInt8]) -> [UInt8]? {
    (Array(#"{"a":""#.utf8) + content + Array(#""}"#.utf8)).withUnsafeBufferPointer { bytes in
      do {
        var scanner = try JSONScanner(bytes)
        let found = try scanner.nextMember().map { Array($0.value.bytes) }
        return try scanner.nextMember() == nil ? found : nil
      } catch {
        return nil
      }
    }
  }

  @Test func `A byte ends a plain run, or does not, at every place of a word`() {
    for length in 1...20 {
      for place in 0..<length {
        for byte in UInt8.min...UInt8.max {
          var content = [UInt8](repeating: 0x61, count: length)
          content[place] = byte
          let found = value(content)
          // A backslash before the letter a is no escape, and at the end it takes the quotation mark with it.
          let isPlain = byte >= 0x20 && byte != 0x22 && byte != 0x5C
          #expect(found == (isPlain ? content : nil), "byte \(byte) at \(place) of \(length)")
        }
      }
    }
  }

  @Test func `Bytes beside one that ends a run hide nothing`() {
    // A borrow that runs from one byte of a word into the next must not move the end.
    for first: UInt8 in [0x21, 0x23, 0x5B, 0x5D, 0x20, 0x7F, 0x80, 0xA2, 0xDC, 0xFF] {
      for second: UInt8 in [0x21, 0x23, 0x5B, 0x5D, 0x20, 0x7F, 0x80, 0xA2, 0xDC, 0xFF] {
        for place in 0..<9 {
          let before = [UInt8](repeating: first, count: place)
          let content = before + [0x5C, 0x22] + [UInt8](repeating: second, count: 9)
          #expect(value(content) == content)
        }
      }
    }
  }

  @Test func `Escapes stand for what Foundation reads in them`() throws {
    var random = RandomStream(seed: 3)
    let parts = [
      "plain words ", #"\n"#, #"\""#, #"\\"#, #"\/"#, #"\b\f\r\t"#, #"\u00e9"#, #"\ud83c\udc04"#, "日本",
      #"\u0041"#,
      #"\u20ac"#,
    ]
    let folder = try TemporaryFolder()
    for _ in 0..<200 {
      let text = (0...Int(random.uniform() * 12)).map { _ in
        parts[Int(random.uniform() * Double(parts.count))]
      }
      .joined()
      let line = #"{"prompt": "q\#(text)", "chosen": "c\#(text)", "rejected": "r\#(text)"}"#
      let path = try folder.write(line, to: "c.jsonl")
      var reader = ComparisonReader()
      reader.keepsTexts = true
      let file = try reader.read(path, format: .jsonl)
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
      #expect(file.alternatives.map(\.text) == [object?["chosen"], object?["rejected"]])
      #expect(file.promptTexts.first == object?["prompt"])
    }
  }

  @Test func `Ids found among many do not mix up strings of one length`() {
    var table = StringTable()
    func number(_ i: Int) -> Int? {
      // Twelve digits, as ids of answers have.
      let text = Array(String(format: "%012d", i * 7_919).utf8)
      return text.withUnsafeBufferPointer { table.intern($0) }
    }
    for i in 0..<200_000 where number(i) != i { Issue.record("\(i) is not new") }
    for i in stride(from: 0, to: 200_000, by: 97) { #expect(number(i) == i) }
    #expect(table.strings.count == 200_000)
  }
}
