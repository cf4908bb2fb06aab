import ArgumentParser
import TesseraFormats

enum OutputFormat: String, CaseIterable, ExpressibleByArgument { case table, json, csv }

/// How much of a long table is printed.
struct RowOptions: ParsableArguments {
  @Option(help: "Rows of the table; 0 shows all.")
  var top: Int = 50

  func validate() throws {
    guard top >= 0 else { throw ValidationError("--top is \(top); expected 0 or more.") }
  }

  /// Rows to print.
  var limit: Int { top == 0 ? .max : top }

  /// A line about the rows that are left out; empty where there are none.
  func rest(of count: Int) -> String {
    count > limit ? "... \(Spell.count(count - limit)) more (--top 0 shows all)\n" : ""
  }
}

/// What is printed, and where.
struct OutputOptions: ParsableArguments {
  @Option(help: "table, json or csv.")
  var format: OutputFormat = .table

  @Option(
    name: .shortAndLong, help: "File to write; it appears whole or not at all (default: standard output).")
  var output: String?

  func write(_ text: String) throws {
    if let output {
      try FileAccess.write(Array(text.utf8), to: output)
    } else {
      try Console.output(text)
    }
  }
}
