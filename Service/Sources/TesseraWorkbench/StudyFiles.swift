import Tessera
import TesseraFormats
import TesseraText

/// The files of a study as they lie in the store, and how to read them.
public struct StudyFiles: Sendable, Equatable {
  /// Preferences, or a document that the tool stored.
  public var rows: String
  public var format: RowFormat
  /// What rows say; nil to recognise it.
  public var layout: LayoutName?
  /// Alternatives with their contexts or texts, and contexts that lie apart; nil where rows tell all.
  public var alternatives: String?
  public var contexts: String?
  /// What messages call the rows in place of a path.
  public var name: String

  public init(
    rows: String, format: RowFormat, layout: LayoutName? = nil, alternatives: String? = nil,
    contexts: String? = nil,
    name: String = "the upload"
  ) {
    (self.rows, self.format, self.layout) = (rows, format, layout)
    (self.alternatives, self.contexts, self.name) = (alternatives, contexts, name)
  }
}

/// What the files hold.
enum StudyContent {
  /// Comparisons, and where their contexts come from, in words.
  case comparisons(PreferenceDataset, contexts: String, file: ComparisonFile?)
  /// A fit that was stored: numbers to look at, no comparisons to fit again.
  case fit(FitDocument)

  /// Reads them as `tessera fit` does.
  ///
  /// - Throws: `FormatError`, `DatasetError`, `ContextsError`, `WorkbenchProblem`, `Cancelled`.
  init(_ files: StudyFiles, limits: WorkbenchLimits, work: Work) throws {
    if files.format == .json, let document = try Self.document(files) {
      self = document
      return
    }
    var bounds = ReadLimits()
    (bounds.unpackedBytes, bounds.recordBytes) = (limits.unpackedBytes, limits.recordBytes)
    let known = try files.alternatives.map {
      try AlternativesReader.read($0, texts: .all, limits: bounds)
    }
    if let known, known.alternatives.count < 2 {
      throw FormatError.content(
        file: "the alternatives", line: nil, field: nil, found: "1 alternative",
        expected: "at least two to compare")
    }
    var contexts = known?.contexts
    if let file = files.contexts {
      guard let known else {
        throw FormatError.content(
          file: "the contexts", line: nil, field: nil, found: "no alternatives beside them",
          expected: "a file of alternatives, a line for each row")
      }
      let rows = try ContextsFile.read(file, member: nil, limits: bounds)
      guard rows.count == known.alternatives.count else {
        throw FormatError.content(
          file: "the contexts", line: nil, field: nil, found: "\(rows.count) rows",
          expected: "\(known.alternatives.count), one for each alternative")
      }
      contexts = rows
    }
    var reader = ComparisonReader()
    (reader.layout, reader.keepsPrompts) = (files.layout, true)
    (reader.keepsTexts, reader.textLimit, reader.limits) = (known == nil, limits.answers, bounds)
    let file = try reader.read(
      files.rows, format: files.format, alternatives: known?.alternatives.map(\.id),
      work: work.part(0...0.3, "reading"))
    let count = known?.alternatives.count ?? file.alternatives.count
    guard count <= limits.answers else {
      throw FormatError.content(
        file: files.name, line: nil, field: nil, found: "\(count) answers",
        expected: "at most \(limits.answers): the command line takes more")
    }
    let data = try ComparisonData(file, known: known?.alternatives, contexts: contexts, name: files.name)
    guard data.dataset.contexts == nil, data.dataset.alternatives.contains(where: { $0.text != nil }) else {
      let words = data.dataset.contexts.map { "\($0.dimension) numbers for each answer, as given" } ?? "none"
      self = .comparisons(data.dataset, contexts: words, file: file)
      return
    }
    let texts = try AnswerTexts(of: data, withPrompt: false)
    let embedded = try LexicalEmbedder().contexts(of: texts.texts, work: work.part(0.3...1, "embedding"))
    self = .comparisons(
      try data.with(texts.placed(embedded)).dataset,
      contexts: "\(embedded.dimension) numbers from the texts, by the built-in embedder (words, not meaning)",
      file: file)
  }

  /// A stored fit or a stored state; nil for rows.
  private static func document(_ files: StudyFiles) throws -> StudyContent? {
    guard let keys = try DocumentKeys(file: files.rows) else { return nil }
    if keys.holds("estimates", "alternatives", "weights") {
      return .fit(try DocumentFile.read(FitDocument.self, from: files.rows))
    }
    guard keys.holds("votes", "ids", "standardRewards") else { return nil }
    let dataset = try DocumentFile.read(RewardFit.State.self, from: files.rows).dataset()
    return .comparisons(dataset, contexts: "none", file: nil)
  }
}
