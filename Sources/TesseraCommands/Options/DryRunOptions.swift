import ArgumentParser
import Tessera
import TesseraFormats

/// Cost before work.
struct DryRunOptions: ParsableArguments {
  @Flag(
    help:
      "Read the files, say which methods would be used and about what they would cost, and write nothing: a table, or JSON with --format json."
  )
  var dryRun = false

  /// The moment the command began, and what is said at its end.
  ///
  /// - Parameters:
  ///   - start: When the command began.
  ///   - read: What was read, in words.
  ///   - isJSON: Whether a program asks.
  static func say(
    since start: ContinuousClock.Instant, _ read: [String], isJSON: Bool,
    _ stages: () throws -> [(String, [String], CostTrial)]
  ) throws {
    let reading = (ContinuousClock.now - start) / .seconds(1)
    let used = MemoryBudget.used
    let document = DryRunDocument(reading: reading, read, used: used, try stages())
    try Console.output(isJSON ? DocumentFile.text(document) : document.text)
  }
}
