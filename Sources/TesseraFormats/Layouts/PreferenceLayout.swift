import Tessera

/// Rows with a preferred answer and one that was turned down: TRL's and OpenRLHF's `chosen` and `rejected`, with a prompt or
/// without, as texts, as messages, or as the dialogues of hh-rlhf.
///
/// Turns that both sides begin with are the prompt, or go on with it. A field `system`, as axolotl has it, is the prompt's first
/// turn, as a message of that role is.
struct PreferenceLayout: ComparisonLayout {
  private static let prompts = ["prompt", "input", "question", "instruction"]
  let fields: [String]
  private let prompt: Range<Int>
  private let count: Int
  private let annotator: Int
  private let system: Int

  init(_ map: FieldMap) {
    let prompts = map.candidates("prompt", usual: Self.prompts)
    prompt = 2..<2 + prompts.count
    annotator = 2 + prompts.count
    count = annotator + 1
    system = count + 1
    fields = [map["chosen"], map["rejected"]] + prompts + [map["annotator"], map["count"], map["system"]]
  }

  static func matches(_ fields: Set<String>, _ map: FieldMap) -> Bool {
    fields.contains(map["chosen"]) && fields.contains(map["rejected"])
  }

  func read(_ row: Row, into sink: inout ComparisonSink) throws {
    let slot = prompt.first { row[$0] != nil }
    let instructions = try instructions(row, beside: slot)
    if let slot, instructions == nil, sink.takesBareTexts, row.isBareText(slot), row.isBareText(0),
      row.isBareText(1)
    {
      return try Self.compareTexts(
        row, sink: &sink, prompt: slot, sides: (0, 1), outcome: Outcome(share: 1),
        count: VotesLayout.count(row, count),
        annotator: sink.annotator(row[annotator], row, row.names[annotator]))
    }
    let asked = try slot.map { try row.transcript($0) }
    let chosen = try dialogue(row.transcript(0, "the preferred answer"), asked)
    let rejected = try dialogue(row.transcript(1, "the answer that was turned down"), asked)
    try Self.compare(
      row, sink: &sink, system: instructions, prompt: asked,
      promptField: slot.map { row.names[$0] } ?? row.names[0], first: chosen, second: rejected,
      fields: (row.names[0], row.names[1]), outcome: Outcome(share: 1), count: VotesLayout.count(row, count),
      annotator: sink.annotator(row[annotator], row, row.names[annotator]))
  }

  /// What the field `system` says, as a turn of that role; nil where it says nothing, or is the prompt itself.
  private func instructions(_ row: Row, beside slot: Int?) throws -> Transcript? {
    guard let value = row[system], slot.map({ row.names[$0] }) != row.names[system] else { return nil }
    let text = try row.transcript(value, row.names[system]).bytes
    return text.isEmpty ? nil : Transcript(turns: [Transcript.Turn(role: "system", text: text)])
  }

  /// hh-rlhf's dialogues have no prompt of their own.
  private func dialogue(_ transcript: Transcript, _ asked: Transcript?) -> Transcript {
    guard asked == nil, transcript.turns.count == 1, transcript.turns[0].role.isEmpty else {
      return transcript
    }
    return Transcript(humanAssistant: transcript.turns[0].text) ?? transcript
  }

  /// Two answers, or dialogues that begin alike, under the prompt that is known.
  ///
  /// - Parameter system: A turn that stands before all others.
  static func compare(
    _ row: Row, sink: inout ComparisonSink, system: Transcript? = nil, prompt: Transcript?,
    promptField: String, first: Transcript,
    second: Transcript, fields: (String, String), outcome: Outcome, count: Double, annotator: Int?,
    models: (a: [UInt8]?, b: [UInt8]?) = (nil, nil)
  ) throws {
    // The last turn is the answer, also where all turns are the same.
    let shared = min(first.shared(with: second), first.turns.count - 1, second.turns.count - 1)
    let said = Self.joined(prompt, Array(first.turns.prefix(shared)))
    let asked = system.map { system in said.map(system.followed(by:)) ?? system } ?? said
    let a = Transcript(turns: Array(first.turns.dropFirst(shared)))
    let b = Transcript(turns: Array(second.turns.dropFirst(shared)))
    let place = try asked.map { try sink.prompt($0, row, promptField) }
    let one = try sink.answer(a, under: place, model: models.a, row, fields.0)
    let other = try sink.answer(b, under: place, model: models.b, row, fields.1)
    guard sink.areDifferent(one, other, a, b, row) else { return }
    try sink.add(
      row, one, other, outcome: outcome.share, count: count, annotator: annotator,
      isBothBad: outcome.isBothBad)
  }

  /// The same for bare texts under a prompt that is one, as most rows have them: they are read where they stand.
  ///
  /// - Parameters:
  ///   - prompt: Its slot.
  ///   - sides: Slots of the answers.
  static func compareTexts(
    _ row: Row, sink: inout ComparisonSink, prompt: Int, sides: (a: Int, b: Int), outcome: Outcome,
    count: Double, annotator: Int?, models: (a: [UInt8]?, b: [UInt8]?) = (nil, nil)
  ) throws {
    guard let asked = row[prompt], let first = row[sides.a], let second = row[sides.b] else { return }
    let place = try sink.prompt(text: sink.text(asked), row, row.names[prompt])
    let one = try sink.answer(
      text: sink.text(first), under: place, model: models.a, row, row.names[sides.a])
    let other = try sink.answer(
      text: sink.text(second), under: place, model: models.b, row, row.names[sides.b])
    guard sink.areDifferent(one, other, row) else { return }
    try sink.add(
      row, one, other, outcome: outcome.share, count: count, annotator: annotator,
      isBothBad: outcome.isBothBad)
  }

  /// A prompt and the turns that follow it; turns that say the prompt again say nothing new.
  private static func joined(_ prompt: Transcript?, _ turns: [Transcript.Turn]) -> Transcript? {
    guard !turns.isEmpty else { return prompt }
    let said = Transcript(turns: turns)
    guard let prompt, prompt.bytes != said.bytes else { return said }
    if prompt.turns.count == 1, turns.contains(where: { $0.text == prompt.turns[0].text }) { return said }
    return Transcript(
      turns: prompt.turns.map { $0.role.isEmpty ? Transcript.Turn(role: "user", text: $0.text) : $0 } + turns)
  }
}

/// OpenAI's, Together's and Fireworks' rows: `input.messages`, `preferred_output`, `non_preferred_output`.
struct OpenAILayout: ComparisonLayout {
  let fields: [String]

  init(_ map: FieldMap) {
    fields = [map["input"], map["preferred_output"], map["non_preferred_output"]]
  }

  static func matches(_ fields: Set<String>, _ map: FieldMap) -> Bool {
    fields.contains(map["preferred_output"]) && fields.contains(map["non_preferred_output"])
  }

  func read(_ row: Row, into sink: inout ComparisonSink) throws {
    var asked: Transcript?
    if let input = row[0] {
      if input.kind == .object {
        let members = try row.members(input, row.names[0])
        guard let messages = members["messages"] else {
          throw row.error("\(row.names[0]).messages", "nothing", "a list of messages")
        }
        asked = try row.transcript(messages, "\(row.names[0]).messages")
      } else {
        asked = try row.transcript(input, row.names[0])
      }
    }
    try PreferenceLayout.compare(
      row, sink: &sink, prompt: asked, promptField: row.names[0],
      first: row.transcript(1, "a list of messages"),
      second: row.transcript(2, "a list of messages"), fields: (row.names[1], row.names[2]),
      outcome: Outcome(share: 1), count: 1, annotator: nil)
  }
}

/// Two answers beside each other and which of them was preferred: `response_a`, `response_b`, `winner`.
struct AnswersLayout: ComparisonLayout {
  static let pairs = [
    ("response_a", "response_b"), ("response_A", "response_B"), ("answer_a", "answer_b"),
    ("completion_a", "completion_b"),
    ("conversation_a", "conversation_b"), ("output_a", "output_b"), ("response1", "response2"),
    ("response_1", "response_2"), ("answer1", "answer2"), ("text1", "text2"), ("output_1", "output_2"),
  ]
  private static let models = [("model_a", "model_b"), ("model_1", "model_2")]

  let fields: [String]
  private let outcomes: OutcomeFields
  private let sides: Int
  private let prompt: Range<Int>
  private let annotators: Range<Int>
  private let count: Int
  private let modelSlots: Int

  init(_ map: FieldMap) {
    let pairs =
      map.names["a"] != nil || map.names["b"] != nil
      ? [(map.names["a"] ?? "response_a", map.names["b"] ?? "response_b")] : Self.pairs
    sides = pairs.count
    var fields = pairs.flatMap { [$0.0, $0.1] }
    outcomes = OutcomeFields(from: fields.count, map)
    fields += outcomes.names
    let prompts = map.candidates("prompt", usual: ["prompt", "question", "instruction", "context"])
    prompt = fields.count..<fields.count + prompts.count
    fields += prompts
    let workers = map.candidates(
      "annotator", usual: ["annotator", "annotator_id", "worker", "judge", "judge_hash", "rater"])
    annotators = fields.count..<fields.count + workers.count
    fields += workers
    count = fields.count
    fields.append(map["count"])
    modelSlots = fields.count
    fields += Self.models.flatMap { [$0.0, $0.1] }
    self.fields = fields
  }

  /// The two fields with answers that are usual; empty where there are none.
  static func sides(_ fields: Set<String>) -> [String] {
    pairs.first { fields.contains($0.0) && fields.contains($0.1) }.map { [$0.0, $0.1] } ?? []
  }

  static func matches(_ fields: Set<String>, _ map: FieldMap) -> Bool {
    let sides =
      map.names["a"].map { a in fields.contains(a) && map.names["b"].map(fields.contains) == true }
      ?? pairs.contains { fields.contains($0.0) && fields.contains($0.1) }
    return sides && OutcomeFields(from: 0, map).isTold(by: fields)
  }

  func read(_ row: Row, into sink: inout ComparisonSink) throws {
    guard let place = (0..<sides).first(where: { row[2 * $0] != nil && row[2 * $0 + 1] != nil }) else {
      throw row.error(
        nil, "no two answers", "fields such as response_a and response_b (--map a=...,b=... names others)")
    }
    let (a, b) = (2 * place, 2 * place + 1)
    // An answer's own text decides nothing here: a winner is told by a word.
    let nothing = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    guard
      let outcome = try outcomes.read(row, (row.names[a], nothing), (row.names[b], nothing), note: { _ in })
    else {
      sink.leaveOut(row, .noOutcome)
      return
    }
    let slot = prompt.first { row[$0] != nil }
    let annotator = annotators.first { row[$0] != nil } ?? annotators.lowerBound
    if sink.settings.by == .model {
      guard let models = [modelSlots, modelSlots + 2].first(where: { row[$0] != nil && row[$0 + 1] != nil }),
        let a = row[models], let b = row[models + 1]
      else {
        throw row.error("model_a", "no names of two models", "model_a and model_b, which --by model compares")
      }
      try sink.addNamed(
        row, (a, row.names[models]), (b, row.names[models + 1]), outcome,
        count: VotesLayout.count(row, count),
        annotator: sink.annotator(row[annotator], row, row.names[annotator]),
        prompt: slot.map { try row.transcript($0) }, promptField: slot.map { row.names[$0] } ?? "")
      return
    }
    func model(_ slot: Int) throws -> [UInt8]? { try row[slot].map { try row.text($0, row.names[slot]) } }
    let models = [modelSlots, modelSlots + 2].first { row[$0] != nil && row[$0 + 1] != nil }
    if let slot, sink.takesBareTexts, row.isBareText(slot), row.isBareText(a), row.isBareText(b) {
      return try PreferenceLayout.compareTexts(
        row, sink: &sink, prompt: slot, sides: (a, b), outcome: outcome, count: VotesLayout.count(row, count),
        annotator: sink.annotator(row[annotator], row, row.names[annotator]),
        models: (models.map { try model($0) } ?? nil, models.map { try model($0 + 1) } ?? nil))
    }
    try PreferenceLayout.compare(
      row, sink: &sink, prompt: slot.map { try row.transcript($0) },
      promptField: slot.map { row.names[$0] } ?? row.names[a], first: row.transcript(a),
      second: row.transcript(b),
      fields: (row.names[a], row.names[b]), outcome: outcome, count: VotesLayout.count(row, count),
      annotator: sink.annotator(row[annotator], row, row.names[annotator]),
      models: (models.map { try model($0) } ?? nil, models.map { try model($0 + 1) } ?? nil))
  }
}
