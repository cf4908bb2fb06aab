import Tessera

/// The JSON document of a verdict on clones; part of an audit's.
///
/// Keys are a contract: those of earlier versions stay.
public struct CloneVerdictDocument: Sendable, Equatable, Codable {
  public var question: String
  public var answer: CloneVerdict.Answer
  /// What to do now.
  public var action: Action
  /// With `keepStandard`: ids worth a look, largest group first; else empty.
  public var look: [String]
  /// With `tooLittleData`: pairs whose comparisons would tell most; else empty.
  public var collect: [Pair]
  /// Those that gain and lose when every group of near-duplicates counts once, the clearest first.
  public var gains: [Shift]
  public var losses: [Shift]
  public var leaderChanges: [LeaderChange]
  /// Shifts that were looked at, and the standard errors from which one of so many counts.
  public var shiftsTested: Int
  public var limit: Double
  /// null where nothing was held out.
  @Null public var heldOut: HeldOut?
  /// What the answer rests on, in sentences.
  public var reasons: [String]
  /// The answer and what to do, in words.
  public var text: String

  public enum Action: String, Sendable, Codable, CaseIterable {
    case keepStandard, useWeighted, tooLittleData, nothingToMend
  }

  public struct Pair: Sendable, Equatable, Codable {
    public var a: String
    public var b: String
    public var difference: Double
    public var error: Double
  }

  public struct Shift: Sendable, Equatable, Codable {
    public var id: String
    public var change: Double
    public var error: Double
    /// |change| / error; null where the error is 0.
    @Null public var standardErrors: Double?
    @Null public var rewardError: Double?
  }

  public struct LeaderChange: Sendable, Equatable, Codable {
    public var from: String
    public var to: String
    public var change: Double
    public var error: Double
    public var differenceError: Double
  }

  public struct HeldOut: Sendable, Equatable, Codable {
    public var standard: Double
    @Null public var standardError: Double?
    @Null public var weighted: Double?
    @Null public var difference: Double?
    @Null public var error: Double?
  }

  /// - Parameters:
  ///   - ids: Of all alternatives.
  ///   - weighted: What the weighted estimate is called.
  public init(_ verdict: CloneVerdict, ids: [String], weighted: String = "weighted") {
    let words = CloneVerdictWords(verdict, ids: ids, weighted: weighted)
    question = CloneVerdictWords.question
    answer = verdict.answer
    (look, collect) = ([], [])
    switch verdict.action {
    case .keepStandard(let places):
      action = .keepStandard
      look = places.map { ids[$0] }
    case .useWeighted: action = .useWeighted
    case .tooLittleData(let pairs):
      action = .tooLittleData
      collect = pairs.map { Pair(a: ids[$0.a], b: ids[$0.b], difference: $0.difference, error: $0.error) }
    case .nothingToMend: action = .nothingToMend
    }
    func describe(_ shift: CloneVerdict.Shift) -> Shift {
      Shift(
        id: ids[shift.alternative], change: shift.change, error: shift.error,
        standardErrors: shift.size.isFinite ? shift.size : nil, rewardError: shift.rewardError)
    }
    gains = verdict.gains.map(describe)
    losses = verdict.losses.map(describe)
    leaderChanges = verdict.leaderChanges.map {
      LeaderChange(
        from: ids[$0.from], to: ids[$0.to], change: $0.change, error: $0.error,
        differenceError: $0.differenceError)
    }
    (shiftsTested, limit) = (verdict.shiftsTested, verdict.limit)
    heldOut = verdict.heldOut.map {
      HeldOut(
        standard: $0.standard, standardError: $0.standardError.isFinite ? $0.standardError : nil,
        weighted: $0.weighted, difference: $0.difference, error: $0.error)
    }
    reasons = words.evidence
    text = words.text
  }
}
