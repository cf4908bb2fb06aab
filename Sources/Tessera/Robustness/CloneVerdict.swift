#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Do clones distort these rewards? The answer, what it rests on, and what to do now.
///
/// All groups of near-duplicates count as one answer each, their votes pooled, and everything is fitted again with the same
/// lambda. How the rewards of all *other* alternatives move among one another is what the duplicates did to them; it is compared
/// with its own noise (`PairedNoise`), since both estimates hold the same votes, and with the standard error of the reward.
///
/// | found | answer | what to do |
/// |---|---|---|
/// | a reward or a leader moves, beyond noise and by more than a bit | yes | the weighted estimate where it undoes at least half of that; else look at the groups |
/// | a leader moves by more than a bit, within noise | unclear | collect comparisons among the leaders |
/// | nothing of this, and what is held out is predicted no better than by a coin | no | collect comparisons |
/// | nothing of this, no near-duplicates | no | nothing |
/// | nothing of this | no | keep the standard estimate, and look at the groups |
/// | contexts are records of wins, and a reward moves or no records are alike | unclear | keep the standard estimate |
///
/// Held-out votes hold the same duplicates as all others, so what predicts them best can be what duplicates distort: where the
/// answer is yes, that difference is told and decides nothing.
///
/// What does not hold: that clones cannot come (`SimulatedClones`), or that groups hold all duplicates: reworded ones lie
/// further apart.
public struct CloneVerdict: Sendable, Equatable {
  public enum Answer: String, Sendable, Codable, CaseIterable { case no, yes, unclear }

  public enum Action: Sendable, Equatable {
    /// The members of the groups are worth a look, largest group first.
    case keepStandard(look: [Int])
    case useWeighted
    /// These comparisons would tell most.
    case tooLittleData(collect: [Pair])
    case nothingToMend
  }

  public struct Pair: Sendable, Equatable {
    public let a: Int
    public let b: Int
    /// Difference of their rewards, and its standard error.
    public let difference: Double
    public let error: Double
  }

  /// How an alternative outside all groups moves when groups count once, up to the mean of all such of its component.
  public struct Shift: Sendable, Equatable {
    public let alternative: Int
    public let change: Double
    /// Standard error of the change: both estimates hold the same votes.
    public let error: Double
    /// Of its reward in the standard estimate; nil where it is not known.
    public let rewardError: Double?

    /// What the change has to be compared with, in its own standard errors.
    public var size: Double { error > 0 ? abs(change) / error : change == 0 ? 0 : .infinity }
  }

  /// A component whose best answer is another one when groups count once.
  public struct LeaderChange: Sendable, Equatable {
    public let from: Int
    public let to: Int
    /// How much the second gains on the first, its noise, and the standard error of their difference in the standard estimate.
    public let change: Double
    public let error: Double
    public let differenceError: Double
  }

  public struct HeldOut: Sendable, Equatable {
    /// Log losses of votes that no fit has seen, and the standard error of the standard estimate's.
    public let standard: Double
    public let standardError: Double
    /// Of the weighted estimate, less that of the standard one, and the paired error over clusters of votes. nil without one.
    public let weighted: Double?
    public let difference: Double?
    public let error: Double?
  }

  public enum Reason: Sendable, Equatable {
    case noGroups
    /// Contexts are records of wins: alike records can be equal strength.
    case contextsAreRecords
    case groups(count: Int, members: Int)
    /// The largest of so many shifts, in standard errors, beside the limit for so many.
    case largestShift(Shift, of: Int, limit: Double)
    case leaderChanges(LeaderChange)
    /// Fewer votes than can be divided into folds.
    case tooFewVotes(Double)
    /// What is held out is predicted no better than by a coin, up to the error.
    case noBetterThanCoin(logLoss: Double, error: Double)
    case weightedPredicts(difference: Double, error: Double)
    /// How much of the shifts the weighted estimate undoes: 1 where it is as if every group counted once.
    case undone(Double)
    /// Another seed alone moves a weighted reward by this.
    case seedNoise(Double)
    case effectiveComparisons(standard: Double, weighted: Double)
  }

  public let answer: Answer
  public let action: Action
  /// Beyond noise and more than a bit, the clearest first: those that gain when groups count once, and those that lose.
  public let gains: [Shift]
  public let losses: [Shift]
  public let leaderChanges: [LeaderChange]
  /// All that were looked at, the clearest first.
  public let shifts: [Shift]
  public let heldOut: HeldOut?
  public let reasons: [Reason]
  /// Shifts that were looked at, and the standard errors from which one of so many counts.
  public let shiftsTested: Int
  public let limit: Double

  /// A shift matters from half a standard error of its reward on: such a bias leaves a 95 % interval a coverage of 92 %.
  public static let materialShare = 0.5
  /// Chance that one of all shifts is taken for more than noise.
  public static let level = 0.05
  /// One-sided 95 %: how much better than a coin a prediction has to be.
  public static let clearly = 1.645
  /// The weighted estimate is of use where it undoes at least this much of the shifts, as root mean squares.
  public static let enough = 0.5
  /// Log loss of a coin.
  public static let coin = 0.693_147_180_559_945_3

  /// One of k normal deviates is beyond this with a chance below `level`: from the bound exp(-z^2 / 2) of their tails.
  public static func limit(of shifts: Int) -> Double {
    (2 * log(2 * Double(max(shifts, 1)) / level)).squareRoot()
  }
}

extension CloneVerdict {
  /// - Parameters:
  ///   - groups: Near-duplicates, each within one component.
  ///   - standard: The standard estimate, and standard errors of its rewards.
  ///   - weighted: The weighted estimate that could take its place; nil where there is none.
  ///   - heldOut: With the standard estimate first, and the place of the weighted one in it; nil where nothing was held out.
  ///   - seedNoise: What another seed does to the weighted rewards.
  ///   - contextsAreRecords: Whether contexts are made of the comparisons themselves.
  /// - Throws: `DatasetError`, `EstimationError`, `Cancelled`.
  /// - Complexity: a fit with the groups merged, and 16 sparse solves.
  public init(
    _ dataset: PreferenceDataset, groups: [[Int]], standard: WeightedEstimate, errors: StandardErrors,
    weighted: WeightedEstimate? = nil, heldOut: HeldOutFit? = nil, weightedPlace: Int? = nil,
    seedNoise: Double = 0, contextsAreRecords: Bool = false, fit: RewardFit, work: Work = Work()
  ) throws {
    let components = Components(dataset.pairCounts)
    let collapse = try CollapsedGroups(dataset, groups, standard, errors, weighted, components, fit, work)
    let shifts = collapse?.shifts ?? []
    let limit = Self.limit(of: shifts.count)
    let clear = shifts.filter { $0.size > limit && $0.isMaterial }.sorted { $0.size > $1.size }
    let changes = collapse?.leaders ?? []
    let flipLimit = Self.limit(of: max(collapse?.componentsWithGroups ?? 1, 1))
    let moved = changes.filter { $0.isMaterial }
    let clearFlips = moved.filter { $0.change > flipLimit * $0.error }

    var reasons: [Reason] = []
    if groups.isEmpty {
      reasons.append(.noGroups)
    } else {
      reasons.append(.groups(count: groups.count, members: groups.reduce(0) { $0 + $1.count }))
    }
    if contextsAreRecords { reasons.append(.contextsAreRecords) }
    if let largest = shifts.max(by: { $0.size < $1.size }) {
      reasons.append(.largestShift(largest, of: shifts.count, limit: limit))
    }
    reasons += changes.prefix(3).map(Reason.leaderChanges)

    let held = heldOut.map { HeldOut($0, weightedPlace) }
    let votes = dataset.totalComparisons
    var isTooLittle = false
    if votes < Folds.leastVotes {
      isTooLittle = true
      reasons.append(.tooFewVotes(votes))
    } else if let held, !(held.standard < Self.coin - Self.clearly * held.standardError) {
      isTooLittle = true
      reasons.append(.noBetterThanCoin(logLoss: held.standard, error: held.standardError))
    }
    if let difference = held?.difference, let error = held?.error {
      reasons.append(.weightedPredicts(difference: difference, error: error))
    }
    if let weighted {
      if seedNoise > 1e-9 { reasons.append(.seedNoise(seedNoise)) }
      reasons.append(
        .effectiveComparisons(
          standard: standard.effectiveComparisons, weighted: weighted.effectiveComparisons))
    }

    let isDistorted = !clear.isEmpty || !clearFlips.isEmpty
    if contextsAreRecords, isDistorted || groups.isEmpty {
      // Alike records are no proof of copies, and different ones none against them.
      answer = .unclear
    } else {
      answer = isDistorted ? .yes : moved.isEmpty ? .no : .unclear
    }
    if isDistorted, weighted != nil, let undone = collapse?.undone { reasons.append(.undone(undone)) }
    let look = groups.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }.flatMap { $0 }
    switch answer {
    case .yes:
      action = (collapse?.undone ?? 0) >= Self.enough ? .useWeighted : .keepStandard(look: look)
    case .unclear where !contextsAreRecords:
      // Whether the groups change a leader is told by comparing the two.
      action = .tooLittleData(
        collect: moved.prefix(3).map { change in
          Pair(
            a: change.from, b: change.to,
            difference: standard.rewards[change.from] - standard.rewards[change.to],
            error: change.differenceError)
        })
    default:
      if isTooLittle {
        action = .tooLittleData(collect: try Self.telling(dataset, standard, components, fit, work))
      } else {
        action = groups.isEmpty && !contextsAreRecords ? .nothingToMend : .keepStandard(look: look)
      }
    }
    gains = clear.filter { $0.change > 0 }
    losses = clear.filter { $0.change < 0 }
    leaderChanges = changes
    self.shifts = shifts.sorted { ($0.size, $1.alternative) > ($1.size, $0.alternative) }
    self.heldOut = held
    self.reasons = reasons
    (shiftsTested, self.limit) = (shifts.count, limit)
  }

  /// The verdict on a fit, whose weighted estimate could take the standard one's place.
  ///
  /// - Parameter holdsOut: Whether both are judged by what is held out, which takes as long as choosing their lambdas.
  /// Another seed is off by sqrt(2) standard errors of the sampling.
  ///
  /// - Returns: nil where no contexts are known, no weighted estimate was made, or duplicates were merged already.
  /// - Throws: `ContextsError`, `DatasetError`, `EstimationError`, `RobustnessError`, `Cancelled`.
  /// - Complexity: O(m^2 d) for the groups, a fit with them merged, and 16 sparse solves.
  public init?(_ result: RewardFit.Result, holdsOut: Bool, work: Work = Work()) throws {
    guard let contexts = result.dataset.contexts, let weighted = result.weighted, result.merged == nil else {
      return nil
    }
    // What it is called changes nothing: its weights are at hand. Equal weights need no verdict.
    let own = result.choice.weights.scheme(Sampling())
    guard !own.isUniform else { return nil }
    func estimate(_ found: RewardFit.Estimate, _ scheme: any WeightScheme, _ measured: MeasuredWeights)
      -> WeightedEstimate
    {
      WeightedEstimate(
        scheme: scheme, measured: measured, pairs: found.pairs, lambda: found.lambda, curve: found.curve,
        fit: found.fit, effectiveComparisons: found.effectiveComparisons)
    }
    var settings = result.settings
    settings.pairs = PairChoice(result.choice.pairs)
    let fit = RewardFit(settings)
    let standard = estimate(
      result.standard, Uniform(),
      MeasuredWeights(.uniform(alternatives: result.dataset.alternatives.count)))
    let other = estimate(weighted, own, result.fittedWeights)
    let groups = try DuplicateGroups(
      contexts, ids: result.dataset.alternatives.map(\.id), prompts: result.components.of.map { "\($0)" },
      work: work.silent)
    let held =
      holdsOut
      ? try HeldOutFit(
        result.dataset, [standard, other], fit: fit, seed: settings.seed, work: work.silent) : nil
    try self.init(
      result.dataset, groups: groups.groups, standard: standard, errors: result.standard.errors,
      weighted: other, heldOut: held, weightedPlace: held == nil ? nil : 1,
      seedNoise: 2.0.squareRoot() * (weighted.weightNoise?.compactMap { $0 }.max() ?? 0),
      contextsAreRecords: settings.profiles,
      fit: fit, work: work)
  }

  /// Pairs among the five leaders of the largest component that the data tell apart least: the largest variance of their
  /// difference first. Those that are two standard errors apart are told apart.
  private static func telling(
    _ dataset: PreferenceDataset, _ standard: WeightedEstimate, _ components: Components, _ fit: RewardFit,
    _ work: Work
  ) throws -> [Pair] {
    let unknown = Set(standard.fit.undetermined)
    var members = [[Int]](repeating: [], count: components.count)
    for i in standard.rewards.indices where !unknown.contains(i) { members[components.of[i]].append(i) }
    guard let largest = members.max(by: { $0.count < $1.count }), largest.count > 1 else { return [] }
    let leaders = largest.sorted { (standard.rewards[$1], $0) < (standard.rewards[$0], $1) }.prefix(5)
    let one = (fit: standard.fit, counts: dataset.pairCounts, pairs: standard.pairs)
    let noise = try PairedNoise(
      one, one, places: Array(0..<dataset.alternatives.count), comparisons: dataset.comparisons,
      seed: fit.settings.seed, work: work)
    var pairs: [Pair] = []
    for (place, a) in leaders.enumerated() {
      for b in leaders.dropFirst(place + 1) {
        let difference = standard.rewards[a] - standard.rewards[b]
        let error = noise.error { first, _ in first[a] - first[b] }
        if abs(difference) < 2 * error {
          pairs.append(Pair(a: a, b: b, difference: difference, error: error))
        }
      }
    }
    return Array(pairs.sorted { ($1.error, $0.a, $0.b) < ($0.error, $1.a, $1.b) }.prefix(3))
  }
}

extension CloneVerdict.Shift {
  /// Whether it is more than a bit: at least half a standard error of its reward.
  public var isMaterial: Bool {
    rewardError.map { abs(change) >= CloneVerdict.materialShare * $0 } ?? false
  }
}

extension CloneVerdict.LeaderChange {
  fileprivate var isMaterial: Bool { change >= CloneVerdict.materialShare * differenceError }
}

extension CloneVerdict.HeldOut {
  init(_ heldOut: HeldOutFit, _ place: Int?) {
    let quality = heldOut.qualities[0]
    standard = quality.logLoss
    standardError = quality.logLossError.isFinite ? quality.logLossError : .infinity
    weighted = place.map { heldOut.qualities[$0].logLoss }
    difference = place.map { heldOut.differences[$0].logLoss }
    error = place.map { heldOut.differences[$0].error }
  }
}
