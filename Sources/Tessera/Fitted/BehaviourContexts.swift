/// Contexts from behaviour, where nothing else is known: how often an alternative wins against each of the others.
///
/// Coordinate j of alternative i is its win rate against j, drawn towards what the fitted rewards predict where there are
/// few comparisons: (wins + k s(r_i - r_j)) / (n + k). Two models of one family, which win and lose alike, lie close
/// together; two that were hardly compared do so only when their rewards are close, so little data makes look alike what it
/// cannot tell apart. Coordinate i of alternative i is 1/2.
public enum BehaviourContexts {
  /// - Parameters:
  ///   - rewards: One for each alternative, as the standard estimate gives them.
  ///   - prior: k, the number of comparisons that the prediction counts as.
  /// - Returns: m x m.
  /// - Throws: `ContextsError.notFinite` for rewards that are none.
  /// - Complexity: O(m^2) time and memory: for leaderboards.
  public static func contexts(_ counts: PairCounts, rewards: [Double], prior: Double = 10) throws -> Contexts
  {
    try Contexts(
      Matrix(
        rows: counts.alternatives, columns: counts.alternatives, storage: profiles(counts, rewards, prior)))
  }

  /// The same with every column multiplied by the root of its alternative's weight, so that distances are root mean square
  /// differences of win rates over opponents that are different, and ten clones are not ten more columns.
  ///
  /// With weights in which a group of clones shares what one of them would have, and rewards that clones do not move,
  /// copies of a whole record leave the distances among all alternatives as they were. Pairs of copies need no rule of
  /// their own: never compared with each other they have s(0) = 1/2, as on the diagonal, and so they have where they met
  /// and drew level. Copies that were compared with each other and did not, or that bring votes of their own, change a little.
  /// `BehaviourWeights` finds such weights and rewards.
  ///
  /// - Parameters:
  ///   - weights: One for each alternative, sum 1. Equal weights give distances that are 1 / sqrt(m) of those without.
  ///   - records: Alternatives with the same record (`copies(in:)`): they get the profile of the first of them to the last
  ///     bit; nil for each as it is.
  /// - Throws: `ContextsError.notFinite` for rewards or weights that are none.
  public static func contexts(
    _ counts: PairCounts, rewards: [Double], weights: [Double], records: Partition? = nil, prior: Double = 10
  ) throws -> Contexts {
    let m = counts.alternatives
    try MemoryNeed("profiles of win rates", rows: m, columns: m, copies: 2).require()
    var values = profiles(counts, rewards, prior)
    if let records {
      // Rounding of the rewards must not keep copies apart, neither as rows nor as columns.
      let first = records.groupOf.map { records.representatives[$0] }
      for i in 0..<m { for j in 0..<m where first[j] != j { values[i * m + j] = values[i * m + first[j]] } }
      for i in 0..<m where first[i] != i { for j in 0..<m { values[i * m + j] = values[first[i] * m + j] } }
    }
    for i in 0..<m { for j in 0..<m { values[i * m + j] *= weights[j].squareRoot() } }
    return try Contexts(Matrix(rows: m, columns: m, storage: values))
  }

  private static func profiles(_ counts: PairCounts, _ rewards: [Double], _ prior: Double) -> [Double] {
    let m = counts.alternatives
    var values = [Double](repeating: 0.5, count: m * m)
    for i in 0..<m {
      for j in 0..<m where i != j { values[i * m + j] = logistic(rewards[i] - rewards[j]) }
      for place in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let (j, n) = (Int(counts.opponents[place]), counts.counts[place])
        values[i * m + j] = (counts.rates[place] * n + prior * values[i * m + j]) / (n + prior)
      }
    }
    return values
  }

  /// Alternatives with the same record to the last vote: the same opponents, as often, with the same outcomes.
  ///
  /// Copies that were compared with each other have each other as opponents, and are not found.
  ///
  /// - Complexity: O(pairs).
  public static func copies(in counts: PairCounts) -> Partition {
    struct Record: Hashable {
      let opponents: [Int32]
      let rates: [Double]
      let counts: [Double]
    }
    var known: [Record: Int] = [:]
    var groupOf: [Int] = []
    var representatives: [Int] = []
    for i in 0..<counts.alternatives {
      let row = counts.rowStarts[i]..<counts.rowStarts[i + 1]
      let record = Record(
        opponents: Array(counts.opponents[row]), rates: Array(counts.rates[row]),
        counts: Array(counts.counts[row]))
      // Who was never compared is nobody's copy.
      if !row.isEmpty, let group = known[record] {
        groupOf.append(group)
        continue
      }
      if !row.isEmpty { known[record] = representatives.count }
      groupOf.append(representatives.count)
      representatives.append(i)
    }
    return Partition(groupOf: groupOf, representatives: representatives)
  }
}
