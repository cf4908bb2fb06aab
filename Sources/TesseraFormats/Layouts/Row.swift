import Tessera

/// A row in a layout's hands: the fields that it selected.
struct Row {
  let source: any RowSource
  /// Which row of the file it is, from 0.
  let number: Int
  /// Where it stands, for messages.
  let place: Int
  let names: [String]
  let values: [JSONScanner.Value?]

  /// The value of a slot; nil for null and missing ones.
  subscript(slot: Int) -> JSONScanner.Value? { values[slot] }

  func error(_ field: String?, _ found: String, _ expected: String) -> FormatError {
    source.error(place, field, found, expected)
  }

  /// What must be there.
  func required(_ slot: Int, _ expected: String) throws -> JSONScanner.Value {
    guard let value = values[slot] else { throw error(names[slot], "nothing", expected) }
    return value
  }

  /// A text or a dialogue.
  func transcript(_ value: JSONScanner.Value, _ field: String) throws -> Transcript {
    do {
      return try Transcript(value)
    } catch let problem as Transcript.Problem {
      throw error(field, problem.found, problem.expected)
    } catch let problem as JSONScanner.SyntaxError {
      throw error(field, "malformed JSON at character \(problem.column)", problem.expected)
    }
  }

  /// Whether a slot has a text that is certainly no list of turns: it does not begin with a bracket, nor with an escape by number,
  /// which could stand for one.
  func isBareText(_ slot: Int) -> Bool {
    guard let value = values[slot], value.kind == .string else { return false }
    return value.bytes.first != 0x5B && !(value.escaped && value.bytes.starts(with: [0x5C, 0x75]))
  }

  func transcript(_ slot: Int, _ expected: String = "a text or a list of messages") throws -> Transcript {
    try transcript(required(slot, expected), names[slot])
  }

  func number(_ value: JSONScanner.Value, _ field: String, _ expected: String) throws -> Double {
    guard value.kind == .number || value.kind == .string, let number = Number.parse(value.bytes),
      number.isFinite
    else { throw error(field, quoted(value.bytes), expected) }
    return number
  }

  /// A name with half of a surrogate pair would be one with all others that have one in its place.
  func checkName(_ value: JSONScanner.Value, _ field: String) throws {
    if value.escaped, JSONScanner.loneSurrogate(in: value.bytes) != nil {
      throw error(field, "half of a surrogate pair", "both halves, \\uD800\\uDC00 and above")
    }
  }

  /// A name: a string, or a number as it is written.
  ///
  /// - Parameter isText: Whether it can be a text, as a prompt, which may be cut off in the middle of a pair.
  func text(_ value: JSONScanner.Value, _ field: String, isText: Bool = false) throws -> [UInt8] {
    guard value.kind == .string || value.kind == .number else {
      throw error(field, quoted(value.bytes), "a string or a number")
    }
    if !isText { try checkName(value, field) }
    let bytes = value.escaped ? JSONScanner.unescape(value.bytes) : Array(value.bytes)
    guard !bytes.isEmpty else { throw error(field, "an empty name", "a name") }
    return bytes
  }

  /// The members of an object, nil for null, by name.
  func members(_ value: JSONScanner.Value, _ field: String) throws -> [String: JSONScanner.Value] {
    let object = try parsed(value, field, open: 0x7B, "an object")
    do {
      var result: [String: JSONScanner.Value] = [:]
      for (name, member) in try JSONMembers.all(object) {
        guard let member else { continue }
        guard result.updateValue(member, forKey: name) == nil else {
          throw error("\(field).\(name)", "it twice in one object", "it once")
        }
      }
      return result
    } catch let problem as JSONScanner.SyntaxError {
      throw error(field, "malformed JSON at character \(problem.column)", problem.expected)
    }
  }

  /// The elements of a list.
  func elements(_ value: JSONScanner.Value, _ field: String, _ expected: String) throws -> [JSONScanner.Value]
  {
    let list = try parsed(value, field, open: 0x5B, expected)
    do {
      var scanner = try JSONScanner(list, open: 0x5B)
      var result: [JSONScanner.Value] = []
      while let element = try scanner.nextElement() { result.append(element) }
      return result
    } catch let problem as JSONScanner.SyntaxError {
      throw error(field, "malformed JSON at character \(problem.column)", problem.expected)
    }
  }

  /// JSON as it stands, or as the text of a cell, where it has no escapes.
  private func parsed(_ value: JSONScanner.Value, _ field: String, open: UInt8, _ expected: String) throws
    -> UnsafeBufferPointer<UInt8>
  {
    if value.kind == (open == 0x7B ? .object : .array) { return value.bytes }
    let first = value.bytes.first { $0 != 0x20 && $0 != 0x0A }
    guard value.kind == .string, !value.escaped, first == open else {
      throw error(field, quoted(value.bytes), expected)
    }
    return value.bytes
  }
}
