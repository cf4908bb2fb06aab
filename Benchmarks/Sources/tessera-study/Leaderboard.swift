import Foundation
import Tessera

/// What clones do to a leaderboard, where models are known by their votes alone.
struct LeaderboardStudy: Sendable {
  enum Column: String, CaseIterable, Sendable {
    case standard
    case horizon = "horizon on profiles"
    case local = "local on profiles"
    /// The target and its clones as one declared family.
    case known = "known groups"
  }

  enum Record: String, CaseIterable, Sendable {
    case whole = "the same record"
    /// As many votes against each opponent, drawn anew from the target's.
    case ownVotes = "votes of their own"
    case oneComparison = "one vote of the record"
  }

  struct Shifts: Sendable {
    var largest = Mean()
    var flips = 0
    var runs = 0
  }

  static let clones = 10
  static let seeds = 3

  let targets: [Int]
  /// A value for each target: the mean of its seeds.
  let shifts: [Record: [Column: Shifts]]

  /// - Parameter data: Without contexts.
  init(_ data: PreferenceDataset) throws {
    let before = try Estimates(data, target: nil, lambdas: nil)
    guard let standard = before.rewards[.standard] else { throw StudyError.option("no standard estimate") }
    let ranked = standard.indices.sorted { (standard[$1], $0) < (standard[$0], $1) }
    let targets = stride(from: 0, to: ranked.count, by: 2).map { ranked[$0] }
    let components = Components(data.pairCounts)
    let pieces = Record.allCases.flatMap { record in targets.map { (record, $0) } }
    let found = try inParallel(pieces.count) { number in
      let (record, target) = pieces[number]
      var shifts: [Column: Shifts] = [:]
      for seed in 0..<(record == .ownVotes ? Self.seeds : 1) {
        let attacked = try Self.attacked(data, target, record, seed: UInt64(1_000 * seed + target))
        let after = try Estimates(attacked, target: target, lambdas: before.lambdas)
        for column in Column.allCases {
          guard let old = before.rewards[column], let new = after.rewards[column] else { continue }
          shifts[column, default: Shifts()].largest.values.append(
            largestShift(old, new, components, besides: target) / deviation(standard))
          shifts[column, default: Shifts()].flips += Self.isFlipped(old, new) ? 1 : 0
          shifts[column, default: Shifts()].runs += 1
        }
      }
      return shifts
    }
    var all: [Record: [Column: Shifts]] = [:]
    for ((record, _), one) in zip(pieces, found) {
      for (column, shifts) in one {
        all[record, default: [:]][column, default: Shifts()].largest.values.append(shifts.largest.mean)
        all[record, default: [:]][column, default: Shifts()].flips += shifts.flips
        all[record, default: [:]][column, default: Shifts()].runs += shifts.runs
      }
    }
    (self.targets, shifts) = (targets, all)
  }

  /// Whether another of the models that were there leads.
  private static func isFlipped(_ old: [Double], _ new: [Double]) -> Bool {
    guard let leader = old.indices.max(by: { (old[$0], $1) < (old[$1], $0) }) else { return false }
    return old.indices.contains { new[$0] > new[leader] + 1e-9 }
  }

  /// The board with clones of one model.
  private static func attacked(_ data: PreferenceDataset, _ target: Int, _ record: Record, seed: UInt64)
    throws
    -> PreferenceDataset
  {
    var random = RandomStream(seed: seed, for: .cloneDirections)
    let m = data.alternatives.count
    var table = ComparisonTable()
    for row in data.comparisons { try table.add(row) }
    let own = data.comparisons.filter { Int($0.a) == target || Int($0.b) == target }
    var opponents: [Int: [Comparison]] = [:]
    for row in own { opponents[Int(row.a) == target ? Int(row.b) : Int(row.a), default: []].append(row) }
    for clone in m..<m + clones {
      func add(_ row: Comparison, count: Double) throws {
        try table.add(
          row.between(
            Int(row.a) == target ? clone : Int(row.a), Int(row.b) == target ? clone : Int(row.b), count: count
          ))
      }
      switch record {
      case .whole: for row in own { try add(row, count: row.count) }
      case .oneComparison: for row in own.prefix(1) { try add(row, count: min(row.count, 1)) }
      case .ownVotes:
        for (_, rows) in opponents.sorted(by: { $0.key < $1.key }) {
          let votes = rows.flatMap { Array(repeating: $0, count: Int($0.count)) }
          for _ in votes {
            try add(votes[min(Int(random.uniform() * Double(votes.count)), votes.count - 1)], count: 1)
          }
        }
      }
    }
    return try PreferenceDataset(
      alternatives: data.alternatives + (0..<clones).map { Alternative(id: "clone \($0 + 1)") },
      annotators: data.annotators, prompts: data.prompts, comparisons: table)
  }

  /// Rewards by every column.
  private struct Estimates: Sendable {
    var rewards: [Column: [Double]] = [:]
    var lambdas: [Column: Double] = [:]

    /// - Parameters:
    ///   - target: What those beyond the board without clones are clones of.
    ///   - known: What was chosen without clones; nil to choose.
    init(_ data: PreferenceDataset, target: Int?, lambdas known: [Column: Double]?) throws {
      let work = Work(threads: 1)
      let standard = try RewardFit().estimate(data, by: Uniform(), lambda: known?[.standard], work: work)
      (rewards[.standard], lambdas[.standard]) = (standard.rewards, standard.lambda)

      var settings = RewardFit.Settings()
      if let lambda = known?[.horizon] { settings.lambda = .value(lambda) }
      let profiles = try BehaviourWeights(of: data, by: Horizon(), fit: RewardFit(settings), work: work)
      (rewards[.horizon], lambdas[.horizon]) = (profiles.estimate.rewards, profiles.estimate.lambda)

      let local = try RewardFit().estimate(
        data.replacing(contexts: profiles.contexts), by: Local(), lambda: known?[.local], work: work)
      (rewards[.local], lambdas[.local]) = (local.rewards, local.lambda)

      // Without clones the families are the models, and the estimate is the standard one.
      lambdas[.known] = standard.lambda
      let m = data.alternatives.count
      let originals = m - (target == nil ? 0 : LeaderboardStudy.clones)
      let families = Partition(names: (0..<m).map { "\($0 < originals ? $0 : target ?? $0)" })
      let pairs = try PairWeights(
        products: FamilyWeights(families).weights.values, data.pairCounts, pairs: .count, groups: families)
      rewards[.known] = try BradleyTerry(lambda: standard.lambda).fit(data.pairCounts, pairs, work: work)
        .rewards
    }
  }

  func printTable(_ name: String) {
    print("\n### \(name): clone shifts on the board\n")
    print(
      "\(Self.clones) clones of a model, \(targets.count) targets (every second by the standard estimate); votes of their own: drawn anew from the target's with each opponent, \(Self.seeds) draws. Profiles of win rates are made anew with the clones in (`BehaviourWeights`); pairs count by their votes; lambda is what each scheme chose without clones. Largest change of another model's reward, up to the common level, in standard deviations of the standard estimate's rewards, mean over targets ± standard error; in brackets how often another model leads. Known groups: the target and its clones as one family.\n"
    )
    let heads =
      Column.allCases.map(\.rawValue) + Column.allCases.dropFirst().map { "standard / \($0.rawValue)" }
    print("| clones with | \(heads.joined(separator: " | ")) |")
    print(rule(columns: 1 + heads.count))
    for record in Record.allCases {
      let found = Column.allCases.map { shifts[record]?[$0] ?? Shifts() }
      let figures = found.map { "\($0.largest.spelled()) (\($0.flips) of \($0.runs))" }
      let ratios = found.dropFirst().map { ratio(found[0].largest.mean, $0.largest.mean) }
      print("| \(record.rawValue) | \((figures + ratios).joined(separator: " | ")) |")
    }
  }
}
