import ArgumentParser
import Foundation
import Tessera
import TesseraFormats
import TesseraText

/// How comparisons are read.
struct ComparisonOptions: ParsableArguments {
  @Argument(help: "JSONL or CSV files of comparisons, read as one; - reads standard input.")
  var comparisons: [String] = []

  @Option(help: "Format of the comparisons, jsonl or csv (default: by the file's ending).")
  var inputFormat: ComparisonReader.Format?

  @Option(
    help: ArgumentHelp(
      "Names of columns, as in a=left,b=right,outcome=winner. Parts: a, b, outcome, preference, preference_b, count, annotator, prompt.",
      valueName: "part=name,..."))
  var columns: ComparisonColumns = ComparisonColumns()

  func validate() throws {
    for file in comparisons { _ = try format(file) }
    if comparisons.count { $0 == "-" } > 1 {
      throw ValidationError("Standard input can be read once: give - once.")
    }
  }

  /// For commands that cannot do without.
  func requireFiles() throws {
    if comparisons.isEmpty { throw ValidationError("Missing expected argument '<comparisons> ...'") }
  }

  /// How the data are called in messages and titles.
  var name: String {
    comparisons.count == 1
      ? (comparisons[0] == "-" ? "standard input" : comparisons[0]) : comparisons.joined(separator: ", ")
  }

  private func format(_ file: String) throws -> ComparisonReader.Format {
    if let inputFormat { return inputFormat }
    if let format = ComparisonReader.Format(file: file) { return format }
    throw ValidationError(
      file == "-"
        ? "Standard input has no file name to tell its format: give --input-format jsonl or csv."
        : "\(file): the ending is not .jsonl or .csv: give --input-format jsonl or csv.")
  }

  func read(alternatives: [String]?, keepsPrompts: Bool, threads: Int?) throws -> ComparisonFile {
    try requireFiles()
    var reader = ComparisonReader()
    reader.columns = columns
    reader.keepsPrompts = keepsPrompts
    let work = Console.work("reading comparisons", threads: threads)
    let file = try reader.read(
      comparisons.map { ($0, try format($0)) }, alternatives: alternatives, work: work)
    work.report(1)
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

  func read(texts: AlternativesReader.Texts = .none) throws -> AlternativesFile? {
    guard let alternatives else { return nil }
    // Rows of --contexts take the place of texts.
    let file = try AlternativesReader.read(
      alternatives, texts: contexts != nil && texts == .withoutContext ? .none : texts)
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

extension AlternativesOptions {
  /// For commands to which votes say all.
  static var none: AlternativesOptions {
    var options = AlternativesOptions()
    (options.alternatives, options.contexts) = (nil, nil)
    return options
  }
}

/// Comparisons together with what is known of their alternatives.
struct DatasetOptions {
  let comparisons: ComparisonOptions
  let alternatives: AlternativesOptions
  /// How texts become contexts where there are none; nil leaves them.
  var texts: TextOptions?
  var seed: UInt64 = 0
  var threads: Int?

  /// - Parameter fitted: Called with an embedder that was fitted to the texts on the way.
  func read(
    keepsPrompts: Bool = false, keepsTexts: AlternativesReader.Texts = .none,
    fitted: (FittedLexicalEmbedder) -> Void = { _ in }
  ) throws -> PreferenceDataset {
    let raw = try readFiles(
      keepsPrompts: keepsPrompts,
      keepsTexts: texts == nil || keepsTexts == .all ? keepsTexts : .withoutContext)
    guard raw.contexts == nil, let texts,
      let embedded = try texts.contexts(
        of: raw.alternatives, file: alternatives.alternatives ?? "", seed: seed, threads: threads)
    else { return raw }
    embedded.fitted.map(fitted)
    return try raw.replacing(contexts: embedded.contexts)
  }

  private func readFiles(keepsPrompts: Bool, keepsTexts: AlternativesReader.Texts) throws -> PreferenceDataset
  {
    let known = try alternatives.read(texts: keepsTexts)
    if let known, known.alternatives.count < 2 {
      throw FormatError.content(
        file: alternatives.alternatives ?? "", line: nil, field: nil, found: "1 alternative",
        expected: "at least two to compare")
    }
    let file = try comparisons.read(
      alternatives: known?.alternatives.map(\.id), keepsPrompts: keepsPrompts, threads: threads)
    do {
      return try PreferenceDataset(
        withUniqueIdentifiers: known?.alternatives ?? file.ids.map { Alternative(id: $0) },
        contexts: known?.contexts, annotators: file.annotators, prompts: file.prompts,
        comparisons: file.comparisons)
    } catch let error as DatasetError {
      throw FormatError.content(
        file: alternatives.alternatives ?? comparisons.name, line: nil, field: nil, found: "\(error)",
        expected: "at least two alternatives and one comparison")
    }
  }
}

extension ComparisonReader.Format: ExpressibleByArgument {}

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
