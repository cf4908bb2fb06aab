import Tessera

/// TRL's unpaired rows: `prompt`, `completion`, `label`. Within a prompt every true one is preferred to every false one.
struct UnpairedLayout: ComparisonLayout {
  let fields: [String]

  private struct Group {
    var good: [(Int, Transcript)] = []
    var bad: [(Int, Transcript)] = []
    var firstPlace: Int
    var firstRow: Int
  }
  private var groups: [Int: Group] = [:]
  private var order: [Int] = []
  private var source: (any RowSource)?
  private var lonely = 0

  init(_ map: FieldMap) {
    fields = [map["prompt"], map["completion"], map["label"]]
  }

  static func matches(_ fields: Set<String>, _ map: FieldMap) -> Bool {
    fields.contains(map["completion"]) && fields.contains(map["label"])
  }

  mutating func read(_ row: Row, into sink: inout ComparisonSink) throws {
    let asked = try row.transcript(0, "the prompt")
    let text = try row.transcript(1, "a completion")
    let prompt = try sink.prompt(asked, row, row.names[0])
    let number = try sink.answer(text, under: prompt, row, row.names[1])
    let isGood = try Self.label(row.required(2, "true or false"), row, row.names[2])
    if groups[prompt.number] == nil { order.append(prompt.number) }
    source = row.source
    // Texts are of use for what truncation would make equal alone.
    let kept =
      sink.settings.truncation == nil ? Transcript(turns: [Transcript.Turn(role: "", text: [])]) : text
    var group =
      groups.removeValue(forKey: prompt.number) ?? Group(firstPlace: row.place, firstRow: row.number)
    if isGood { group.good.append((number, kept)) } else { group.bad.append((number, kept)) }
    groups[prompt.number] = group
  }

  static func label(_ value: JSONScanner.Value, _ row: Row, _ field: String) throws -> Bool {
    switch String(decoding: value.bytes.prefix(6), as: UTF8.self).lowercased() {
    case "true", "1", "1.0": return true
    case "false", "0", "0.0": return false
    default: throw row.error(field, quoted(value.bytes), "true or false")
    }
  }

  mutating func finish(into sink: inout ComparisonSink) throws {
    guard let source else { return }
    for prompt in order {
      guard let group = groups[prompt] else { continue }
      let row = Row(source: source, number: group.firstRow, place: group.firstPlace, names: [], values: [])
      if group.good.isEmpty || group.bad.isEmpty {
        lonely += 1
        sink.leaveOut(row, .noOutcome)
      }
      for good in group.good {
        for bad in group.bad where sink.areDifferent(good.0, bad.0, good.1, bad.1, row) {
          try sink.add(row, good.0, bad.0, outcome: 1)
        }
      }
    }
    if lonely > 0 {
      sink.warn(
        "\(lonely) of \(order.count) prompt\(order.count == 1 ? " has" : "s have") completions of one label alone: nothing can be compared there"
      )
    }
    groups = [:]
    order = []
    lonely = 0
  }
}

/// A table of ratings: who rated which item how. Items that one annotator rated differently (under one prompt) are compared.
struct RatingsLayout: ComparisonLayout {
  private static let items = ["item", "model", "response", "completion", "answer", "system"]
  private static let scores = ["score", "rating", "stars", "helpfulness", "reward"]
  let fields: [String]
  private let items: Range<Int>
  private let scores: Range<Int>
  private let annotators: Range<Int>
  private let prompts: Range<Int>

  private struct Key: Hashable {
    let annotator: Int
    let prompt: Int
  }
  private struct Rating {
    let number: Int
    let score: Double
    let place: Int
    let row: Int
  }
  private var ratings: [Key: [Rating]] = [:]
  private var order: [Key] = []
  private var source: (any RowSource)?

  /// Pairs of one annotator and prompt beyond which a table is refused: they grow with the square of the ratings.
  static let mostPairs = 50_000_000

  init(_ map: FieldMap) {
    let lists = [
      map.candidates("item", usual: Self.items), map.candidates("score", usual: Self.scores),
      map.candidates("annotator", usual: ["annotator", "worker", "judge", "rater", "user_id"]),
      map.candidates("prompt", usual: ["prompt", "question", "instruction", "question_id"]),
    ]
    fields = lists.flatMap { $0 }
    var start = 0
    let ranges = lists.map { list in
      defer { start += list.count }
      return start..<start + list.count
    }
    (items, scores, annotators, prompts) = (ranges[0], ranges[1], ranges[2], ranges[3])
  }

  static func matches(_ fields: Set<String>, _ map: FieldMap) -> Bool {
    map.candidates("item", usual: items).contains(where: fields.contains)
      && map.candidates("score", usual: scores).contains(where: fields.contains)
  }

  mutating func read(_ row: Row, into sink: inout ComparisonSink) throws {
    source = row.source
    guard let item = items.first(where: { row[$0] != nil }), let value = row[item] else {
      throw row.error(row.names[items.lowerBound], "nothing", "what was rated")
    }
    guard let score = scores.first(where: { row[$0] != nil }), let rated = row[score] else {
      sink.leaveOut(row, .noOutcome)
      return
    }
    let who = annotators.first { row[$0] != nil }
    let annotator = try who.flatMap { try sink.annotator(row[$0], row, row.names[$0]) }
    let slot = prompts.first { row[$0] != nil }
    var prompt: ComparisonSink.Prompt?
    if let slot { prompt = try sink.prompt(row.transcript(slot), row, row.names[slot]) }
    // A name is the same under every prompt; a text is not.
    let isName = ["item", "model", "system"].contains(row.names[item])
    let number =
      isName
      ? try sink.named(value, row, row.names[item])
      : try sink.answer(row.transcript(value, row.names[item]), under: prompt, row, row.names[item])
    let key = Key(annotator: annotator ?? -1, prompt: prompt?.number ?? -1)
    if ratings[key] == nil { order.append(key) }
    ratings[key, default: []].append(
      Rating(
        number: number, score: try row.number(rated, row.names[score], "a number"), place: row.place,
        row: row.number))
  }

  mutating func finish(into sink: inout ComparisonSink) throws {
    guard let source else { return }
    let pairs = order.reduce(0) { sum, key in
      let n = ratings[key]?.count ?? 0
      return sum + n * (n - 1) / 2
    }
    guard pairs <= Self.mostPairs else {
      throw FormatError.content(
        file: source.file, line: nil, field: nil, found: "ratings that make \(pairs) pairs",
        expected: "at most \(Self.mostPairs): a field prompt tells which items were rated together")
    }
    for key in order {
      let found = ratings[key] ?? []
      for i in found.indices {
        for j in found.indices.dropFirst(i + 1) {
          let (a, b) = (found[i], found[j])
          let row = Row(source: source, number: b.row, place: b.place, names: [], values: [])
          if a.number == b.number {
            sink.leaveOut(row, .equalSides, [sink.id(a.number)])
          } else if a.score == b.score {
            sink.leaveOut(row, .equalRatings, [sink.id(a.number), sink.id(b.number)])
          } else {
            try sink.add(
              row, a.number, b.number, outcome: a.score > b.score ? 1 : 0,
              annotator: key.annotator >= 0 ? key.annotator : nil,
              prompt: sink.settings.keepsPrompts && key.prompt >= 0 ? key.prompt : nil)
          }
        }
      }
    }
    ratings = [:]
    order = []
  }
}
