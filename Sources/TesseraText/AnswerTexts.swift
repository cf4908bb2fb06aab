import Tessera
import TesseraFormats

/// The texts of alternatives as an embedder reads them, and what becomes of their contexts.
public struct AnswerTexts: Sendable {
  /// One for each alternative.
  public let texts: [String]
  /// Names of the prompts that the texts leave out; nil where they are in them.
  private let apart: [String?]?

  /// - Parameters:
  ///   - prompts: Texts of prompts by their names; a name that has none is its own text.
  ///   - withPrompt: Whether the prompt is embedded together with the answer.
  ///   - file: Where they come from, for messages.
  /// - Throws: `FormatError.content`, naming an alternative without a text.
  public init(
    of alternatives: [Alternative], prompts: [String: String] = [:], withPrompt: Bool, file: String
  ) throws {
    texts = try alternatives.map { alternative in
      guard let text = alternative.text else {
        throw FormatError.content(
          file: file, line: nil, field: "text", found: "no text of \"\(alternative.id)\"",
          expected: "one for every alternative, or contexts")
      }
      guard withPrompt else { return text }
      return (alternative.prompt.map { prompts[$0] ?? $0 } ?? "") + "\n" + text
    }
    apart = withPrompt ? nil : alternatives.map(\.prompt)
  }

  /// The texts of data that were read.
  ///
  /// - Throws: as the other one.
  public init(of data: ComparisonData, withPrompt: Bool) throws {
    try self.init(
      of: data.dataset.alternatives, prompts: data.prompts, withPrompt: withPrompt, file: data.name)
  }

  /// Contexts of these texts as alternatives have them: the same words under two prompts are no copies.
  ///
  /// - Throws: as `Contexts.apart(byPrompt:)`.
  public func placed(_ contexts: Contexts) throws -> Contexts {
    try apart.map { try contexts.apart(byPrompt: $0) } ?? contexts
  }
}
