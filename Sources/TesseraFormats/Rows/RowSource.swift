/// Rows of a file, one after another: of each the fields that were asked for.
///
/// Every container of rows is one: JSONL, CSV, JSON arrays, Parquet. A value is what JSON would show of it: text without its
/// quotation marks, numbers in digits, lists and structs as JSON text. So layouts read all containers alike.
package protocol RowSource: AnyObject {
  /// How messages call the file.
  var file: String { get }
  /// What places of rows are counted in.
  var places: RowPlaces { get }
  /// Share of the file that was read; nil where its size is not known.
  var progress: Double? { get }
  /// Names that rows had so far, in the order of first appearance.
  var names: [String] { get }
  /// Names of the columns where the file says them once for all rows; nil where every row names its own.
  var header: [String]? { get }

  /// Columns whose values are text or null in every row, known before any row is read.
  var textColumns: Set<String> { get }

  /// The fields of the first row with their values, nil for null; nothing is consumed. Empty where there is no row.
  ///
  /// - Throws: `FormatError`.
  func sample() throws -> [(name: String, value: JSONScanner.Value?)]

  /// Which fields `next` hands out, in this order. Names that a row does not have are nil there. Called before the first row,
  /// and where a name stands twice, both places have its value.
  ///
  /// - Throws: `FormatError`.
  func select(_ names: [String]) throws

  /// The next row, nil for null and missing fields; valid until the next call.
  ///
  /// - Parameter values: As many as were selected.
  /// - Returns: The row's place, counted from 1 in `places`; nil at the end.
  /// - Throws: `FormatError`, naming file, place and field; `Cancelled`.
  func next(_ values: inout [JSONScanner.Value?]) throws -> Int?
}

/// What places of rows are counted in.
package enum RowPlaces: Sendable {
  /// Lines of a text file, its header included.
  case lines
  /// Rows, where lines have no meaning.
  case rows
}

extension RowSource {
  package var names: [String] { header ?? [] }
  package var textColumns: Set<String> { [] }

  /// An error in a row.
  package func error(_ place: Int, _ field: String?, _ found: String, _ expected: String) -> FormatError {
    switch places {
    case .lines: .content(file: file, line: place, field: field, found: found, expected: expected)
    case .rows: .row(file: file, row: place, field: field, found: found, expected: expected)
    }
  }
}
