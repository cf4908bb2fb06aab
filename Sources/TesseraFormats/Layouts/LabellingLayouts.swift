import Tessera

/// Pairs of answers as labelling tools name their fields.
enum LabelledPair {
  static let usual = [
    ("response1", "response2"), ("response_1", "response_2"), ("response_a", "response_b"),
    ("answer1", "answer2"),
    ("answer_1", "answer_2"), ("text1", "text2"), ("text_1", "text_2"), ("txt-1", "txt-2"),
    ("answer-1", "answer-2"),
    ("generation1", "generation2"), ("left", "right"), ("a", "b"),
  ]

  /// The two fields that hold answers.
  static func find(_ fields: [String: JSONScanner.Value], _ map: FieldMap, hint: [String] = []) -> (
    String, String
  )? {
    if let a = map.names["a"], let b = map.names["b"] { return (a, b) }
    if hint.count == 2, fields[hint[0]] != nil, fields[hint[1]] != nil { return (hint[0], hint[1]) }
    return usual.first { fields[$0.0] != nil && fields[$0.1] != nil }
  }

  static func prompt(_ fields: [String: JSONScanner.Value], _ map: FieldMap) -> String? {
    map.candidates("prompt", usual: ["prompt", "question", "instruction", "context", "input"]).first {
      fields[$0] != nil
    }
  }
}

/// Label Studio's export (JSON) of a project with a Pairwise tag: tasks with `data` and `annotations`.
struct LabelStudioLayout: ComparisonLayout {
  let fields: [String]
  private let map: FieldMap

  init(_ map: FieldMap) {
    self.map = map
    fields = ["data", "annotations"]
  }

  static func matches(_ fields: Set<String>) -> Bool {
    fields.contains("data") && fields.contains("annotations")
  }

  func read(_ row: Row, into sink: inout ComparisonSink) throws {
    let data = try row.members(row.required(0, "the task's data"), "data")
    var votes = 0
    guard let value = row[1] else {
      sink.leaveOut(row, .noOutcome)
      return
    }
    for (number, annotation) in try row.elements(value, "annotations", "a list").enumerated() {
      let name = "annotations[\(number)]"
      let members = try row.members(annotation, name)
      if let cancelled = members["was_cancelled"], cancelled.bytes.first == 0x74 { continue }
      guard let results = members["result"] else { continue }
      for (place, result) in try row.elements(results, "\(name).result", "a list").enumerated() {
        let field = "\(name).result[\(place)]"
        let parts = try row.members(result, field)
        guard parts["type"].map({ String(decoding: $0.bytes, as: UTF8.self) }) == "pairwise" else { continue }
        guard let value = parts["value"], let selected = try row.members(value, "\(field).value")["selected"]
        else {
          throw row.error("\(field).value.selected", "nothing", "left, right or none")
        }
        let hint = try parts["to_name"].map {
          String(decoding: try row.text($0, "\(field).to_name"), as: UTF8.self).split(separator: ",").map(
            String.init)
        }
        guard let (a, b) = LabelledPair.find(data, map, hint: hint ?? []), let left = data[a],
          let right = data[b]
        else {
          throw row.error(
            "data", "the fields \(data.keys.sorted().joined(separator: ", "))",
            "two with the texts, as text1 and text2 (--map a=LEFT,b=RIGHT names them)")
        }
        let outcome: Outcome
        switch String(decoding: try row.text(selected, "\(field).value.selected"), as: UTF8.self) {
        case "left": outcome = Outcome(share: 1)
        case "right": outcome = Outcome(share: 0)
        case "none", "tie": outcome = .tie
        default:
          throw row.error("\(field).value.selected", quoted(selected.bytes), "left, right or none")
        }
        let annotator = try members["completed_by"].flatMap {
          try self.annotator($0, row, "\(name).completed_by", &sink)
        }
        let prompt = LabelledPair.prompt(data, map)
        try PreferenceLayout.compare(
          row, sink: &sink,
          prompt: prompt.flatMap { name in try data[name].map { try row.transcript($0, "data.\(name)") } },
          promptField: "data.\(prompt ?? "")", first: row.transcript(left, "data.\(a)"),
          second: row.transcript(right, "data.\(b)"), fields: ("data.\(a)", "data.\(b)"), outcome: outcome,
          count: 1,
          annotator: annotator)
        votes += 1
      }
    }
    if votes == 0 { sink.leaveOut(row, .noOutcome) }
  }

  /// A number, or an object with an id.
  private func annotator(
    _ value: JSONScanner.Value, _ row: Row, _ field: String, _ sink: inout ComparisonSink
  ) throws -> Int? {
    guard value.kind == .object else { return try sink.annotator(value, row, field) }
    let members = try row.members(value, field)
    return try sink.annotator(members["id"] ?? members["email"], row, field)
  }
}

/// Argilla's records: fields with two or more answers, and what users said of them, nested or flattened.
///
/// A label names one of the fields, or a tie; a ranking puts them in order.
struct ArgillaLayout: ComparisonLayout {
  let fields: [String]
  private let map: FieldMap
  /// The question; nil where records are nested, which name it.
  private let question: String?
  private let names: [String]

  /// - Parameter names: All fields of the first record.
  init(_ map: FieldMap, names: [String]) {
    self.map = map
    let suffix = ".responses"
    let wanted = map.names["outcome"]
    question =
      names.compactMap { name -> String? in
        guard name.hasSuffix(suffix) else { return nil }
        let question = String(name.dropLast(suffix.count))
        return wanted == nil || wanted == question || wanted == name ? question : nil
      }.first
    self.names = question == nil ? ["fields", "responses"] : names
    fields = self.names
  }

  static func matches(_ fields: Set<String>) -> Bool {
    (fields.contains("fields") && fields.contains("responses"))
      || fields.contains { $0.hasSuffix(".responses") }
  }

  private struct Response {
    let value: JSONScanner.Value
    let user: JSONScanner.Value?
    let field: String
  }

  func read(_ row: Row, into sink: inout ComparisonSink) throws {
    let (answers, responses) = try question.map { try flat(row, $0) } ?? nested(row)
    guard !responses.isEmpty else {
      sink.leaveOut(row, .noOutcome)
      return
    }
    let slot = LabelledPair.prompt(answers, map)
    let prompt = try slot.flatMap { name in try answers[name].map { try row.transcript($0, name) } }
    func compare(_ a: String, _ b: String, _ outcome: Outcome, _ user: Int?) throws {
      guard let first = answers[a], let second = answers[b] else {
        throw row.error(answers[a] == nil ? a : b, "nothing", "an answer")
      }
      try PreferenceLayout.compare(
        row, sink: &sink, prompt: prompt, promptField: slot ?? "", first: row.transcript(first, a),
        second: row.transcript(second, b), fields: (a, b), outcome: outcome, count: 1, annotator: user)
    }
    for response in responses {
      let user = try sink.annotator(response.user, row, response.field)
      if response.value.kind == .array {
        let ranks = try row.elements(response.value, response.field, "a ranking").map { element in
          let members = try row.members(element, response.field)
          guard let value = members["value"], let rank = members["rank"] else {
            throw row.error(response.field, quoted(element.bytes), "value and rank")
          }
          return (
            name: String(decoding: try row.text(value, response.field), as: UTF8.self),
            rank: try row.number(rank, response.field, "a rank")
          )
        }
        for i in ranks.indices {
          for j in ranks.indices.dropFirst(i + 1) {
            let (a, b) = (ranks[i], ranks[j])
            try compare(
              a.name, b.name, a.rank == b.rank ? .tie : Outcome(share: a.rank < b.rank ? 1 : 0), user)
          }
        }
      } else {
        guard let (a, b) = LabelledPair.find(answers, map) else {
          throw row.error(
            nil, "the fields \(answers.keys.sorted().joined(separator: ", "))",
            "two with answers, as response1 and response2 (--map a=ONE,b=OTHER names them)")
        }
        let word = String(decoding: try row.text(response.value, response.field), as: UTF8.self)
        let outcome: Outcome
        switch word.lowercased() {
        case a.lowercased(), "a", "left", "chosen_a", "1": outcome = Outcome(share: 1)
        case b.lowercased(), "b", "right", "chosen_b", "2": outcome = Outcome(share: 0)
        case "tie", "equal", "both", "draw": outcome = .tie
        case "neither", "both_bad", "none": outcome = .bothBad
        default:
          throw row.error(
            response.field, quoted(response.value.bytes), "\"\(a)\", \"\(b)\", \"tie\" or a ranking")
        }
        try compare(a, b, outcome, user)
      }
    }
  }

  private func nested(_ row: Row) throws -> ([String: JSONScanner.Value], [Response]) {
    let answers = try row.members(row.required(0, "the record's fields"), "fields")
    guard let value = row[1] else { return (answers, []) }
    let questions = try row.members(value, "responses")
    let wanted = map.names["outcome"]
    guard let question = questions.keys.sorted().first(where: { wanted == nil || wanted == $0 }) else {
      return (answers, [])
    }
    guard wanted != nil || questions.count == 1 else {
      throw row.error(
        "responses", "the questions \(questions.keys.sorted().joined(separator: ", "))",
        "one, or --map outcome=QUESTION")
    }
    guard let list = questions[question] else { return (answers, []) }
    let field = "responses.\(question)"
    let responses = try row.elements(list, field, "a list").enumerated().map { place, element in
      let members = try row.members(element, "\(field)[\(place)]")
      guard let value = members["value"] else {
        throw row.error("\(field)[\(place)].value", "nothing", "a response")
      }
      return Response(value: value, user: members["user_id"], field: "\(field)[\(place)]")
    }
    return (answers, responses)
  }

  private func flat(_ row: Row, _ question: String) throws -> ([String: JSONScanner.Value], [Response]) {
    var answers: [String: JSONScanner.Value] = [:]
    for (slot, name) in row.names.enumerated() where !name.contains(".") { answers[name] = row[slot] }
    let field = question + ".responses"
    func list(_ name: String) throws -> [JSONScanner.Value]? {
      guard let slot = row.names.firstIndex(of: name), let value = row[slot] else { return nil }
      return try row.elements(value, name, "a list")
    }
    let values = try list(field) ?? []
    let users = try list(field + ".users") ?? []
    let status = try list(field + ".status") ?? []
    let responses = values.enumerated().compactMap { place, value -> Response? in
      // A draft or a discarded response was not given.
      if place < status.count, !status[place].isNull,
        String(decoding: status[place].bytes, as: UTF8.self) != "submitted"
      {
        return nil
      }
      return value.isNull
        ? nil : Response(value: value, user: place < users.count ? users[place] : nil, field: field)
    }
    return (answers, responses)
  }
}
