import Foundation
import TesseraFormats
import Testing

@Suite struct JSONReaderTests {
  @Test func `Members keep their order, and numbers their bits`() throws {
    let text = """
      {"z": [1, -7, 18446744073709551615, 9223372036854775808], "a": {"": null, "b": [true, false, [], {}]},
       "n": [0.1, 1.0, -0, -0.0, 1e3, 5e-324, 1.7976931348623157e308, 123456789012345678901234567890]}
      """
    let value = try JSONReader.value(of: text)
    let expected = JSONValue.object([
      ("z", .array([.integer(1), .integer(-7), .unsigned(.max), .unsigned(1 << 63)])),
      ("a", .object([("", .null), ("b", .array([.bool(true), .bool(false), .array([]), .object([])]))])),
      (
        "n",
        .array([
          .number(0.1), .number(1), .number(-0.0), .number(-0.0), .number(1000), .number(5e-324),
          .number(.greatestFiniteMagnitude), .number(123_456_789_012_345_678_901_234_567_890),
        ])
      ),
    ])
    #expect(value == expected)
    // What is written reads back.
    #expect(try JSONReader.value(of: value.text()) == value)
  }

  @Test func `Texts stand for what they say`() throws {
    let text = #""\" \\ \/ \b\f\n\r\t \u00e9 \uD83D\uDE00 \u0000 é 日本""#
    #expect(
      try JSONReader.value(of: text) == .string("\" \\ / \u{8}\u{C}\n\r\t \u{e9} \u{1F600} \u{0} é 日本"))
    #expect(try JSONReader.value(of: "\u{FEFF} [1] \n") == .array([.integer(1)]))
  }

  /// The text, its line, its column, and what is said of it.
  @Test(arguments: [
    ("", 1, 1, "malformed JSON", "a JSON value"),
    ("{", 1, 2, "malformed JSON", "a member name in quotation marks"),
    ("[1,]", 1, 4, "malformed JSON", "a JSON value"), ("[1\n,\n 2", 3, 3, "malformed JSON", "a comma or ]"),
    (#"{"a": 1,}"#, 1, 9, "malformed JSON", "a member name in quotation marks"),
    (#"{"a" 1}"#, 1, 6, "malformed JSON", "a colon behind the member name"),
    (#"{"a": 1 "b": 2}"#, 1, 9, "malformed JSON", "a comma or }"),
    ("[01]", 1, 3, "malformed JSON", "a comma or ]"),
    ("[1.]", 1, 4, "malformed JSON", "a digit"), ("[.5]", 1, 2, "malformed JSON", "a JSON value"),
    ("[+1]", 1, 2, "malformed JSON", "a JSON value"), ("[-]", 1, 3, "malformed JSON", "a digit"),
    ("[1e]", 1, 4, "malformed JSON", "a digit"), ("[NaN]", 1, 2, "malformed JSON", "a JSON value"),
    ("[nul]", 1, 2, "malformed JSON", "a JSON value"), ("[1] 2", 1, 5, "malformed JSON", "nothing more"),
    ("[1]\n\n]", 3, 1, "malformed JSON", "nothing more"),
    ("{'a': 1}", 1, 2, "malformed JSON", "a member name in quotation marks"),
    ("[1] // one", 1, 5, "malformed JSON", "nothing more"),
    (#"["a"#, 1, 2, "malformed JSON", "a quotation mark that closes the string"),
    ("[\"a\nb\"]", 1, 4, "malformed JSON", "no control character inside a string"),
    (#"["\x"]"#, 1, 3, "malformed JSON", "a known escape behind the backslash"),
    (#"["\u12"]"#, 1, 7, "malformed JSON", #"four hexadecimal digits behind \u"#),
    (#"["ab\uD83D"]"#, 1, 5, "half of a surrogate pair", #"both halves, \uD800\uDC00 and above"#),
    (#"["\uD83D\u0041"]"#, 1, 3, "half of a surrogate pair", #"both halves, \uD800\uDC00 and above"#),
    (#"{"\uDE00": 1}"#, 1, 3, "half of a surrogate pair", #"both halves, \uD800\uDC00 and above"#),
    (#"["\\\uDE00"]"#, 1, 5, "half of a surrogate pair", #"both halves, \uD800\uDC00 and above"#),
    ("{\"a\": {\"b\": 1},\n \"b\": 2, \"a\": 3}", 2, 10, "\"a\" a second time in one object", "it once"),
    (#"{"a": 1, "\u0061": 3}"#, 1, 10, "\"a\" a second time in one object", "it once"),
    ("[1e309]", 1, 2, "the number \"1e309\"", "one that fits a number of 64 bits"),
    ("[1e-400]", 1, 2, "the number \"1e-400\"", "one that fits a number of 64 bits"),
  ])
  func `A fault is named with its place`(
    text: String, line: Int, column: Int, found: String, expected: String
  ) throws {
    let fault = #expect(throws: JSONReader.Fault.self) { try JSONReader.value(of: text) }
    #expect(fault?.line == line && fault?.column == column)
    #expect(fault?.found == found && fault?.expected == expected)
  }

  @Test func `Bytes that are not UTF-8 are named with their place`() throws {
    for bytes: [UInt8] in [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
    ] {
      let fault = #expect(throws: JSONReader.Fault.self) {
        try JSONReader.value(of: Array("[1,\n\"é".utf8) + bytes + Array("\"]".utf8))
      }
      #expect(fault?.line == 2 && fault?.column == 4 && fault?.expected == "UTF-8")
    }
    let fault = #expect(throws: JSONReader.Fault.self) {
      try JSONReader.value(of: [0xFF, 0xFE, 0x5B, 0, 0x5D, 0])
    }
    #expect(fault?.found == "UTF-16 text")
  }

  @Test func `Values nest up to a limit`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSONReader.value(of: nested(512))
    let fault = #expect(throws: JSONReader.Fault.self) { try JSONReader.value(of: nested(513)) }
    #expect(fault?.column == 513 && fault?.expected == "values nested less deeply")
    // Far beyond it the stack must hold.
    #expect(throws: JSONReader.Fault.self) {
      try JSONReader.value(of: String(repeating: "[{\"a\":", count: 200_000))
    }
  }

  @Test func `Names that many objects have, and objects of many names, are read alike`() throws {
    let many = (0..<5_000).map { "\"name \($0)\": \($0)" }.joined(separator: ", ")
    guard case .object(let members) = try JSONReader.value(of: "{\(many)}") else {
      Issue.record("no object")
      return
    }
    #expect(members.map(\.key) == (0..<5_000).map { "name \($0)" })
    #expect(throws: JSONReader.Fault.self) { try JSONReader.value(of: "{\(many), \"name 17\": 0}") }
  }

  @Test func `A text cut short or changed is refused as Foundation refuses it`() throws {
    let text = #"{"a": [1, -2.5e-3, "x\n\u00e9\uD83D\uDE00", true, null], "b": {"c": {}, "d": []}, "f": 0}"#
    let bytes = Array(text.utf8)
    var texts = (0..<bytes.count).map { Array(bytes[..<$0]) }
    for place in bytes.indices {
      for byte in Array("{}[]\",:0129.eE+-\\u tn\n".utf8) + [0x00, 0x1F, 0x80, 0xC3] {
        var changed = bytes
        changed[place] = byte
        texts.append(changed)
      }
    }
    for text in texts {
      let ours = try? JSONReader.value(of: text)
      let theirs = try? JSONDecoder().decode(Anything.self, from: Data(text))
      #expect((ours == nil) == (theirs == nil), "\(String(decoding: text, as: UTF8.self))")
      if let ours, let theirs { #expect(plain(ours) == theirs.json) }
    }
  }
}

/// Numbers without a kind, members by name.
private func plain(_ value: JSONValue) -> JSONValue {
  switch value {
  case .integer(let number): .number(Double(number))
  case .array(let elements): .array(elements.map(plain))
  case .object(let members):
    .object(members.map { ($0.key, plain($0.value)) }.sorted { $0.key < $1.key })
  default: value
  }
}

/// A value as JSONDecoder reads it, plain.
private struct Anything: Decodable {
  let json: JSONValue

  init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      json = .null
    } else if let value = try? single.decode(Bool.self) {
      json = .bool(value)
    } else if let value = try? single.decode(String.self) {
      json = .string(value)
    } else if let elements = try? decoder.unkeyedContainer() {
      var elements = elements
      var values: [JSONValue] = []
      while !elements.isAtEnd { values.append(try elements.decode(Anything.self).json) }
      json = .array(values)
    } else if let members = try? decoder.container(keyedBy: Key.self) {
      json = .object(
        try members.allKeys.sorted { $0.stringValue < $1.stringValue }.map {
          ($0.stringValue, try members.decode(Anything.self, forKey: $0).json)
        })
    } else {
      json = .number(try single.decode(Double.self))
    }
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
