import Tessera

/// How rows of a kind say who was compared and what came out.
protocol ComparisonLayout {
  /// Names of the fields that are read, in the file's spelling.
  var fields: [String] { get }

  /// Takes what one row says. Rows that belong together are kept until `finish`.
  ///
  /// - Throws: `FormatError`.
  mutating func read(_ row: Row, into sink: inout ComparisonSink) throws

  /// Takes rows that follow, where the source can show many at once and nothing is special about them.
  ///
  /// - Returns: How many were taken; the next one is for `read`.
  /// - Throws: `FormatError`.
  mutating func readAhead(_ source: any RowSource, into sink: inout ComparisonSink) throws -> Int

  /// Takes what the rows of a file say together.
  ///
  /// - Throws: `FormatError`.
  mutating func finish(into sink: inout ComparisonSink) throws
}

extension ComparisonLayout {
  mutating func readAhead(_ source: any RowSource, into sink: inout ComparisonSink) throws -> Int { 0 }
  mutating func finish(into sink: inout ComparisonSink) throws {}
}

/// What is compared.
public enum ComparedThings: String, Sendable, CaseIterable {
  /// Names where rows have them, texts otherwise.
  case automatic = "auto"
  /// Texts under their prompts.
  case answer
  /// The models that wrote them.
  case model
}

/// The layouts by name.
public enum LayoutName: String, Sendable, CaseIterable {
  case votes, answers, preference, unpaired, openai, ranked, helpsteer, ultrafeedback, ratings
  case labelStudio = "label-studio"
  case argilla

  /// Other names that people know them by.
  private static let others: [String: LayoutName] = [
    "arena": .votes, "lmarena": .votes, "evalica": .votes, "triples": .votes, "trl": .preference,
    "chosen-rejected": .preference, "openrlhf": .preference, "hh-rlhf": .preference, "hh": .preference,
    "axolotl": .preference, "kto": .unpaired, "together": .openai, "fireworks": .openai, "dpo": .openai,
    "nemo": .ranked, "helpsteer2": .helpsteer, "helpsteer3": .helpsteer, "pairs": .answers,
    "labelstudio": .labelStudio,
  ]

  /// Whether a row can make several comparisons, or several rows one.
  public var makesSeveral: Bool {
    switch self {
    case .unpaired, .ranked, .ultrafeedback, .ratings, .labelStudio, .argilla: true
    case .votes, .answers, .preference, .openai, .helpsteer: false
    }
  }

  public init?(name: String) {
    guard let found = LayoutName(rawValue: name) ?? Self.others[name] else { return nil }
    self = found
  }
}
