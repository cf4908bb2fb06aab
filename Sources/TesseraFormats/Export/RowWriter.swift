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
    let keys = names.map { name in
      var key: [UInt8] = []
      JSONBytes.append(string: name, to: &key)
      return key
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
        buffer.append(0x7B)
        for (place, cell) in cells.enumerated() {
          if place > 0 { buffer += [0x2C, 0x20] }
          buffer += keys[place]
          buffer += [0x3A, 0x20]
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

/// JSON as bytes.
enum JSONBytes {
  static func append(_ cell: ParquetCell, to buffer: inout [UInt8]) {
    switch cell {
    case .null: buffer += Array("null".utf8)
    case .text(let bytes): append(string: bytes, to: &buffer)
    case .number(let number): buffer += Array((number.isFinite ? "\(number)" : "null").utf8)
    case .integer(let number): buffer += Array("\(number)".utf8)
    case .bool(let value): buffer += Array((value ? "true" : "false").utf8)
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

  static func append(string: some Collection<UInt8>, to buffer: inout [UInt8]) {
    buffer.append(0x22)
    if string.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) {
      for byte in string {
        switch byte {
        case 0x22: buffer += [0x5C, 0x22]
        case 0x5C: buffer += [0x5C, 0x5C]
        case 0x0A: buffer += [0x5C, 0x6E]
        case 0x0D: buffer += [0x5C, 0x72]
        case 0x09: buffer += [0x5C, 0x74]
        case 0..<0x20: buffer += Array("\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8)
        default: buffer.append(byte)
        }
      }
    } else {
      buffer.append(contentsOf: string)
    }
    buffer.append(0x22)
  }
}
