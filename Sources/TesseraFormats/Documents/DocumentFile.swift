#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Documents in files: Codable values as JSON, written whole or not at all, read with the place of what is wrong.
public enum DocumentFile {
  public static func text(_ document: some Encodable) throws -> String {
    try DocumentEncoder.json(document).text()
  }

  /// - Throws: `FormatError.cannotWrite`.
  public static func write(_ document: some Encodable, to file: String) throws {
    try FileAccess.write(Array(text(document).utf8), to: file)
  }

  /// - Throws: `FormatError`, naming the file and the field.
  public static func read<Document: Decodable>(_ type: Document.Type, from file: String) throws -> Document {
    let descriptor = try FileAccess.openForReading(file)
    defer { if descriptor != 0 { close(descriptor) } }
    let name = file == "-" ? "standard input" : file
    return try decode(type, FileAccess.content(descriptor, of: name), file: name)
  }

  /// A document in memory.
  ///
  /// - Parameter file: How messages call it.
  package static func decode<Document: Decodable>(_ type: Document.Type, _ bytes: [UInt8], file: String)
    throws
    -> Document
  {
    func problem(_ path: [any CodingKey], _ found: String, _ expected: String) -> FormatError {
      var place = ""
      for key in path {
        place += key.intValue.map { "[\($0)]" } ?? (place.isEmpty ? "" : ".") + key.stringValue
      }
      return .content(
        file: file, line: nil, field: place.isEmpty ? nil : place, found: found, expected: expected)
    }
    do {
      return try DocumentDecoder.value(type, from: JSONReader.value(of: bytes))
    } catch let fault as JSONReader.Fault {
      throw FormatError(fault, file: file)
    } catch let error as DecodingError {
      switch error {
      case .keyNotFound(let key, let context):
        throw problem(context.codingPath, "no \"\(key.stringValue)\"", "one")
      case .typeMismatch(let wanted, let context):
        throw problem(context.codingPath, "a value of another kind", "\(Self.word(wanted))")
      case .valueNotFound(let wanted, let context):
        throw problem(context.codingPath, "null", Self.word(wanted))
      case .dataCorrupted(let context):
        let words = context.debugDescription
        // Our own types say what was found and what was expected.
        if let comma = words.firstRange(of: ", expected "), words.hasPrefix("found ") {
          throw problem(
            context.codingPath, String(words[..<comma.lowerBound].dropFirst(6)),
            String(words[comma.upperBound...]))
        }
        throw problem(context.codingPath, words, "a document of ours")
      @unknown default: throw problem([], "\(error)", "a document of ours")
      }
    }
  }

  private static func word(_ type: any Any.Type) -> String {
    switch type {
    case is Double.Type, is Int.Type, is UInt64.Type, is Int32.Type: "a number"
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    case is [Any].Type: "a list"
    default: "an object"
    }
  }
}
