import Foundation
import Tessera

/// What clones do to the rewards of others, where contexts are known: clones are added, contexts and weights are made anew,
/// rewards are fitted again, lambda stays.
struct ShiftStudy: Sendable {
  /// What weighs.
  enum Column: String, CaseIterable, Sendable {
    case standard, local, horizon, voronoi, linkage
    /// `local`, but for somebody who knows the clones: they and their original share what each of its comparisons weighed, and
    /// nothing else changes.
    case known = "known clones"
  }

  enum Reward: String, CaseIterable, Sendable {
    /// Of each alternative for itself.
    case tabular
    /// A function of the contexts, linear.
    case trained
  }

  /// Who is cloned, and what clones have of the record.
  enum Kind: String, CaseIterable, Sendable {
    case whole = "whole record"
    case wholeOfMany = "whole record of ten or more"
    case oneOfMany = "one comparison of ten or more"

    var record: CloneInjection.Record { self == .oneOfMany ? .oneComparison : .whole }

    /// Comparisons that a target has at least.
    var leastComparisons: Double { self == .whole ? 1 : 10 }
  }

  /// Where clones are put.
  struct Placement: Sendable {
    let name: String
    let seeds: Int
    let attack:
      @Sendable (_ target: Int, _ clones: Int, _ record: CloneInjection.Record, _ seed: UInt64) throws ->
        PreferenceDataset
  }

  struct Cell: Hashable, Sendable {
    let reward: Reward
    let kind: Kind
    let clones: Int
    let placement: Int
    let column: Column
  }

  static let cloneCounts = [10, 100]
  /// Columns that are measured with one seed; sampled cells of two targets only, since they take most of the time.
  static let oneSeed: Set<Column> = [.horizon, .linkage, .voronoi]
  static let sampledTargets = 2

  let placements: [Placement]
  /// As many as there are for each kind.
  let targets: [Kind: [Int]]
  /// A value for each target: the mean of its seeds.
  let cells: [Cell: Mean]

  private struct Base: Sendable {
    let scheme: any WeightScheme
    let lambdas: [Reward: Double]
    let rewards: [Reward: [Double]]
    let coefficients: [Double]
    let measured: MeasuredWeights
  }

  /// - Parameters:
  ///   - data: With contexts.
  ///   - targets: How many: every second of the twelve best of the standard estimate, from the best on.
  /// - Throws: as `RewardFit.run`.
  init?(_ data: PreferenceDataset, targets count: Int, _ placements: [Placement]) throws {
    guard let contexts = data.contexts else { return nil }
    let design = try LinearReward.Design(contexts)
    let measuring: [Column] = Column.allCases.filter { $0 != .known }
    let found = try inParallel(measuring.count) { number in
      try Self.base(measuring[number], data, contexts, design)
    }
    var bases: [Column: Base] = [:]
    for (column, base) in zip(measuring, found) { bases[column] = base }
    guard let standard = bases[.standard]?.rewards[.tabular], let local = bases[.local] else { return nil }
    bases[.known] = local
    let ranked = standard.indices.sorted { (standard[$1], $0) < (standard[$0], $1) }
    var targets: [Kind: [Int]] = [:]
    for kind in Kind.allCases {
      let fit = ranked.filter { data.pairCounts.comparisons(of: $0) >= kind.leastComparisons }.prefix(12)
      targets[kind] = stride(from: 0, to: fit.count, by: 2).prefix(count).map { fit[$0] }
    }
    self.placements = placements
    let runs = Runs(
      data: data, bases: bases, components: Components(data.pairCounts), placements: placements)
    // The long ones first.
    let pieces = Self.cloneCounts.reversed().flatMap { clones in
      Kind.allCases.reversed().flatMap { kind in
        (targets[kind] ?? []).enumerated().map { (kind, clones, $0.offset, $0.element) }
      }
    }
    let shifts = try inParallel(pieces.count) { number in
      let (kind, clones, place, target) = pieces[number]
      return try runs.shifts(kind, clones: clones, target: target, place: place)
    }
    var cells: [Cell: Mean] = [:]
    for piece in shifts {
      for (cell, values) in piece { cells[cell, default: Mean()].values.append(values.mean) }
    }
    (self.targets, self.cells) = (targets, cells)
  }

  /// A scheme's estimates without clones, by the lambda of its own curves.
  private static func base(
    _ column: Column, _ data: PreferenceDataset, _ contexts: Contexts, _ design: LinearReward.Design
  ) throws -> Base? {
    let samples = max(100_000, 500 * (contexts.count + 100))
    let scheme: any WeightScheme =
      switch column {
      case .standard: Uniform()
      case .local, .known: Local()
      case .horizon: Horizon()
      case .voronoi: Voronoi(samples: samples)
      case .linkage: Linkage()
      }
    let work = Work(threads: 1)
    let estimate = try RewardFit().estimate(data, by: scheme, work: work)
    guard let folds = Folds(data, predictsNewAlternatives: true, seed: 0) else { return nil }
    let curve = try LambdaCurve(
      linear: design, folds, data.pairCounts, estimate.pairs, pairs: .count, lambda: .local,
      groups: scheme.isUniform ? nil : contexts.duplicates(), work: work)
    let linear = try LinearReward(
      design, data.pairCounts, estimate.pairs, lambda: curve.chosen, tolerance: 1e-12, work: work)
    return Base(
      scheme: scheme, lambdas: [.tabular: estimate.lambda, .trained: curve.chosen],
      rewards: [.tabular: estimate.rewards, .trained: linear.rewards], coefficients: linear.coefficients,
      measured: estimate.measured)
  }

  /// What every attack is measured against.
  private struct Runs: Sendable {
    let data: PreferenceDataset
    let bases: [Column: Base]
    let components: Components
    let placements: [Placement]

    /// Shifts by so many clones of one target, for every placement and seed.
    func shifts(_ kind: Kind, clones: Int, target: Int, place: Int) throws -> [Cell: Mean] {
      var found: [Cell: Mean] = [:]
      for (number, placement) in placements.enumerated() {
        for seed in 0..<placement.seeds {
          let columns = Column.allCases.filter { column in
            !(ShiftStudy.oneSeed.contains(column) && seed > 0)
              && !(column == .voronoi && place >= ShiftStudy.sampledTargets)
          }
          let attacked = try placement.attack(target, clones, kind.record, UInt64(1_000 * seed + place))
          for (column, reward, shift) in try shifts(attacked, of: target, columns) {
            let cell = Cell(reward: reward, kind: kind, clones: clones, placement: number, column: column)
            found[cell, default: Mean()].values.append(shift)
          }
        }
      }
      return found
    }

    private func shifts(
      _ attacked: PreferenceDataset, of target: Int, _ columns: [Column]
    ) throws -> [(Column, Reward, Double)] {
      guard let contexts = attacked.contexts else { return [] }
      let work = Work(threads: 1)
      let counts = attacked.pairCounts
      let m = data.alternatives.count
      let copies = contexts.duplicates(work: work)
      let design = try LinearReward.Design(contexts, work: work)
      var shifts: [(Column, Reward, Double)] = []
      for column in columns {
        guard let base = bases[column], let standard = bases[.standard] else { continue }
        let pairs: PairWeights
        switch column {
        case .standard: pairs = try PairWeights(uniform: counts, pairs: .count)
        case .known:
          pairs = try PairWeights(
            comparisons: knownShares(base.measured, counts, of: target), counts, groups: copies)
        default:
          let measured = try base.scheme.measure(attacked, work: work)
          if case .local(let local)? = measured.comparisons {
            pairs = try PairWeights(local, counts, groups: copies)
          } else {
            pairs = try PairWeights(
              products: measured.alternatives.values, counts, pairs: .count, groups: copies)
          }
        }
        for reward in Reward.allCases {
          guard let lambda = base.lambdas[reward], let before = base.rewards[reward],
            let unit = standard.rewards[reward]
          else { continue }
          let after: [Double]
          switch reward {
          case .tabular:
            let start = before + Array(repeating: before[target], count: counts.alternatives - m)
            after = try BradleyTerry(lambda: lambda).fit(counts, pairs, start: start, work: work).rewards
          case .trained:
            after = try LinearReward(
              design, counts, pairs, lambda: lambda, start: base.coefficients, tolerance: 1e-12, work: work
            ).rewards
          }
          shifts.append(
            (column, reward, largestShift(before, after, components, besides: target) / deviation(unit)))
        }
      }
      return shifts
    }

    /// v of each entry where the clones are known: a comparison of the original is shared by those who have it.
    private func knownShares(_ measured: MeasuredWeights, _ counts: PairCounts, of target: Int) -> [Double] {
      guard case .local(let local)? = measured.comparisons else { return [] }
      let known = data.pairCounts
      let m = known.alternatives
      var weights: [SIMD2<Int32>: Double] = [:]
      for i in 0..<m {
        for entry in known.rowStarts[i]..<known.rowStarts[i + 1] {
          weights[SIMD2(Int32(i), known.opponents[entry])] = local.values[entry]
        }
      }
      func isOfGroup(_ i: Int) -> Bool { i == target || i >= m }
      func original(_ i: Int) -> Int32 { Int32(i < m ? i : target) }
      // Members of the group that each opponent has met.
      let sharers = (0..<counts.alternatives).map { j in
        Double((counts.rowStarts[j]..<counts.rowStarts[j + 1]).count { isOfGroup(Int(counts.opponents[$0])) })
      }
      var shares = [Double](repeating: 0, count: counts.opponents.count)
      for i in 0..<counts.alternatives {
        for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
          let j = Int(counts.opponents[entry])
          let v = weights[SIMD2(original(i), original(j))] ?? 0
          shares[entry] = isOfGroup(i) ? v / sharers[j] : isOfGroup(j) ? v / sharers[i] : v
        }
      }
      return shares
    }
  }

  // MARK: Tables

  func mean(_ reward: Reward, _ kind: Kind, clones: Int, placement: Int, _ column: Column) -> Mean {
    cells[Cell(reward: reward, kind: kind, clones: clones, placement: placement, column: column)] ?? Mean()
  }

  static let columnHeads =
    Column.allCases.map(\.rawValue) + ["standard / local", "standard / known"]

  /// The figures of a row, as `columnHeads` names them.
  func figures(_ reward: Reward, _ kind: Kind, clones: Int, placement: Int) -> String {
    func mean(_ column: Column) -> Mean {
      self.mean(reward, kind, clones: clones, placement: placement, column)
    }
    let ratios = [Column.local, .known].map { ratio(mean(.standard).mean, mean($0).mean) }
    return (Column.allCases.map { mean($0).spelled() } + ratios).joined(separator: " | ")
  }

  /// Kinds of clones that the data have targets for.
  var kinds: [Kind] { Kind.allCases.filter { !(targets[$0] ?? []).isEmpty } }

  /// What is common to the tables of shifts.
  var caption: String {
    let seeds = placements.map(\.seeds).max() ?? 1
    let numbers = kinds.map { "\(targets[$0]?.count ?? 0) (\($0.rawValue))" }
    return
      "Largest change of another alternative's reward, up to the common level of its component, in standard deviations of the standard estimate's rewards, ± standard error over targets. Targets: every second of the twelve best of the standard estimate, for \"ten or more\" of those with so many comparisons: \(numbers.joined(separator: ", ")); each target's value is the mean of \(seeds) directions or rewordings (horizon, linkage and Voronoi: one; Voronoi, bounding box and 500 samples an alternative: \(Self.sampledTargets) targets). Weights are measured anew with the clones in; lambda is what each scheme chose without. Known clones: they and their original share the weight of its comparisons, and nothing else changes: the bound."
  }

  /// A table for every kind of rewards and of records.
  func printTables(_ name: String) {
    print("\n### \(name): clone shifts\n")
    print("\(caption) Distance: of the clones from their original, in median neighbour distances.")
    for reward in Reward.allCases {
      for kind in kinds {
        print("\n#### \(name): \(reward.rawValue) rewards, clones with \(kind.rawValue)\n")
        print("| clones | distance | \(Self.columnHeads.joined(separator: " | ")) |")
        print(rule(columns: 2 + Self.columnHeads.count))
        for clones in Self.cloneCounts {
          for (place, placement) in placements.enumerated() {
            print(
              "| \(clones) | \(placement.name) | \(figures(reward, kind, clones: clones, placement: place)) |"
            )
          }
        }
      }
    }
  }

  /// One table for a single placement.
  func printTable(_ title: String, _ words: String) {
    print("\n### \(title)\n")
    print("\(words) Otherwise as above, with lambda and weights of this space.\n")
    print("| rewards | clones with | clones | \(Self.columnHeads.joined(separator: " | ")) |")
    print(rule(columns: 3 + Self.columnHeads.count))
    for reward in Reward.allCases {
      for kind in kinds {
        for clones in Self.cloneCounts {
          print(
            "| \(reward.rawValue) | \(kind.rawValue) | \(clones) | \(figures(reward, kind, clones: clones, placement: 0)) |"
          )
        }
      }
    }
  }
}

/// Largest change of a reward but the target's, up to the common level of the others of each component, as `RewardShift` has
/// it.
func largestShift(_ before: [Double], _ after: [Double], _ components: Components, besides target: Int)
  -> Double
{
  var members = [[Int]](repeating: [], count: components.count)
  for i in before.indices where i != target { members[components.of[i]].append(i) }
  var largest = 0.0
  for group in members where group.count > 1 {
    let level = group.reduce(0) { $0 + after[$1] - before[$1] } / Double(group.count)
    for i in group { largest = max(largest, abs(after[i] - before[i] - level)) }
  }
  return largest
}

extension ShiftStudy {
  /// Distances of clones in median neighbour distances.
  static let distances = [0, 0.1, 0.25, 0.5, 0.65, 0.8, 1]

  /// Clones in random directions.
  static func directions(_ data: PreferenceDataset, seeds: Int) throws -> [Placement] {
    guard let median = try data.contexts?.medianNeighbourDistance() else { return [] }
    return distances.map { share in
      // At no distance all directions are the same.
      Placement(name: String(format: "%g", share), seeds: share == 0 ? 1 : seeds) {
        target, clones, record, seed in
        try CloneInjection(
          into: data, of: target, count: clones, distance: share * median, record: record, seed: seed
        ).dataset
      }
    }
  }
}
