import Tessera

/// Which row said what.
public struct RowRecord: Sendable, Equatable {
  /// Which of the files that were read.
  public let file: Int32
  /// Which row of it, from 0.
  public let row: Int
  /// Line or row in it, from 1, as messages name it.
  public let place: Int
  /// What was compared, `a` first as the row has it; nil where the row says nothing that can be used.
  public let comparison: Comparison?
  /// Why it is left out; nil where it is not.
  public let leftOut: RowFaults.Kind?

  init(file: Int32, row: Int, place: Int, _ comparison: Comparison) {
    (self.file, self.row, self.place, self.comparison, leftOut) = (file, row, place, comparison, nil)
  }

  init(file: Int32, row: Int, place: Int, leftOut: RowFaults.Kind) {
    (self.file, self.row, self.place, comparison, self.leftOut) = (file, row, place, nil, leftOut)
  }
}

/// A comparison that was read, for people to see whether it was read right.
public struct ComparisonExample: Sendable, Equatable {
  /// Texts where they were kept, ids otherwise.
  public let a: String
  public let b: String
  public let prompt: String?
  /// Share of preference for `a`.
  public let outcome: Double
  public let count: Double
  public let isBothBad: Bool
  public let annotator: String?
}

/// What is wrong with rows, counted and listed. Nothing is dropped in silence.
public struct RowFaults: Sendable, Equatable {
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Both sides are one text: the row is left out.
    case equalSides
    /// Both sides are one text up to the truncation that was asked about.
    case equalWhenTruncated
    /// The same two are preferred the other way round elsewhere.
    case contradictory
    /// One text is preferred in one row and turned down in another.
    case bothRoles
    /// The same row stands elsewhere.
    case duplicated
    /// The same row stands before it, and such rows are asked to be left out.
    case repeated
    /// Another prompt is the same but for case, space and closing punctuation.
    case promptSpelledTwice
    /// The row has no outcome: it is left out.
    case noOutcome
    /// Ratings that are equal: the pair is left out.
    case equalRatings
    /// A rating that says that there is none: it is left out.
    case notRated
    /// What a filter leaves out.
    case filtered
  }

  public struct Fault: Sendable, Equatable {
    public let kind: Kind
    public let file: Int32
    public let place: Int
    /// Alternatives or prompts.
    public let ids: [String]
  }

  public private(set) var counts: [Kind: Int] = [:]
  /// The first of each kind.
  public private(set) var listed: [Fault] = []
  /// At most so many of a kind are listed.
  public var limit = 100_000

  public init() {}

  public func count(_ kind: Kind) -> Int { counts[kind] ?? 0 }

  /// Rows that gave no comparison.
  public var leftOut: Int {
    [Kind.equalSides, .noOutcome, .equalRatings, .repeated, .filtered].reduce(0) { $0 + count($1) }
  }

  mutating func add(_ kind: Kind, _ file: Int32, _ place: Int, _ ids: [String]) {
    let number = counts[kind, default: 0]
    counts[kind] = number + 1
    if kind != .filtered, number < limit {
      listed.append(Fault(kind: kind, file: file, place: place, ids: ids))
    }
  }
}
