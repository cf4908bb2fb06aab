/// Cells as the bytes of columns.
enum ParquetCells {
  /// A string without its escapes.
  static func plain(_ value: JSONScanner.Value) -> [UInt8] {
    value.escaped ? JSONScanner.unescape(value.bytes) : Array(value.bytes)
  }

  /// A whole number in decimal digits; nil where it is something else or does not fit.
  static func integer(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
    let negative = bytes.first == 0x2D
    let digits = bytes.dropFirst(negative ? 1 : 0)
    // The sign of -0 is something that a whole number does not hold.
    guard !digits.isEmpty, !(negative && digits.elementsEqual([0x30])) else { return nil }
    var result: Int64 = 0
    for byte in digits {
      guard (0x30...0x39).contains(byte) else { return nil }
      let (tens, overflow) = result.multipliedReportingOverflow(by: 10)
      let digit = Int64(byte & 15)
      let (sum, more) =
        negative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
      guard !overflow, !more else { return nil }
      result = sum
    }
    return result
  }

  /// What a cell is, for messages that do not show it.
  static func name(_ cell: ParquetCell) -> String {
    switch cell {
    case .null: "null"
    case .text: "text"
    case .number, .integer: "a number"
    case .bool: "true or false"
    case .json(let value):
      switch value.kind {
      case .string: "text"
      case .number: "a number"
      case .literal: value.isNull ? "null" : "true or false"
      case .array: "a list"
      case .object: "a struct"
      }
    }
  }

  static func isNull(_ cell: ParquetCell) -> Bool {
    switch cell {
    case .null: true
    case .json(let value): value.isNull
    default: false
    }
  }

  static func bool(_ cell: ParquetCell) throws -> Bool {
    switch cell {
    case .bool(let value): value
    case .json(let value) where value.kind == .literal: value.bytes.first == 0x74
    default: throw wrong(cell, "true or false")
    }
  }

  static func int64(_ cell: ParquetCell) throws -> Int64 {
    switch cell {
    case .integer(let value): return value
    case .number(let value):
      if let whole = Int64(exactly: value) { return whole }
    case .json(let value) where value.kind == .number:
      if let whole = integer(value.bytes) ?? Number.parse(value.bytes).flatMap({ Int64(exactly: $0) }) {
        return whole
      }
    default: break
    }
    throw wrong(cell, "a whole number of 64 bits")
  }

  static func double(_ cell: ParquetCell) throws -> Double {
    switch cell {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    case .json(let value) where value.kind == .number:
      if let number = Number.parse(value.bytes) { return number }
    default: break
    }
    throw wrong(cell, "a number")
  }

  /// Calls `body` with the bytes of a text.
  static func text<Result>(_ cell: ParquetCell, _ body: (UnsafeRawBufferPointer) throws -> Result) throws
    -> Result
  {
    switch cell {
    case .text(let bytes): return try body(UnsafeRawBufferPointer(bytes))
    case .json(let value) where value.kind == .string:
      if !value.escaped { return try body(UnsafeRawBufferPointer(value.bytes)) }
      return try JSONScanner.unescape(value.bytes).withUnsafeBytes(body)
    default: throw wrong(cell, "text")
    }
  }

  /// Appends a value as JSON.
  static func appendJSON(_ cell: ParquetCell, to text: JSONText) throws {
    switch cell {
    case .null: try text.append("null" as StaticString)
    case .text(let bytes): try text.quote(UnsafeRawBufferPointer(bytes))
    case .number(let number):
      guard number.isFinite else { throw wrong(cell, "a finite number") }
      try text.append(number.description)
    case .integer(let number): try text.append(digits: number)
    case .bool(let value): try text.append(value ? "true" as StaticString : "false")
    case .json(let value):
      guard value.kind == .string else { return try text.append(UnsafeRawBufferPointer(value.bytes)) }
      if !value.escaped { return try text.quote(UnsafeRawBufferPointer(value.bytes)) }
      try text.append(0x22)
      try text.append(UnsafeRawBufferPointer(value.bytes))
      try text.append(0x22)
    }
  }

  static func wrong(_ cell: ParquetCell, _ expected: String) -> ParquetProblem {
    .unsupported(found: name(cell), expected: expected)
  }
}
