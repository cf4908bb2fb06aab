import TesseraFormats

/// What a JSON value may be: one description that requests are checked with and that the service's OpenAPI document is
/// written from, so that the two cannot differ.
public indirect enum Schema: Sendable {
  case text(longest: Int)
  case word(String)
  case boolean
  case integer(ClosedRange<Int>)
  /// One that single precision holds.
  case number
  case null
  case anything
  case list(Schema, ClosedRange<Int>)
  /// - Parameter open: Whether members that are not listed are passed over; otherwise they are refused.
  case object([Member], open: Bool = true)
  case either([Schema])

  /// What is wrong with a value, and the way to it.
  public struct Fault: Equatable, Sendable {
    public enum Step: Equatable, Sendable {
      case member(String)
      case element(Int)
    }

    public internal(set) var path: [Step]
    public let found: String
    public let expected: String

    /// The way as it is written in JavaScript: `documents[3].text`.
    public var field: String {
      var text = ""
      for step in path {
        switch step {
        case .member(let name): text += text.isEmpty ? name : ".\(name)"
        case .element(let place): text += "[\(place)]"
        }
      }
      return text.isEmpty ? "body" : text
    }
  }

  /// The first thing that is wrong with a value; nil where nothing is.
  ///
  /// - Complexity: O(size of the value), times the alternatives of `either`.
  public func fault(in value: JSONValue) -> Fault? {
    switch (self, value) {
    case (.anything, _), (.boolean, .bool), (.null, .null): return nil
    case (.text(let longest), .string(let text)):
      // Counted only where bytes alone do not tell.
      if text.utf8.count <= longest { return nil }
      let count = text.unicodeScalars.count
      return count <= longest ? nil : here("a text of \(count) characters")
    case (.word(let word), .string(let text)): return text == word ? nil : here("another text")
    case (.integer(let range), .integer(let number)):
      return range.contains(number) ? nil : here("the number \(number)")
    // 3.0 is a whole number, as JSON Schema has it.
    case (.integer, .number(let number)):
      return Int(exactly: number).map { fault(in: .integer($0)) } ?? here("a number that is not whole")
    case (.number, .number(let number)):
      return abs(number) <= Self.largest ? nil : here("a number beyond single precision")
    case (.number, .integer), (.number, .unsigned): return nil
    case (.list(let element, let range), .array(let elements)):
      guard range.contains(elements.count) else {
        return here(elements.count == 1 ? "a list of 1" : "a list of \(elements.count)")
      }
      for (place, value) in elements.enumerated() {
        if var fault = element.fault(in: value) {
          fault.path.insert(.element(place), at: 0)
          return fault
        }
      }
      return nil
    case (.object(let members, let open), .object(let found)):
      return Self.fault(in: found, members, open: open)
    case (.either(let choices), _): return Self.fault(in: value, choices)
    default: return here(Self.kind(of: value))
    }
  }

  static let largest = Double(Float.greatestFiniteMagnitude)

  private func here(_ found: String) -> Fault { Fault(path: [], found: found, expected: words) }

  private static func fault(
    in found: [(key: String, value: JSONValue)], _ members: [Member], open: Bool
  ) -> Fault? {
    for member in members {
      guard let value = found.first(where: { $0.key == member.name })?.value else {
        guard member.isRequired else { continue }
        return Fault(path: [.member(member.name)], found: "nothing", expected: member.schema.words)
      }
      if var fault = member.schema.fault(in: value) {
        fault.path.insert(.member(member.name), at: 0)
        return fault
      }
    }
    guard !open, let stranger = found.first(where: { one in !members.contains { $0.name == one.key } })
    else { return nil }
    let names = members.map(\.name).joined(separator: ", ")
    let shown = stranger.key.unicodeScalars.count <= 40 ? stranger.key : "a member of a long name"
    return Fault(path: [.member(shown)], found: "a member that has no meaning here", expected: names)
  }

  /// Of several choices, the one that the value came closest to says what is wrong.
  private static func fault(in value: JSONValue, _ choices: [Schema]) -> Fault? {
    var closest: [Fault] = []
    for choice in choices {
      guard let fault = choice.fault(in: value) else { return nil }
      let depth = closest.first.map { ($0.path.count, $0.found == "nothing" ? 0 : 1) } ?? (-1, 0)
      let own = (fault.path.count, fault.found == "nothing" ? 0 : 1)
      if own > depth { closest = [fault] } else if own == depth { closest.append(fault) }
    }
    guard let first = closest.first else { return nil }
    let same = closest.allSatisfy { $0.path == first.path && $0.found == first.found }
    guard same else {
      // Another member is missing for each choice: any of them would do.
      guard closest.allSatisfy({ $0.found == "nothing" && $0.path.count == 1 }) else { return first }
      return Fault(
        path: [], found: "an object without them", expected: closest.map(\.field).joined(separator: " or "))
    }
    return Fault(
      path: first.path, found: first.found, expected: closest.map(\.expected).joined(separator: " or "))
  }

  static func kind(of value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool: "true or false"
    case .integer, .unsigned, .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// A member of an object: its name, what it may be, what it means.
public struct Member: Sendable {
  public let name: String
  public let schema: Schema
  public let about: String
  public let isRequired: Bool

  public init(_ name: String, _ schema: Schema, _ about: String = "", optional: Bool = false) {
    self.name = name
    self.schema = schema
    self.about = about
    isRequired = !optional
  }
}
