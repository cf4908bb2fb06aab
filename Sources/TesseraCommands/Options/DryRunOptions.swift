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

  /// Says what was read and what the stages would cost.
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
    let (peak, used) = (MemoryPeak.bytes, MemoryPeak.now)
    let document = DryRunDocument(reading: reading, read, peak: peak, used: used, try stages())
    try Console.output(isJSON ? DocumentFile.text(document) : document.text)
  }
}
