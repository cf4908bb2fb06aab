import ArgumentParser
import Foundation
import Tessera
import TesseraFormats

/// How comparisons are read.
struct ComparisonOptions: ParsableArguments {
  @Argument(help: "JSONL or CSV file of comparisons; - reads standard input.")
  var comparisons: String

  @Option(help: "Format of the comparisons, jsonl or csv (default: by the file's ending).")
  var inputFormat: ComparisonReader.Format?

  @Option(
    help: ArgumentHelp(
      "Names of columns, as in a=left,b=right,outcome=winner. Parts: a, b, outcome, preference, preference_b, count, annotator, prompt.",
      valueName: "part=name,..."))
  var columns: ComparisonColumns = ComparisonColumns()

  func validate() throws { _ = try format() }

  private func format() throws -> ComparisonReader.Format {
    if let inputFormat { return inputFormat }
    if let format = ComparisonReader.Format(file: comparisons) { return format }
    throw ValidationError(
      comparisons == "-"
        ? "Standard input has no file name to tell its format: give --input-format jsonl or csv."
        : "\(comparisons): the ending is not .jsonl or .csv: give --input-format jsonl or csv.")
  }

  func read(alternatives: [String]?, keepsPrompts: Bool = false) throws -> ComparisonFile {
    var reader = ComparisonReader()
    reader.columns = columns
    reader.keepsPrompts = keepsPrompts
    let progress = Progress("reading comparisons")
    let file = try reader.read(comparisons, format: format(), alternatives: alternatives) {
      progress.update($0)
    }
    progress.finish()
    for warning in file.warnings { Console.warn(warning) }
    return file
  }
}

/// Where the alternatives and their contexts come from.
struct AlternativesOptions: ParsableArguments {
  @Option(help: "JSONL file of alternatives: id, optionally context, text, prompt, model.")
  var alternatives: String?

  @Option(help: "NumPy file of contexts (float32 or float64): row i belongs to line i of --alternatives.")
  var contexts: String?

  func validate() throws {
    if contexts != nil, alternatives == nil {
      throw ValidationError("--contexts gives a row to each line of --alternatives: give both.")
    }
  }

  func read() throws -> AlternativesFile? {
    guard let alternatives else { return nil }
    let file = try AlternativesReader.read(alternatives)
    guard let contexts else { return file }
    let rows = try NumpyFile.readContexts(contexts)
    guard rows.count == file.alternatives.count else {
      throw FormatError.content(
        file: contexts, line: nil, field: nil, found: "\(rows.count) rows",
        expected: "\(file.alternatives.count), one for each line of \(alternatives)")
    }
    return AlternativesFile(alternatives: file.alternatives, contexts: rows)
  }
}

/// Comparisons together with what is known of their alternatives.
struct DatasetOptions {
  let comparisons: ComparisonOptions
  let alternatives: AlternativesOptions

  func read(keepsPrompts: Bool = false) throws -> PreferenceDataset {
    let known = try alternatives.read()
    if let known, known.alternatives.count < 2 {
      throw FormatError.content(
        file: alternatives.alternatives ?? "", line: nil, field: nil, found: "1 alternative",
        expected: "at least two to compare")
    }
    let file = try comparisons.read(alternatives: known?.alternatives.map(\.id), keepsPrompts: keepsPrompts)
    do {
      return try PreferenceDataset(
        alternatives: known?.alternatives ?? file.ids.map { Alternative(id: $0) }, contexts: known?.contexts,
        annotators: file.annotators, prompts: file.prompts, comparisons: file.comparisons)
    } catch let error as DatasetError {
      throw FormatError.content(
        file: alternatives.alternatives ?? comparisons.comparisons, line: nil, field: nil, found: "\(error)",
        expected: "at least two alternatives and one comparison")
    }
  }
}

/// The alternative space and how it is sampled.
struct SpaceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Alternative space: unit-cube, centered-cube, bounding-box (with a margin: bounding-box=0.1), box=LO:HI. Bounds are numbers, or lists with a number for each coordinate.",
      valueName: "space"))
  var space: SpaceSpecification = .boundingBox(margin: 0)

  @Option(help: "Random points, where the weights are not exact.")
  var samples: Int = 100_000

  @Option(help: "Seed: the same one gives the same bytes on any number of cores.")
  var seed: UInt64 = 0

  @Option(help: "Cores to use (default: all).")
  var threads: Int?

  func validate() throws {
    guard samples >= 1 else { throw ValidationError("--samples is \(samples); expected at least 1.") }
    if let threads, threads < 1 { throw ValidationError("--threads is \(threads); expected at least 1.") }
  }

  func weights(of contexts: Contexts) throws -> AlternativeWeights {
    let progress = Progress("weights")
    let weights = try VoronoiWeights.weights(
      contexts: contexts, space: space.space(around: contexts), samples: samples, seed: seed, threads: threads
    ) { progress.update($0) }
    progress.finish()
    let outside = weights.diagnostics.origin.outside
    if outside > 0 {
      Console.warn(
        "\(outside) of \(contexts.count) contexts lie outside the space \(weights.diagnostics.origin.space ?? ""); the part of their cell inside it counts"
      )
    }
    return weights
  }
}

enum OutputFormat: String, CaseIterable, ExpressibleByArgument { case table, json, csv }

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

extension ComparisonReader.Format: ExpressibleByArgument {}
extension PairConvention: ExpressibleByArgument {}
extension LambdaConvention: ExpressibleByArgument {}

extension ComparisonColumns: ExpressibleByArgument {
  public init?(argument: String) {
    var names: [Role: String] = [:]
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2 else { return nil }
      let spelled = ["winner": "outcome", "worker": "annotator"][sides[0]] ?? sides[0]
      guard let role = Role(rawValue: spelled), names.updateValue(sides[1], forKey: role) == nil else {
        return nil
      }
    }
    self.init(names: names)
  }

  public var defaultValueDescription: String { "usual names" }
}
