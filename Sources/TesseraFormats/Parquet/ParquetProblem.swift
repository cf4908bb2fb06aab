/// What is wrong inside a Parquet file, before file, row and column are added.
enum ParquetProblem: Error {
  /// Bytes that no writer of Parquet leaves behind.
  case damaged(found: String, expected: String)
  /// Something that Parquet allows and that is not read here, or not as rows of text and numbers.
  case unsupported(found: String, expected: String)

  /// As an error of the file, in a row where one is known.
  func error(file: String, row: Int?, field: String?) -> FormatError {
    switch self {
    case .damaged(let found, let expected), .unsupported(let found, let expected):
      if let row {
        .row(file: file, row: row, field: field, found: found, expected: expected)
      } else {
        .content(file: file, line: nil, field: field, found: found, expected: expected)
      }
    }
  }

  static func early(_ what: String) -> ParquetProblem {
    .damaged(found: "\(what) that ends early", expected: "a whole Parquet file")
  }
}
