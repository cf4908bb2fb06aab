extension PairCounts {
  /// Average win rate of each alternative: the share of preference it gets against an opponent drawn by weight among those
  /// it met.
  ///
  ///     sum_j w_j p_ij / sum_j w_j,   over the compared j
  ///
  /// - Parameters:
  ///   - weights: One for each alternative; nil for equal weights.
  ///   - includingSelf: Whether an alternative meets itself as well, with p_ii = 1/2. Then, where every pair is compared,
  ///     this is the paper's wAWR, which ranks alternatives as the rewards do (Corollary 4.5).
  /// - Returns: nil for an alternative that met nobody of positive weight.
  public func averages(weights: [Double]? = nil, includingSelf: Bool = false) -> [Double?] {
    (0..<alternatives).map { i in
      var wins = includingSelf ? (weights?[i] ?? 1) / 2 : 0
      var total = includingSelf ? weights?[i] ?? 1 : 0
      for entry in rowStarts[i]..<rowStarts[i + 1] {
        let weight = weights?[Int(opponents[entry])] ?? 1
        wins += weight * rates[entry]
        total += weight
      }
      return total > 0 ? wins / total : nil
    }
  }

  /// Share of preference of each alternative, opponents counted by what their pair weighs.
  ///
  /// - Returns: nil for an alternative that met nobody with mass.
  func averages(_ pairs: PairWeights) -> [Double?] {
    (0..<alternatives).map { i in
      var (wins, total) = (0.0, 0.0)
      for entry in rowStarts[i]..<rowStarts[i + 1] {
        wins += pairs.opponentMass[entry] * rates[entry]
        total += pairs.opponentMass[entry]
      }
      return total > 0 ? wins / total : nil
    }
  }

  /// Borda count of each alternative: sum_j p_ij over the compared j and i itself, with p_ii = 1/2 (Table 3).
  ///
  /// - Parameter weights: Copies that each opponent stands for; nil counts each once.
  public func bordaCounts(weights: [Double]? = nil) -> [Double] {
    (0..<alternatives).map { i in
      var sum = (weights?[i] ?? 1) / 2
      for entry in rowStarts[i]..<rowStarts[i + 1] {
        sum += (weights?[Int(opponents[entry])] ?? 1) * rates[entry]
      }
      return sum
    }
  }
}
