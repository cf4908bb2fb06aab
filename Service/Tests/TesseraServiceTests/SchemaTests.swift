import TesseraFormats
import TesseraHTTP
import TesseraService
import Testing

@Suite struct SchemaTests {
  private let schema = Schema.either([
    .object(
      [Member("texts", .list(.text(longest: 3), 1...2)), Member("n", .integer(1...5), optional: true)],
      open: false),
    .object([Member("vectors", .list(.list(.number, 2...2), 1...2))], open: false),
  ])

  /// Values with the field that is wrong, what was found, what was expected.
  @Test(arguments: [
    (#"{"texts":["abcd"]}"#, "texts[0]", "a text of 4 characters", "a text of at most 3 characters"),
    (
      #"{"texts":["a","b","c"]}"#, "texts", "a list of 3",
      "a list of 1 to 2, each a text of at most 3 characters"
    ),
    (#"{"vectors":[[1,2],[1,null]]}"#, "vectors[1][1]", "null", "a number that single precision holds"),
    (#"{"texts":["a"],"n":6}"#, "n", "the number 6", "a whole number from 1 to 5"),
    (#"{"texts":["a"],"n":2.5}"#, "n", "a number that is not whole", "a whole number from 1 to 5"),
    (#"{"texts":["a"],"n":6.0}"#, "n", "the number 6", "a whole number from 1 to 5"),
    (#"{}"#, "body", "an object without them", "texts or vectors"),
    (#"{"texts":["a"],"m":6}"#, "m", "a member that has no meaning here", "texts, n"),
    (#"3"#, "body", "a number", "an object with texts or an object with vectors"),
  ])
  func `A fault says where, what was found and what was expected`(
    text: String, field: String, found: String, expected: String
  ) throws {
    let fault = try #require(schema.fault(in: JSONReader.value(of: Array(text.utf8))))
    #expect(fault.field == field)
    #expect(fault.found == found)
    #expect(fault.expected == expected)
  }

  @Test func `What fits has no fault`() throws {
    for text in [#"{"texts":["abc"]}"#, #"{"texts":["a","äöü"],"n":5.0}"#, #"{"vectors":[[1,2.5e3]]}"#] {
      #expect(try schema.fault(in: JSONReader.value(of: Array(text.utf8))) == nil)
    }
  }

  @Test func `The same value is written as JSON Schema`() {
    #expect(
      Schema.list(.text(longest: 3), 1...2).json.compact()
        == #"{"type":"array","items":{"type":"string","maxLength":3},"minItems":1,"maxItems":2}"#)
    #expect(
      Schema.object([Member("a", .boolean, "What it is."), Member("b", .null, optional: true)], open: false)
        .json.compact()
        == #"{"type":"object","properties":{"a":{"type":"boolean","description":"What it is."},"b":{"type":"null"}},"required":["a"],"additionalProperties":false}"#
    )
  }

  @Test func `Lines of a log are ASCII, whatever they hold`() {
    #expect(ServiceLog.plain("a\u{9B}31m\u{202E}ü😀") == #"a\u009b31m\u202e\u00fc\ud83d\ude00"#)
  }

  @Test func `Limits that contradict one another are refused in words`() {
    var limits = Limits()
    #expect(limits.problem == nil)
    limits.waiting = limits.items - 1
    #expect(limits.problem == "items waiting: 1023, expected 1024 to 10000000")
    limits = Limits()
    limits.requestSeconds = .nan
    #expect(limits.problem != nil)
  }
}
