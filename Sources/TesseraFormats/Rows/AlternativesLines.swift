import Tessera

/// The lines of an alternatives file as they stand: their numbers, and copies of some of them.
public enum AlternativesLines {
  /// The line of each alternative, counted from 1; blank lines are none.
  ///
  /// - Throws: `FormatError`, also where the file does not hold so many.
  public static func numbers(_ file: String, alternatives: Int) throws -> [Int] {
    var reader = try RecordReader(file: file, quotes: false)
    var lines: [Int] = []
    lines.reserveCapacity(alternatives)
    while let (_, line) = try reader.next() { lines.append(line) }
    guard lines.count == alternatives else { throw changed(file, found: lines.count, alternatives) }
    return lines
  }

  /// Writes the lines of some alternatives, byte for byte, to another file; it appears whole or not at all.
  ///
  /// - Parameter kept: For each alternative.
  /// - Throws: `FormatError`, also where the file does not hold so many.
  public static func copy(_ file: String, keeping kept: [Bool], to target: String) throws {
    try FileAccess.write(to: target) { append in
      var reader = try RecordReader(file: file, quotes: false)
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
