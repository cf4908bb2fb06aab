import Tessera

/// The lines of an alternatives file as they stand: their numbers, and copies of some of them.
public enum AlternativesLines {
  /// The line of each alternative, counted from 1, or its row where lines have no meaning; blank lines are none.
  ///
  /// - Throws: `FormatError`, also where the file does not hold so many.
  public static func numbers(_ file: String, alternatives: Int) throws -> [Int] {
    let source = try (RowFormat(file: file) ?? .jsonl).open(file)
    try source.select([])
    var values: [JSONScanner.Value?] = []
    var lines: [Int] = []
    lines.reserveCapacity(alternatives)
    while let line = try source.next(&values) { lines.append(line) }
    guard lines.count == alternatives else { throw changed(file, found: lines.count, alternatives) }
    return lines
  }

  /// Writes the lines of some alternatives, byte for byte, to another file; it appears whole or not at all.
  ///
  /// - Parameter kept: For each alternative.
  /// - Throws: `FormatError`, also where the file does not hold so many.
  public static func copy(_ file: String, keeping kept: [Bool], to target: String) throws {
    guard (RowFormat(file: file) ?? .jsonl) == .jsonl else {
      throw FormatError.content(
        file: file, line: nil, field: nil, found: "a file that is not JSONL",
        expected: "JSONL, whose lines are copied")
    }
    try FileAccess.write(to: target) { append in
      var reader = try RecordReader(file: file, framing: .line)
      var number = 0
      var part: [UInt8] = []
      while let (record, _) = try reader.next() {
        if number < kept.count, kept[number] {
          part += record
          part.append(0x0A)
        }
        number += 1
        if part.count > 1 << 20 {
          try append(part[...])
          part = []
        }
      }
      guard number == kept.count else { throw changed(file, found: number, kept.count) }
      try append(part[...])
    }
  }

  private static func changed(_ file: String, found: Int, _ expected: Int) -> FormatError {
    .content(
      file: file, line: nil, field: nil, found: "\(found) alternatives",
      expected: "\(expected), as when it was read before")
  }
}
