import Tessera

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a row says came out: preference for the first, between 0 and 1, and whether both were bad.
struct Outcome: Equatable {
  let share: Double
  var isBothBad = false

  static let tie = Outcome(share: 0.5)
  static let bothBad = Outcome(share: 0.5, isBothBad: true)
}

/// Fields that tell an outcome: a number, a winner, or a column for every outcome.
struct OutcomeFields {
  /// Names of the slots from `first` on.
  let names: [String]
  private let first: Int
  private let preferences: Range<Int>
  private let preferencesB: Range<Int>
  private let winners: Range<Int>
  /// A flag beside the winner.
  private let ties: Range<Int>
  /// winner_model_a, winner_model_b, winner_tie, winner_both_bad; empty where they were not looked for.
  private let oneHot: Range<Int>

  /// Words for one side beside its column's name.
  private static let words: [(a: String, b: String)] = [
    ("a", "b"), ("x", "y"), ("left", "right"), ("model_a", "model_b"), ("response_a", "response_b"),
    ("response1", "response2"), ("response_1", "response_2"),
  ]
  static let oneHotNames = ["winner_model_a", "winner_model_b", "winner_tie", "winner_both_bad"]

  /// - Parameters:
  ///   - first: The slot of the first name.
  ///   - map: Where one way of giving the outcome is named, the others are not looked for.
  init(from first: Int, _ map: FieldMap) {
    let ways = ["preference", "preference_b", "outcome"]
    let isNamed = ways.contains { map.names[$0] != nil }
    func candidates(_ field: String, _ usual: [String]) -> [String] {
      map.names[field].map { [$0] } ?? (isNamed ? [] : usual)
    }
    let lists = [
      candidates("preference", ["preference"]), candidates("preference_b", ["preference_b"]),
      candidates("outcome", ["winner", "outcome", "winners"]), isNamed ? [] : ["tie"],
      isNamed ? [] : Self.oneHotNames,
    ]
    self.first = first
    names = lists.flatMap { $0 }
    var start = first
    var ranges: [Range<Int>] = []
    for list in lists {
      ranges.append(start..<start + list.count)
      start += list.count
    }
    (preferences, preferencesB, winners, ties, oneHot) = (
      ranges[0], ranges[1], ranges[2], ranges[3], ranges[4]
    )
  }

  /// Whether a file with these fields tells an outcome.
  func isTold(by fields: Set<String>) -> Bool {
    names.dropLast(oneHot.count).contains(where: fields.contains)
      || (!oneHot.isEmpty && names.suffix(oneHot.count).prefix(2).allSatisfy(fields.contains))
  }

  /// - Parameters:
  ///   - a, b: Names of the sides' columns, and what they hold.
  ///   - note: Called where a winner is a word for one side and the id of the other (true), or an id that is no word (false).
  /// - Returns: nil where the row has none of the fields.
  func read(
    _ row: Row, _ a: (name: String, bytes: UnsafeBufferPointer<UInt8>),
    _ b: (name: String, bytes: UnsafeBufferPointer<UInt8>), note: (Bool) -> Void
  ) throws -> Outcome? {
    var found: (outcome: Outcome, field: String)?
    func meet(_ outcome: Outcome, _ field: String) throws {
      if let found {
        // A soft label beside its winner is two ways to say one thing; opposite sides are not.
        let sides = (found.outcome.share - 0.5) * (outcome.share - 0.5)
        guard sides >= 0 else {
          throw row.error(field, "the opposite of what the field \"\(found.field)\" says", "one outcome")
        }
        return
      }
      found = (outcome, field)
    }
    for slot in preferences {
      if let value = row[slot] { try meet(Outcome(share: share(value, row, slot)), row.names[slot]) }
    }
    for slot in preferencesB {
      if let value = row[slot] { try meet(Outcome(share: 1 - share(value, row, slot)), row.names[slot]) }
    }
    for slot in winners {
      if let value = row[slot] { try meet(winner(value, row, slot, a, b, note), row.names[slot]) }
    }
    for slot in ties {
      guard let value = row[slot], Self.isTrue(value) else { continue }
      if let found, found.outcome.share != 0.5 {
        throw row.error(row.names[slot], "true, and a side in the field \"\(found.field)\"", "one outcome")
      }
      try meet(.tie, row.names[slot])
    }
    if let outcome = try hot(row) { try meet(outcome, row.names[oneHot.lowerBound]) }
    return found?.outcome
  }

  private func share(_ value: JSONScanner.Value, _ row: Row, _ slot: Int) throws -> Double {
    let expected = "a number from 0 to 1"
    guard value.kind == .number || value.kind == .string, let share = Number.parse(value.bytes) else {
      throw row.error(row.names[slot], quoted(value.bytes), expected)
    }
    guard share >= 0, share <= 1 else { throw row.error(row.names[slot], "\(share)", expected) }
    return share
  }

  /// One of the columns is 1, the others are 0.
  private func hot(_ row: Row) throws -> Outcome? {
    guard oneHot.contains(where: { row[$0] != nil }) else { return nil }
    var chosen: [Int] = []
    for (place, slot) in oneHot.enumerated() {
      guard let value = row[slot] else { continue }
      let isTrue = value.kind == .literal && value.bytes.first == 0x74
      let isFalse = value.kind == .literal && value.bytes.first == 0x66
      let number = isTrue ? 1 : isFalse ? 0 : try Self.flag(value, row, slot)
      if number == 1 { chosen.append(place) }
    }
    guard chosen.count == 1 else {
      throw row.error(
        row.names[oneHot.lowerBound],
        "\(chosen.count) outcomes of \(oneHot.map { row.names[$0] }.joined(separator: ", ")) at once",
        "exactly one that is 1")
    }
    return [Outcome(share: 1), Outcome(share: 0), .tie, .bothBad][chosen[0]]
  }

  private static func isTrue(_ value: JSONScanner.Value) -> Bool {
    switch value.kind {
    case .literal: value.bytes.first == 0x74
    case .string: String(decoding: value.bytes.prefix(8), as: UTF8.self).lowercased() == "true"
    default: false
    }
  }

  private static func flag(_ value: JSONScanner.Value, _ row: Row, _ slot: Int) throws -> Double {
    if value.kind == .string {
      switch String(decoding: value.bytes.prefix(8), as: UTF8.self).lowercased() {
      case "true": return 1
      case "false": return 0
      default: break
      }
    }
    guard value.kind == .number || value.kind == .string, let number = Number.parse(value.bytes),
      number == 0 || number == 1
    else { throw row.error(row.names[slot], quoted(value.bytes), "0 or 1") }
    return number
  }

  /// What a winner says. Words come first (a, b, the columns' own names, ties), then the ids of the two alternatives.
  private func winner(
    _ value: JSONScanner.Value, _ row: Row, _ slot: Int,
    _ a: (name: String, bytes: UnsafeBufferPointer<UInt8>),
    _ b: (name: String, bytes: UnsafeBufferPointer<UInt8>), _ note: (Bool) -> Void
  ) throws -> Outcome {
    if value.kind == .number { return try numbered(value, row, slot, a.bytes, b.bytes, note) }
    guard value.kind == .string else {
      throw row.error(row.names[slot], quoted(value.bytes), "a string or a number")
    }
    return try value.withText { bytes in
      let isA = Self.same(bytes, a.bytes)
      let isB = Self.same(bytes, b.bytes)
      // Longer text cannot be a word.
      let word = bytes.count > 64 ? "" : String(decoding: bytes, as: UTF8.self).lowercased()
      if word == "a" || word == a.name.lowercased() {
        if isB { note(true) }
        return Outcome(share: 1)
      }
      if word == "b" || word == b.name.lowercased() {
        if isA { note(true) }
        return Outcome(share: 0)
      }
      if isA || isB {
        guard !Self.tieWords.contains(word) else {
          throw row.error(
            row.names[slot], "\(quoted(bytes)), a word for a tie and the id of an alternative",
            "another id, or the outcome as a number in a field preference")
        }
        note(false)
        return Outcome(share: isA ? 1 : 0)
      }
      switch word {
      case _ where Self.plainTieWords.contains(word): return .tie
      case _ where Self.tieWords.contains(word): return .bothBad
      default: break
      }
      if let number = Number.parse(bytes), number >= 0, number <= 1 {
        return try numbered(value, row, slot, a.bytes, b.bytes, note)
      }
      if let pair = Self.words.first(where: { $0.a == word || $0.b == word }) {
        return Outcome(share: word == pair.a ? 1 : 0)
      }
      throw row.error(
        row.names[slot], quoted(bytes),
        "\"a\", \"b\", \"\(a.name)\", \"\(b.name)\", \"tie\", \"both_bad\" or the id of one of the two")
    }
  }

  private static let plainTieWords = ["tie", "draw", "equal"]
  /// The same, and words for two that are both bad.
  private static let tieWords: Set<String> = [
    "tie", "draw", "equal", "both_bad", "bothbad", "both bad", "tie (bothbad)", "tie (both_bad)",
    "tie(bothbad)",
  ]

  /// A number names the alternative of that id, or is the probability of the first. In a field that is called after the
  /// winner, 0 and 1 are neither: half of the world counts sides from 0, and 1 is then the second.
  private func numbered(
    _ value: JSONScanner.Value, _ row: Row, _ slot: Int, _ a: UnsafeBufferPointer<UInt8>,
    _ b: UnsafeBufferPointer<UInt8>, _ note: (Bool) -> Void
  ) throws -> Outcome {
    if Self.same(value.bytes, a) || Self.same(value.bytes, b) {
      note(false)
      return Outcome(share: Self.same(value.bytes, a) ? 1 : 0)
    }
    let share = try share(value, row, slot)
    guard !row.names[slot].hasPrefix("winner") || share > 0 && share < 1 else {
      throw row.error(
        row.names[slot], "\(quoted(value.bytes)), which could be a side or a probability",
        "\"a\" or \"b\", the id of one of the two, or the probability of the first in a field preference")
    }
    return Outcome(share: share)
  }

  static func same(_ x: UnsafeBufferPointer<UInt8>, _ y: UnsafeBufferPointer<UInt8>) -> Bool {
    guard x.count == y.count else { return false }
    guard let one = x.baseAddress, let other = y.baseAddress else { return true }
    return memcmp(one, other, x.count) == 0
  }

  /// Ways to say an outcome in one field.
  enum Way { case preference, preferenceOfB, winner }

  /// The one field of rows that has an outcome; nil where there are several, or one that only goes with others.
  ///
  /// - Parameter isThere: Whether rows have something in a slot.
  func only(_ isThere: (_ slot: Int) -> Bool) -> (slot: Int, way: Way)? {
    let ways = [(preferences, Way.preference), (preferencesB, .preferenceOfB), (winners, .winner)]
    let found = ways.flatMap { slots, way in slots.filter(isThere).map { ($0, way) } }
    return found.count == 1 && !ties.contains(where: isThere) && !oneHot.contains(where: isThere)
      ? found[0] : nil
  }

  /// All words for outcomes, in lower case; of those that are the same the first counts.
  ///
  /// - Parameters:
  ///   - a, b: Names of the sides' columns.
  static func words(_ a: String, _ b: String) -> [(word: [UInt8], outcome: Outcome)] {
    let (first, second) = (Outcome(share: 1), Outcome(share: 0))
    let sides = [("a", first), (a.lowercased(), first), ("b", second), (b.lowercased(), second)]
    let ties = plainTieWords.map { ($0, Outcome.tie) } + tieWords.sorted().map { ($0, Outcome.bothBad) }
    let others = words.flatMap { [($0.a, first), ($0.b, second)] }
    // Longer text is no word.
    return (sides + ties + others).map { (Array($0.0.utf8), $0.1) }.filter { $0.0.count <= 64 }
  }
}
