import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

@Suite struct ScannerTests {
  func parse(_ text: String) -> Double? {
    Array(text.utf8).withUnsafeBufferPointer { Number.parse($0) }
  }

  @Test func numbersAreTheNearestOnes() {
    var random = RandomStream(seed: 1)
    for round in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      let short = (random.uniform() * 2e6).rounded() / [1, 10, 1e3, 1e6][round % 4]
      for text in ["\(value)", "\(short)", "\(Int(short))", String(format: "%.17g", random.uniform())] {
        #expect(parse(text) == Double(text))
      }
    }
    #expect(parse("1e400") == .infinity)
    #expect(parse("00012.50") == 12.5)
    #expect(parse("-.5") == -0.5)
    for bad in ["", "-", ".", "1.2.3", "1e", "0x10", "1 ", "one", "--1", "1-"] { #expect(parse(bad) == nil) }
    #expect(parse("NaN")?.isNaN == true)
  }

  func accepts(_ text: String) -> Bool {
    Array(text.utf8).withUnsafeBufferPointer { bytes in
      do {
        var scanner = try JSONScanner(bytes)
        while try scanner.nextMember() != nil {}
        return true
      } catch {
        return false
      }
    }
  }

  @Test func theGrammarIsTheStandardOne() {
    let valid = [
      "{}", " { } ", #"{"a":1}"#, #"{"a":-0.5e+3,"b":[],"c":{},"d":[{"e":[1,2,[3]]}],"f":"\u00e9\n"}"#,
      #"{"a":true,"b":false,"c":null}"#, #"{"":""}"#, #"{"a":0}"#, #"{"a":-0}"#, "{\"a\"\t:\t1 , \"b\" : 2}",
    ]
    let invalid = [
      "", "{", "}", "[]", "1", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":01}"#, #"{"a":1.}"#,
      #"{"a":.5}"#, #"{"a":+1}"#, #"{"a":tru}"#, #"{"a":nul}"#, #"{"a":"x}"#, #"{"a":"\x"}"#,
      #"{"a":"\u12g4"}"#,
      #"{"a":[1,]}"#, #"{"a":[1 2]}"#, #"{"a":{"b"}}"#, #"{a:1}"#, #"{'a':1}"#, #"{"a":1} x"#, #"{"a":NaN}"#,
      #"{"a":1e}"#, "{\"a\":\"line\nend\"}", #"{"a":1}}"#, #"{"a":"b" "c":1}"#,
    ]
    for text in valid { #expect(accepts(text), "\(text)") }
    for text in invalid { #expect(!accepts(text), "\(text)") }
    #expect(!accepts("{\"a\":" + String(repeating: "[", count: 100_000)))
  }

  @Test func damagedTextNeverCrashesAndIsAcceptedOnlyWhereFoundationAgrees() {
    let base = Array(
      #"{"a": "x\u00e9y", "b": [1, -2.5e3, {"c": null}], "d": true, "e": "\ud83c\udc04"}"#.utf8)
    var random = RandomStream(seed: 2)
    for _ in 0..<5_000 {
      var bytes = base
      for _ in 0...Int(random.uniform() * 3) {
        let position = Int(random.uniform() * Double(bytes.count))
        switch Int(random.uniform() * 3) {
        case 0: bytes[position] = UInt8(random.uniform() * 127)
        case 1: bytes.remove(at: position)
        default: bytes.insert(bytes[Int(random.uniform() * Double(bytes.count))], at: position)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      // Foundation refuses lone surrogates, which we replace; everything else must agree.
      if accepts(text), !text.lowercased().contains("\\ud") {
        #expect((try? JSONSerialization.jsonObject(with: Data(bytes))) != nil, "\(text)")
      }
    }
  }

  @Test func stringsAreNumberedByFirstAppearance() {
    var table = StringTable()
    func intern(_ text: String) -> Int? { Array(text.utf8).withUnsafeBufferPointer { table.intern($0) } }
    for round in 0..<2 {
      for i in 0..<5_000 { #expect(intern("key \(i)") == i, "round \(round)") }
    }
    #expect(table.strings[4_321] == "key 4321")
    #expect([0xFF, 0xFE].withUnsafeBufferPointer { table.intern($0) } == nil)
    #expect(intern("") == 5_000)
  }

  @Test func jsonOutputReadsBack() throws {
    let value = JSONValue.object([
      ("text", .string("a\"b\\c\n\t\u{1}日\u{2028}")),
      ("numbers", .array([.number(0.1), .number(1e-300), .integer(-3)])),
      ("none", .number(.nan)), ("rows", .array([.object([("x", .bool(true)), ("y", .null)]), .array([])])),
    ])
    let back = try #require(try JSONSerialization.jsonObject(with: Data(value.text().utf8)) as? [String: Any])
    #expect(back["text"] as? String == "a\"b\\c\n\t\u{1}日\u{2028}")
    #expect(back["numbers"] as? [Double] == [0.1, 1e-300, -3])
    #expect(back["none"] is NSNull)
  }
}
