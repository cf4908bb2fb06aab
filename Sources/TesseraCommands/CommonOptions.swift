import ArgumentParser
import Foundation
import Tessera
import TesseraFormats
import TesseraText

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

/// Comparisons together with what is known of their alternatives.
struct DatasetOptions {
  let comparisons: ComparisonOptions
  let alternatives: AlternativesOptions
  /// How texts become contexts where there are none; nil leaves them.
  var texts: (options: TextOptions, space: SpaceOptions)?

  /// - Parameter fitted: Called with an embedder that was fitted to the texts on the way.
  func read(
    keepsPrompts: Bool = false, keepsTexts: AlternativesReader.Texts = .none,
    fitted: (FittedLexicalEmbedder) -> Void = { _ in }
  ) throws -> PreferenceDataset {
    let raw = try readFiles(
      keepsPrompts: keepsPrompts,
      keepsTexts: texts == nil || keepsTexts == .all ? keepsTexts : .withoutContext)
    guard raw.contexts == nil, let texts,
      let embedded = try texts.options.contexts(
        of: raw.alternatives, file: alternatives.alternatives ?? "", seed: texts.space.seed,
        threads: texts.space.threads)
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

/// The alternative space, how it is sampled, and what is done to the contexts before.
struct SpaceOptions: ParsableArguments {
  enum Method: String, CaseIterable, ExpressibleByArgument {
    case auto, exact, sampled

    var library: VoronoiWeights.Method {
      switch self {
      case .auto: .automatic
      case .exact: .exact
      case .sampled: .sampled
      }
    }
  }

  @Option(
    help: ArgumentHelp(
      """
      Alternative space: bounding-box (with a margin: bounding-box=0.1), unit-cube, centered-cube (of another side: \
      centered-cube=2), box=LO:HI (bounds are numbers, or lists with a number for each coordinate), ball (of a \
      radius about zero: ball=1), gaussian, factor-mixture, factor-product (with another factor: \
      factor-product=3), pool=FILE.npy (contexts of unlabelled answers).
      """, valueName: "space"))
  var space: SpaceSpecification = .boundingBox(margin: 0)

  @Option(help: "auto: exact where cells are cheap; exact: boxes of up to 6 dimensions; sampled.")
  var method: Method = .auto

  @Option(help: "Random points, where the weights are sampled.")
  var samples: Int = 100_000

  @Option(help: ArgumentHelp("Sample until the largest standard error is below this.", valueName: "error"))
  var targetError: Double?

  @Flag(help: "The target error is a share of each weight above 1/(10 m).")
  var relative = false

  @Option(help: "Seed: the same one gives the same bytes on any number of cores.")
  var seed: UInt64 = 0

  @Flag(help: "Scale every context to length 1, so that distances are those of cosines.")
  var normalize = false

  @Flag(help: "Subtract the mean of the contexts, in which clones count as one.")
  var center = false

  @Option(
    help: ArgumentHelp(
      "Keep the first K principal axes, fitted with weights that clones share.", valueName: "K"))
  var pca: Int?

  @Option(
    help: ArgumentHelp("Use a stored transform of the contexts instead of fitting one.", valueName: "file"))
  var transform: String?

  @Option(help: ArgumentHelp("Store the transform of the contexts (JSON).", valueName: "file"))
  var saveTransform: String?

  @Option(help: "Cores to use (default: all).")
  var threads: Int?

  func validate() throws {
    guard samples >= 1 else { throw ValidationError("--samples is \(samples); expected at least 1.") }
    if let threads, threads < 1 { throw ValidationError("--threads is \(threads); expected at least 1.") }
    if let targetError, !(targetError > 0 && targetError.isFinite) {
      throw ValidationError("--target-error is \(targetError); expected a positive number.")
    }
    if relative, targetError == nil {
      throw ValidationError("--relative says how --target-error is meant: give both.")
    }
    if let pca, pca < 1 { throw ValidationError("--pca is \(pca); expected at least 1.") }
    if transform != nil, normalize || center || pca != nil {
      throw ValidationError("--transform takes the place of --normalize, --center and --pca.")
    }
  }

  /// The contexts as the space sees them, and the transform that led there.
  func transformed(_ contexts: Contexts) throws -> (Contexts, ContextTransform?) {
    let chosen: ContextTransform?
    if let transform {
      chosen = try ContextTransformFile.read(transform)
    } else if normalize || center || pca != nil {
      chosen = try ContextTransform(
        fitting: contexts, normalizes: normalize, centers: center, components: pca, samples: samples,
        seed: seed,
        threads: threads)
    } else {
      chosen = nil
    }
    guard let chosen else {
      if saveTransform != nil {
        throw ValidationError("--save-transform has nothing to store: give --normalize, --center or --pca.")
      }
      return (contexts, nil)
    }
    let result = try chosen.apply(to: contexts)
    if let saveTransform { try ContextTransformFile.write(chosen, to: saveTransform) }
    return (result, chosen)
  }

  /// Weights of alternatives, with warnings on standard error.
  ///
  /// - Parameter draw: Called with the space and the contexts in its coordinates, for pictures.
  func weights(
    of raw: Contexts, draw: ((any AlternativeSpace, Contexts, AlternativeWeights) throws -> Void)? = nil
  ) throws -> AlternativeWeights {
    let (contexts, transform) = try transformed(raw)
    return try weights(ofTransformed: contexts, transform, draw: draw)
  }

  /// Weights by any scheme, for contexts that have been through `transformed`.
  func weights(
    _ scheme: WeightingScheme, ofTransformed contexts: Contexts, _ transform: ContextTransform?
  ) throws -> AlternativeWeights {
    if scheme == .voronoi { return try weights(ofTransformed: contexts, transform) }
    let progress = Progress("weights")
    progress.update(0)
    let weights = try scheme.weights(of: contexts, samples: samples, seed: seed, threads: threads)
    progress.finish()
    return weights
  }

  /// Voronoi weights of contexts that have been through `transformed`.
  func weights(
    ofTransformed contexts: Contexts, _ transform: ContextTransform?,
    draw: ((any AlternativeSpace, Contexts, AlternativeWeights) throws -> Void)? = nil
  ) throws -> AlternativeWeights {
    let region = try space.space(
      around: contexts, transform: transform, samples: samples, seed: seed, threads: threads)
    let progress = Progress("weights")
    let weights = try VoronoiWeights.weights(
      contexts: contexts, space: region, method: method.library, samples: samples,
      target: targetError.map { try TargetError($0, isRelative: relative) }, seed: seed, threads: threads
    ) { share, error in
      progress.update(share, detail: error.map { ", error \(Spell.short($0))" } ?? "")
    }
    progress.finish()
    let d = weights.diagnostics
    if d.origin.outside > 0 {
      Console.warn(
        "\(d.origin.outside) of \(contexts.count) contexts lie outside the space \(d.origin.space ?? ""); the part of their cell inside it counts"
      )
    }
    if targetError != nil, d.origin.samples >= VoronoiWeights.sampleLimit {
      Console.warn("the target error was not reached with \(Spell.count(d.origin.samples)) samples")
    }
    for advice in weights.advice { Console.warn(advice) }
    try draw?(region, region.aligned(contexts), weights)
    return weights
  }
}

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
