import ArgumentParser
import Tessera
import TesseraFormats
import TesseraReports

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
    help: ArgumentHelp("The comparisons that were fitted, as fit reads them.", valueName: "files"))
  var comparisons: [String]

  @OptionGroup(title: "Memory") var memory: MemoryOptions
  @OptionGroup(title: "What rows hold") var format: RowFormatOptions

  @OptionGroup(title: "Which rows are read") var filter: FilterOptions

  private func files() throws -> [(file: String, format: RowFormat)] {
    try RowPaths.expand(comparisons, subset: format.subset, split: format.split).map {
      ($0, try format.format(of: $0))
    }
  }

  func validate() throws {
    if comparisons.isEmpty { throw ValidationError("Missing expected argument '--comparisons <files>'") }
    try format.check(comparisons)
  }

  func run() throws {
    let fit = try DocumentFile.read(FitDocument.self, from: document)
    var reader = ComparisonReader()
    try format.apply(to: &reader)
    reader.filter = try filter.filter()
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
