import Foundation
import Tessera
import TesseraFormats
import Testing

/// Files that other libraries wrote, and what they hold: Tests/References/parquet/make.py.
struct ParquetFixtures: Decodable {
  struct File: Decodable {
    let columns: [String]
    let rows: Int
    let written: String
  }

  let files: [String: File]
  /// Cells by column: nil, or kind and text.
  let columns: [String: [[String]?]]

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../References/parquet").standardized.path

  static func path(_ name: String) -> String { "\(folder)/\(name)" }

  static func load() throws -> ParquetFixtures {
    try JSONDecoder().decode(
      ParquetFixtures.self, from: Data(contentsOf: URL(fileURLWithPath: path("expected.json"))))
  }

  static var names: [String] { get throws { try load().files.keys.sorted() } }
}

/// A value that outlives its row.
struct ShownValue: Equatable, CustomStringConvertible {
  let kind: String
  let text: String

  init(_ value: JSONScanner.Value) {
    kind = "\(value.kind)"
    text = String(decoding: value.bytes, as: UTF8.self)
  }

  init(_ kind: String, _ text: String) { (self.kind, self.text) = (kind, text) }

  var description: String { "\(kind) \(text.prefix(200))" }

  /// The same value in other words: 1e5 and 100000.0, blanks between the members of a struct.
  func means(_ other: ShownValue) -> Bool {
    guard kind == other.kind else { return false }
    if text == other.text { return true }
    switch kind {
    case "number":
      // Whole numbers beyond 2^53 must agree in every digit.
      if Int(text) != nil || Int(other.text) != nil { return false }
      return Double(text) != nil && Double(text) == Double(other.text)
    case "array", "object":
      func parsed(_ text: String) -> NSObject? {
        try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSObject
      }
      return parsed(text) != nil && parsed(text) == parsed(other.text)
    default: return false
    }
  }
}

/// All rows of a file, of the columns named or of all.
func parquetRows(_ file: String, _ names: [String]? = nil) throws -> [[ShownValue?]] {
  let rows = try ParquetRows(file)
  let names = names ?? rows.header ?? []
  try rows.select(names)
  var values = [JSONScanner.Value?](repeating: nil, count: names.count)
  var result: [[ShownValue?]] = []
  while let place = try rows.next(&values) {
    #expect(place == result.count + 1)
    result.append(values.map { $0.map { ShownValue($0) } })
  }
  return result
}

/// The message of an error, with the folder left out.
func parquetFailure(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch {
    // Files by their names, whatever folder they are in.
    return "\(error)".split(separator: " ").map { $0.split(separator: "/").last.map(String.init) ?? "" }
      .joined(separator: " ")
  }
}
