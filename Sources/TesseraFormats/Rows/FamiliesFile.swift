import Tessera

/// What was read from a file of declared families.
public struct FamiliesFile: Sendable {
  /// Family of each alternative; one that the file does not name stands alone.
  public let families: Partition
  /// Name of each group of the partition; nil for an alternative that stands alone.
  public let names: [String?]
  /// Alternatives that the file names.
  public let declared: Int

  /// Name of the family of each alternative; nil for one that stands alone.
  public var namesOfAlternatives: [String?] { families.groupOf.map { names[$0] } }

  /// - Parameter names: Of each alternative; nil for one that stands alone.
  public init(names: [String?]) {
    let families = Partition(names: names)
    self.init(
      families: families, names: families.representatives.map { names[$0] },
      declared: names.count { $0 != nil })
  }

  fileprivate init(families: Partition, names: [String?], declared: Int) {
    (self.families, self.names, self.declared) = (families, names, declared)
  }
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
    let source = try format.open(file)
    var table = Table(source, alternatives: alternatives, passesOverOthers: passesOverOthers)
    if let header = source.header, !header.isEmpty, !header.contains("id") || !header.contains("family") {
      throw source.error(
        1, nil, "the columns \(header.joined(separator: ", "))", "the columns id and family")
    }
    try source.select(["id", "family"])
    var values: [JSONScanner.Value?] = [nil, nil]
    while let place = try source.next(&values) {
      func bytes(_ slot: Int, _ name: String, _ expected: String) throws -> [UInt8] {
        guard let value = values[slot] else {
          // CSV has no other way to leave a field out.
          if source.header != nil { return [] }
          throw source.error(place, name, "nothing", expected)
        }
        guard value.kind == .string || value.kind == .number else {
          throw source.error(place, name, quoted(value.bytes), "a string or a number")
        }
        return value.escaped ? JSONScanner.unescape(value.bytes) : Array(value.bytes)
      }
      try table.add(
        place, id: bytes(0, "id", Table.expectedID), family: bytes(1, "family", Table.expectedFamily))
    }
    guard table.declared > 0 || passesOverOthers else {
      throw FormatError.content(
        file: source.file, line: nil, field: nil, found: "no families",
        expected: "the family of one alternative at least")
    }
    let families = Partition(names: table.families)
    return FamiliesFile(
      families: families, names: families.representatives.map { table.families[$0] }, declared: table.declared
    )
  }

  private struct Table {
    static let expectedID = "the id of an alternative"
    static let expectedFamily = "the name of its family; leave alternatives without one out"

    private let source: any RowSource
    private let passesOverOthers: Bool
    private let ids: [String]
    private let places: StringTable
    private var lines: [Int]
    private(set) var families: [String?]
    private(set) var declared = 0

    init(_ source: any RowSource, alternatives: [String], passesOverOthers: Bool) {
      self.source = source
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
      source.error(line, field, found, expected)
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
