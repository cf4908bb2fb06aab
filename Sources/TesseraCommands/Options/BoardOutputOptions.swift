import ArgumentParser
import TesseraFormats

enum BoardFormat: String, CaseIterable, ExpressibleByArgument {
  case table, json, csv, markdown

  /// The format that a file's ending tells; nil for other endings.
  init?(file: String) {
    switch file.split(separator: ".").last?.lowercased() {
    case "json": self = .json
    case "csv": self = .csv
    case "md": self = .markdown
    default: return nil
    }
  }
}

/// What is printed of a board, and where.
struct BoardOutputOptions: ParsableArguments {
  @Option(help: "table, json, csv or markdown (default: by the ending of --output, else table).")
  var format: BoardFormat?

  @Option(
    name: .shortAndLong, help: "File to write; it appears whole or not at all (default: standard output).")
  var output: String?

  var chosen: BoardFormat { format ?? output.flatMap { BoardFormat(file: $0) } ?? .table }

  func write(_ text: String) throws {
    if let output {
      try FileAccess.write(Array(text.utf8), to: output)
    } else {
      try Console.output(text)
    }
  }
}
