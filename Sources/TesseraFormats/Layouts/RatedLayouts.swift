import Tessera

/// Answers to one prompt with what each of them was given: pairs of unequal ones are comparisons.
struct RatedAnswers {
  struct Answer {
    let number: Int
    let value: Double
    let text: Transcript
  }

  /// Compares all pairs, in their order. Equal ratings say nothing of who is better: they are counted, and left out.
  ///
  /// - Parameter isBetter: Whether a larger value is the better one.
  static func compare(
    _ row: Row, _ answers: [Answer], largerIsBetter: Bool, annotator: Int?, prompt: Int? = nil,
    into sink: inout ComparisonSink
  ) throws {
    for i in answers.indices {
      for j in answers.indices.dropFirst(i + 1) {
        let (a, b) = (answers[i], answers[j])
        guard sink.areDifferent(a.number, b.number, a.text, b.text, row) else { continue }
        if a.value == b.value {
          sink.leaveOut(row, .equalRatings, [sink.id(a.number), sink.id(b.number)])
          continue
        }
        try sink.add(
          row, a.number, b.number, outcome: (a.value > b.value) == largerIsBetter ? 1 : 0,
          annotator: annotator,
          prompt: prompt)
      }
    }
  }
}

/// NeMo's ranked rows: `context` and `completions` with `rank` (a lower one is better) and `completion`.
struct RankedLayout: ComparisonLayout {
  let fields: [String]

  init(_ map: FieldMap) {
    fields = [map["context"], map["completions"], map["prompt"]]
  }

  /// - Parameter keys: Names of the members of the first completion.
  static func matches(_ fields: Set<String>, _ map: FieldMap, keys: Set<String>) -> Bool {
    fields.contains(map["completions"]) && keys.contains("rank")
  }

  func read(_ row: Row, into sink: inout ComparisonSink) throws {
    let slot = row[0] != nil ? 0 : 2
    let prompt = try row[slot].map {
      try sink.prompt(row.transcript($0, row.names[slot]), row, row.names[slot])
    }
    let field = row.names[1]
    let elements = try row.elements(row.required(1, "a list of ranked completions"), field, "a list")
    let answers = try elements.enumerated().map { place, element in
      let name = "\(field)[\(place)]"
      let members = try row.members(element, name)
      guard let rank = members["rank"] else { throw row.error("\(name).rank", "nothing", "a number") }
      guard let completion = members["completion"] else {
        throw row.error("\(name).completion", "nothing", "a text or a list of messages")
      }
      let text = try row.transcript(completion, "\(name).completion")
      return RatedAnswers.Answer(
        number: try sink.answer(text, under: prompt, row, "\(name).completion"),
        value: try row.number(rank, "\(name).rank", "a number"), text: text)
    }
    guard answers.count > 1 else {
      throw row.error(field, answers.isEmpty ? "no completions" : "one completion", "at least two")
    }
    try RatedAnswers.compare(row, answers, largerIsBetter: false, annotator: nil, into: &sink)
  }
}

/// UltraFeedback's rows: `instruction` and `completions` with `response`, `model` and ratings by aspect.
struct UltraFeedbackLayout: ComparisonLayout {
  let fields: [String]
  /// nil for the mean of all aspects.
  private let aspect: String?

  /// - Parameter aspect: helpfulness, honesty, instruction_following, truthfulness, overall_score, fine-grained_score; nil for the mean.
  init(_ map: FieldMap, aspect: String?) {
    fields = [map["instruction"], map["completions"], map["prompt"]]
    self.aspect = aspect
  }

  static func matches(_ fields: Set<String>, _ map: FieldMap, keys: Set<String>) -> Bool {
    fields.contains(map["completions"]) && keys.contains("response")
      && !keys.isDisjoint(with: ["annotations", "overall_score", "rating"])
  }

  func read(_ row: Row, into sink: inout ComparisonSink) throws {
    let slot = row[0] != nil ? 0 : 2
    let asked = try row.transcript(row.required(slot, "the instruction"), row.names[slot])
    let field = row.names[1]
    let elements = try row.elements(row.required(1, "a list of rated completions"), field, "a list")
    let byModel = sink.settings.by == .model
    let prompt = byModel ? nil : try sink.prompt(asked, row, row.names[slot])
    let promptNumber =
      byModel && sink.settings.keepsPrompts ? try sink.prompt(asked, row, row.names[slot]).number : nil
    var answers: [RatedAnswers.Answer] = []
    for (place, element) in elements.enumerated() {
      let name = "\(field)[\(place)]"
      let members = try row.members(element, name)
      guard let rating = try rating(row, members, name, &sink) else { continue }
      guard let response = members["response"] else {
        throw row.error("\(name).response", "nothing", "a text")
      }
      let text = try row.transcript(response, "\(name).response")
      let model = try members["model"].map { try row.text($0, "\(name).model") }
      let number: Int
      if byModel {
        guard let value = members["model"] else {
          throw row.error("\(name).model", "nothing", "the model's name, which --by model compares")
        }
        number = try sink.named(value, row, "\(name).model")
      } else {
        number = try sink.answer(text, under: prompt, model: model, row, "\(name).response")
      }
      answers.append(RatedAnswers.Answer(number: number, value: rating, text: text))
    }
    try RatedAnswers.compare(
      row, answers, largerIsBetter: true, annotator: nil, prompt: promptNumber, into: &sink)
  }

  /// nil where the completion was not rated: every rating is "N/A", which the sink counts.
  private func rating(
    _ row: Row, _ members: [String: JSONScanner.Value], _ name: String, _ sink: inout ComparisonSink
  ) throws -> Double? {
    func number(_ row: Row, _ value: JSONScanner.Value, _ field: String) throws -> Double? {
      if value.kind == .string,
        ["N/A", "NA", "n/a"].contains(String(decoding: value.bytes.prefix(4), as: UTF8.self))
      {
        sink.leaveOut(row, .notRated)
        return nil
      }
      return try row.number(value, field, "a rating")
    }
    if let aspect, let value = members[aspect] { return try number(row, value, "\(name).\(aspect)") }
    guard let annotations = members["annotations"] else {
      guard aspect == nil, let value = members["overall_score"] ?? members["rating"] else {
        throw row.error("\(name).\(aspect ?? "annotations")", "nothing", "a rating")
      }
      return try number(row, value, "\(name).overall_score")
    }
    let aspects = try row.members(annotations, "\(name).annotations")
    var ratings: [Double] = []
    for (key, value) in aspects.sorted(by: { $0.key < $1.key }) where aspect == nil || aspect == key {
      let field = "\(name).annotations.\(key)"
      let rating = value.kind == .object ? try row.members(value, field)["Rating"] : value
      guard let rating else { throw row.error("\(field).Rating", "nothing", "a rating") }
      if let number = try number(row, rating, "\(field).Rating") { ratings.append(number) }
    }
    if let aspect, aspects[aspect] == nil {
      throw row.error(
        "\(name).annotations", "no aspect \"\(aspect)\"",
        "one of \(aspects.keys.sorted().joined(separator: ", "))")
    }
    return ratings.isEmpty ? nil : ratings.reduce(0, +) / Double(ratings.count)
  }
}

/// HelpSteer's preferences: two responses and a strength, negative for the first; version 3 says it of every annotator.
struct HelpSteerLayout: ComparisonLayout {
  let fields: [String]

  init(_ map: FieldMap) {
    fields = [
      map["context"], map["prompt"], map["response1"], map["response2"], map["response_1"], map["response_2"],
      map["overall_preference"], map["preference_strength"], map["individual_preference"],
    ]
  }

  static func matches(_ fields: Set<String>, _ map: FieldMap) -> Bool {
    [map["overall_preference"], map["preference_strength"], map["individual_preference"]].contains(
      where: fields.contains)
  }

  func read(_ row: Row, into sink: inout ComparisonSink) throws {
    let (a, b) = row[2] != nil ? (2, 3) : (4, 5)
    let first = try row.transcript(a, "the first response")
    let second = try row.transcript(b, "the second response")
    let slot = row[0] != nil ? 0 : 1
    let prompt = try row[slot].map {
      try sink.prompt(row.transcript($0, row.names[slot]), row, row.names[slot])
    }
    let one = try sink.answer(first, under: prompt, row, row.names[a])
    let other = try sink.answer(second, under: prompt, row, row.names[b])
    guard sink.areDifferent(one, other, first, second, row) else { return }
    if let value = row[8], sink.settings.keepsAnnotators {
      let field = row.names[8]
      let votes = try row.elements(value, field, "a list of annotators' preferences")
      for (place, vote) in votes.enumerated() {
        let name = "\(field)[\(place)]"
        guard let score = try row.members(vote, name)["score"] else {
          throw row.error("\(name).score", "nothing", "a number from -3 to 3")
        }
        // Annotators have no names: the first of one row need not be the first of another, so none is claimed.
        try sink.add(row, one, other, outcome: outcome(row, score, "\(name).score"), isOneOfSeveral: true)
      }
      if !votes.isEmpty { return }
    }
    guard let overall = [6, 7].first(where: { row[$0] != nil }), let value = row[overall] else {
      sink.leaveOut(row, .noOutcome)
      return
    }
    try sink.add(row, one, other, outcome: outcome(row, value, row.names[overall]))
  }

  private func outcome(_ row: Row, _ value: JSONScanner.Value, _ field: String) throws -> Double {
    let expected = "a number from -3 (the first is much better) to 3 (the second is)"
    let score = try row.number(value, field, expected)
    guard abs(score) <= 3 else { throw row.error(field, "\(score)", expected) }
    return score < 0 ? 1 : score > 0 ? 0 : 0.5
  }
}
