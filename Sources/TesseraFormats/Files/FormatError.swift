import Tessera

/// What can be wrong with a file: where, what was found, what was expected.
public enum FormatError: KindedError, Equatable {
  case noSuchFile(String)
  case cannotRead(file: String, reason: String)
  case cannotWrite(file: String, reason: String)
  /// Something in the file: `line` counts from 1, nil where lines have no meaning.
  case content(file: String, line: Int?, field: String?, found: String, expected: String)
  /// The same where rows are counted, from 1, and lines have no meaning.
  case row(file: String, row: Int, field: String?, found: String, expected: String)

  public var kind: ErrorKind {
    switch self {
    case .noSuchFile, .cannotRead: .missing
    case .cannotWrite: .write
    case .content, .row: .data
    }
  }

  public var description: String {
    switch self {
    case .noSuchFile(let file): return "\(Self.line(file)): no such file"
    case .cannotRead(let file, let reason): return "\(Self.line(file)): cannot be read: \(reason)"
    case .cannotWrite(let file, let reason): return "\(Self.line(file)): cannot be written: \(reason)"
    case .content(let file, let line, let field, let found, let expected):
      return Self.sentence(Self.line(file) + (line.map { ":\($0)" } ?? ""), field, found, expected)
    case .row(let file, let row, let field, let found, let expected):
      return Self.sentence("\(Self.line(file)): row \(row)", field, found, expected)
    }
  }

  /// A name on one line: breaks of lines in it would pass for ends of messages.
  private static func line(_ file: String) -> String {
    file.contains(where: \.isNewline)
      ? file.replacing("\r", with: "\\r").replacing("\n", with: "\\n") : file
  }

  private static func sentence(_ place: String, _ field: String?, _ found: String, _ expected: String)
    -> String
  {
    "\(place): \(field.map { "field \"\($0)\": " } ?? "")found \(found), expected \(expected)"
  }
}

/// Text from a file, cut to a length that an error message can carry.
func quoted(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
  let text = String(decoding: bytes.prefix(60), as: UTF8.self)
  return "\"\(text)\(bytes.count > 60 ? "..." : "")\""
}
