import Tessera
import TesseraFormats
import Testing

@Suite struct AlternativeLabelTests {
  @Test func `A label is the id and how the text begins, however long it is`() {
    let many = String(repeating: "w ", count: 100_000)
    let cases: [(String?, String)] = [
      (nil, "a"), ("", "a"), (" \n ", "a"), ("two\n  words ", "a (two words)"),
      ("exactly thirty-two characters ok", "a (exactly thirty-two characters ok)"),
      ("now there are thirty-three of them", "a (now there are thirty-three of...)"),
      (many, "a (w w w w w w w w w w w w w w w...)"),
      (String(repeating: "x", count: 50), "a (\(String(repeating: "x", count: 29))...)"),
      // What steers the display is not shown, and does not count.
      (String(repeating: "\u{202E} ", count: 60) + "end", "a (\(String(repeating: " ", count: 29))...)"),
      (String(repeating: "\u{202E}", count: 60) + "end", "a (end)"),
    ]
    for (text, expected) in cases {
      #expect(Alternative(id: "a", text: text).label == expected)
    }
  }
}
