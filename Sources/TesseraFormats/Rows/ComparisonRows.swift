import Tessera

/// Turns the cells of rows into comparisons: who was compared, and what came out.
struct ComparisonRows {
  struct Cell {
    let name: String
    let value: JSONScanner.Value
  }

  private(set) var file = ""
  private let keepsAnnotators: Bool
  private let keepsPrompts: Bool
  /// Whether ids outside the table are errors.
  private let closed: Bool
  private var ids = StringTable()
  private var annotators = StringTable()
  private var prompts = StringTable()
  private var accumulator = ComparisonTable()
  private let unescapedA = ByteScratch()
  private let unescapedB = ByteScratch()
  private let unescapedOther = ByteScratch()
  /// First line whose winner is an id that no side word could mean.
  private var winnerByIdLine: Int?
  /// First line whose winner names one side as a word and the other as an id.
  private var ambiguousLine: Int?
  private var ambiguousRows = 0

  private var warnings: [String] = []
  private var files: [String] = []
  /// Comparisons before this file.
  private var before = 0.0

  init(keepsAnnotators: Bool, keepsPrompts: Bool, alternatives: [String]?) {
    self.keepsAnnotators = keepsAnnotators
    self.keepsPrompts = keepsPrompts
    closed = alternatives != nil
    for id in alternatives ?? [] {
      var id = id
      id.withUTF8 { _ = ids.intern($0) }
    }
  }

  /// What comes next is from this file.
  mutating func begin(file: String) throws {
    if !files.isEmpty { try end() }
    self.file = file
    files.append(file)
    before = accumulator.total
    (winnerByIdLine, ambiguousLine, ambiguousRows) = (nil, nil, 0)
  }

  /// Looks back at a whole file.
  private mutating func end() throws {
    guard accumulator.total > before else {
      throw FormatError.content(
        file: file, line: nil, field: nil, found: "no comparisons", expected: "at least one")
    }
    guard let ambiguousLine else { return }
    if let winnerByIdLine {
      throw error(
        ambiguousLine, nil,
        "a winner that names one side by its column and the other by its id, in a file that names winners by id (line \(winnerByIdLine))",
        "other ids, or the outcome as a number in a field preference")
    }
    throw error(
      ambiguousLine, nil,
      "a winner that is the name of one side's column and the id of the other alternative, in \(ambiguousRows) row\(ambiguousRows == 1 ? "" : "s") of this file",
      "other ids, or the outcome as a number in a field preference")
  }

  mutating func add(
    line: Int, a: Cell, b: Cell, preference: Cell?, preferenceB: Cell?, outcome: Cell?, count: Cell?,
    annotator: Cell?, prompt: Cell?
  ) throws {
    let bytesA = try name(a, line, unescapedA)
    let bytesB = try name(b, line, unescapedB)
    let first = try identify(bytesA, a, line)
    let second = try identify(bytesB, b, line)
    guard first != second else {
      throw error(line, b.name, "\(quoted(bytesB)), compared with itself", "two different alternatives")
    }

    let value: Double
    if let preference {
      value = try share(preference, line)
    } else if let preferenceB {
      value = try 1 - share(preferenceB, line)
    } else if let outcome {
      value = try self.outcome(outcome, line, a.name, bytesA, b.name, bytesB)
    } else {
      throw error(line, nil, "no outcome", "one of the fields preference, preference_b, winner, outcome")
    }
    let number = try count.map { try positive($0, line) } ?? 1
    let annotatorNumber = keepsAnnotators ? try annotator.map { try label($0, line, \.annotators) } : nil
    let promptNumber = keepsPrompts ? try prompt.map { try label($0, line, \.prompts) } : nil
    do {
      try accumulator.add(
        Comparison(
          a: first, b: second, outcome: value, count: number, annotator: annotatorNumber, prompt: promptNumber
        ))
    } catch let problem as DatasetError {
      throw error(line, nil, "\(problem)", "a comparison")
    }
  }

  mutating func finish() throws -> ComparisonFile {
    try end()
    return ComparisonFile(
      ids: ids.strings, annotators: annotators.strings, prompts: prompts.strings, comparisons: accumulator,
      warnings: warnings)
  }

  private func error(_ line: Int, _ field: String?, _ found: String, _ expected: String) -> FormatError {
    .content(file: file, line: line, field: field, found: found, expected: expected)
  }

  /// The bytes of a cell that holds a name: a string, or a number as it is written.
  private func name(_ cell: Cell, _ line: Int, _ scratch: ByteScratch) throws -> UnsafeBufferPointer<UInt8> {
    guard cell.value.kind == .string || cell.value.kind == .number else {
      throw error(line, cell.name, quoted(cell.value.bytes), "a string or a number")
    }
    guard cell.value.escaped else {
      if cell.value.bytes.isEmpty { throw error(line, cell.name, "an empty name", "a name") }
      return cell.value.bytes
    }
    return scratch.hold(JSONScanner.unescape(cell.value.bytes))
  }

  private mutating func identify(_ bytes: UnsafeBufferPointer<UInt8>, _ cell: Cell, _ line: Int) throws -> Int
  {
    if closed {
      guard let number = ids.find(bytes) else {
        throw error(line, cell.name, "\(quoted(bytes))", "the id of one of the \(ids.count) alternatives")
      }
      return number
    }
    guard let number = ids.intern(bytes) else {
      throw error(line, cell.name, "bytes that are not UTF-8", "UTF-8")
    }
    return number
  }

  private mutating func label(
    _ cell: Cell, _ line: Int, _ table: WritableKeyPath<ComparisonRows, StringTable>
  ) throws -> Int {
    let bytes = try name(cell, line, unescapedOther)
    guard let number = self[keyPath: table].intern(bytes) else {
      throw error(line, cell.name, "bytes that are not UTF-8", "UTF-8")
    }
    return number
  }

  private func number(_ cell: Cell, _ line: Int, _ expected: String) throws -> Double {
    guard cell.value.kind == .number || cell.value.kind == .string,
      let number = Number.parse(cell.value.bytes)
    else {
      throw error(line, cell.name, quoted(cell.value.bytes), expected)
    }
    return number
  }

  private func share(_ cell: Cell, _ line: Int) throws -> Double {
    let expected = "a number from 0 to 1"
    let share = try number(cell, line, expected)
    guard share >= 0, share <= 1 else { throw error(line, cell.name, "\(share)", expected) }
    return share
  }

  private func positive(_ cell: Cell, _ line: Int) throws -> Double {
    let expected = "a positive number"
    let count = try number(cell, line, expected)
    guard count > 0, count.isFinite else { throw error(line, cell.name, "\(count)", expected) }
    return count
  }

  /// What a winner says: 1 for a, 0 for b, 0.5 for a tie, or a number from 0 to 1.
  ///
  /// Words come first (`a`, `b`, the columns' own names, ties), then the ids of the two alternatives.
  private mutating func outcome(
    _ cell: Cell, _ line: Int, _ nameA: String, _ bytesA: UnsafeBufferPointer<UInt8>, _ nameB: String,
    _ bytesB: UnsafeBufferPointer<UInt8>
  ) throws -> Double {
    if cell.value.kind == .number { return try share(cell, line) }
    let found = try name(cell, line, unescapedOther)
    let isA = same(found, bytesA)
    let isB = same(found, bytesB)
    let word = Self.lowercased(found)
    if word == "a" || word == Self.lowercased(nameA) {
      if isB { noteAmbiguous(line) }
      return 1
    }
    if word == "b" || word == Self.lowercased(nameB) {
      if isA { noteAmbiguous(line) }
      return 0
    }
    if isA || isB {
      if winnerByIdLine == nil { winnerByIdLine = line }
      return isA ? 1 : 0
    }
    switch word {
    case "tie", "draw", "both_bad", "bothbad", "both bad", "tie (bothbad)", "tie (both_bad)": return 0.5
    default:
      if let number = Number.parse(found), number >= 0, number <= 1 { return number }
      throw error(
        line, cell.name, quoted(found),
        "\"a\", \"b\", \"\(nameA)\", \"\(nameB)\", \"tie\", \"both_bad\" or the id of one of the two")
    }
  }

  private mutating func noteAmbiguous(_ line: Int) {
    if ambiguousLine == nil { ambiguousLine = line }
    ambiguousRows += 1
  }

  private func same(_ x: UnsafeBufferPointer<UInt8>, _ y: UnsafeBufferPointer<UInt8>) -> Bool {
    x.count == y.count && zip(x, y).allSatisfy { $0 == $1 }
  }

  /// Short words only: longer text cannot be one, and stays as it is.
  private static func lowercased(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    bytes.count > 64 ? "" : String(decoding: bytes, as: UTF8.self).lowercased()
  }

  private static func lowercased(_ name: String) -> String { name.lowercased() }
}
