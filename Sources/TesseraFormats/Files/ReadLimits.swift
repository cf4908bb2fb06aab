/// How much a file may unfold to, where strangers choose it: a small compressed file can hold a large one, and a large one a
/// single line.
public struct ReadLimits: Sendable, Equatable {
  /// Bytes of a file without its compression.
  public var unpackedBytes = Int.max
  /// Bytes of a line, of a record of CSV, or of an element of a JSON array.
  public var recordBytes = Int.max

  public init() {}

  /// - Throws: `FormatError` where a file is larger.
  func check(unpacked bytes: Int, file: String) throws(FormatError) {
    guard bytes > unpackedBytes else { return }
    throw .content(
      file: file, line: nil, field: nil, found: "more than \(unpackedBytes) bytes once it is unpacked",
      expected: "at most so many")
  }

  /// - Throws: `FormatError` where a record is longer.
  func check(record bytes: Int, file: String, line: Int) throws(FormatError) {
    guard bytes > recordBytes else { return }
    throw .content(
      file: file, line: line, field: nil, found: "a record of more than \(recordBytes) bytes",
      expected: "at most so many")
  }
}
