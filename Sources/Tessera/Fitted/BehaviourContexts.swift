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
    let m = counts.alternatives
    var values = [Double](repeating: 0.5, count: m * m)
    for i in 0..<m {
      for j in 0..<m where i != j { values[i * m + j] = logistic(rewards[i] - rewards[j]) }
      for place in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let (j, n) = (Int(counts.opponents[place]), counts.counts[place])
        values[i * m + j] = (counts.rates[place] * n + prior * values[i * m + j]) / (n + prior)
      }
    }
    return try Contexts(Matrix(rows: m, columns: m, storage: values))
  }
}
