/// Two fields of a row that no layout recognises which look like answers: a guess for a message, never for reading.
struct AnswerFields {
  private let first: String
  private let second: String
  private let hasOutcome: Bool

  /// Names that say what was asked, who answered, or where a row comes from.
  private static let others: Set<String> = [
    "prompt", "question", "instruction", "input", "query", "context", "system", "messages", "id", "source",
    "category", "language", "lang", "topic", "domain", "dataset", "split", "model", "annotator", "worker",
    "judge",
    "rater", "date", "time", "timestamp", "tstamp", "created_at", "reason", "rationale", "explanation",
    "feedback",
  ]
  private static let outcomes: Set<String> = [
    "label", "choice", "preferred", "preference", "winner", "outcome",
  ]
  private static let better = ["chosen", "better", "best", "good", "win", "pos", "prefer", "accept"]

  /// nil where the row does not have exactly two such fields.
  init?(_ sample: [(name: String, value: JSONScanner.Value?)], _ map: FieldMap) {
    let named = Set(map.names.values)
    let texts = sample.filter { name, value in
      let word = name.lowercased()
      guard let value, !named.contains(name), !Self.others.contains(word), !Self.outcomes.contains(word),
        !word.hasSuffix("_id"), !word.hasSuffix("id_")
      else { return false }
      return Transcript.isDialogue(value) || (value.kind == .string && Number.parse(value.bytes) == nil)
    }.map(\.name)
    guard texts.count == 2 else { return nil }
    hasOutcome = sample.contains { Self.outcomes.contains($0.name.lowercased()) }
    let isTurned = Self.saysBetter(texts[1]) && !Self.saysBetter(texts[0])
    (first, second) = isTurned ? (texts[1], texts[0]) : (texts[0], texts[1])
  }

  private static func saysBetter(_ name: String) -> Bool {
    better.contains(where: name.lowercased().contains)
  }

  /// How `--map` would name them: as two sides where a field tells the winner, as the better and the worse one elsewhere.
  var map: String { hasOutcome ? "a=\(first),b=\(second)" : "chosen=\(first),rejected=\(second)" }
}
