/// Records of a CSV file under its header.
final class CSVRows: RowSource {
  private var records: RecordReader
  private var fields: CSVFields
  private let columnNames: [String]
  private let headerLine: Int
  private let isEmpty: Bool
  private var columns: [Int?] = []

  let file: String
  var places: RowPlaces { .lines }
  var header: [String]? { columnNames }
  var textColumns: Set<String> { Set(columnNames) }
  var progress: Double? { records.progress }

  /// - Parameter separator: What stands between fields.
  /// - Throws: `FormatError`.
  init(file: String, separator: UInt8, limits: ReadLimits = ReadLimits()) throws {
    records = try RecordReader(file: file, framing: .quotedLine, limits: limits)
    self.file = records.file
    fields = CSVFields(separator: separator)
    guard let (record, line) = try records.next() else {
      (columnNames, headerLine, isEmpty) = ([], 1, true)
      return
    }
    try fields.split(record, file: self.file, line: line)
    columnNames = (0..<fields.count).map { [fields] in String(decoding: fields[$0], as: UTF8.self) }
    (headerLine, isEmpty) = (line, false)
  }

  func sample() throws -> [(name: String, value: JSONScanner.Value?)] {
    guard let (record, line) = try records.peek() else { return columnNames.map { ($0, nil) } }
    try split(record, line)
    return columnNames.indices.map { (columnNames[$0], value($0)) }
  }

  func select(_ names: [String]) throws {
    columns = try names.map { name in
      guard let column = columnNames.firstIndex(of: name) else { return nil }
      guard columnNames.lastIndex(of: name) == column else {
        throw error(headerLine, name, "two columns of this name", "one")
      }
      return column
    }
  }

  func next(_ values: inout [JSONScanner.Value?]) throws -> Int? {
    guard !isEmpty, let (record, line) = try records.next() else { return nil }
    try split(record, line)
    for (slot, column) in columns.enumerated() { values[slot] = column.flatMap { value($0) } }
    return line
  }

  private func split(_ record: UnsafeBufferPointer<UInt8>, _ line: Int) throws {
    try fields.split(record, file: file, line: line)
    guard fields.count == columnNames.count else {
      throw error(line, nil, "\(fields.count) fields", "\(columnNames.count), as in the header")
    }
    if UTF8Check.isValid(UnsafeRawBufferPointer(record)) { return }
    let column = columnNames.indices.first { !UTF8Check.isValid(UnsafeRawBufferPointer(fields[$0])) }
    throw error(line, column.map { columnNames[$0] }, "bytes that are not UTF-8", "UTF-8")
  }

  /// An empty field says nothing.
  private func value(_ column: Int) -> JSONScanner.Value? {
    let bytes = fields[column]
    return bytes.isEmpty ? nil : JSONScanner.Value(kind: .string, bytes: bytes, escaped: false)
  }
}
