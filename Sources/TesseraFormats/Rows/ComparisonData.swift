import Tessera

/// Comparisons with what is known of their alternatives, and what they were read from: where rows end and estimates begin.
///
///     let data = try ComparisonData(file, known: alternatives, name: "votes.csv")
///     let texts = try AnswerTexts(of: data, withPrompt: false)
///     let embedded = try data.with(texts.placed(LexicalEmbedder().contexts(of: texts.texts, work: work)))
public struct ComparisonData: Sendable {
  public let dataset: PreferenceDataset
  public let file: ComparisonFile
  /// What messages call the rows, or the file of alternatives.
  public let name: String
  /// Texts of prompts by their names, where they were kept.
  public let prompts: [String: String]

  /// - Parameters:
  ///   - known: All alternatives in the order that `file` was read with, with what is known of them; nil where the rows tell them.
  ///   - contexts: One for each; nil for none.
  ///   - work: On whose cores pairs are counted.
  /// - Throws: `FormatError.content` where that is nothing to compare.
  public init(
    _ file: ComparisonFile, known: [Alternative]? = nil, contexts: Contexts? = nil, name: String,
    work: Work = Work(threads: 1)
  ) throws {
    (self.file, self.name) = (file, name)
    prompts = file.textOfPrompt
    do {
      dataset = try PreferenceDataset(
        withUniqueIdentifiers: known ?? file.alternatives, contexts: contexts, annotators: file.annotators,
        prompts: file.prompts, comparisons: file.comparisons, work: work)
    } catch let error as DatasetError {
      throw FormatError.content(
        file: name, line: nil, field: nil, found: "\(error)",
        expected: "at least two alternatives and one comparison")
    }
  }

  private init(_ other: ComparisonData, _ dataset: PreferenceDataset) {
    (self.dataset, file, name, prompts) = (dataset, other.file, other.name, other.prompts)
  }

  /// The same with contexts.
  ///
  /// - Throws: `DatasetError` for another number of contexts.
  public func with(_ contexts: Contexts) throws -> ComparisonData {
    ComparisonData(self, try dataset.replacing(contexts: contexts))
  }
}
