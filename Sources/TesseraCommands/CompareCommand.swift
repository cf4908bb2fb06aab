import ArgumentParser
import Tessera
import TesseraFormats
import TesseraReports

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Say what moved between two boards, and whether it is more than noise.",
    discussion: """
      Takes two JSON documents of tessera fit or tessera rank, the earlier one first. Rewards are compared less the mean of the \
      alternatives that both boards rate, so that new ones move nobody. The error of a change adds up the variances of both \
      boards: too large, never too small, where the later board holds the votes of the earlier; --nested says that it holds \
      them all, and then only the new votes count as noise; both must be made alike, with the same --lambda. p-values are adjusted for all alternatives (Holm).

      Examples:
        tessera rank monday.csv --lambda 0.01 -o monday.json
        tessera rank monday.csv tuesday.csv --lambda 0.01 -o tuesday.json
        tessera compare monday.json tuesday.json --nested
        tessera compare monday.json tuesday.json --page moved.html
      """)

  @Argument(help: "Document of the earlier board, of tessera fit or tessera rank.")
  var before: String

  @Argument(help: "Document of the later board.")
  var after: String

  @Flag(help: "The later board holds all votes of the earlier.")
  var nested = false

  @Option(help: "standard or weighted (default: weighted where both documents have it).")
  var estimate: BoardDocument.Estimate?

  @Option(help: "How sure a change must be, between 0 and 1.")
  var level: Double = 0.95

  @Option(help: "Page to write as well, such as moved.html: one file that loads nothing.")
  var page: String?

  @OptionGroup var pages: PageOptions
  @OptionGroup var rows: RowOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard level > 0, level < 1 else {
      throw ValidationError("--level is \(level); expected a number between 0 and 1, as 0.95.")
    }
    try rows.check(output)
    if before == "-", after == "-" { throw ValidationError("Standard input can be read once: give - once.") }
    var read = ReadFiles(nil, [before, after])
    try read.refuse("--output", output.output)
    try read.refuse("--page", page)
    if pages.isStatic, page == nil {
      throw ValidationError("--static has no effect without --page.")
    }
  }

  func run() throws {
    let old = try board(before)
    let now = try board(after)
    let chosen = estimate ?? (old.hasWeighted && now.hasWeighted ? .weighted : .standard)
    if chosen == .weighted {
      for (file, document) in [(before, old), (after, now)] where !document.hasWeighted {
        throw FormatError.content(
          file: file, line: nil, field: "estimates.weighted", found: "no weighted estimate",
          expected: "one, as asked for")
      }
    }
    let changes = try RewardChanges(
      old.board(chosen), now.board(chosen), votes: nested ? .nested : .separate, level: level)
    var document = CompareDocument(changes, old, now, estimate: chosen, files: (before, after))
    // What is nested are estimates made alike: another strength of the regularisation moves every reward.
    if nested, !document.settingsDiffer.isEmpty {
      throw FormatError.content(
        file: after, line: nil, field: "settings", found: document.settingsDiffer.joined(separator: "; "),
        expected: "those of \(before) with --nested: give both fits the same --lambda")
    }
    document.answer = CompareTable.sentences(document, now.board(chosen))
    if let page {
      var report = CompareReport(document)
      report.origin = pages.origin(of: [before, after])
      try FileAccess.write(Array(report.page.html(pages.library()).utf8), to: page)
    }
    let table = CompareTable(document)
    switch output.askedFormat ?? .table {
    case .table: try output.write(table.text(rows: rows))
    case .markdown: try output.write(table.markdown(rows: rows))
    case .csv: try output.write(table.csv(rows: rows))
    case .json: try output.write(DocumentFile.text(document))
    }
  }

  /// - Throws: `FormatError`, which says what makes such documents.
  private func board(_ file: String) throws -> BoardDocument {
    do {
      return try DocumentFile.read(BoardDocument.self, from: file)
    } catch FormatError.content(let file, let line, let field, let found, let expected) {
      throw FormatError.content(
        file: file, line: line, field: field, found: found,
        expected: expected + " (a document of tessera rank -o x.json or tessera fit --format json)")
    }
  }
}

extension BoardDocument.Estimate: ExpressibleByArgument {}
