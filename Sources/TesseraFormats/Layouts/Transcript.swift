import Tessera

/// What a cell says: a text, or the turns of a dialogue.
///
/// A list of one turn is that turn's text, so that the same data are the same whether they come as strings or as messages.
/// Turns are objects with `role` and `content`, or `from` and `value`; content is a text, or parts with a `text`, or null beside
/// `tool_calls`. What is no text goes in by a hash of its JSON.
struct Transcript: Sendable {
  struct Turn: Sendable, Equatable {
    /// user, assistant, system, tool; empty for a bare text.
    let role: String
    let text: [UInt8]
  }

  private(set) var turns: [Turn]

  init(turns: [Turn]) { self.turns = turns }

  /// A bare text.
  init(text: [UInt8]) { turns = [Turn(role: "", text: text)] }

  /// The bytes that stand for all of it: a lone turn's text, otherwise "role: text" with blank lines between.
  var bytes: [UInt8] {
    if turns.count == 1 { return turns[0].text }
    var result: [UInt8] = []
    for (number, turn) in turns.enumerated() {
      if number > 0 { result += [0x0A, 0x0A] }
      result += Array((turn.role.isEmpty ? "text" : turn.role).utf8) + [0x3A, 0x20] + turn.text
    }
    return result
  }

  /// How many first turns two dialogues have in common.
  func shared(with other: Transcript) -> Int {
    zip(turns, other.turns).prefix { $0 == $1 }.count
  }

  /// These turns and those of a prompt behind them; a prompt that begins with the same turns stays as it is.
  func followed(by prompt: Transcript) -> Transcript {
    guard !prompt.turns.starts(with: turns) else { return prompt }
    return Transcript(
      turns: turns + prompt.turns.map { $0.role.isEmpty ? Turn(role: "user", text: $0.text) : $0 })
  }

  /// What is wrong with a cell.
  struct Problem: Error {
    let found: String
    let expected: String
  }

  /// Whether a cell is a list, or a text that looks like a list of turns.
  static func isDialogue(_ value: JSONScanner.Value) -> Bool {
    if value.kind == .array { return true }
    guard value.kind == .string, value.bytes.first == 0x5B else { return false }
    let opening = value.escaped ? JSONScanner.unescape(value.bytes) : Array(value.bytes.prefix(4_096))
    return looksLikeTurns(opening[...])
  }

  /// `[` and `{` and a quoted key of a turn, spaces aside.
  private static func looksLikeTurns(_ bytes: ArraySlice<UInt8>) -> Bool {
    let visible = bytes.lazy.filter { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }.prefix(16)
    let text = String(decoding: Array(visible), as: UTF8.self)
    return ["\"role\"", "\"content\"", "\"from\"", "\"value\"", "'role'", "'content'", "'from'", "'value'"]
      .contains {
        text.hasPrefix("[{\($0):")
      }
  }

  /// - Throws: `Problem`.
  init(_ value: JSONScanner.Value) throws {
    turns = try Self.read(value)
  }

  private static func read(_ value: JSONScanner.Value) throws -> [Turn] {
    switch value.kind {
    case .string:
      let bytes = value.escaped ? JSONScanner.unescape(value.bytes) : Array(value.bytes)
      guard bytes.first == 0x5B, looksLikeTurns(bytes.prefix(4_096)) else {
        return [Turn(role: "", text: bytes)]
      }
      // JSON in a cell, as CSV files have it.
      return try bytes.withUnsafeBufferPointer { try read(list: $0) }
    case .number: return [Turn(role: "", text: Array(value.bytes))]
    case .array: return try read(list: value.bytes)
    case .object:
      // One message alone.
      return [try turn(value)]
    case .literal: throw Problem(found: quoted(value.bytes), expected: "a text or a list of messages")
    }
  }

  private static func read(list: UnsafeBufferPointer<UInt8>) throws -> [Turn] {
    var found: [Turn] = []
    do {
      var scanner = try JSONScanner(list, open: 0x5B)
      while let element = try scanner.nextElement() {
        guard element.kind == .object else {
          throw Problem(
            found: "a list with \(quoted(element.bytes))", expected: "messages with role and content")
        }
        found.append(try turn(element))
      }
    } catch let error as JSONScanner.SyntaxError {
      let isPython = list.contains(0x27) && error.expected == "a member name in quotation marks"
      throw Problem(
        found: isPython
          ? "a Python list" : "a list of messages with malformed JSON at character \(error.column)",
        expected: isPython
          ? "JSON: write the column with json.dumps, or the file as JSONL or Parquet" : error.expected)
    }
    guard !found.isEmpty else { throw Problem(found: "an empty list", expected: "at least one message") }
    return found
  }

  private static func turn(_ value: JSONScanner.Value) throws -> Turn {
    var role = ""
    var text: [UInt8]?
    var calls: [UInt8] = []
    var hasText = false
    var scanner = try JSONScanner(value.bytes)
    while let (key, member) = try scanner.nextMember() {
      switch String(decoding: key.escaped ? JSONScanner.unescape(key.bytes) : Array(key.bytes), as: UTF8.self)
      {
      case "role", "from":
        guard member.kind == .string else {
          throw Problem(found: "a role \(quoted(member.bytes))", expected: "a string")
        }
        role = Self.role(plain(member))
      case "content", "value":
        hasText = true
        text = try content(member)
      case "tool_calls" where member.kind == .array && member.bytes.count > 2:
        calls = hashed("tool calls", member)
      default: break
      }
    }
    guard hasText else { throw Problem(found: "a message without content", expected: "role and content") }
    guard text != nil || !calls.isEmpty else {
      throw Problem(found: "a message with no content", expected: "a text")
    }
    return Turn(role: role, text: (text ?? []) + calls)
  }

  private static func plain(_ value: JSONScanner.Value) -> [UInt8] {
    value.escaped ? JSONScanner.unescape(value.bytes) : Array(value.bytes)
  }

  private static func role(_ bytes: [UInt8]) -> String {
    let name = String(decoding: bytes, as: UTF8.self).lowercased()
    return [
      "human": "user", "prompter": "user", "gpt": "assistant", "chatgpt": "assistant", "bot": "assistant",
    ][name]
      ?? name
  }

  private static func hashed(_ what: String, _ value: JSONScanner.Value) -> [UInt8] {
    Array("[\(what) \(ContentHash(value.bytes).short)]".utf8)
  }

  /// nil for null.
  private static func content(_ value: JSONScanner.Value) throws -> [UInt8]? {
    switch value.kind {
    case .string: return plain(value)
    case .number: return Array(value.bytes)
    case .literal where value.isNull: return nil
    case .array:
      var result: [UInt8] = []
      var scanner = try JSONScanner(value.bytes, open: 0x5B)
      while let part = try scanner.nextElement() {
        if part.kind == .string {
          result += plain(part)
        } else if part.kind == .object, let text = try self.text(ofPart: part) {
          result += text
        } else {
          result += hashed("part", part)
        }
      }
      return result
    case .object, .literal: throw Problem(found: "content \(quoted(value.bytes))", expected: "a text")
    }
  }

  /// The text of a part that has nothing else.
  private static func text(ofPart part: JSONScanner.Value) throws -> [UInt8]? {
    var text: [UInt8]?
    var scanner = try JSONScanner(part.bytes)
    while let (key, member) = try scanner.nextMember() {
      let name = String(decoding: key.bytes, as: UTF8.self)
      if name == "text", member.kind == .string {
        text = plain(member)
      } else if name != "type", !member.isNull {
        return nil
      }
    }
    return text
  }
}

extension Transcript {
  /// A dialogue that stands in one text, with "\n\nHuman: " and "\n\nAssistant: " before its turns, as hh-rlhf has it; nil for other
  /// texts.
  init?(humanAssistant bytes: [UInt8]) {
    // The first turn stands at the very beginning: most other texts are told at once.
    guard bytes.starts(with: [0x0A, 0x0A]) else { return nil }
    let marks: [(mark: [UInt8], role: String)] = [
      (Array("\n\nHuman:".utf8), "user"), (Array("\n\nAssistant:".utf8), "assistant"),
    ]
    var starts: [(at: Int, length: Int, role: String)] = []
    var index = 0
    while index + 8 <= bytes.count {
      if bytes[index] == 0x0A, bytes[index + 1] == 0x0A,
        let found = marks.first(where: { bytes[index...].starts(with: $0.mark) })
      {
        starts.append((index, found.mark.count, found.role))
        index += found.mark.count
      } else {
        index += 1
      }
    }
    guard let first = starts.first, first.at == 0 else { return nil }
    turns = starts.enumerated().map { number, start in
      let end = number + 1 < starts.count ? starts[number + 1].at : bytes.count
      var text = bytes[min(start.at + start.length, end)..<end]
      if text.first == 0x20 { text = text.dropFirst() }
      return Turn(role: start.role, text: Array(text))
    }
  }
}
