import Tessera

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The JSON document of two boards compared: what moved, and whether it is more than noise.
public struct CompareDocument: Sendable, Equatable, Codable {
  /// "tessera compare".
  public var kind: String
  /// The answer, in sentences.
  public var answer: [String]
  public var estimate: BoardDocument.Estimate
  /// How the errors of both combine.
  public var votes: RewardChanges.Votes
  public var level: Double
  public var before: Side
  public var after: Side
  /// Settings that differ, in words: what they move is in the changes as well.
  public var settingsDiffer: [String]
  /// Largest standardised change first.
  public var changes: [Row]
  public var new: [Entry]
  public var gone: [Entry]
  /// In both, and with nobody to compare them with on both.
  public var incomparable: [String]

  public static let kind = "tessera compare"

  public struct Side: Sendable, Equatable, Codable {
    public var file: String
    public var alternatives: Int
    public var comparisons: FitDocument.Count
    /// Of the component with most alternatives; null where nobody has a reward.
    @Null public var leader: String?
    public var lambda: Double
  }

  public struct Row: Sendable, Equatable, Codable {
    public var id: String
    /// Log-odds, less the mean of those that both boards rate.
    public var rewardBefore: Double
    public var rewardAfter: Double
    public var difference: Double
    public var error: Double
    public var pValue: Double
    /// By Holm's method over all rows.
    public var adjustedPValue: Double
    public var isCertain: Bool
    public var rankBefore: Int
    public var rankAfter: Int
    public var comparisonsBefore: FitDocument.Count
    public var comparisonsAfter: FitDocument.Count
  }

  public struct Entry: Sendable, Equatable, Codable {
    public var id: String
    /// On the board that has it; null without a reward.
    @Null public var rank: Int?
    public var comparisons: FitDocument.Count
  }

  /// - Parameter files: Names of the two, for people.
  public init(
    _ changes: RewardChanges, _ before: BoardDocument, _ after: BoardDocument,
    estimate: BoardDocument.Estimate,
    files: (before: String, after: String)
  ) {
    let (old, now) = (before.board(estimate), after.board(estimate))
    kind = Self.kind
    answer = []
    self.estimate = estimate
    (votes, level) = (changes.votes, changes.level)
    func side(_ file: String, _ document: BoardDocument, _ board: RewardChanges.Board) -> Side {
      Side(
        file: file, alternatives: board.ids.count, comparisons: FitDocument.Count(board.total),
        leader: board.leader.map { board.ids[$0] }, lambda: document.lambda(estimate))
    }
    (self.before, self.after) = (side(files.before, before, old), side(files.after, after, now))
    settingsDiffer = Self.differences(before, after, estimate)
    self.changes = changes.changes.map { change in
      Row(
        id: now.ids[change.after], rewardBefore: change.rewardBefore, rewardAfter: change.rewardAfter,
        difference: change.difference, error: change.error, pValue: change.pValue,
        adjustedPValue: change.adjusted,
        isCertain: changes.isCertain(change), rankBefore: change.rankBefore ?? 0,
        rankAfter: change.rankAfter ?? 0,
        comparisonsBefore: FitDocument.Count(old.comparisons[change.before]),
        comparisonsAfter: FitDocument.Count(now.comparisons[change.after]))
    }
    let (ranksBefore, ranksAfter) = (old.ranks, now.ranks)
    new = changes.new.map {
      Entry(id: now.ids[$0], rank: ranksAfter[$0], comparisons: FitDocument.Count(now.comparisons[$0]))
    }
    gone = changes.gone.map {
      Entry(id: old.ids[$0], rank: ranksBefore[$0], comparisons: FitDocument.Count(old.comparisons[$0]))
    }
    incomparable = changes.incomparable
  }

  /// The number nearest to a positive one that has four digits.
  private static func fourDigits(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return value }
    let places = 3 - Int(log10(value).rounded(.down))
    // Powers of ten up to 22 are exact, and so the result is the number as it is written with four digits.
    let scale = pow(10, Double(abs(places)))
    return places < 0 ? (value / scale).rounded() * scale : (value * scale).rounded() / scale
  }

  private static func differences(
    _ before: BoardDocument, _ after: BoardDocument, _ estimate: BoardDocument.Estimate
  ) -> [String] {
    var found: [String] = []
    func differ(_ what: String, _ old: String, _ new: String) {
      if old != new { found.append("\(what) \(old) before, \(new) now") }
    }
    if estimate == .weighted { differ("weights", before.reading.weights, after.reading.weights) }
    differ("ties", before.reading.ties.rawValue, after.reading.ties.rawValue)
    let (old, now) = (before.lambda(estimate), after.lambda(estimate))
    // Four digits tell two strengths apart, unless they are the same to four digits.
    let isNear = fourDigits(old) == fourDigits(now)
    differ("lambda", "\(isNear ? old : fourDigits(old))", "\(isNear ? now : fourDigits(now))")
    differ(
      "lambda convention", before.settings.lambdaConvention.rawValue, after.settings.lambdaConvention.rawValue
    )
    differ("pairs", before.settings.pairs.rawValue, after.settings.pairs.rawValue)
    return found
  }
}
