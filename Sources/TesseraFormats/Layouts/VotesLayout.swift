import Tessera

/// Rows that name two alternatives and say which of them won: Arena battles, evalica's triples, tables of votes.
struct VotesLayout: ComparisonLayout {
  /// Usual names of the two, taken from one place of the list.
  static let pairs = [
    ("a", "b"), ("model_a", "model_b"), ("left", "right"), ("x", "y"), ("xs", "ys"), ("item_x", "item_y"),
    ("Item X", "Item Y"),
  ]

  let fields: [String]
  private let sides: [(a: Int, b: Int)]
  private let outcomes: OutcomeFields
  private let count: Int
  private let annotators: Range<Int>
  private let prompts: Range<Int>
  private let sideNames: String
  /// First line whose winner is an id that no side word could mean, and first whose winner is one side's word and the other's
  /// id.
  private var winnerByIdPlace: Int?
  private var plain = PlainVotes()
  private var ambiguous: (source: any RowSource, place: Int)?
  private var ambiguousRows = 0

  /// - Parameter names: Fields of the file; nil where rows have fields of their own.
  init(_ map: FieldMap, names: [String]?) {
    var fields: [String] = []
    if map.names["a"] != nil || map.names["b"] != nil {
      // One of them can be named and the other be usual.
      let known = names.map(Set.init)
      func side(_ ours: String, _ usual: [String]) -> [String] {
        let list = map.candidates(ours, usual: usual)
        return known.map { known in list.filter(known.contains) }.flatMap { $0.isEmpty ? nil : $0 } ?? list
      }
      let (a, b) = (side("a", Self.pairs.map(\.0)), side("b", Self.pairs.map(\.1)))
      fields = a + b
      sides = a.indices.flatMap { i in b.indices.map { (i, a.count + $0) } }
      sideNames = "\(map.names["a"] ?? "a") and \(map.names["b"] ?? "b")"
    } else {
      fields = Self.pairs.flatMap { [$0.0, $0.1] }
      sides = Self.pairs.indices.map { (2 * $0, 2 * $0 + 1) }
      sideNames = "a and b, model_a and model_b, or left and right (--map names other fields)"
    }
    outcomes = OutcomeFields(from: fields.count, map)
    fields += outcomes.names
    count = fields.count
    fields.append(map["count"])
    let workers = map.candidates(
      "annotator", usual: ["annotator", "worker", "judge", "judge_hash", "rater"])
    annotators = fields.count..<fields.count + workers.count
    fields += workers
    let questions = map.candidates("prompt", usual: ["prompt", "question_id", "prompt_id"])
    prompts = fields.count..<fields.count + questions.count
    fields += questions
    self.fields = fields
  }

  static func matches(_ fields: Set<String>, _ map: FieldMap) -> Bool {
    if map.names["a"] != nil || map.names["b"] != nil { return true }
    return pairs.contains { fields.contains($0.0) && fields.contains($0.1) }
  }

  /// A header without one of the two sides, or without an outcome, is told with the columns that are there.
  ///
  /// - Throws: `FormatError`.
  static func check(_ source: any RowSource, _ header: [String], _ map: FieldMap) throws {
    let found = "the columns \(header.joined(separator: ", "))"
    let has = Set(header)
    let left = map.candidates("a", usual: pairs.map(\.0)).filter(has.contains)
    let right = map.candidates("b", usual: pairs.map(\.1)).filter(has.contains)
    let isNamed = map.names["a"] != nil || map.names["b"] != nil
    let isThere =
      isNamed ? !left.isEmpty && !right.isEmpty : pairs.contains { has.contains($0.0) && has.contains($0.1) }
    if !isThere, let one = left.first ?? right.first {
      let isLeft = !left.isEmpty
      let usual = pairs.first { isLeft ? $0.0 == one : $0.1 == one }
      let missing = usual.map { isLeft ? $0.1 : $0.0 } ?? (isLeft ? "b" : "a")
      let other = guess([missing], header.filter { $0 != one }) ?? "COLUMN"
      throw source.error(
        1, missing, found,
        "a column for each side; here perhaps --map a=\(isLeft ? one : other),b=\(isLeft ? other : one)")
    }
    if !OutcomeFields(from: 0, map).isTold(by: has) {
      let words = ["winner", "outcome", "preference", "result", "label", "choice", "preferred", "vote"]
      let other = guess(words, header.filter { $0 != left.first && $0 != right.first }) ?? "COLUMN"
      throw source.error(
        1, nil, "no outcome among \(found)",
        "one of preference, preference_b, winner, outcome; here perhaps --map outcome=\(other)")
    }
  }

  /// The column whose name is nearest to one of some words.
  private static func guess(_ words: [String], _ columns: [String]) -> String? {
    words.lazy.compactMap { NearestName.of($0, among: columns) }.first
  }

  mutating func readAhead(_ source: any RowSource, into sink: inout ComparisonSink) throws -> Int {
    let settings = sink.settings
    let taken = plain.read(source, into: &sink) {
      [sides, outcomes, count, prompts, annotators, fields] layout in
      func isThere(_ slot: Int) -> Bool { layout.memberOfSlot[slot] != nil }
      guard let (a, b) = sides.first(where: { isThere($0.a) && isThere($0.b) }),
        let memberA = layout.memberOfSlot[a], let memberB = layout.memberOfSlot[b],
        let (slot, way) = outcomes.only(isThere), let outcome = layout.memberOfSlot[slot],
        way != .winner || layout.isText[outcome], !isThere(count),
        !settings.keepsPrompts || !prompts.contains(where: isThere)
      else { return nil }
      let annotator = settings.keepsAnnotators ? annotators.first(where: isThere) : nil
      return PlainVotes.Fields(
        a: memberA, b: memberB, outcome: outcome, annotator: annotator.flatMap { layout.memberOfSlot[$0] },
        says: way, words: OutcomeFields.words(fields[a], fields[b]))
    }
    winnerByIdPlace = winnerByIdPlace ?? plain.winnerByIdPlace
    return taken
  }

  mutating func read(_ row: Row, into sink: inout ComparisonSink) throws {
    guard let (a, b) = sides.first(where: { row[$0.a] != nil && row[$0.b] != nil }), let cellA = row[a],
      let cellB = row[b]
    else {
      // A column without a value in this row.
      if row.source.header != nil, let (a, b) = sides.first(where: { row[$0.a] != nil || row[$0.b] != nil }) {
        throw row.error(row.names[row[a] == nil ? a : b], "nothing", "the id of an alternative")
      }
      throw row.error(nil, "no names of two alternatives", "the fields \(sideNames)")
    }
    let (nameA, nameB) = (row.names[a], row.names[b])
    let first = try sink.named(cellA, row, nameA)
    let second = try sink.named(cellB, row, nameB)
    guard first != second else {
      throw row.error(nameB, quoted(cellB.bytes) + ", compared with itself", "two different alternatives")
    }
    let outcome = try cellA.withText { bytesA in
      try cellB.withText { bytesB in
        try outcomes.read(row, (nameA, bytesA), (nameB, bytesB)) { isAmbiguous in
          if !isAmbiguous {
            winnerByIdPlace = winnerByIdPlace ?? row.place
          } else {
            ambiguous = ambiguous ?? (row.source, row.place)
            ambiguousRows += 1
          }
        }
      }
    }
    guard let outcome else {
      throw row.error(nil, "no outcome", "one of the fields preference, preference_b, winner, outcome")
    }
    func filled(_ range: Range<Int>) -> Int { range.first { row[$0] != nil } ?? range.lowerBound }
    let (annotator, prompt) = (filled(annotators), filled(prompts))
    try sink.add(
      row, first, second, outcome: outcome.share, count: Self.count(row, count),
      annotator: sink.annotator(row[annotator], row, row.names[annotator]),
      prompt: sink.promptName(row[prompt], row, row.names[prompt]), isBothBad: outcome.isBothBad)
  }

  /// How many comparisons a row stands for.
  static func count(_ row: Row, _ slot: Int) throws -> Double {
    guard let value = row[slot] else { return 1 }
    let expected = "a positive number"
    guard value.kind == .number || value.kind == .string, let count = Number.parse(value.bytes) else {
      throw row.error(row.names[slot], quoted(value.bytes), expected)
    }
    guard count > 0, count.isFinite else { throw row.error(row.names[slot], "\(count)", expected) }
    // Below it products of counts lose their digits.
    let least = 1 / ComparisonTable.countLimit
    guard count >= least else { throw row.error(row.names[slot], "\(count)", "\(least) at least") }
    return count
  }

  mutating func finish(into sink: inout ComparisonSink) throws {
    guard let row = ambiguous else { return }
    if let winnerByIdPlace {
      throw row.source.error(
        row.place, nil,
        "a winner that names one side by its column and the other by its id, in a file that names winners by id (line \(winnerByIdPlace))",
        "other ids, or the outcome as a number in a field preference")
    }
    throw row.source.error(
      row.place, nil,
      "a winner that is the name of one side's column and the id of the other alternative, in \(ambiguousRows) row\(ambiguousRows == 1 ? "" : "s") of this file",
      "other ids, or the outcome as a number in a field preference")
  }
}
