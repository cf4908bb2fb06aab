/// Why an alternative moved when families share a weight: which family's votes pull it most.
///
/// At the standard rewards an alternative's score is the sum over its opponents of a_ij (p_ij - s(r_i - r_j)), which is zero up
/// to the ridge. With weights the shares of the opponents change, and what each family then adds or takes,
///
///     pull_F = sum over j in F of (share of j with weights - share of j without) (p_ij - s(r_i - r_j))
///
/// is where i goes first. Everybody else is held still: a direct effect, not the whole one.
public struct FamilyPull: Sendable, Equatable {
  /// Number of the family in the partition.
  public let family: Int
  /// Above zero upwards.
  public let pull: Double
  /// What the family has of the alternative's opponents with weights, less what it had without.
  public let shareChange: Double

  /// The family of two members or more that pulls each alternative most in the direction in which it moved.
  ///
  /// - Parameters:
  ///   - moves: Of each alternative, above zero for upwards; zero asks for none.
  /// - Returns: nil for an alternative that did not move, or that no family pulls that way. Of the fitted alternatives.
  /// - Complexity: O(pairs).
  public static func of(_ result: RewardFit.Result, moves: [Double]) -> [FamilyPull?] {
    guard let families = result.families, let weighted = result.weighted, result.merged == nil else {
      return moves.map { _ in nil }
    }
    let counts = result.fittedDataset.pairCounts
    let rewards = result.standard.fit.rewards
    let sizes = families.sizes()
    return moves.indices.map { i in
      let row = counts.rowStarts[i]..<counts.rowStarts[i + 1]
      let before = row.reduce(0) { $0 + result.standard.pairs.opponentMass[$1] }
      let after = row.reduce(0) { $0 + weighted.pairs.opponentMass[$1] }
      guard moves[i] != 0, before > 0, after > 0 else { return nil }
      var pulls: [Int: (pull: Double, share: Double)] = [:]
      for entry in row {
        let j = Int(counts.opponents[entry])
        let family = families.groupOf[j]
        guard sizes[family] > 1 else { continue }
        let share =
          weighted.pairs.opponentMass[entry] / after - result.standard.pairs.opponentMass[entry] / before
        let old = pulls[family] ?? (0, 0)
        pulls[family] = (
          old.pull + share * (counts.rates[entry] - logistic(rewards[i] - rewards[j])), old.share + share
        )
      }
      let most = pulls.filter { $0.value.pull * moves[i] > 0 }
        .max { (abs($0.value.pull), $1.key) < (abs($1.value.pull), $0.key) }
      return most.map { FamilyPull(family: $0.key, pull: $0.value.pull, shareChange: $0.value.share) }
    }
  }
}
