import Tessera

/// What was read from a file of declared families.
public struct FamiliesFile: Sendable {
  /// Family of each alternative; one that the file does not name stands alone.
  public let families: Partition
  /// Name of each group of the partition; nil for an alternative that stands alone.
  public let names: [String?]
  /// Alternatives that the file names.
  public let declared: Int
}

/// Reads families from CSV, with the columns `id` and `family`, or JSONL, `{"id": ..., "family": ...}`.
///
/// Whatever is wrong stops the reading: an id that is none, or stands twice, an empty family. Alternatives may be left out:
/// they stand alone.
public enum FamiliesReader {
  /// - Parameters:
  ///   - file: A path, or `-` for standard input.
  ///   - alternatives: Ids, in their order.
  ///   - passesOverOthers: Whether the file may name others as well, and nobody of these, since these are a part of those that
  ///     it was written for.
  /// - Throws: `FormatError`, naming file, line and field.
  public static func read(
    _ file: String, format: ComparisonReader.Format, alternatives: [String], passesOverOthers: Bool = false
  ) throws -> FamiliesFile {
    var table = Table(
      file: file == "-" ? "standard input" : file, alternatives: alternatives,
      passesOverOthers: passesOverOthers)
    var reader = try RecordReader(file: file, quotes: format == .csv)
    switch format {
    case .jsonl: try readJSONL(&reader, into: &table)
    case .csv: try readCSV(&reader, into: &table)
    }
    guard table.declared > 0 || passesOverOthers else {
      throw FormatError.content(
        file: table.file, line: nil, field: nil, found: "no families",
        expected: "the family of one alternative at least")
    }
    let families = Partition(names: table.families)
    return FamiliesFile(
      families: families, names: families.representatives.map { table.families[$0] }, declared: table.declared
    )
  }

  private static func readJSONL(_ reader: inout RecordReader, into table: inout Table) throws {
    while let (record, line) = try reader.next() {
      var values: [String: JSONScanner.Value] = [:]
      do {
        var scanner = try JSONScanner(record)
        while let (key, value) = try scanner.nextMember() {
          let name = String(
            decoding: key.escaped ? JSONScanner.unescape(key.bytes) : Array(key.bytes), as: UTF8.self)
          if !value.isNull { values[name] = value }
        }
      } catch let error as JSONScanner.SyntaxError {
        throw table.problem(line, nil, "malformed JSON at column \(error.column)", error.expected)
      }
      func bytes(_ name: String, _ expected: String) throws -> [UInt8] {
        guard let value = values[name] else { throw table.problem(line, name, "nothing", expected) }
        guard value.kind == .string || value.kind == .number else {
          throw table.problem(line, name, quoted(value.bytes), "a string or a number")
        }
        return value.escaped ? JSONScanner.unescape(value.bytes) : Array(value.bytes)
      }
      try table.add(line, id: bytes("id", Table.expectedID), family: bytes("family", Table.expectedFamily))
    }
  }

  private static func readCSV(_ reader: inout RecordReader, into table: inout Table) throws {
    guard let (headerRecord, headerLine) = try reader.next() else { return }
    var fields = CSVFields()
    try fields.split(headerRecord, file: table.file, line: headerLine)
    let header = (0..<fields.count).map { String(decoding: fields[$0], as: UTF8.self) }
    guard let id = header.firstIndex(of: "id"), let family = header.firstIndex(of: "family") else {
      throw table.problem(
        headerLine, nil, "the columns \(header.joined(separator: ", "))", "the columns id and family")
    }
    while let (record, line) = try reader.next() {
      try fields.split(record, file: table.file, line: line)
      guard fields.count == header.count else {
        throw table.problem(line, nil, "\(fields.count) fields", "\(header.count), as in the header")
      }
      try table.add(line, id: Array(fields[id]), family: Array(fields[family]))
    }
  }

  private struct Table {
    static let expectedID = "the id of an alternative"
    static let expectedFamily = "the name of its family; leave alternatives without one out"

    let file: String
    private let passesOverOthers: Bool
    private let ids: [String]
    private let places: StringTable
    private var lines: [Int]
    private(set) var families: [String?]
    private(set) var declared = 0

    init(file: String, alternatives: [String], passesOverOthers: Bool) {
      self.file = file
      self.passesOverOthers = passesOverOthers
      ids = alternatives
      var table = StringTable()
      for id in alternatives {
        var id = id
        _ = id.withUTF8 { table.intern($0) }
      }
      places = table
      lines = Array(repeating: 0, count: alternatives.count)
      families = Array(repeating: nil, count: alternatives.count)
    }

    func problem(_ line: Int, _ field: String?, _ found: String, _ expected: String) -> FormatError {
      .content(file: file, line: line, field: field, found: found, expected: expected)
    }

    mutating func add(_ line: Int, id: [UInt8], family: [UInt8]) throws {
      guard !id.isEmpty else { throw problem(line, "id", "nothing", Self.expectedID) }
      guard let place = id.withUnsafeBufferPointer({ places.find($0) }) else {
        if passesOverOthers { return }
        throw problem(
          line, "id", id.withUnsafeBufferPointer { quoted($0) },
          "the id of one of the \(ids.count) alternatives")
      }
      guard lines[place] == 0 else {
        throw problem(
          line, "id", "\"\(ids[place])\" a second time", "one family for each, as on line \(lines[place])")
      }
      guard !family.isEmpty else { throw problem(line, "family", "an empty name", Self.expectedFamily) }
      guard let name = String(validating: family, as: UTF8.self) else {
        throw problem(line, "family", "bytes that are not UTF-8", "UTF-8")
      }
      (lines[place], families[place]) = (line, name)
      declared += 1
    }
  }
}
