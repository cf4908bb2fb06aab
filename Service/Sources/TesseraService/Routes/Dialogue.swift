import TesseraFormats

/// Messages of a dialogue: the last is the answer, those before it are the prompt, in the text that `tessera train` makes of
/// messages.
enum Dialogue {
  static func schema(_ bounds: RouteBounds) -> Schema {
    let part = Schema.object([Member("text", bounds.text)])
    return .list(
      .object([
        Member("role", .text(longest: 64), "system, user, assistant, tool."),
        Member("content", .either([bounds.text, .list(part, 1...64)]), "A text, or parts with a text."),
      ]), 1...bounds.items.upperBound)
  }

  /// - Parameter messages: At least one, as the schema wants them.
  /// - Throws: `Refusal` where the last is no answer.
  static func answer(_ messages: [JSONValue]) throws(Refusal) -> Answer {
    let turns = messages.map { message in
      (
        role: message[member: "role"]?.string ?? "",
        text: message[member: "content"].map { content in
          content.string ?? (content.list ?? []).compactMap { $0[member: "text"]?.string }.joined()
        } ?? ""
      )
    }
    guard let last = turns.last, last.role == "assistant" else {
      throw Refusal(
        field: "messages[\(messages.count - 1)].role", found: "another role",
        expected: "assistant: the last message is what is scored")
    }
    let before = turns.dropLast()
    guard let first = before.first else { return Answer(text: last.text) }
    guard before.count > 1 else { return Answer(prompt: first.text, text: last.text) }
    return Answer(
      prompt: before.map { "\($0.role): \($0.text)" }.joined(separator: "\n\n"), text: last.text)
  }
}
