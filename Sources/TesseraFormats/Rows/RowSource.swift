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

  /// How rows ahead are laid out, where they are likely to be alike and can be looked at together; nil elsewhere.
  var layoutAhead: RowsAhead.Layout? { get }

  /// Shows rows of that layout that follow, at most `most`; nothing is taken.
  ///
  /// - Returns: What `body` returns; nil where there is none, and `next` has to say what follows.
  func withAhead<Result>(most: Int, _ body: (RowsAhead) throws -> Result) rethrows -> Result?

  /// Takes the first of the rows that were shown.
  func skip(ahead count: Int)
}

/// Rows that follow one another in a file and are alike: as many values in the same order, each a plain text or number.
package struct RowsAhead {
  package struct Layout {
    /// Rows with another number can be laid out otherwise.
    let number: Int
    /// For each slot that was selected which of a row's values it has; nil for none.
    let memberOfSlot: [Int?]
    /// Whether each value stands in quotation marks.
    let isText: [Bool]
  }

  let count: Int
  /// Of the first.
  let place: Int
  let text: UnsafeBufferPointer<UInt8>
  /// Where values stand in `text`: value v of row k from `spans[k * stride + 2 * v]` to the next.
  let spans: UnsafeBufferPointer<Int32>
  let stride: Int

  @inline(__always)
  func value(_ member: Int, ofRow row: Int) -> UnsafeBufferPointer<UInt8> {
    let place = row * stride + 2 * member
    return UnsafeBufferPointer(rebasing: text[Int(spans[place])..<Int(spans[place + 1])])
  }
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
  package var layoutAhead: RowsAhead.Layout? { nil }
  package func withAhead<Result>(most: Int, _ body: (RowsAhead) throws -> Result) rethrows -> Result? { nil }
  package func skip(ahead count: Int) {}

  /// An error in a row.
  package func error(_ place: Int, _ field: String?, _ found: String, _ expected: String) -> FormatError {
    switch places {
    case .lines: .content(file: file, line: place, field: field, found: found, expected: expected)
    case .rows: .row(file: file, row: place, field: field, found: found, expected: expected)
    }
  }
}
