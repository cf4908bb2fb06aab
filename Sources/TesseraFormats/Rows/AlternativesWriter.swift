import Tessera

/// Writes alternatives with their texts as a file that `AlternativesReader` reads.
public enum AlternativesWriter {
  /// - Parameters:
  ///   - prompts: Texts of prompts by their names; a name that has none is its own text.
  ///   - format: The container.
  /// - Throws: `FormatError`; the file appears whole or not at all.
  public static func write(
    _ alternatives: [Alternative], prompts: [String: String], to file: String, format: RowFormat
  ) throws {
    let hasModels = alternatives.contains { $0.model != nil }
    let names = ["id", "prompt", "text"] + (hasModels ? ["model"] : [])
    try RowWriter(format, columns: names.map { ParquetField($0, .string) }).write(to: file) { append in
      for alternative in alternatives {
        let texts = [alternative.id, alternative.prompt.map { prompts[$0] ?? $0 }, alternative.text]
        try ParquetCell.withTexts(texts + (hasModels ? [alternative.model] : [])) { try append($0) }
      }
    }
  }
}
