/// The footer of a Parquet file as it is written, before its schema becomes a tree.
///
/// - SeeAlso: `parquet.thrift` of apache/parquet-format.
struct ParquetMetadata {
  /// A node of the schema, in depth-first order.
  struct SchemaElement {
    var name = ""
    var physicalType: Int?
    var typeLength = 0
    /// 0 required, 1 optional, 2 repeated.
    var repetition = 0
    var children = 0
    var convertedType: Int?
    var scale = 0
    var logicalType: LogicalType?
  }

  /// What the bytes of a type mean; the number is the member of the union in `parquet.thrift`.
  struct LogicalType {
    var number = 0
    var scale = 0
    var bits = 0
    var signed = true
    var utc = false
    /// 1 milliseconds, 2 microseconds, 3 nanoseconds.
    var unit = 0
  }

  /// One column's pages in one row group.
  struct Chunk {
    var physicalType = -1
    var codec = -1
    /// Levels, null values included.
    var values = -1
    /// Bytes of all pages with their headers.
    var size = -1
    var uncompressedSize = -1
    var dataOffset = -1
    var dictionaryOffset: Int?
    var otherFile = false
    var encrypted = false

    /// Where the first page begins. A dictionary at 0, or behind the data, is a way of saying that there is none.
    var start: Int {
      if let dictionaryOffset, dictionaryOffset > 0, dictionaryOffset < dataOffset {
        dictionaryOffset
      } else {
        dataOffset
      }
    }
  }

  struct RowGroup {
    var chunks: [Chunk] = []
    var rows = -1
  }

  private(set) var schema: [SchemaElement] = []
  private(set) var rowGroups: [RowGroup] = []

  /// Bytes of all pages without their compression, as the footer says, which readers hold them to; `Int.max` for more.
  var unpackedBytes: Int {
    rowGroups.lazy.flatMap(\.chunks).reduce(0) { sum, chunk in
      let (next, overflow) = sum.addingReportingOverflow(max(chunk.uncompressedSize, 0))
      return overflow ? .max : next
    }
  }

  private(set) var rows = -1
  private(set) var createdBy: String?

  /// - Parameter bytes: The footer without its length and magic bytes.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    var reader = ThriftReader(bytes)
    var (schema, rowGroups, rows, createdBy) = ([SchemaElement](), [RowGroup](), -1, String?.none)
    try reader.structure { reader, id, kind in
      switch id {
      case 2:
        try reader.list(kind) { reader, _ in
          guard schema.count < 1 << 16 else {
            throw ParquetProblem.unsupported(found: "a schema of more than 65,536 nodes", expected: "fewer")
          }
          schema.append(try Self.schemaElement(&reader))
        }
      case 3: rows = try reader.count(kind)
      case 4: try reader.list(kind) { reader, _ in rowGroups.append(try Self.rowGroup(&reader)) }
      case 6: createdBy = try reader.text(kind)
      default: try reader.skip(kind)
      }
    }
    guard !schema.isEmpty, rows >= 0 else {
      throw ParquetProblem.damaged(found: "a footer without schema or number of rows", expected: "both")
    }
    var sum = 0
    for group in rowGroups {
      sum += group.rows
      // Both sides stay far from overflow.
      guard sum <= rows else { break }
    }
    guard sum == rows else {
      throw ParquetProblem.damaged(
        found: "\(rows) rows by the footer, \(sum) in its row groups", expected: "one number")
    }
    (self.schema, self.rowGroups, self.rows, self.createdBy) = (schema, rowGroups, rows, createdBy)
  }

  private static func schemaElement(_ reader: inout ThriftReader) throws -> SchemaElement {
    var result = SchemaElement()
    try reader.structure { reader, id, kind in
      switch id {
      case 1: result.physicalType = try reader.integer(kind)
      case 2: result.typeLength = try reader.count(kind)
      case 3: result.repetition = try reader.count(kind)
      case 4: result.name = try reader.text(kind)
      case 5: result.children = try reader.count(kind)
      case 6: result.convertedType = try reader.integer(kind)
      case 7: result.scale = try reader.integer(kind)
      case 10: result.logicalType = try logicalType(&reader)
      default: try reader.skip(kind)
      }
    }
    guard result.repetition <= 2 else {
      throw ParquetProblem.damaged(
        found: "the repetition \(result.repetition)", expected: "0, 1 or 2 (required, optional, repeated)")
    }
    return result
  }

  private static func logicalType(_ reader: inout ThriftReader) throws -> LogicalType {
    var result = LogicalType()
    try reader.structure { reader, id, kind in
      result.number = id
      guard kind == ThriftReader.Kind.structure else { return try reader.skip(kind) }
      try reader.structure { reader, member, kind in
        switch (id, member) {
        case (5, 1): result.scale = try reader.integer(kind)
        case (7, 1), (8, 1): result.utc = try reader.flag(kind)
        case (7, 2), (8, 2):
          try reader.structure { reader, unit, kind in
            result.unit = unit
            try reader.skip(kind)
          }
        case (10, 1): result.bits = try reader.integer(kind)
        case (10, 2): result.signed = try reader.flag(kind)
        default: try reader.skip(kind)
        }
      }
    }
    return result
  }

  private static func rowGroup(_ reader: inout ThriftReader) throws -> RowGroup {
    var result = RowGroup()
    try reader.structure { reader, id, kind in
      switch id {
      case 1: try reader.list(kind) { reader, _ in result.chunks.append(try chunk(&reader)) }
      case 3: result.rows = try reader.count(kind)
      default: try reader.skip(kind)
      }
    }
    guard (0..<1 << 40).contains(result.rows) else {
      throw ParquetProblem.damaged(found: "a row group of \(result.rows) rows", expected: "less than 2^40")
    }
    return result
  }

  private static func chunk(_ reader: inout ThriftReader) throws -> Chunk {
    var result = Chunk()
    var described = false
    try reader.structure { reader, id, kind in
      switch id {
      case 1:
        result.otherFile = true
        try reader.skip(kind)
      case 3:
        described = true
        try reader.structure { reader, id, kind in
          switch id {
          case 1: result.physicalType = try reader.integer(kind)
          case 4: result.codec = try reader.integer(kind)
          case 5: result.values = try reader.count(kind)
          case 6: result.uncompressedSize = try reader.count(kind)
          case 7: result.size = try reader.count(kind)
          case 9: result.dataOffset = try reader.count(kind)
          case 11: result.dictionaryOffset = try reader.count(kind)
          default: try reader.skip(kind)
          }
        }
      case 8:
        result.encrypted = true
        try reader.skip(kind)
      default: try reader.skip(kind)
      }
    }
    // The description of an encrypted column is itself encrypted: only its use is an error.
    guard described || result.encrypted else {
      throw ParquetProblem.damaged(found: "a column without description", expected: "its metadata")
    }
    return result
  }
}

/// What stands before every page.
struct ParquetPageHeader {
  enum Kind: Equatable {
    case data, dataV2, dictionary
    case other(Int)
  }

  private(set) var kind: Kind = .other(-1)
  /// Bytes once unpacked, levels included.
  private(set) var uncompressedSize = -1
  /// Bytes that follow the header.
  private(set) var size = -1
  /// Levels of a data page, entries of a dictionary.
  private(set) var values = -1
  private(set) var encoding = -1
  private(set) var definitionEncoding = 3
  private(set) var repetitionEncoding = 3
  /// Pages of the second version: bytes of levels, which are never compressed.
  private(set) var definitionBytes = 0
  private(set) var repetitionBytes = 0
  private(set) var isCompressed = true

  init(_ reader: inout ThriftReader) throws {
    var result = (
      number: -1, full: -1, packed: -1, values: -1, encoding: -1, definition: 3, repetition: 3,
      definitionBytes: 0,
      repetitionBytes: 0, compressed: true
    )
    try reader.structure { reader, id, kind in
      switch id {
      case 1: result.number = try reader.integer(kind)
      case 2: result.full = try reader.count(kind)
      case 3: result.packed = try reader.count(kind)
      case 5, 7:
        try reader.structure { reader, member, kind in
          switch (id, member) {
          case (_, 1): result.values = try reader.count(kind)
          case (_, 2): result.encoding = try reader.integer(kind)
          case (5, 3): result.definition = try reader.integer(kind)
          case (5, 4): result.repetition = try reader.integer(kind)
          default: try reader.skip(kind)
          }
        }
      case 8:
        try reader.structure { reader, member, kind in
          switch member {
          case 1: result.values = try reader.count(kind)
          case 4: result.encoding = try reader.integer(kind)
          case 5: result.definitionBytes = try reader.count(kind)
          case 6: result.repetitionBytes = try reader.count(kind)
          case 7: result.compressed = try reader.flag(kind)
          default: try reader.skip(kind)
          }
        }
      default: try reader.skip(kind)
      }
    }
    kind =
      switch result.number {
      case 0: .data
      case 2: .dictionary
      case 3: .dataV2
      default: .other(result.number)
      }
    guard result.full >= 0, result.packed >= 0, result.full <= Int32.max, result.packed <= Int32.max else {
      throw ParquetProblem.damaged(
        found: "a page of \(result.packed) bytes, \(result.full) unpacked", expected: "two sizes below 2^31")
    }
    (uncompressedSize, size, values, encoding) = (result.full, result.packed, result.values, result.encoding)
    (definitionEncoding, repetitionEncoding) = (result.definition, result.repetition)
    (definitionBytes, repetitionBytes) = (result.definitionBytes, result.repetitionBytes)
    isCompressed = result.compressed
  }
}
