/// Files that are given where rows are read, and are something else, told by their first bytes.
enum ForeignBytes {
  /// Enough to tell them all.
  static let count = 16

  private static let kinds: [(start: [UInt8], found: String, expected: String)] = [
    ([0xFF, 0xFE], "UTF-16 text", "UTF-8: iconv -f UTF-16 -t UTF-8 converts it"),
    ([0xFE, 0xFF], "UTF-16 text", "UTF-8: iconv -f UTF-16 -t UTF-8 converts it"),
    (
      Array("PAR1".utf8), "a Parquet file",
      "rows as text, or a name that ends in .parquet, or that format named"
    ),
    ([0x50, 0x4B, 3, 4], "a zip archive, such as .npz, .xlsx or .zip", "rows as text"),
    (NumpyFile.magic, "a .npy array", "rows as text; arrays are contexts"),
    (Array("BZh".utf8), "bzip2 data", "text, gzip or Zstandard"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz data", "text, gzip or Zstandard"),
    (Array("SQLite format 3".utf8), "an SQLite database", "rows as text"),
    (Array("%PDF".utf8), "a PDF document", "rows as text"),
    (Array("<!DOCTYPE".utf8), "an HTML page", "rows as text"),
    (Array("<!doctype".utf8), "an HTML page", "rows as text"),
    (Array("<html".utf8), "an HTML page", "rows as text"),
  ]

  /// - Throws: `FormatError.content` where the bytes are the beginning of something else.
  static func refuse(_ start: some Collection<UInt8>, file: String) throws {
    guard let kind = kinds.first(where: { start.starts(with: $0.start) }) else { return }
    throw FormatError.content(file: file, line: 1, field: nil, found: kind.found, expected: kind.expected)
  }
}
