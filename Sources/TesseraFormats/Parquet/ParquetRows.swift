/// The rows of a Parquet file. Only columns that are asked for are unpacked, one page of each at a time.
///
/// Text is handed out where it stands in its page, without a copy. Dates and time stamps are text as ISO 8601 has it, decimals
/// are digits, maps are lists of structs of key and value. Fields of a struct are all there, null where they have no value.
public final class ParquetRows: RowSource {
  package let file: String
  package let places = RowPlaces.rows
  private let parquet: ParquetFile
  private var columns: [ParquetColumnReader] = []
  /// For every selected field its place in `columns`; nil where the file has no such column.
  private var selection: [Int?] = []
  private var values: [JSONScanner.Value?] = []
  private var nextGroup = 0
  private var leftInGroup = 0
  private var row = 0

  /// - Throws: `FormatError` where the file is not there or is no Parquet file.
  public init(_ file: String, limits: ReadLimits = ReadLimits()) throws {
    self.file = file
    parquet = try ParquetFile(file)
    try limits.check(unpacked: parquet.metadata.unpackedBytes, file: file)
  }

  /// Whether bytes are the beginning of a Parquet file.
  package static func begins(_ bytes: some Sequence<UInt8>) -> Bool { bytes.starts(with: ParquetFile.magic) }

  public var count: Int { parquet.metadata.rows }

  package var progress: Double? { count == 0 ? 1 : Double(row) / Double(count) }

  public var header: [String]? { parquet.schema.columns.map(\.name) }

  /// Texts, dates and times. What cannot be read is not among them: reading it says why.
  package var textColumns: Set<String> {
    Set(
      parquet.schema.columns.filter { node in
        guard case .leaf(let leaf) = node.form else { return false }
        if case .unsupported = leaf { return false }
        return ParquetText.kind(leaf) == .string
      }.map(\.name))
  }

  /// The columns with their values in the first row.
  ///
  /// A column that Parquet allows and that cannot be read as text or numbers (binary images beside texts, say) is nil here, and
  /// an error only where it is selected.
  package func sample() throws -> [(name: String, value: JSONScanner.Value?)] {
    guard let group = parquet.metadata.rowGroups.first(where: { $0.rows > 0 }) else { return [] }
    sampled = []
    return try parquet.schema.columns.map { node in
      do {
        let column = try ParquetColumnReader(node, schema: parquet.schema, file: parquet.bytes)
        try column.open(group)
        let value = try column.next()
        // The value stands in the column's memory.
        sampled.append(column)
        return (node.name, value)
      } catch ParquetProblem.unsupported {
        return (node.name, nil)
      } catch let problem as ParquetProblem {
        throw problem.error(file: file, row: 1, field: node.name)
      }
    }
  }

  private var sampled: [ParquetColumnReader] = []

  public func select(_ names: [String]) throws {
    var places: [String: Int] = [:]
    columns = []
    selection = try names.map { name in
      if let place = places[name] { return place }
      guard let node = try parquet.column(name) else { return nil }
      do {
        columns.append(try ParquetColumnReader(node, schema: parquet.schema, file: parquet.bytes))
      } catch let problem as ParquetProblem {
        throw problem.error(file: file, row: nil, field: name)
      }
      places[name] = columns.count - 1
      return columns.count - 1
    }
    values = Array(repeating: nil, count: columns.count)
    sampled = []
  }

  package func next(_ values: inout [JSONScanner.Value?]) throws -> Int? {
    while leftInGroup == 0 {
      for column in columns { try checked(column) { try column.close() } }
      guard nextGroup < parquet.metadata.rowGroups.count else { return nil }
      let group = parquet.metadata.rowGroups[nextGroup]
      nextGroup += 1
      leftInGroup = group.rows
      // A group without rows may have no pages to open.
      guard leftInGroup > 0 else { continue }
      for column in columns { try checked(column) { try column.open(group) } }
    }
    leftInGroup -= 1
    row += 1
    for (place, column) in columns.enumerated() {
      do {
        self.values[place] = try column.next()
      } catch let problem as ParquetProblem {
        throw problem.error(file: file, row: row, field: column.node.name)
      }
    }
    for (place, column) in selection.enumerated() { values[place] = column.flatMap { self.values[$0] } }
    return row
  }

  /// Calls `body` with the bytes of the selected fields of every row that is left, nil for null; valid inside `body`.
  ///
  /// - Throws: `FormatError`, naming row and column; whatever `body` throws.
  public func forEachRow(_ body: ([UnsafeBufferPointer<UInt8>?]) throws -> Void) throws {
    var values = [JSONScanner.Value?](repeating: nil, count: selection.count)
    while try next(&values) != nil { try body(values.map { $0?.bytes }) }
  }

  private func checked(_ column: ParquetColumnReader, _ body: () throws -> Void) throws {
    do { try body() } catch let problem as ParquetProblem {
      throw problem.error(file: file, row: row + 1, field: column.node.name)
    }
  }
}
