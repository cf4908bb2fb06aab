import Tessera

/// What a file of rows is written in.
public enum RowFormat: String, Sendable, CaseIterable {
  /// A JSON object a line; a file that begins with [ is an array of them.
  case jsonl
  /// The same: the first character tells which of the two it is.
  case json
  case csv
  /// CSV with tabs.
  case tsv
  case parquet

  /// The format that a file's ending tells, an ending of compression left aside; nil for other endings.
  public init?(file: String) {
    var parts = file.split(separator: "/").last?.split(separator: ".", omittingEmptySubsequences: false) ?? []
    if let last = parts.last?.lowercased(), ["gz", "zst"].contains(last) { parts.removeLast() }
    guard parts.count > 1 else { return nil }
    switch parts.last?.lowercased() {
    case "jsonl", "ndjson": self = .jsonl
    case "json": self = .json
    case "csv": self = .csv
    case "tsv", "tab": self = .tsv
    case "parquet", "pq": self = .parquet
    default: return nil
    }
  }

  /// The rows of a file.
  ///
  /// - Parameter file: A path, or `-` for standard input.
  /// - Throws: `FormatError`, also beyond the limits, here or while rows are read.
  package func open(_ file: String, limits: ReadLimits = ReadLimits()) throws -> any RowSource {
    switch self {
    case .jsonl, .json: try JSONRows(file: file, limits: limits)
    case .csv: try CSVRows(file: file, separator: 0x2C, limits: limits)
    case .tsv: try CSVRows(file: file, separator: 0x09, limits: limits)
    case .parquet: try ParquetRows(file, limits: limits)
    }
  }
}
