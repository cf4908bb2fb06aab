import Tessera

/// Writes rows as a Parquet file: zstd, pages of the first version, row groups of about 64 MiB before compression or 100,000
/// rows.
///
/// pyarrow, pandas, datasets, Polars and DuckDB read it. In memory: one row group.
public final class ParquetWriter {
  private let file: String
  private let fields: [ParquetField]
  private let append: (ArraySlice<UInt8>) throws -> Void
  private var columns: [Column] = []
  private var leaves: [ParquetLeafWriter] = []
  private var groups: [Group] = []
  private var offset = 0
  private var rows = 0
  private var rowsInGroup = 0

  private static let groupRows = 100_000
  private static let groupBytes = 64 << 20

  private struct Group {
    let rows: Int
    let chunks: [(offset: Int, chunk: ParquetLeafWriter.Chunk, size: Int)]
  }

  /// Writes a file, whole or not at all.
  ///
  /// - Parameters:
  ///   - fields: The columns; names are unique, structs have fields.
  ///   - rows: Appends all rows.
  /// - Throws: `FormatError.cannotWrite`; `FormatError.row` for a cell that its column cannot hold; whatever `rows` throws.
  public static func write(
    to file: String, fields: [ParquetField], rows: (ParquetWriter) throws -> Void
  ) throws {
    try FileAccess.write(to: file) { append in
      try withoutActuallyEscaping(append) { append in
        let writer = try ParquetWriter(file, fields, append)
        try rows(writer)
        try writer.finish()
      }
    }
  }

  private init(
    _ file: String, _ fields: [ParquetField], _ append: @escaping (ArraySlice<UInt8>) throws -> Void
  ) throws {
    (self.file, self.fields, self.append) = (file, fields, append)
    columns = try fields.map { try column($0.name, $0.kind, path: [$0.name], definition: 0, repetition: 0) }
    try Self.check(fields, in: "the columns", file)
    try put(ParquetFile.magic)
  }

  private static func check(_ fields: [ParquetField], in place: String, _ file: String) throws {
    guard Set(fields.map(\.name)).count == fields.count, !fields.isEmpty else {
      throw FormatError.cannotWrite(
        file: file, reason: "\(place) have \(fields.isEmpty ? "no fields" : "a name twice")")
    }
  }

  private func put(_ bytes: [UInt8]) throws {
    try append(bytes[...])
    offset += bytes.count
  }

  // MARK: Rows

  /// A column, or a part of one, with its leaves.
  private final class Column {
    enum Form {
      case leaf(ParquetLeafWriter)
      case list(Column)
      case structure([(name: [UInt8], column: Column)])
    }

    let form: Form
    let leaves: [ParquetLeafWriter]
    /// Definition level of a value that is there; an element of a list is one above.
    let definition: Int
    /// Repetition level of the elements of a list.
    let repetition: Int

    init(_ form: Form, _ leaves: [ParquetLeafWriter], _ definition: Int, _ repetition: Int) {
      (self.form, self.leaves, self.definition, self.repetition) = (form, leaves, definition, repetition)
    }
  }

  private func column(
    _ name: String, _ kind: ParquetField.Kind, path: [String], definition: Int, repetition: Int
  ) throws -> Column {
    guard path.count < 50 else {
      throw FormatError.cannotWrite(file: file, reason: "the column \(path[0]) is nested too deeply")
    }
    let first = leaves.count
    let form: Column.Form
    switch kind {
    case .list(let element):
      form = .list(
        try column(
          "element", element, path: path + ["list", "element"], definition: definition + 2,
          repetition: repetition + 1))
    case .structure(let fields):
      try Self.check(fields, in: "the fields of \(path.joined(separator: "."))", file)
      form = .structure(
        try fields.map {
          (
            Array($0.name.utf8),
            try column(
              $0.name, $0.kind, path: path + [$0.name], definition: definition + 1, repetition: repetition)
          )
        })
    default:
      let leaf = ParquetLeafWriter(
        names: path, kind: kind, maxDefinition: definition + 1, maxRepetition: repetition)
      leaves.append(leaf)
      form = .leaf(leaf)
    }
    return Column(form, Array(leaves[first...]), definition + 1, repetition + 1)
  }

  /// Appends a row.
  ///
  /// - Parameter cells: One for every column.
  /// - Throws: `FormatError.row` for a cell that its column cannot hold; the file is then not written.
  package func append(_ cells: [ParquetCell]) throws {
    precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
    rows += 1
    rowsInGroup += 1
    for (place, cell) in cells.enumerated() {
      do {
        try append(cell, to: columns[place], repetition: 0)
      } catch let problem as ParquetProblem {
        throw problem.error(file: file, row: rows, field: fields[place].name)
      }
    }
    var size = 0
    for leaf in leaves {
      try checked { try leaf.endRow() }
      size += leaf.size
    }
    if size >= Self.groupBytes || rowsInGroup >= Self.groupRows { try endGroup() }
  }

  /// Appends a row of texts, nil for null; valid UTF-8, and all columns are strings.
  ///
  /// - Throws: `FormatError.row` for a text that its column cannot hold.
  public func append(texts: [UnsafeBufferPointer<UInt8>?]) throws {
    try append(texts.map { $0.map { .text($0) } ?? .null })
  }

  private func checked<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let problem as ParquetProblem {
      throw problem.error(file: file, row: rows, field: nil)
    }
  }

  private func append(_ cell: ParquetCell, to column: Column, repetition: Int) throws {
    if ParquetCells.isNull(cell) {
      return nothing(in: column, repetition: repetition, definition: column.definition - 1)
    }
    switch column.form {
    case .leaf(let leaf): try leaf.append(cell, repetition: repetition)
    case .list(let element):
      guard case .json(let value) = cell, value.kind == .array else {
        throw ParquetCells.wrong(cell, "a list")
      }
      var scanner = try Self.scanned { try JSONScanner(value.bytes, open: 0x5B) }
      var count = 0
      while let item = try Self.scanned({ try scanner.nextElement() }) {
        try append(.json(item), to: element, repetition: count == 0 ? repetition : column.repetition)
        count += 1
      }
      if count == 0 { nothing(in: column, repetition: repetition, definition: column.definition) }
    case .structure(let fields):
      guard case .json(let value) = cell, value.kind == .object else {
        throw ParquetCells.wrong(cell, "a struct")
      }
      var seen = Array(repeating: false, count: fields.count)
      var scanner = try Self.scanned { try JSONScanner(value.bytes) }
      var guess = 0
      while let (key, item) = try Self.scanned({ try scanner.nextMember() }) {
        // Members mostly stand in the order of the fields.
        if guess >= fields.count || !Self.equal(key, fields[guess].name) {
          let name = ParquetCells.plain(key)
          guard let place = fields.firstIndex(where: { $0.name == name }) else {
            throw ParquetProblem.unsupported(
              found: "the member \"\(String(decoding: name, as: UTF8.self))\"",
              expected: "a field of the struct")
          }
          guess = place
        }
        guard !seen[guess] else {
          throw ParquetProblem.unsupported(
            found: "\"\(String(decoding: fields[guess].name, as: UTF8.self))\" a second time",
            expected: "unique names")
        }
        seen[guess] = true
        try append(.json(item), to: fields[guess].column, repetition: repetition)
        guess += 1
      }
      for (place, field) in fields.enumerated() where !seen[place] {
        nothing(in: field.column, repetition: repetition, definition: column.definition)
      }
    }
  }

  private static func equal(_ key: JSONScanner.Value, _ name: [UInt8]) -> Bool {
    !key.escaped && key.bytes.elementsEqual(name)
  }

  /// A null or an empty list: one entry without value in every leaf.
  private func nothing(in column: Column, repetition: Int, definition: Int) {
    for leaf in column.leaves { leaf.appendNothing(repetition: repetition, definition: definition) }
  }

  private static func scanned<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as JSONScanner.SyntaxError {
      throw ParquetProblem.unsupported(
        found: "something else in column \(error.column) of a nested value", expected: error.expected)
    }
  }

  // MARK: Groups and footer

  private func endGroup() throws {
    guard rowsInGroup > 0 else { return }
    var chunks: [(offset: Int, chunk: ParquetLeafWriter.Chunk, size: Int)] = []
    for leaf in leaves {
      let chunk = try checked { try leaf.endChunk() }
      let start = offset
      try put(chunk.bytes)
      chunks.append((start, chunk.described, chunk.bytes.count))
    }
    groups.append(Group(rows: rowsInGroup, chunks: chunks))
    rowsInGroup = 0
  }

  private func finish() throws {
    try endGroup()
    var footer = ThriftWriter()
    footer.element { footer in
      footer.int32(1, 1)
      var schema = [SchemaElement(name: "schema", children: fields.count, repetition: nil)]
      for field in fields { SchemaElement.append(field.name, field.kind, to: &schema) }
      footer.structures(2, schema) { $1.write(to: &$0) }
      footer.int64(3, rows)
      footer.structures(4, groups) { footer, group in
        footer.structures(1, Array(group.chunks.enumerated())) { footer, chunk in
          self.write(chunk.element, of: leaves[chunk.offset], to: &footer)
        }
        footer.int64(2, group.chunks.reduce(0) { $0 + $1.chunk.uncompressedSize })
        footer.int64(3, group.rows)
      }
      footer.text(6, "tessera")
    }
    try put(footer.bytes)
    try put(withUnsafeBytes(of: UInt32(footer.bytes.count).littleEndian) { Array($0) } + ParquetFile.magic)
  }

  private func write(
    _ place: (offset: Int, chunk: ParquetLeafWriter.Chunk, size: Int), of leaf: ParquetLeafWriter,
    to footer: inout ThriftWriter
  ) {
    footer.int64(2, place.offset)
    footer.structure(3) { footer in
      footer.int32(1, leaf.physicalType)
      footer.int32s(2, place.chunk.encodings)
      footer.texts(3, leaf.names)
      footer.int32(4, ParquetCodec.zstd.rawValue)
      footer.int64(5, place.chunk.entries)
      footer.int64(6, place.chunk.uncompressedSize)
      footer.int64(7, place.size)
      footer.int64(9, place.offset + (place.chunk.dictionaryBytes ?? 0))
      if place.chunk.dictionaryBytes != nil { footer.int64(11, place.offset) }
    }
  }

  /// A node of the schema as the footer lists it.
  private struct SchemaElement {
    var name: String
    var children = 0
    var repetition: Int?
    var physicalType: Int?
    var convertedType: Int?
    /// Member of the union of logical types.
    var logicalType: Int?

    static func append(_ name: String, _ kind: ParquetField.Kind, to schema: inout [SchemaElement]) {
      typealias Physical = ParquetLeafColumn.Physical
      switch kind {
      case .string, .json:
        schema.append(
          SchemaElement(
            name: name, repetition: 1, physicalType: Physical.bytes, convertedType: 0, logicalType: 1))
      case .int64: schema.append(SchemaElement(name: name, repetition: 1, physicalType: Physical.int64))
      case .double: schema.append(SchemaElement(name: name, repetition: 1, physicalType: Physical.double))
      case .float: schema.append(SchemaElement(name: name, repetition: 1, physicalType: Physical.float))
      case .bool: schema.append(SchemaElement(name: name, repetition: 1, physicalType: Physical.boolean))
      case .list(let element):
        schema.append(SchemaElement(name: name, children: 1, repetition: 1, convertedType: 3, logicalType: 3))
        schema.append(SchemaElement(name: "list", children: 1, repetition: 2))
        append("element", element, to: &schema)
      case .structure(let fields):
        schema.append(SchemaElement(name: name, children: fields.count, repetition: 1))
        for field in fields { append(field.name, field.kind, to: &schema) }
      }
    }

    func write(to footer: inout ThriftWriter) {
      if let physicalType { footer.int32(1, physicalType) }
      if let repetition { footer.int32(3, repetition) }
      footer.text(4, name)
      if physicalType == nil { footer.int32(5, children) }
      if let convertedType { footer.int32(6, convertedType) }
      if let logicalType { footer.structure(10) { $0.structure(logicalType) { _ in } } }
    }
  }
}
