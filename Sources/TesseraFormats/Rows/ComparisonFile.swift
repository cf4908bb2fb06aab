import Tessera

/// What was read from a comparisons file.
public struct ComparisonFile: Sendable {
  public let ids: [String]
  public let annotators: [String]
  public let prompts: [String]
  public let comparisons: ComparisonTable
  /// Things that were read, but that the owner of the file should know.
  public let warnings: [String]
}

/// Reads comparisons from JSONL or CSV, counting repeated ones: memory grows with different comparisons, not
/// with lines.
public struct ComparisonReader: Sendable {
  public enum Format: String, Sendable, CaseIterable {
    case jsonl, csv

    /// The format that a file's ending tells; nil for other endings.
    public init?(file: String) {
      switch file.split(separator: ".").last?.lowercased() {
      case "jsonl", "ndjson", "json": self = .jsonl
      case "csv": self = .csv
      default: return nil
      }
    }
  }

  public var columns = ComparisonColumns()
  /// Whether comparisons of different annotators are kept apart.
  public var keepsAnnotators = true
  /// Whether comparisons under different prompts are kept apart.
  public var keepsPrompts = false

  public init() {}

  /// Reads a whole file.
  ///
  /// - Parameters:
  ///   - file: A path, or `-` for standard input.
  ///   - alternatives: Known ids, in their order; nil to take the ids from the file.
  ///   - work: Reports the share of the file that was read.
  /// - Throws: `FormatError`, naming file, line and field; `Cancelled`.
  public func read(_ file: String, format: Format, alternatives: [String]? = nil, work: Work = Work()) throws
    -> ComparisonFile
  {
    try read([(file, format)], alternatives: alternatives, work: work)
  }

  /// Reads several files as if they were one: the same name is the same alternative, annotator or prompt in all of them.
  ///
  /// - Throws: `FormatError`, naming file, line and field; `Cancelled`.
  public func read(
    _ files: [(file: String, format: Format)], alternatives: [String]? = nil, work: Work = Work()
  )
    throws -> ComparisonFile
  {
    var rows = ComparisonRows(
      keepsAnnotators: keepsAnnotators, keepsPrompts: keepsPrompts, alternatives: alternatives)
    for (number, (file, format)) in files.enumerated() {
      let part = work.part(Double(number) / Double(files.count)...Double(number + 1) / Double(files.count))
      try rows.begin(file: file == "-" ? "standard input" : file)
      var reader = try RecordReader(file: file, quotes: format == .csv)
      switch format {
      case .jsonl: try readJSONL(&reader, into: &rows, part)
      case .csv: try readCSV(&reader, into: &rows, part)
      }
    }
    return try rows.finish()
  }

  private func report(_ reader: borrowing RecordReader, _ line: Int, _ work: Work) throws {
    guard line & 0xFFFF == 0 else { return }
    try work.check()
    if let size = reader.size, size > 0 { work.report(Double(reader.consumed) / Double(size)) }
  }

  // MARK: JSONL

  private func readJSONL(
    _ reader: inout RecordReader, into rows: inout ComparisonRows, _ work: Work
  ) throws {
    var wanted: [(name: [UInt8], role: ComparisonColumns.Role, place: Int)] = []
    for role in ComparisonColumns.Role.allCases {
      for (place, name) in columns.candidates(role).enumerated() {
        wanted.append((Array(name.utf8), role, place))
      }
    }
    let names = wanted.map { String(decoding: $0.name, as: UTF8.self) }
    var values = [JSONScanner.Value?](repeating: nil, count: wanted.count)
    var memory: [(name: [UInt8], slots: [Int])] = []
    func slots(_ role: ComparisonColumns.Role) -> [Int] { wanted.indices.filter { wanted[$0].role == role } }
    let (slotsA, slotsB) = (slots(.a), slots(.b))
    let (preferences, preferencesB, outcomes) = (slots(.preference), slots(.preferenceB), slots(.outcome))
    let (counts, annotators, prompts) = (slots(.count), slots(.annotator), slots(.prompt))

    while let (record, line) = try reader.next() {
      try report(reader, line, work)
      for slot in values.indices { values[slot] = nil }
      do {
        var scanner = try JSONScanner(record)
        var position = 0
        while let (key, value) = try scanner.nextMember() {
          // Rows mostly repeat the order of their members: ask first what stood here in the last row.
          if position == memory.count { memory.append((name: [], slots: [])) }
          if !Self.matches(key, memory[position].name) {
            let slots = wanted.indices.filter { Self.matches(key, wanted[$0].name) }
            memory[position] = (key.escaped ? [] : Array(key.bytes), slots)
            for slot in slots { values[slot] = value.isNull ? nil : value }
          } else {
            for slot in memory[position].slots { values[slot] = value.isNull ? nil : value }
          }
          position += 1
        }
      } catch let error as JSONScanner.SyntaxError {
        throw FormatError.content(
          file: rows.file, line: line, field: nil, found: "malformed JSON at column \(error.column)",
          expected: error.expected)
      }
      // a and b from the same pair of usual names, where there is one.
      var (a, b) = (-1, -1)
      for (slotA, slotB) in zip(slotsA, slotsB) where values[slotA] != nil && values[slotB] != nil {
        (a, b) = (slotA, slotB)
        break
      }
      if slotsA.count != slotsB.count {
        a = slotsA.first { values[$0] != nil } ?? -1
        b = slotsB.first { values[$0] != nil } ?? -1
      }
      func cell(_ slot: Int) -> ComparisonRows.Cell? {
        guard slot >= 0, let value = values[slot] else { return nil }
        return ComparisonRows.Cell(name: names[slot], value: value)
      }
      func first(_ slots: [Int]) -> ComparisonRows.Cell? {
        for slot in slots where values[slot] != nil { return cell(slot) }
        return nil
      }
      guard let cellA = cell(a), let cellB = cell(b) else {
        throw FormatError.content(
          file: rows.file, line: line, field: nil, found: "no names of two alternatives",
          expected: "the fields \(pairNames())")
      }
      try rows.add(
        line: line, a: cellA, b: cellB, preference: first(preferences), preferenceB: first(preferencesB),
        outcome: first(outcomes), count: first(counts), annotator: first(annotators), prompt: first(prompts))
    }
  }

  private static func matches(_ key: JSONScanner.Value, _ name: [UInt8]) -> Bool {
    if key.escaped { return JSONScanner.unescape(key.bytes) == name }
    guard key.bytes.count == name.count else { return false }
    for index in name.indices where key.bytes[index] != name[index] { return false }
    return true
  }

  private func pairNames() -> String {
    if columns.names[.a] != nil || columns.names[.b] != nil {
      return "\(columns.names[.a] ?? "a") and \(columns.names[.b] ?? "b")"
    }
    return "a and b, model_a and model_b, or left and right (--columns maps other names)"
  }

  // MARK: CSV

  private func readCSV(
    _ reader: inout RecordReader, into rows: inout ComparisonRows, _ work: Work
  ) throws {
    guard let (headerRecord, headerLine) = try reader.next() else { return }
    var fields = CSVFields()
    try fields.split(headerRecord, file: rows.file, line: headerLine)
    let header = (0..<fields.count).map { String(decoding: fields[$0], as: UTF8.self) }
    func column(_ role: ComparisonColumns.Role) throws -> Int? {
      for name in columns.candidates(role) {
        if let index = header.firstIndex(of: name) { return index }
      }
      if let name = columns.names[role] {
        throw FormatError.content(
          file: rows.file, line: headerLine, field: name, found: "no such column",
          expected: "one of \(header.joined(separator: ", "))")
      }
      return nil
    }
    var pair: (Int, Int)?
    let (namesA, namesB) = (columns.candidates(.a), columns.candidates(.b))
    if namesA.count == namesB.count {
      for (nameA, nameB) in zip(namesA, namesB) where pair == nil {
        if let a = header.firstIndex(of: nameA), let b = header.firstIndex(of: nameB) { pair = (a, b) }
      }
    } else if let a = try column(.a), let b = try column(.b) {
      pair = (a, b)
    }
    guard let (a, b) = pair else {
      throw FormatError.content(
        file: rows.file, line: headerLine, field: nil, found: "the columns \(header.joined(separator: ", "))",
        expected: "the columns \(pairNames())")
    }
    let (preference, preferenceB, outcome) = (
      try column(.preference), try column(.preferenceB), try column(.outcome)
    )
    let (count, annotator, prompt) = (try column(.count), try column(.annotator), try column(.prompt))

    while let (record, line) = try reader.next() {
      try report(reader, line, work)
      try fields.split(record, file: rows.file, line: line)
      guard fields.count == header.count else {
        throw FormatError.content(
          file: rows.file, line: line, field: nil, found: "\(fields.count) fields",
          expected: "\(header.count), as in the header")
      }
      func cell(_ index: Int?) -> ComparisonRows.Cell? {
        guard let index, !fields[index].isEmpty else { return nil }
        return ComparisonRows.Cell(
          name: header[index], value: JSONScanner.Value(kind: .string, bytes: fields[index], escaped: false))
      }
      func named(_ index: Int) throws -> ComparisonRows.Cell {
        guard let cell = cell(index) else {
          throw FormatError.content(
            file: rows.file, line: line, field: header[index], found: "nothing",
            expected: "the id of an alternative")
        }
        return cell
      }
      try rows.add(
        line: line, a: named(a), b: named(b), preference: cell(preference), preferenceB: cell(preferenceB),
        outcome: cell(outcome), count: cell(count), annotator: cell(annotator), prompt: cell(prompt))
    }
  }
}
