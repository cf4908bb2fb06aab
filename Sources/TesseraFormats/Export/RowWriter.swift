import Tessera

/// Writes rows of named columns as JSONL, CSV, TSV or Parquet, whole or not at all.
package struct RowWriter {
  /// The container, told by the file's ending where it was not asked for.
  package let format: RowFormat
  package let columns: [ParquetField]

  package init(_ format: RowFormat, columns: [ParquetField]) {
    (self.format, self.columns) = (format, columns)
  }

  /// - Parameter rows: Called once; hands every row to what it is given, a cell for each column.
  /// - Throws: `FormatError`, and whatever `rows` throws: nothing is then left at the place.
  /// - Complexity: memory for a buffer of 1 MiB, for Parquet for a group of rows.
  package func write(to file: String, rows: ((_ append: ([ParquetCell]) throws -> Void) throws -> Void))
    throws
  {
    guard format != .parquet else {
      try ParquetWriter.write(to: file, fields: columns) { writer in try rows { try writer.append($0) } }
      return
    }
    try FileAccess.write(to: file) { append in
      try withoutActuallyEscaping(append) { try writeText($0, rows) }
    }
  }

  private func writeText(
    _ append: @escaping (ArraySlice<UInt8>) throws -> Void,
    _ rows: (_ append: ([ParquetCell]) throws -> Void) throws -> Void
  ) throws {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(1 << 20)
    func flush(_ limit: Int) throws {
      guard buffer.count > limit else { return }
      try append(buffer[...])
      buffer.removeAll(keepingCapacity: true)
    }
    let separator: UInt8 = format == .tsv ? 0x09 : 0x2C
    let isTable = format == .csv || format == .tsv
    let names = columns.map { Array($0.name.utf8) }
    let keys = names.enumerated().map { place, name in
      var key: [UInt8] = place > 0 ? [0x2C, 0x20] : [0x7B]
      name.withUnsafeBufferPointer { JSONBytes.append(string: $0, to: &key) }
      return key + [0x3A, 0x20]
    }
    if isTable {
      for (place, name) in names.enumerated() {
        if place > 0 { buffer.append(separator) }
        Self.append(field: name, separator, to: &buffer)
      }
      buffer.append(0x0A)
    }
    try rows { cells in
      if isTable {
        for (place, cell) in cells.enumerated() {
          if place > 0 { buffer.append(separator) }
          try Self.append(cell, separator, to: &buffer)
        }
      } else {
        if cells.isEmpty { buffer.append(0x7B) }
        for (place, cell) in cells.enumerated() {
          buffer += keys[place]
          JSONBytes.append(cell, to: &buffer)
        }
        buffer.append(0x7D)
      }
      buffer.append(0x0A)
      try flush((1 << 20) - (1 << 16))
    }
    try flush(0)
  }

  /// A field in quotation marks where it needs them.
  private static func append(field: some Collection<UInt8>, _ separator: UInt8, to buffer: inout [UInt8]) {
    guard field.contains(where: { $0 == separator || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }) else {
      buffer.append(contentsOf: field)
      return
    }
    buffer.append(0x22)
    for byte in field {
      if byte == 0x22 { buffer.append(0x22) }
      buffer.append(byte)
    }
    buffer.append(0x22)
  }

  /// Nothing stands for null.
  private static func append(_ cell: ParquetCell, _ separator: UInt8, to buffer: inout [UInt8]) throws {
    switch cell {
    case .null: break
    case .text(let bytes): append(field: bytes, separator, to: &buffer)
    case .json(let value) where value.kind == .string:
      value.withText { append(field: $0, separator, to: &buffer) }
    case .json(let value): append(field: value.bytes, separator, to: &buffer)
    case .number, .integer, .bool: JSONBytes.append(cell, to: &buffer)
    }
  }
}

extension ParquetCell {
  /// Texts as cells, nil as null; valid inside `body` alone. All stand in one buffer, which the cells point into.
  package static func withTexts<Result>(_ texts: [String?], _ body: ([ParquetCell]) throws -> Result) rethrows
    -> Result
  {
    var bytes: [UInt8] = []
    let ranges = texts.map { text -> Range<Int>? in
      guard let text else { return nil }
      let start = bytes.count
      bytes.append(contentsOf: text.utf8)
      return start..<bytes.count
    }
    return try bytes.withUnsafeBufferPointer { bytes in
      try body(
        ranges.map { range in range.map { .text(UnsafeBufferPointer(rebasing: bytes[$0])) } ?? .null })
    }
  }
}

/// JSON as bytes.
enum JSONBytes {
  static func append(_ cell: ParquetCell, to buffer: inout [UInt8]) {
    switch cell {
    case .null: append("null", to: &buffer)
    case .text(let bytes): append(string: bytes, to: &buffer)
    case .number(let number): append(number.isFinite ? number.description : "null", to: &buffer)
    case .integer(let number): append(number.description, to: &buffer)
    case .bool(let value): append(value ? "true" : "false", to: &buffer)
    case .json(let value):
      guard value.kind == .string else {
        buffer.append(contentsOf: value.bytes)
        return
      }
      if value.escaped {
        // It is written as it was read.
        buffer.append(0x22)
        buffer.append(contentsOf: value.bytes)
        buffer.append(0x22)
      } else {
        append(string: value.bytes, to: &buffer)
      }
    }
  }

  private static func append(_ text: String, to buffer: inout [UInt8]) {
    var text = text
    text.withUTF8 { buffer.append(contentsOf: $0) }
  }

  static func append(string: UnsafeBufferPointer<UInt8>, to buffer: inout [UInt8]) {
    buffer.append(0x22)
    var rest = UnsafeRawBufferPointer(string)
    while true {
      let plain = PlainRun.length(rest)
      buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[..<plain]))
      guard plain < rest.count else { break }
      let byte = rest[plain]
      switch byte {
      case 0x22, 0x5C: buffer += [0x5C, byte]
      case 0x0A: buffer += [0x5C, 0x6E]
      case 0x0D: buffer += [0x5C, 0x72]
      case 0x09: buffer += [0x5C, 0x74]
      default: append("\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))", to: &buffer)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[(plain + 1)...])
    }
    buffer.append(0x22)
  }
}
