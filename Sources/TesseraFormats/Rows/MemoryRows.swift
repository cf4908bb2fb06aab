import Tessera

/// Rows that a program holds in memory as columns: a table of pandas, Arrow or datasets, without a file between.
///
/// A column is laid out as Arrow does it: the bytes of all values behind one another and where each begins. Values are spelt as
/// JSON has them, so that rows in memory and rows of files are read by the same layouts.
package final class MemoryRows: RowSource {
  /// One column. The memory belongs to who made it and stays where it is while rows are read.
  package struct Column {
    package enum Kind: UInt8 { case null, text, number, list, object, literal }

    let name: String
    let bytes: UnsafeBufferPointer<UInt8>
    let offsets: UnsafeBufferPointer<Int64>
    let kinds: UnsafeBufferPointer<UInt8>

    /// - Parameters:
    ///   - bytes: All values behind one another: texts as they are, without quotation marks or escapes.
    ///   - offsets: Where each value begins, and where the last one ends: rising, one more than rows, within `bytes`.
    ///   - kinds: `Kind` of each value.
    /// - Throws: `FormatError`, where offsets leave the bytes.
    package init(
      name: String, bytes: UnsafeBufferPointer<UInt8>, offsets: UnsafeBufferPointer<Int64>,
      kinds: UnsafeBufferPointer<UInt8>
    ) throws {
      (self.name, self.bytes, self.offsets, self.kinds) = (name, bytes, offsets, kinds)
      func fail(_ row: Int, _ found: String, _ expected: String) -> FormatError {
        .row(file: MemoryRows.name, row: row, field: name, found: found, expected: expected)
      }
      guard offsets.count == kinds.count + 1, offsets[0] >= 0 else {
        throw fail(1, "\(offsets.count) places of values", "one more than the \(kinds.count) rows")
      }
      for row in kinds.indices {
        guard offsets[row] <= offsets[row + 1], offsets[row + 1] <= bytes.count,
          Kind(rawValue: kinds[row]) != nil
        else { throw fail(row + 1, "a value outside the column's bytes", "one within") }
      }
    }

    func value(_ row: Int) -> JSONScanner.Value? {
      let slice = UnsafeBufferPointer(rebasing: bytes[Int(offsets[row])..<Int(offsets[row + 1])])
      let kind: JSONScanner.Kind
      switch Kind(rawValue: kinds[row]) ?? .null {
      case .null: return nil
      case .text: kind = .string
      case .number: kind = .number
      case .list: kind = .array
      case .object: kind = .object
      case .literal: kind = .literal
      }
      return JSONScanner.Value(kind: kind, bytes: slice, escaped: false)
    }
  }

  /// How messages call rows that have no file.
  package static let name = "rows"

  package let file = MemoryRows.name
  package let places = RowPlaces.rows
  private let columns: [Column]
  private let count: Int
  private var selection: [Column?] = []
  private var row = 0

  /// - Throws: `FormatError`, where columns have different lengths or one name.
  package init(_ columns: [Column]) throws {
    self.columns = columns
    count = columns.first?.kinds.count ?? 0
    var names: Set<String> = []
    for column in columns {
      guard column.kinds.count == count else {
        throw FormatError.content(
          file: MemoryRows.name, line: nil, field: column.name, found: "\(column.kinds.count) rows",
          expected: "\(count), as in the other columns")
      }
      guard names.insert(column.name).inserted else {
        throw FormatError.content(
          file: MemoryRows.name, line: nil, field: column.name, found: "two columns of this name",
          expected: "one")
      }
    }
  }

  package var progress: Double? { count == 0 ? 1 : Double(row) / Double(count) }
  package var header: [String]? { columns.map(\.name) }
  package var textColumns: Set<String> {
    let texts: Set<UInt8> = [Column.Kind.text.rawValue, Column.Kind.null.rawValue]
    return Set(columns.filter { $0.kinds.allSatisfy(texts.contains) }.map(\.name))
  }

  package func sample() throws -> [(name: String, value: JSONScanner.Value?)] {
    count == 0 ? [] : columns.map { ($0.name, $0.value(0)) }
  }

  package func select(_ names: [String]) throws {
    selection = names.map { name in columns.first { $0.name == name } }
  }

  package func next(_ values: inout [JSONScanner.Value?]) throws -> Int? {
    guard row < count else { return nil }
    for (place, column) in selection.enumerated() { values[place] = column?.value(row) }
    row += 1
    return row
  }
}
