import ArgumentParser
import Foundation
import TesseraFormats
import TesseraReports

/// What a command makes: Markdown is a table too.
enum OutputFormat { case table, json, csv }

/// Formats as they are asked for, by name or by the ending of a file.
enum FormatName: String, CaseIterable, ExpressibleByArgument {
  case table, markdown, json, csv

  /// nil for endings that say nothing.
  init?(endingOf file: String) {
    switch URL(fileURLWithPath: file).pathExtension.lowercased() {
    case "md", "markdown": self = .markdown
    case "json": self = .json
    case "csv": self = .csv
    default: return nil
    }
  }
}

/// How much of a long table is printed.
struct RowOptions: ParsableArguments {
  @Option(help: "Rows of the table; 0 shows all (default: 50, and all of a CSV file).")
  var top: Int?

  func validate() throws {
    if let top, top < 0 { throw ValidationError("--top is \(top); expected 0 or more.") }
  }

  /// What of a table is shown.
  var rows: RowLimit { RowLimit(top) }

  /// Rows of a table to print.
  var limit: Int { rows.table }

  /// Rows of a CSV file: programs want all, unless somebody asked.
  var limitOfCSV: Int { rows.csv }

  /// A line about the rows that are left out; empty where there are none.
  func rest(of count: Int) -> String { rows.rest(of: count) }

  /// - Throws: where rows were counted for a document that has no rows to leave out.
  func check(_ output: OutputOptions) throws {
    if let top, output.format == .json {
      throw ValidationError(
        "--top \(top) has no effect here: a JSON document holds every row; tables and CSV can be cut.")
    }
  }
}

/// What is printed, and where.
struct OutputOptions: ParsableArguments {
  @Option(name: .customLong("format"), help: "How it is written (default: as --output ends, or table).")
  var chosenFormat: FormatName?

  @Option(
    name: .shortAndLong,
    help: "File to write, such as fit.csv; it appears whole or not at all (default: standard output).")
  var output: String?

  /// The file to write; nil for standard output, which is `-` too.
  var file: String? { output == "-" ? nil : output }

  /// The format that was asked for, by name or by ending; nil where nobody said.
  var askedFormat: FormatName? { chosenFormat ?? output.flatMap(FormatName.init(endingOf:)) }

  var format: OutputFormat {
    switch askedFormat {
    case .table, .markdown, nil: .table
    case .json: .json
    case .csv: .csv
    }
  }

  func validate() throws {
    if let output {
      let ending = URL(fileURLWithPath: output).pathExtension
      let said = FormatName(endingOf: output)
      if let chosenFormat, let said, said != chosenFormat {
        throw ValidationError(
          "--format is \(chosenFormat.rawValue) and --output is \(output), which is \(said.rawValue); expected one of them alone, or both alike."
        )
      }
      if chosenFormat == nil, said == nil, !ending.isEmpty, ending.lowercased() != "txt" {
        throw ValidationError(
          "--output is \(output); expected a name that ends in .txt (table), .md (markdown), .json or .csv, or --format with one of \(FormatName.allCases.map(\.rawValue).joined(separator: ", "))."
        )
      }
    }
    var medium = file == nil ? Medium(descriptor: 1) : .plain
    medium.isMarkdown = askedFormat == .markdown
    // Tables are drawn for where they go.
    Medium.current = medium
  }

  func write(_ text: String) throws {
    if format == .csv { FormulaCells.warn(text) }
    if let file {
      var text = text
      // In parts, so that a large table is not held twice.
      try FileAccess.write(to: file) { append in
        try text.withUTF8 { bytes in
          for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
            try append(Array(bytes[start..<min(start + (1 << 20), bytes.count)])[...])
          }
        }
      }
    } else {
      try Console.output(text)
    }
  }
}
