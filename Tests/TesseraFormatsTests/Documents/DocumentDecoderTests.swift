import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

@Suite struct DocumentDecoderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  enum Shade: String, Codable { case light, dark }

  struct Part: Codable, Equatable {
    var name: String
    var numbers: [Double]
    var next: [Part]?
  }

  struct Whole: Codable, Equatable {
    var flag: Bool
    var small: Int32
    var whole: Int
    var seed: UInt64
    var number: Double
    var short: Float
    var shade: Shade
    var optional: Int?
    @Null var null: Double?
    var list: [Int?]
    var byName: [String: Part]
    var nested: [[[Bool]]]
  }

  static let whole = Whole(
    flag: true, small: -7, whole: .min, seed: .max, number: 0.1, short: 0.1, shade: .dark, optional: nil,
    null: nil,
    list: [1, nil, 3],
    byName: ["p": Part(name: "é", numbers: [-0.0, 5e-324], next: [Part(name: "", numbers: [])])],
    nested: [[[true], []], []])

  func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try DocumentDecoder.value(type, from: JSONReader.value(of: text))
  }

  @Test func `What is encoded is decoded, and from the same text as by Foundation`() throws {
    let text = try DocumentFile.text(Self.whole)
    let read = try decode(Whole.self, text)
    #expect(read == Self.whole)
    #expect(read.byName["p"]?.numbers.first?.sign == .minus)
    #expect(try JSONDecoder().decode(Whole.self, from: Data(text.utf8)) == read)
  }

  @Test func `Members may come in any order, and strangers among them`() throws {
    let text = #"{"next": null, "numbers": [1, 2e0, 3.0], "stranger": {"a": [1]}, "name": "x"}"#
    #expect(try decode(Part.self, text) == Part(name: "x", numbers: [1, 2, 3]))
    // More members than are looked through one by one.
    let many = (0..<100).map { "\"s\($0)\": \($0)" }.joined(separator: ", ")
    #expect(
      try decode(Part.self, "{\(many), \"numbers\": [], \"name\": \"y\"}") == Part(name: "y", numbers: []))
    #expect(
      try decode([String: Int].self, "{\(many)}")
        == Dictionary((0..<100).map { ("s\($0)", $0) }) { a, _ in a })
  }

  @Test func `Numbers are exact to the bit`() throws {
    var random = RandomStream(seed: 3, for: .bootstrap)
    var numbers: [Double] = [0, -0.0, 1 / 3, 2.5, 1e22, 1e23, 9_007_199_254_740_993, .leastNonzeroMagnitude]
    while numbers.count < 20_000 {
      let number = Double(bitPattern: random.next())
      if number.isFinite { numbers.append(number) }
    }
    let text = "[\(numbers.map(\.description).joined(separator: ","))]"
    #expect(try decode([Double].self, text).map(\.bitPattern) == numbers.map(\.bitPattern))
    // Whole numbers longer than a Double's digits are read as their text is.
    let whole = [
      "9007199254740993", "18446744073709551615", "9223372036854775807", "-9007199254740995", "-0",
      "36893488147419103233",
    ]
    // Written with a point or an exponent, those are no whole numbers: their last digits would be a guess.
    #expect(throws: DecodingError.self) { try decode(Int.self, "9007199254740993.0") }
    #expect(throws: DecodingError.self) { try decode(UInt64.self, "1e19") }
    #expect(
      try decode([Double].self, "[\(whole.joined(separator: ","))]").map(\.bitPattern)
        == whole.map { Double($0)?.bitPattern })
  }

  /// Of every type: what it takes and what it refuses is what Foundation takes and refuses.
  @Test(arguments: [
    "0", "-0", "1", "1.0", "-1.0", "1e2", "1.5", "127", "128", "-128", "-129", "255", "256", "2147483647",
    "2147483648",
    "9007199254740991.0", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616", "0.1", "3.4028235e38", "3.5e38", "1e-50", "true", "false", "null",
    "\"a\"", "\"1\"",
    "[]", "[1]", "{}", "{\"a\": 1}", "\"light\"", "[null]", "[1, \"a\"]", "[[1]]",
  ])
  func `Types are as strict as Foundation's`(text: String) throws {
    func agree<Value: Decodable & Equatable>(_ type: Value.Type) {
      let (ours, theirs) = (
        Result { try decode(type, text) }, Result { try JSONDecoder().decode(type, from: Data(text.utf8)) }
      )
      switch (ours, theirs) {
      case (.success(let a), .success(let b)): #expect(a == b, "\(type) of \(text)")
      case (.failure(let a as DecodingError), .failure(let b as DecodingError)):
        #expect(kind(a) == kind(b), "\(type) of \(text)")
      default: Issue.record("\(type) of \(text): \(ours), and Foundation \(theirs)")
      }
    }
    agree(Bool.self)
    agree(String.self)
    agree(Double.self)
    agree(Float.self)
    agree(Int.self)
    agree(Int8.self)
    agree(Int16.self)
    agree(Int32.self)
    agree(Int64.self)
    agree(UInt.self)
    agree(UInt8.self)
    agree(UInt16.self)
    agree(UInt32.self)
    agree(UInt64.self)
    agree([Int].self)
    agree([Int?].self)
    agree([String: Int].self)
    agree(Shade.self)
    agree(Null<Int>.self)
    agree(Part.self)
  }

  /// Kind, type and path. Numbers out of range Foundation calls malformed, without a path: those need only be refused.
  func kind(_ error: DecodingError) -> String {
    func path(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: "/")
    }
    switch error {
    case .keyNotFound(let key, let context): return "no \(key.stringValue) at \(path(context))"
    case .typeMismatch(let type, let context): return "not \(type) at \(path(context))"
    case .valueNotFound(let type, let context): return "null for \(type) at \(path(context))"
    case .dataCorrupted: return "corrupted"
    @unknown default: return "\(error)"
    }
  }

  /// One mistake in a document: where it is, and that Foundation says the same.
  @Test(arguments: [
    (
      #""flag": true"#, #""flag": 1"#, "field \"flag\": found a value of another kind, expected true or false"
    ),
    (
      #""flag": true"#, #""flag": null"#,
      "field \"flag\": found a value of another kind, expected true or false"
    ),
    (#""flag": true"#, #""flap": true"#, "found no \"flag\", expected one"),
    (
      #""small": -7"#, #""small": 2147483648"#,
      "field \"small\": found 2147483648, expected a whole number between -2147483648 and 2147483647"
    ),
    (
      #""small": -7"#, #""small": -7.5"#,
      "field \"small\": found -7.5, expected a whole number"
    ),
    (#""number": 0.1"#, #""number": null"#, "field \"number\": found null, expected a number"),
    (
      #""number": 0.1"#, #""number": "0.1""#,
      "field \"number\": found a value of another kind, expected a number"
    ),
    (
      #""name": "é""#, #""name": 5"#,
      "field \"byName.p.name\": found a value of another kind, expected a text"
    ),
    ("5e-324", "\"x\"", "field \"byName.p.numbers[1]\": found a value of another kind, expected a number"),
    (#""next": ["#, #""next": [null, "#, "field \"byName.p.next[0]\": found null, expected an object"),
    (
      #""list": [1,"#, #""list": [true,"#,
      "field \"list[0]\": found a value of another kind, expected a number"
    ),
    (#""null": null"#, #""null": []"#, "field \"null\": found a value of another kind, expected a number"),
    (
      "[true]", "[true, 1]",
      "field \"nested[0][0][1]\": found a value of another kind, expected true or false"
    ),
    (#""nested": ["#, #""nested": [null, "#, "field \"nested[0]\": found null, expected a list"),
    (
      #""dark""#, #""grey""#,
      "field \"shade\": found Cannot initialize Shade from invalid String value grey, expected a document of ours"
    ),
    (
      #""flag": true"#, #""flag": true, "flag": true"#,
      "found \"flag\" a second time in one object at column 17, expected it once"
    ),
    (
      #""flag": true"#, #""flag": true,,"#,
      "found malformed JSON at column 16, expected a member name in quotation marks"
    ),
  ])
  func `A mistake is named with its path`(right: String, wrong: String, message: String) throws {
    let text = try DocumentFile.text(Self.whole)
    try #require(text.contains(right))
    let file = try folder.write(text.replacing(right, with: wrong), to: "w.json")
    let error = #expect(throws: FormatError.self) { try DocumentFile.read(Whole.self, from: file) }
    #expect(
      "\(try #require(error))".hasSuffix(": \(message)"), "\(error.map(String.init(describing:)) ?? "")")
  }
}
