import ArgumentParser
import Foundation
import Tessera
import TesseraFormats
import TesseraText

/// How comparisons are read.
struct ComparisonOptions: ParsableArguments {
  static let containers =
    "Files of comparisons, read as one: JSONL, JSON, CSV, TSV or Parquet, compressed or not; also folders of a data set"

  @Argument(help: "\(ComparisonOptions.containers); - reads standard input.")
  var comparisons: [String] = []

  @OptionGroup(title: "What rows hold") var format: RowFormatOptions

  @OptionGroup(title: "Which rows are read") var filter: FilterOptions

  init() {}

  /// For commands that name their files in another way.
  init(_ comparisons: [String], _ format: RowFormatOptions, _ filter: FilterOptions) {
    (self.comparisons, self.format, self.filter) = (comparisons, format, filter)
  }

  func validate() throws {
    if comparisons.count(where: { $0 == "-" }) > 1 {
      throw ValidationError("Standard input can be read once: give - once.")
    }
    try format.check(comparisons)
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

  /// The files that the arguments stand for.
  ///
  /// - Throws: `FormatError`, for an ending that tells no format too.
  func files() throws -> [(file: String, format: RowFormat)] {
    try requireFiles()
    return try RowPaths.expand(comparisons, subset: format.subset, split: format.split).map {
      ($0, try format.format(of: $0))
    }
  }

  /// What the options say of reading.
  func reader() throws -> ComparisonReader {
    var reader = ComparisonReader()
    try format.apply(to: &reader)
    reader.filter = try filter.filter()
    return reader
  }

  /// - Parameter remarks: What is said of rows beside what was left out.
  func read(
    _ reader: ComparisonReader? = nil, alternatives: [String]?, keepsPrompts: Bool, threads: Int?,
    remarks: Set<RowRemark> = Set(RowRemark.allCases)
  ) throws -> ComparisonFile {
    var reader = try reader ?? self.reader()
    reader.keepsPrompts = keepsPrompts
    let work = Console.work("reading comparisons", threads: threads)
    let file = try reader.read(files(), alternatives: alternatives, work: work)
    work.report(1)
    for warning in file.warnings { Console.warn(warning) }
    for line in FaultWords.leftOut(file, filter: reader.filter) { Console.warn(line) }
    for remark in RowRemark.allCases where remarks.contains(remark) {
      if let line = remark.words(file) { Console.error("tessera: \(line)") }
    }
    return file
  }
}

/// What files hold, and how.
struct RowFormatOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Format of the comparisons: \(RowFormat.allCases.map(\.rawValue).joined(separator: ", ")) (default: by the file's ending).",
      valueName: "format"))
  var inputFormat: RowFormat?

  @Option(
    help: ArgumentHelp(
      "What rows say: \(LayoutName.allCases.map(\.rawValue).joined(separator: ", ")); also arena, trl, openrlhf, hh-rlhf, nemo, kto, together (default: by their fields).",
      valueName: "layout"))
  var layout: LayoutName?

  @Option(
    name: .customLong("map"),
    help: ArgumentHelp(
      "Names of fields, ours=theirs, as in chosen=better,rejected=worse or a=left,outcome=result.",
      valueName: "ours=theirs,..."))
  var maps: [FieldMap] = []

  @Option(
    help: ArgumentHelp(
      "The same as --map. Parts of votes: a, b, outcome, preference, preference_b, count, annotator, prompt.",
      valueName: "part=name,..."))
  var columns: FieldMap = FieldMap()

  @Option(help: "What is compared where rows have texts and names: answer, model or auto (names first).")
  var by: ComparedThings = .automatic

  @Option(
    help: ArgumentHelp(
      "Which rating of UltraFeedback's completions is compared, as helpfulness (default: the mean of all).",
      valueName: "name"))
  var aspect: String?

  @Option(
    help: ArgumentHelp("Which subset of a data set's folder (default: its default).", valueName: "name"))
  var subset: String?

  @Option(help: ArgumentHelp("Which split of a data set's folder.", valueName: "name"))
  var split: String = "train"

  /// The format of a file.
  ///
  /// - Throws: an option error where nothing tells it.
  func format(of file: String) throws -> RowFormat {
    if let inputFormat { return inputFormat }
    if let format = RowFormat(file: file) { return format }
    let formats = "\(RowFormat.allCases.map(\.rawValue).dropLast().joined(separator: ", ")) or parquet"
    throw ValidationError(
      file == "-"
        ? "Standard input has no file name to tell its format: give --input-format \(formats)."
        : "\(file): the ending tells no format: give --input-format \(formats).")
  }

  /// What endings tell is told before anything is read.
  func check(_ paths: [String]) throws {
    for path in paths where !RowPaths.isFolder(path) && !RowPaths.isPattern(path) { _ = try format(of: path) }
  }

  func apply(to reader: inout ComparisonReader) throws {
    var map = columns
    for given in maps {
      for (ours, theirs) in given.names.sorted(by: { $0.key < $1.key }) where !map.add(ours, theirs) {
        throw ValidationError("--map names \(ours) twice.")
      }
    }
    (reader.map, reader.layout, reader.by, reader.aspect) = (map, layout, by, aspect)
  }
}

/// Which rows are read.
struct FilterOptions: ParsableArguments {
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Only rows whose field has this value, as language=English; != for all others. Can be repeated.",
      valueName: "field=value"))
  var conditions: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only rows from this time on, as 2026-11-27 or 2026-11-27T12:00:00Z.", valueName: "time"))
  var since: String?

  @Option(help: ArgumentHelp("Only rows before this time.", valueName: "time"))
  var until: String?

  @Option(
    help: ArgumentHelp(
      "Leave out: both_bad or tie, comparisons with that outcome; repeats, all but the first of those that say the same (alternatives, outcome, annotator, prompt).",
      valueName: "what"))
  var drop: [Dropped] = []

  @Option(help: ArgumentHelp("Read the first rows alone, for a first look.", valueName: "rows"))
  var limit: Int?

  enum Dropped: String, CaseIterable, ExpressibleByArgument {
    case bothBad = "both_bad"
    case tie, repeats
  }

  func filter() throws -> RowFilter {
    let conditions = try conditions.map { text in
      // The first sign of equality parts them: values can hold more.
      let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let isEqual = sides.first?.hasSuffix("!") != true
      let field = String(sides.first?.dropLast(isEqual ? 0 : 1) ?? "")
      guard sides.count == 2, !field.isEmpty else {
        throw ValidationError("--where is \(text); expected FIELD=VALUE or FIELD!=VALUE.")
      }
      return RowFilter.Condition(field: field, value: String(sides[1]), isEqual: isEqual)
    }
    do {
      return try RowFilter(
        conditions: conditions, since: since, until: until, dropping: drop.map(\.rawValue), limit: limit)
    } catch RowFilterProblem.setting(let name, let found, let expected) {
      throw ValidationError("--\(name) is \(found); expected \(expected).")
    }
  }
}

extension RowFormat: ExpressibleByArgument {
  /// Compressed files are read, not written.
  static func refuseCompressed(_ file: String, _ option: String) throws {
    if [".gz", ".zst"].contains(where: file.lowercased().hasSuffix) {
      throw ValidationError(
        "\(option) is \(file); compressed files are read, not written: leave the last ending out.")
    }
  }
}
extension ComparedThings: ExpressibleByArgument {}

extension LayoutName: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
}

extension FieldMap: ExpressibleByArgument {
  public init?(argument: String) {
    self.init()
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2, add(sides[0], sides[1]) else { return nil }
    }
  }

  public var defaultValueDescription: String { "usual names" }
}

/// Where the alternatives and their contexts come from.
struct AlternativesOptions: ParsableArguments {
  @Option(help: "JSONL file of alternatives: id, optionally context, text, prompt, model.")
  var alternatives: String?

  @Option(
    help: ArgumentHelp(
      "Contexts: .npy, .npz, .safetensors or .parquet (a column of lists), one array of it as FILE:NAME. Row i belongs to line i of --alternatives.",
      valueName: "file[:name]"))
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
    let rows = try ContextsFile.read(contexts)
    guard rows.count == file.alternatives.count else {
      throw FormatError.content(
        file: contexts, line: nil, field: nil, found: Spell.plural(rows.count, "row"),
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
  var remarks = Set(RowRemark.allCases)

  /// Beyond so many answers texts are embedded on request alone: it takes minutes.
  static let mostEmbedded = 100_000

  /// - Parameter fitted: Called with an embedder that was fitted to the texts on the way.
  func read(
    keepsPrompts: Bool = false, keepsTexts: AlternativesReader.Texts = .none,
    fitted: (FittedLexicalEmbedder) -> Void = { _ in }
  ) throws -> PreferenceDataset {
    try readAll(keepsPrompts: keepsPrompts, keepsTexts: keepsTexts, fitted: fitted).dataset
  }

  /// - Parameter reader: How the rows are read; nil for what the options say.
  func readAll(
    _ reader: ComparisonReader? = nil, keepsPrompts: Bool = false,
    keepsTexts: AlternativesReader.Texts = .none,
    fitted: (FittedLexicalEmbedder) -> Void = { _ in }
  ) throws -> ComparisonData {
    let raw = try readFiles(
      reader ?? comparisons.reader(), keepsPrompts: keepsPrompts,
      keepsTexts: texts == nil || keepsTexts == .all ? keepsTexts : .withoutContext)
    guard raw.dataset.contexts == nil, let texts,
      let embedded = try texts.contexts(
        of: raw.dataset.alternatives, prompts: raw.prompts, file: raw.name, seed: seed, threads: threads)
    else {
      try texts?.refuseWithoutUse(
        raw.dataset.contexts == nil ? "no alternative has a text" : "contexts are known")
      return raw
    }
    embedded.fitted.map(fitted)
    // As in a fit, the same words under two prompts are no copies.
    return try raw.with(embedded.texts.placed(embedded.contexts))
  }

  private func readFiles(
    _ reader: ComparisonReader, keepsPrompts: Bool, keepsTexts: AlternativesReader.Texts
  ) throws -> ComparisonData {
    let known = try alternatives.read(texts: keepsTexts)
    if let known, known.alternatives.count < 2 {
      throw FormatError.content(
        file: alternatives.alternatives ?? "", line: nil, field: nil, found: "1 alternative",
        expected: "at least two to compare")
    }
    var reader = reader
    if known == nil, keepsTexts != .none {
      reader.keepsTexts = true
      if keepsTexts == .withoutContext, texts?.embedder.isAskedFor == false {
        reader.textLimit = Self.mostEmbedded
      }
    }
    let file = try comparisons.read(
      reader, alternatives: known?.alternatives.map(\.id), keepsPrompts: keepsPrompts, threads: threads,
      remarks: remarks)
    if reader.keepsTexts, file.alternatives.count > reader.textLimit {
      Console.error(
        "tessera: \(Spell.count(file.alternatives.count)) answers, more than the \(Spell.count(Self.mostEmbedded)) that are embedded unasked: only equal ones count as alike (--embedder builtin, or --alternatives with --contexts, for near ones)"
      )
    }
    return try ComparisonData(
      file, known: known?.alternatives, contexts: known?.contexts,
      name: alternatives.alternatives ?? comparisons.name, work: Work(threads: threads))
  }
}
