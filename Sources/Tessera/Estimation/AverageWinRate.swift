extension WinRates {
  /// Average win rate of each alternative: the share of preference it gets against an opponent drawn by weight.
  ///
  ///     wAWR(i) = (sum_j w_j p_ij) / (sum_j w_j),   over the compared j and i itself, with p_ii = 1/2
  ///
  /// When every pair is compared the denominator is 1 and this is the paper's quantity; by Corollary 4.5 it
  /// then ranks the alternatives as the rewards do. 1/2 where all weights involved are zero.
  ///
  /// - Parameter weights: One for each alternative; nil for equal weights.
  public func averages(weights: [Double]? = nil) -> [Double] {
    (0..<alternatives).map { i in
      var wins = (weights?[i] ?? 1) / 2
      var total = weights?[i] ?? 1
      for entry in rowStarts[i]..<rowStarts[i + 1] {
        let weight = weights?[Int(opponents[entry])] ?? 1
        wins += weight * rates[entry]
        total += weight
      }
      return total > 0 ? wins / total : 0.5
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
