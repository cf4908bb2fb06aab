import Foundation
import Tessera

/// What was read from an alternatives file.
public struct AlternativesFile: Sendable {
  public let alternatives: [Alternative]
  /// Contexts from the file's own `context` fields; nil when no line has one.
  public let contexts: Contexts?

  public init(alternatives: [Alternative], contexts: Contexts?) {
    self.alternatives = alternatives
    self.contexts = contexts
  }
}

/// Reads alternatives from JSONL: `id`, and optionally `context` (an array of numbers), `text`, `prompt`, `model`.
public enum AlternativesReader {
  /// Which texts are kept in memory; weights and rewards do not need them.
  public enum Texts: Sendable {
    case none
    /// Of alternatives that have no context of their own, to make one of the text.
    case withoutContext
    case all
  }

  /// - Parameters:
  ///   - needsIdentifiers: Whether every line must have an id; otherwise lines without one go by their number, from 0.
  /// - Throws: `FormatError`: malformed lines, repeated ids, contexts on some lines only or of unequal length.
  public static func read(_ file: String, texts: Texts = .none, needsIdentifiers: Bool = true) throws
    -> AlternativesFile
  {
    var reader = try RecordReader(file: file, quotes: false)
    let file = file == "-" ? "standard input" : file
    var ids = StringTable()
    var alternatives: [Alternative] = []
    var values: [Double] = []
    var dimension: Int?
    var firstLine = 0

    while let (record, line) = try reader.next() {
      func problem(_ field: String?, _ found: String, _ expected: String) -> FormatError {
        .content(file: file, line: line, field: field, found: found, expected: expected)
      }
      var fields: [String: JSONScanner.Value] = [:]
      var sides: Set<String> = []
      do {
        var scanner = try JSONScanner(record)
        while let (key, value) = try scanner.nextMember() {
          let name = String(
            decoding: key.escaped ? JSONScanner.unescape(key.bytes) : Array(key.bytes), as: UTF8.self)
          if ["id", "context", "text", "prompt", "model"].contains(name), !value.isNull {
            fields[name] = value
          } else if Self.sidesOfComparisons.contains(where: { $0.contains(name) }) {
            sides.insert(name)
          }
        }
      } catch let error as JSONScanner.SyntaxError {
        throw problem(nil, "malformed JSON at column \(error.column)", error.expected)
      }
      func text(_ name: String) throws -> String? {
        guard let value = fields[name] else { return nil }
        guard value.kind == .string || value.kind == .number else {
          throw problem(name, quoted(value.bytes), "a string or a number")
        }
        let bytes = value.escaped ? JSONScanner.unescape(value.bytes) : Array(value.bytes)
        guard let string = String(validating: bytes, as: UTF8.self) else {
          throw problem(name, "bytes that are not UTF-8", "UTF-8")
        }
        return string
      }
      if fields["id"] == nil, let pair = Self.sidesOfComparisons.first(where: sides.isSuperset) {
        throw problem(
          nil, "the fields \(pair.joined(separator: " and ")): this looks like comparisons",
          "an alternative on every line, with an id")
      }
      let named = try text("id") ?? (needsIdentifiers ? nil : "\(alternatives.count)")
      guard var id = named, !id.isEmpty else {
        throw problem("id", fields["id"] == nil ? "nothing" : "an empty name", "a unique name")
      }
      let number = id.withUTF8 { ids.intern($0) }
      guard number == alternatives.count else {
        throw problem("id", "\"\(id)\" a second time", "a unique name")
      }
      let keeps = texts == .all || (texts == .withoutContext && fields["context"] == nil)
      alternatives.append(
        Alternative(
          id: id, text: keeps ? try text("text") : nil, prompt: try text("prompt"),
          model: try text("model")))

      if alternatives.count == 1 { firstLine = line }
      let before = values.count
      if let context = fields["context"] {
        guard context.kind == .array else {
          throw problem("context", quoted(context.bytes), "an array of numbers")
        }
        try append(context, to: &values, problem)
      }
      let found = fields["context"] == nil ? nil : values.count - before
      if alternatives.count == 1 {
        dimension = found
        if found == 0 { throw problem("context", "an empty array", "at least one number") }
      } else if found != dimension {
        throw problem(
          "context", found.map { "\($0) numbers" } ?? "nothing",
          dimension.map { "\($0) numbers, as on line \(firstLine)" } ?? "nothing, as on line \(firstLine)")
      }
    }
    guard !alternatives.isEmpty else {
      throw FormatError.content(
        file: file, line: nil, field: nil, found: "no alternatives", expected: "at least one")
    }
    let contexts = try dimension.map {
      try Contexts(Matrix(rows: alternatives.count, columns: $0, storage: values))
    }
    return AlternativesFile(alternatives: alternatives, contexts: contexts)
  }

  /// How the two sides of a comparison are usually called: who gives such a file has taken one for the other.
  private static let sidesOfComparisons =
    zip(ComparisonColumns.usual[.a] ?? [], ComparisonColumns.usual[.b] ?? []).map { [$0, $1] } + [
      ["chosen", "rejected"]
    ]

  private static func append(
    _ context: JSONScanner.Value, to values: inout [Double],
    _ problem: (String?, String, String) -> FormatError
  ) throws {
    do {
      var scanner = try JSONScanner(context.bytes, open: 0x5B)
      while let element = try scanner.nextElement() {
        guard element.kind == .number, let number = Number.parse(element.bytes), number.isFinite else {
          throw problem("context", quoted(element.bytes), "finite numbers")
        }
        values.append(number)
      }
    } catch is JSONScanner.SyntaxError {
      throw problem("context", quoted(context.bytes), "an array of numbers")
    }
  }
}
