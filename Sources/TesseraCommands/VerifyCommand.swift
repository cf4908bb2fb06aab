import ArgumentParser
import Tessera
import TesseraFormats

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a fit from its JSON document and the comparisons alone.",
    discussion: """
      Works out anew, in plain loops that share nothing with the estimator, whether the printed rewards solve the \
      first-order condition of both estimates, and whether win rates, counts and weights are what they should be. \
      Weights in the space of pairs need the masses of the pairs in the document (tessera fit --pair-masses).

      Exit code 1 when a check fails. Example:
        tessera fit votes.csv --format json -o fit.json
        tessera verify fit.json --comparisons votes.csv
      """)

  @Argument(help: "JSON document written by tessera fit --format json; - reads standard input.")
  var document: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The comparisons that were fitted, JSONL or CSV.", valueName: "files"))
  var comparisons: [String]

  @Option(help: "Format of the comparisons, jsonl or csv (default: by the file's ending).")
  var inputFormat: ComparisonReader.Format?

  @Option(
    help: ArgumentHelp("Names of columns, as in tessera fit.", valueName: "part=name,..."))
  var columns: ComparisonColumns = ComparisonColumns()

  private func files() throws -> [(file: String, format: ComparisonReader.Format)] {
    try comparisons.map { file in
      guard let format = inputFormat ?? ComparisonReader.Format(file: file) else {
        throw ValidationError("\(file): the ending is not .jsonl or .csv: give --input-format jsonl or csv.")
      }
      return (file, format)
    }
  }

  func validate() throws {
    if comparisons.isEmpty { throw ValidationError("Missing expected argument '--comparisons <files>'") }
    _ = try files()
  }

  func run() throws {
    let fit = try DocumentFile.read(FitDocument.self, from: document)
    var reader = ComparisonReader()
    reader.columns = columns
    let read = try reader.read(files())
    let result = try FitVerification(
      fit, rows: read.comparisons.comparisons, ids: read.ids, file: document)
    var table = TextTable([("check", .left), ("found", .right), ("at most", .right), ("", .left)])
    for check in result.checks {
      table.add([
        check.name, Spell.short(check.found), Spell.short(check.bound), check.holds ? "holds" : "FAILS",
      ])
    }
    let failed = result.checks.count { !$0.holds }
    try Console.output(
      table.text
        + "\n\(result.checks.count - failed) of \(result.checks.count) checks hold\(failed == 0 ? ": the rewards are what the comparisons and the weights make them." : ".")\n"
    )
    if failed > 0 { throw ExitCode(1) }
  }
}
