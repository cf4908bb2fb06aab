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

/// Reads alternatives from rows of any container: `id`, and optionally `context` (an array of numbers), `text`, `prompt`, `model`.
public enum AlternativesReader {
  /// Which texts are kept in memory; weights and rewards do not need them.
  public enum Texts: Sendable {
    case none
    /// Of alternatives that have no context of their own, to make one of the text.
    case withoutContext
    case all
  }

  private static let names = ["id", "context", "text", "prompt", "model"] + sidesOfComparisons.flatMap { $0 }

  /// - Parameters:
  ///   - needsIdentifiers: Whether every line must have an id; otherwise lines without one go by their number, from 0.
  /// - Throws: `FormatError`: malformed lines, repeated ids, contexts on some lines only or of unequal length.
  public static func read(
    _ file: String, texts: Texts = .none, needsIdentifiers: Bool = true, limits: ReadLimits = ReadLimits()
  ) throws -> AlternativesFile {
    let format = RowFormat(file: file) ?? .jsonl
    let source = try format.open(file, limits: limits)
    let file = source.file
    try source.select(names)
    var row = [JSONScanner.Value?](repeating: nil, count: names.count)
    var ids = StringTable()
    var alternatives: [Alternative] = []
    var values: [Double] = []
    var dimension: Int?
    var firstLine = 0

    while let line = try source.next(&row) {
      func problem(_ field: String?, _ found: String, _ expected: String) -> FormatError {
        source.error(line, field, found, expected)
      }
      func field(_ name: String) -> JSONScanner.Value? { names.firstIndex(of: name).flatMap { row[$0] } }
      func text(_ name: String) throws -> String? {
        guard let value = field(name) else { return nil }
        guard value.kind == .string || value.kind == .number else {
          throw problem(name, quoted(value.bytes), "a string or a number")
        }
        if name == "id" || name == "model", value.escaped, JSONScanner.loneSurrogate(in: value.bytes) != nil {
          throw problem(name, "half of a surrogate pair", "both halves, \\uD800\\uDC00 and above")
        }
        let bytes = value.escaped ? JSONScanner.unescape(value.bytes) : Array(value.bytes)
        guard let string = String(validating: bytes, as: UTF8.self) else {
          throw problem(name, "bytes that are not UTF-8", "UTF-8")
        }
        return string
      }
      if field("id") == nil,
        let pair = Self.sidesOfComparisons.first(where: { $0.allSatisfy { field($0) != nil } })
      {
        throw problem(
          nil, "the fields \(pair.joined(separator: " and ")): this looks like comparisons",
          "an alternative on every line, with an id")
      }
      let named = try text("id") ?? (needsIdentifiers ? nil : "\(alternatives.count)")
      guard var id = named, !id.isEmpty else {
        throw problem("id", field("id") == nil ? "nothing" : "an empty name", "a unique name")
      }
      let number = id.withUTF8 { ids.intern($0) }
      guard number == alternatives.count else {
        throw problem("id", "\"\(id)\" a second time", "a unique name")
      }
      let keeps = texts == .all || (texts == .withoutContext && field("context") == nil)
      alternatives.append(
        Alternative(
          id: id, text: keeps ? try text("text") : nil, prompt: try text("prompt"),
          model: try text("model")))

      if alternatives.count == 1 { firstLine = line }
      let before = values.count
      if let context = field("context") {
        guard context.kind == .array || (context.kind == .string && context.bytes.first == 0x5B) else {
          throw problem("context", quoted(context.bytes), "an array of numbers")
        }
        try append(context, to: &values, problem)
      }
      let found = field("context") == nil ? nil : values.count - before
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
    VotesLayout.pairs.map { [$0.0, $0.1] } + [["chosen", "rejected"]]

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
