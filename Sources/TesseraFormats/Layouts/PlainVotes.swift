import Tessera

/// Votes of rows that are alike, many at a time: two names and one field that says what came out, perhaps an annotator.
///
/// It takes only what `VotesLayout` would take in the same way, and leaves the rest to it, every mistake above all: where a row
/// has anything else, the rows before it are taken and it is the next to be read by itself.
struct PlainVotes {
  /// Where rows of one layout have what they say.
  struct Fields {
    /// Which of a row's values.
    let a: Int
    let b: Int
    let outcome: Int
    let annotator: Int?
    let says: OutcomeFields.Way
    /// Words for outcomes in lower case, of those that are the same the first.
    let words: [(word: [UInt8], outcome: Outcome)]
  }

  private static let mostRows = 1_024

  private var layout = -1
  private var fields: Fields?
  /// Words as rows spelt them.
  private var spelt: [(bytes: [UInt8], outcome: Outcome)] = []
  /// Rows to look at: fewer where the last ones were seldom taken.
  private var rows = 16
  private var comparisons: [Comparison] = []
  private var bothBad: [Int] = []
  private var numbers: (a: [Int32], b: [Int32], annotator: [Int32]) = ([], [], [])
  /// First row whose winner is the id of one of the two.
  private(set) var winnerByIdPlace: Int?

  /// Takes rows that follow.
  ///
  /// - Parameter find: The fields of rows of a layout; nil where they say more than that. Called once for each layout.
  /// - Returns: How many were taken.
  mutating func read(
    _ source: any RowSource, into sink: inout ComparisonSink, _ find: (RowsAhead.Layout) -> Fields?
  ) -> Int {
    guard sink.takesPlainVotes, let layout = source.layoutAhead else { return 0 }
    if layout.number != self.layout {
      (self.layout, fields, spelt) = (layout.number, find(layout), [])
    }
    guard let fields else { return 0 }
    let taken = source.withAhead(most: rows) { ahead in
      let taken = gather(ahead, fields, &sink)
      sink.add(plain: comparisons, bothBad: bothBad)
      rows = taken == ahead.count ? min(2 * rows, Self.mostRows) : max(taken, 1)
      return taken
    }
    if let taken { source.skip(ahead: taken) }
    return taken ?? 0
  }

  /// Comparisons of the first rows, up to one that is not plain; how many.
  private mutating func gather(_ ahead: RowsAhead, _ fields: Fields, _ sink: inout ComparisonSink) -> Int {
    comparisons.removeAll(keepingCapacity: true)
    bothBad.removeAll(keepingCapacity: true)
    sink.find(.alternative, fields.a, of: ahead, into: &numbers.a)
    sink.find(.alternative, fields.b, of: ahead, into: &numbers.b)
    if let annotator = fields.annotator {
      sink.find(.annotator, annotator, of: ahead, into: &numbers.annotator)
    }
    for row in 0..<ahead.count {
      let (a, b) = (ahead.value(fields.a, ofRow: row), ahead.value(fields.b, ofRow: row))
      guard let first = sink.number(.alternative, Int(numbers.a[row]), a),
        let second = sink.number(.alternative, Int(numbers.b[row]), b), first != second,
        let outcome = outcome(ahead.value(fields.outcome, ofRow: row), a, b, fields, ahead.place + row)
      else { return row }
      var annotator: Int?
      if let member = fields.annotator {
        annotator = sink.number(
          .annotator, Int(numbers.annotator[row]), ahead.value(member, ofRow: row))
        guard annotator != nil else { return row }
      }
      if outcome.isBothBad { bothBad.append(row) }
      comparisons.append(Comparison(a: first, b: second, outcome: outcome.share, annotator: annotator))
    }
    return ahead.count
  }

  /// nil for what needs a second look.
  private mutating func outcome(
    _ said: UnsafeBufferPointer<UInt8>, _ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>,
    _ fields: Fields, _ place: Int
  ) -> Outcome? {
    switch fields.says {
    case .preference, .preferenceOfB:
      guard let share = Number.parse(said), share >= 0, share <= 1 else { return nil }
      return Outcome(share: fields.says == .preference ? share : 1 - share)
    case .winner:
      let (isA, isB) = (OutcomeFields.same(said, a), OutcomeFields.same(said, b))
      if let word = word(said, fields) { return isA || isB ? nil : word }
      guard isA || isB else { return nil }
      winnerByIdPlace = winnerByIdPlace ?? place
      return Outcome(share: isA ? 1 : 0)
    }
  }

  /// What a word says, nil for one that is none.
  private mutating func word(_ said: UnsafeBufferPointer<UInt8>, _ fields: Fields) -> Outcome? {
    if let known = spelt.first(where: { same($0.bytes, said) }) { return known.outcome }
    // Plain text is ASCII.
    let found = fields.words.first { word in
      word.word.count == said.count
        && zip(word.word, said).allSatisfy { $0 == ($1 >= 0x41 && $1 <= 0x5A ? $1 | 0x20 : $1) }
    }
    if let found, spelt.count < 16 { spelt.append((Array(said), found.outcome)) }
    return found?.outcome
  }

  private func same(_ x: [UInt8], _ y: UnsafeBufferPointer<UInt8>) -> Bool {
    x.withUnsafeBufferPointer { OutcomeFields.same($0, y) }
  }
}
