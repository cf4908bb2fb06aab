import ArgumentParser
import Tessera
import TesseraFormats

/// Rows of preferences in place of a file of alternatives: the answers in them are the alternatives.
struct AnswerRowOptions: ParsableArguments {
  @OptionGroup(title: "What rows hold") var format: RowFormatOptions

  @OptionGroup(title: "Which rows are read") var filter: FilterOptions

  /// The first option that says how rows are read, as it is spelled; nil where none was given.
  var given: String? {
    [
      ("--input-format", format.inputFormat != nil), ("--layout", format.layout != nil),
      ("--map", !format.maps.isEmpty), ("--columns", !format.columns.names.isEmpty),
      ("--by", format.by != .automatic), ("--aspect", format.aspect != nil),
      ("--subset", format.subset != nil),
      ("--split", format.split != "train"), ("--where", !filter.conditions.isEmpty),
      ("--since", filter.since != nil), ("--until", filter.until != nil), ("--drop", !filter.drop.isEmpty),
      ("--limit", filter.limit != nil),
    ].first(where: \.1)?.0
  }

  /// What the rows of a file say; nil for a file of alternatives or of arrays.
  ///
  /// - Throws: `FormatError`, and an option error for options of rows where there are none.
  func read(_ file: String, threads: Int?) throws -> ComparisonFile? {
    let input = ComparisonOptions([file], format, filter)
    var reader = try input.reader()
    // Names have no texts: where rows have both, the answers are meant.
    if reader.by == .automatic { reader.by = .answer }
    guard try areRows(file, reader) else {
      if let given {
        throw ValidationError(
          "\(given) says how rows of preferences are read; \(file) has no such rows between texts.")
      }
      return nil
    }
    reader.keepsTexts = true
    return try input.read(reader, alternatives: nil, keepsPrompts: false, threads: threads, remarks: [])
  }

  private func areRows(_ file: String, _ reader: ComparisonReader) throws -> Bool {
    if format.layout != nil || RowPaths.isFolder(file) { return true }
    guard !FileAccess.isReadOnce(file),
      let container = format.inputFormat ?? RowFormat(file: file)
        ?? (ContextsFile.hasEnding(file) ? nil : .jsonl)
    else { return false }
    // What is wrong with a file of alternatives is said where it is read.
    return given == nil
      ? (try? reader.comparesTexts(file, format: container)) ?? false
      : try reader.comparesTexts(file, format: container)
  }
}

/// Alternatives that commands embed: those of a file, or the answers in rows of preferences.
struct KnownAnswers {
  let alternatives: [Alternative]
  /// Texts of prompts by their names, where rows have them.
  let prompts: [String: String]
  let areOfRows: Bool
}

extension KnownAnswers {
  init(_ alternatives: [Alternative]) {
    (self.alternatives, prompts, areOfRows) = (alternatives, [:], false)
  }

  init(_ rows: ComparisonFile) {
    alternatives = rows.alternatives
    prompts = rows.textOfPrompt
    areOfRows = true
  }
}
