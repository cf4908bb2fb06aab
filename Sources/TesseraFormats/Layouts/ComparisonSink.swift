import Tessera

/// What layouts find in rows, gathered: alternatives by name or by content, and how they were compared.
///
/// A text is the alternative (prompt, answer): equal texts under one prompt are one, texts under two prompts are two. Its id is
/// the beginning of its content's hash, so that it is the same in every file and every order of rows.
struct ComparisonSink {
  struct Settings {
    /// Whether comparisons of different annotators, and under different prompts, are kept apart.
    var keepsAnnotators = true
    var keepsPrompts = false
    /// Whether texts of alternatives and prompts are kept in memory.
    var keepsTexts = false
    var textLimit = Int.max
    /// Whether it is kept which row said what.
    var keepsRecords = false
    var by = ComparedThings.automatic
    /// Characters up to which a trainer would read; nil for all of them.
    var truncation: Int?
    /// Outcomes that are left out: tie, both_bad.
    var dropped: Set<String> = []
    /// Whether a row is left out that says what an earlier one says.
    var dropsRepeats = false
  }

  /// A prompt that answers were given to.
  struct Prompt {
    let number: Int
    let hash: ContentHash
  }

  let settings: Settings
  private(set) var file = ""
  private var fileNumber: Int32 = -1
  /// Whether ids outside the table are errors.
  private let closed: Bool
  private var ids = StringTable()
  private var annotators = StringTable()
  private var prompts = StringTable()
  private let accumulator: GrowingComparisons
  /// Of each alternative: the other half of its content's hash, its prompt, text and model.
  private var contents: [UInt64] = []
  private var promptOf: [Int32] = []
  private var modelOf: [Int32] = []
  private var models = StringTable()
  private var texts: [String?] = []
  private var keepsTexts: Bool
  private var promptTexts: [String] = []
  private var promptHashes: [UInt64] = []
  /// Prompts by what they say when case and space are left aside.
  private var spellings: [UInt64: Int32] = [:]
  private(set) var faults = RowFaults()
  private(set) var records: [RowRecord] = []
  private(set) var examples: [ComparisonExample] = []
  /// The family of each alternative where a column names it, and the row that did.
  private var familyOf: [Int: (name: Int, place: Int)] = [:]
  private var families = StringTable()
  private var lastPair: (a: Int, b: Int)?
  private var bothBad: [Double] = []
  private var bothBadTotal = 0.0
  private var warnings: [String] = []
  /// Whether answers are compared by what they say, not by a name.
  private var hasTexts = false
  /// Comparisons that say what an earlier one says.
  private var repeats = 0
  /// Comparisons before this file.
  private var before = 0.0
  private var leftOutBefore = 0
  private(set) var rows = 0
  /// The sum of counts before the row at hand; nil between rows. And whether an outcome of it was asked to be left out.
  private var beforeRow: Double?
  private var rowIsDropped = false
  private var categories = StringTable()
  private var tables: [ComparisonTable] = []
  private var uncategorised = ComparisonTable()
  /// The category of the row at hand; -1 where none are asked for, -2 where the row has none.
  private var category = -1
  private let scratch = ByteScratch()
  private let textScratch = ByteScratch()

  /// - Parameter threads: With more than one, comparisons are put away beside the reading.
  init(_ settings: Settings, alternatives: [String]?, threads: Int) {
    self.settings = settings
    accumulator = GrowingComparisons(threads: threads)
    keepsTexts = settings.keepsTexts
    closed = alternatives != nil
    for id in alternatives ?? [] {
      var id = id
      id.withUTF8 { _ = ids.intern($0) }
    }
    fillUp()
  }

  /// What comes next is from this file.
  mutating func begin(file: String) throws {
    if fileNumber >= 0 { try end() }
    self.file = file
    fileNumber += 1
    before = accumulator.total
    leftOutBefore = faults.leftOut
  }

  /// Looks back at a whole file.
  private mutating func end() throws {
    guard accumulator.total > before else {
      let left = faults.leftOut - leftOutBefore
      throw FormatError.content(
        file: file, line: nil, field: nil,
        found: left > 0
          ? "no comparisons: \(left) row\(left == 1 ? " was" : "s were") left out" : "no comparisons",
        expected: "at least one")
    }
  }

  mutating func beginRow(_ row: Row, category: JSONScanner.Value?, field: String?) throws {
    endRow()
    rows += 1
    beforeRow = accumulator.total
    lastPair = nil
    guard let field else { return }
    guard let category else {
      self.category = -2
      return
    }
    self.category = try Self.number(row.text(category, field), row, field, &categories)
  }

  /// A row of which nothing is left is counted with those that filters leave out, not with those that were read.
  mutating func endRow() {
    if rowIsDropped, accumulator.total == beforeRow { rows -= 1 }
    (beforeRow, rowIsDropped) = (nil, false)
  }

  // MARK: Names

  /// The alternative of a name.
  mutating func named(_ value: JSONScanner.Value, _ row: Row, _ field: String) throws -> Int {
    guard value.kind == .string || value.kind == .number else {
      throw row.error(field, quoted(value.bytes), "a string or a number")
    }
    try row.checkName(value, field)
    let bytes = value.escaped ? scratch.unescaped(value.bytes) : value.bytes
    guard !bytes.isEmpty else { throw row.error(field, "an empty name", "a name") }
    return try identify(bytes, row, field)
  }

  private mutating func identify(_ bytes: UnsafeBufferPointer<UInt8>, _ row: Row, _ field: String?) throws
    -> Int
  {
    if closed {
      guard let number = ids.find(bytes) else {
        throw row.error(field, quoted(bytes), "the id of one of the \(ids.count) alternatives")
      }
      return number
    }
    guard let number = ids.intern(bytes) else { throw row.error(field, "bytes that are not UTF-8", "UTF-8") }
    if number >= contents.count { fillUp() }
    return number
  }

  /// Room for what is known of alternatives that are new.
  private mutating func fillUp() {
    while contents.count < ids.count {
      contents.append(0)
      promptOf.append(-1)
      modelOf.append(-1)
      if keepsTexts { texts.append(nil) }
    }
  }

  private static func number(_ bytes: [UInt8], _ row: Row, _ field: String, _ table: inout StringTable) throws
    -> Int
  {
    guard let number = bytes.withUnsafeBufferPointer({ table.intern($0) }) else {
      throw row.error(field, "bytes that are not UTF-8", "UTF-8")
    }
    return number
  }

  /// The number of an annotator; nil where they are not kept apart or there is none.
  mutating func annotator(_ value: JSONScanner.Value?, _ row: Row, _ field: String) throws -> Int? {
    guard settings.keepsAnnotators, let value else { return nil }
    // As an empty cell of a CSV file says nothing.
    if value.kind == .string, value.bytes.isEmpty { return nil }
    return try Self.number(row.text(value, field), row, field, &annotators)
  }

  /// The number of a prompt that is known by a name; nil where they are not kept apart or there is none.
  mutating func promptName(_ value: JSONScanner.Value?, _ row: Row, _ field: String) throws -> Int? {
    guard settings.keepsPrompts, let value else { return nil }
    return try Self.number(row.text(value, field, isText: true), row, field, &prompts)
  }

  /// Which families a row says that its two alternatives are of; one alternative has one.
  mutating func declareFamilies(_ row: Row, _ slotA: Int, _ slotB: Int) throws {
    guard let lastPair else { return }
    for (slot, alternative) in [(slotA, lastPair.a), (slotB, lastPair.b)] {
      guard let value = row[slot] else { continue }
      let name = try Self.number(row.text(value, row.names[slot]), row, row.names[slot], &families)
      if let known = familyOf[alternative] {
        guard known.name == name else {
          throw row.error(
            row.names[slot], "\"\(families.strings[name])\" for \"\(ids.strings[alternative])\"",
            "one family for each alternative: it was \"\(families.strings[known.name])\" at \(known.place)")
        }
      } else {
        familyOf[alternative] = (name, row.place)
      }
    }
  }

  // MARK: Rows that are alike

  /// What names stand for.
  enum Named { case alternative, annotator }

  /// Whether comparisons of plain votes leave nothing behind but themselves.
  var takesPlainVotes: Bool {
    !settings.keepsRecords && settings.dropped.isEmpty && !settings.dropsRepeats && examples.count == 3
      && accumulator.total < ComparisonTable.countLimit / 2
  }

  /// Numbers of names that are known, -1 for the others.
  func find(_ what: Named, _ member: Int, of rows: RowsAhead, into numbers: inout [Int32]) {
    switch what {
    case .alternative: ids.find(member, of: rows, into: &numbers)
    case .annotator: annotators.find(member, of: rows, into: &numbers)
    }
  }

  /// The number that was found, or a new one; nil for what is no name here.
  @inline(__always)
  mutating func number(_ what: Named, _ found: Int, _ name: UnsafeBufferPointer<UInt8>) -> Int? {
    found >= 0 ? found : new(what, name)
  }

  private mutating func new(_ what: Named, _ name: UnsafeBufferPointer<UInt8>) -> Int? {
    guard !name.isEmpty else { return nil }
    guard what == .alternative else { return annotators.intern(name) }
    guard !closed, let number = ids.intern(name) else { return nil }
    if number >= contents.count { fillUp() }
    return number
  }

  /// Comparisons of one row each, which nothing else is known of.
  ///
  /// - Parameter bothBad: Those in which both were bad.
  mutating func add(plain comparisons: [Comparison], bothBad: [Int]) {
    endRow()
    rows += comparisons.count
    accumulator.add(plain: comparisons)
    for place in bothBad {
      countBothBad(Int(comparisons[place].a), Int(comparisons[place].b), comparisons[place].count)
    }
  }

  private mutating func countBothBad(_ a: Int, _ b: Int, _ count: Double) {
    bothBadTotal += count
    if bothBad.count <= max(a, b) {
      bothBad += [Double](repeating: 0, count: max(a, b) + 1 - bothBad.count)
    }
    bothBad[a] += count
    bothBad[b] += count
  }

  // MARK: Texts

  mutating func prompt(_ transcript: Transcript, _ row: Row, _ field: String) throws -> Prompt {
    try transcript.bytes.withUnsafeBufferPointer { try prompt(text: $0, row, field) }
  }

  /// - Parameter bytes: All that the prompt says.
  mutating func prompt(text bytes: UnsafeBufferPointer<UInt8>, _ row: Row, _ field: String) throws -> Prompt {
    let hash = ContentHash(bytes)
    let known = prompts.count
    let number = try Self.short(hash, row, field, &prompts)
    guard number == known else {
      try same(promptHashes[number], hash.high, "prompts", row, field)
      return Prompt(number: number, hash: hash)
    }
    promptHashes.append(hash.high)
    if keepsTexts { promptTexts.append(try utf8(bytes, row, field)) }
    let first = Int(firstSpelling(PromptSpelling.hash(bytes, scratch), number))
    if first != number {
      faults.add(
        .promptSpelledTwice, fileNumber, row.place, [prompts.strings[first], prompts.strings[number]])
    }
    return Prompt(number: number, hash: hash)
  }

  mutating func answer(
    _ transcript: Transcript, under prompt: Prompt?, model: [UInt8]? = nil, _ row: Row, _ field: String
  ) throws -> Int {
    try transcript.bytes.withUnsafeBufferPointer {
      try answer(text: $0, under: prompt, model: model, row, field)
    }
  }

  /// - Parameter bytes: All that the answer says.
  mutating func answer(
    text bytes: UnsafeBufferPointer<UInt8>, under prompt: Prompt?, model: [UInt8]?, _ row: Row,
    _ field: String
  ) throws -> Int {
    hasTexts = true
    let hash = prompt.map { ContentHash($0.hash, bytes) } ?? ContentHash(bytes)
    let known = ids.count
    if closed {
      guard let number = hash.withShort({ ids.find($0) }) else {
        throw row.error(
          field, "an answer whose id, \(hash.short), is not among the \(ids.count) alternatives",
          "the alternatives of these rows, as tessera export writes them")
      }
      return number
    }
    let number = try Self.short(hash, row, field, &ids)
    guard number == known else {
      try same(contents[number], hash.high, "answers", row, field)
      return number
    }
    if number >= settings.textLimit, keepsTexts { forgetTexts() }
    fillUp()
    contents[number] = hash.high
    promptOf[number] = Int32(prompt?.number ?? -1)
    if let model { modelOf[number] = Int32(try Self.number(model, row, field, &models)) }
    if keepsTexts { texts[number] = try utf8(bytes, row, field) }
    return number
  }

  /// Whether answers can be told apart by their bytes alone: a truncation counts characters.
  var takesBareTexts: Bool { settings.truncation == nil }

  /// What a bare text says; valid until the next call.
  func text(_ value: JSONScanner.Value) -> UnsafeBufferPointer<UInt8> {
    value.escaped ? textScratch.unescaped(value.bytes) : value.bytes
  }

  private mutating func forgetTexts() {
    keepsTexts = false
    (texts, promptTexts) = ([], [])
  }

  private static func short(
    _ hash: ContentHash, _ row: Row, _ field: String, _ table: inout StringTable
  ) throws -> Int {
    guard let number = hash.withShort({ table.intern($0) }) else {
      throw row.error(field, "no id", "an id")
    }
    return number
  }

  /// The first prompt that is spelled alike: this one, which is then stored, where there is none.
  private mutating func firstSpelling(_ key: UInt64, _ number: Int) -> Int32 {
    func keep(_ first: inout Int32) -> Int32 { first }
    return keep(&spellings[key, default: Int32(number)])
  }

  private func same(_ one: UInt64, _ other: UInt64, _ what: String, _ row: Row, _ field: String) throws {
    guard one == other else {
      throw row.error(field, "two different \(what) whose ids are the same by accident", "other data")
    }
  }

  private func utf8(_ bytes: UnsafeBufferPointer<UInt8>, _ row: Row, _ field: String) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw row.error(field, "bytes that are not UTF-8", "UTF-8")
    }
    return text
  }

  // MARK: Comparisons

  /// Whether two numbers are two alternatives; one with itself is counted and left out.
  mutating func areDifferent(_ a: Int, _ b: Int, _ row: Row) -> Bool {
    if a == b { leaveOut(row, .equalSides, [ids.strings[a]]) }
    return a != b
  }

  /// Whether two texts are alternatives that can be compared; equal ones are counted and left out.
  mutating func areDifferent(_ a: Int, _ b: Int, _ one: Transcript, _ other: Transcript, _ row: Row) -> Bool {
    guard areDifferent(a, b, row) else { return false }
    if let limit = settings.truncation, Self.isSame(one.bytes, other.bytes, limit) {
      faults.add(.equalWhenTruncated, fileNumber, row.place, [ids.strings[a], ids.strings[b]])
    }
    return true
  }

  private static func isSame(_ a: [UInt8], _ b: [UInt8], _ characters: Int) -> Bool {
    String(decoding: a, as: UTF8.self).prefix(characters)
      == String(decoding: b, as: UTF8.self).prefix(characters)
  }

  /// A row that says nothing that can be used.
  mutating func leaveOut(_ row: Row, _ kind: RowFaults.Kind, _ ids: [String] = []) {
    faults.add(kind, fileNumber, row.place, ids)
    if settings.keepsRecords {
      records.append(RowRecord(file: fileNumber, row: row.number, place: row.place, leftOut: kind))
    }
  }

  /// - Parameters:
  ///   - outcome: Share of preference for `a`.
  ///   - isOneOfSeveral: Whether it is one of several votes of a row whose voters have no names: the same again is another's vote.
  mutating func add(
    _ row: Row, _ a: Int, _ b: Int, outcome: Double, count: Double = 1, annotator: Int? = nil,
    prompt: Int? = nil,
    isBothBad: Bool = false, isOneOfSeveral: Bool = false
  ) throws {
    if !settings.dropped.isEmpty, outcome == 0.5, settings.dropped.contains(isBothBad ? "both_bad" : "tie") {
      leaveOut(row, .filtered)
      rowIsDropped = beforeRow != nil
      return
    }
    let comparison = Comparison(
      a: a, b: b, outcome: outcome, count: count, annotator: annotator, prompt: prompt)
    lastPair = (a, b)
    // A count of its own says that votes were added up: the same count again is no row that was copied.
    let canRepeat = count == 1 && !isOneOfSeveral
    if settings.dropsRepeats, canRepeat, try accumulator.contains(comparison) {
      leaveOut(row, .repeated, [ids.strings[a], ids.strings[b]])
      return
    }
    do {
      let isFirst = try accumulator.add(comparison)
      if canRepeat, !isFirst { repeats += 1 }
      if category == -2 { try uncategorised.add(comparison) }
      if category >= 0 {
        while tables.count <= category { tables.append(ComparisonTable()) }
        try tables[category].add(comparison)
      }
    } catch DatasetError.countSum(let found, let limit) {
      throw row.error("count", "counts that add up to \(found)", "\(limit) at most")
    } catch let problem as DatasetError {
      throw row.error(nil, "\(problem)", "a comparison")
    }
    if isBothBad { countBothBad(a, b, count) }
    if settings.keepsRecords {
      records.append(RowRecord(file: fileNumber, row: row.number, place: row.place, comparison))
    }
    if examples.count < 3 {
      examples.append(
        ComparisonExample(
          a: describe(a), b: describe(b),
          prompt: describePrompt(promptOf[a] >= 0 ? Int(promptOf[a]) : prompt),
          outcome: outcome, count: count, isBothBad: isBothBad,
          annotator: annotator.map { annotators.strings[$0] }))
    }
  }

  /// A comparison of two names under a prompt that is given by its text.
  mutating func addNamed(
    _ row: Row, _ a: (value: JSONScanner.Value, field: String),
    _ b: (value: JSONScanner.Value, field: String),
    _ outcome: Outcome, count: Double = 1, annotator: Int?, prompt: Transcript?, promptField: String
  ) throws {
    let first = try named(a.value, row, a.field)
    let second = try named(b.value, row, b.field)
    guard areDifferent(first, second, row) else { return }
    let place = settings.keepsPrompts ? try prompt.map { try self.prompt($0, row, promptField).number } : nil
    try add(
      row, first, second, outcome: outcome.share, count: count, annotator: annotator, prompt: place,
      isBothBad: outcome.isBothBad)
  }

  private func describe(_ number: Int) -> String {
    keepsTexts ? texts[number] ?? ids.strings[number] : ids.strings[number]
  }

  private func describePrompt(_ number: Int?) -> String? {
    guard let number else { return nil }
    return keepsTexts && number < promptTexts.count ? promptTexts[number] : prompts.strings[number]
  }

  mutating func warn(_ text: String) { warnings.append(text) }

  func id(_ number: Int) -> String { ids.strings[number] }

  /// - Parameter passedOver: Fields with answers beside the names that are compared.
  mutating func finish(
    _ layout: String, fields: [String], ignored: [String], names: [String], passedOver: [String]
  ) throws -> ComparisonFile {
    try end()
    if bothBad.count < ids.count { bothBad += [Double](repeating: 0, count: ids.count - bothBad.count) }
    // What looks them up goes before what is known of them comes, 70 bytes an answer.
    let (comparisons, repeated) = try accumulator.take()
    let (ids, prompts) = (ids.strings, prompts.strings)
    (self.ids, self.prompts, spellings, contents, promptHashes) = (StringTable(), StringTable(), [:], [], [])
    return ComparisonFile(
      alternatives: ids.indices.map { number in
        Alternative(
          id: ids[number], text: keepsTexts ? texts[number] : nil,
          prompt: promptOf[number] >= 0 ? prompts[Int(promptOf[number])] : nil,
          model: modelOf[number] >= 0 ? models.strings[Int(modelOf[number])] : nil)
      },
      annotators: annotators.strings, prompts: prompts, promptTexts: promptTexts,
      comparisons: comparisons,
      warnings: warnings, layout: layout, fields: fields, ignored: ignored, names: names,
      passedOver: passedOver, comparesTexts: hasTexts, rows: rows, repeats: repeats + repeated,
      examples: examples,
      faults: faults, records: records, bothBad: bothBadTotal > 0 ? bothBad : nil, bothBadTotal: bothBadTotal,
      categories: zip(categories.strings, tables).map { ($0, $1) }
        + (uncategorised.total > 0 ? [(nil, uncategorised)] : []),
      families: ids.indices.map { familyOf[$0].map { families.strings[$0.name] } })
  }
}
