import Tessera

/// Which layout rows have.
struct LayoutRecognition {
  let name: LayoutName
  let layout: any ComparisonLayout
  /// Fields that hold answers where the names beside them are compared, and nobody asked for that; empty elsewhere.
  let passedOver: [String]

  /// - Parameters:
  ///   - sample: The source's, of its first row.
  ///   - given: The layout that was asked for; nil to recognise it by the fields of the first row.
  ///   - map: Names of fields.
  ///   - aspect: Which rating UltraFeedback's completions are compared by; nil for the mean.
  /// - Throws: `FormatError`.
  init(
    _ source: any RowSource, _ sample: [(name: String, value: JSONScanner.Value?)], given: LayoutName?,
    map: FieldMap, by: ComparedThings, aspect: String?
  ) throws {
    if given != nil { try map.check(given) }
    let names = sample.map(\.name)
    let fields = Set(names)
    if let header = source.header {
      for (ours, theirs) in map.names.sorted(by: { $0.key < $1.key }) where !header.contains(theirs) {
        throw source.error(
          1, theirs, "no such column for \(ours)", "one of \(header.joined(separator: ", "))")
      }
    }
    // A row without one of its two sides says nothing: the first row has them, whatever the others have.
    func requireMapped(_ known: [String]?) throws {
      for (ours, theirs) in map.names.sorted(by: { $0.key < $1.key })
      where known?.contains(ours) != false && !fields.contains(theirs) && !names.isEmpty {
        throw source.error(
          1, theirs, "no such field for \(ours)", "one of \(names.joined(separator: ", "))")
      }
    }
    // What annotation tools export has the fields that are named inside of others.
    let isNested =
      given.map { $0 == .labelStudio || $0 == .argilla }
      ?? (LabelStudioLayout.matches(fields) || ArgillaLayout.matches(fields))
    if !isNested { try requireMapped(["a", "b", "chosen", "rejected"]) }
    let keys = Self.keysOfCompletions(sample, map)
    guard let name = given ?? Self.recognise(fields, map, by, keys: keys) else {
      try map.check(nil)
      try requireMapped(nil)
      let suggestion = AnswerFields(sample, map).map { "; here perhaps --map \($0.map)" } ?? ""
      throw source.error(
        1, nil,
        names.isEmpty
          ? "no fields"
          : "the \(source.header == nil ? "fields" : "columns") \(names.joined(separator: ", "))",
        Self.expected + suggestion)
    }
    try map.check(name)
    self.name = name
    if name == .votes, let header = source.header { try VotesLayout.check(source, header, map) }
    let isAsked = given != nil || by != .automatic || map.names["a"] != nil || map.names["b"] != nil
    passedOver = name == .votes && !isAsked ? AnswersLayout.sides(fields) : []
    switch name {
    case .votes: layout = VotesLayout(map, names: source.header)
    case .answers: layout = AnswersLayout(map)
    case .preference: layout = PreferenceLayout(map)
    case .unpaired: layout = UnpairedLayout(map)
    case .openai: layout = OpenAILayout(map)
    case .ranked: layout = RankedLayout(map)
    case .helpsteer: layout = HelpSteerLayout(map)
    case .ultrafeedback: layout = UltraFeedbackLayout(map, aspect: aspect)
    case .ratings: layout = RatingsLayout(map)
    case .labelStudio: layout = LabelStudioLayout(map)
    case .argilla: layout = ArgillaLayout(map, names: names)
    }
    if aspect != nil, name != .ultrafeedback {
      throw source.error(
        1, nil, "the layout \(name.rawValue)", "completions with ratings, which an aspect is one of")
    }
  }

  static let expected =
    "the columns a and b, model_a and model_b, or left and right with winner or preference (votes); chosen and rejected; completion and label; preferred_output; completions; response1 and response2; item and score (--columns or --map names other fields, --layout the kind of rows)"

  /// The more a layout asks for, the earlier it is tried.
  private static func recognise(
    _ fields: Set<String>, _ map: FieldMap, _ by: ComparedThings, keys: Set<String>
  ) -> LayoutName? {
    if LabelStudioLayout.matches(fields) { return .labelStudio }
    if ArgillaLayout.matches(fields) { return .argilla }
    if OpenAILayout.matches(fields, map) { return .openai }
    if HelpSteerLayout.matches(fields, map) { return .helpsteer }
    if UltraFeedbackLayout.matches(fields, map, keys: keys) { return .ultrafeedback }
    if RankedLayout.matches(fields, map, keys: keys) { return .ranked }
    if PreferenceLayout.matches(fields, map) { return .preference }
    if UnpairedLayout.matches(fields, map) { return .unpaired }
    let hasAnswers = AnswersLayout.matches(fields, map)
    if by == .answer, hasAnswers { return .answers }
    if VotesLayout.matches(fields, map) { return .votes }
    if hasAnswers { return .answers }
    if RatingsLayout.matches(fields, map) { return .ratings }
    // One name without the other: it is told which is missing.
    return VotesLayout.pairs.contains { fields.contains($0.0) || fields.contains($0.1) } ? .votes : nil
  }

  /// Names of the members of the first completion.
  private static func keysOfCompletions(
    _ sample: [(name: String, value: JSONScanner.Value?)], _ map: FieldMap
  )
    -> Set<String>
  {
    guard let value = sample.first(where: { $0.name == map["completions"] })?.value,
      value.kind == .array || (value.kind == .string && !value.escaped), value.bytes.first == 0x5B,
      var scanner = try? JSONScanner(value.bytes, open: 0x5B), let first = try? scanner.nextElement(),
      first.kind == .object, let members = try? JSONMembers.all(first.bytes)
    else { return [] }
    return Set(members.map(\.name))
  }
}
