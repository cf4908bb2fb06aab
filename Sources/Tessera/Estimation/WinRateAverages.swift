/// What each alternative won, counted in two ways.
struct WinRates {
  /// Wins over comparisons, ties a half, with the weights of an estimate.
  let overComparisons: [Double?]
  /// The paper's average win rate; nil where alternatives have no weight.
  let averages: [Double?]?
}

extension PairCounts {
  /// Wins over comparisons of each alternative: a tie is a half of a win, a soft label counts as it is.
  ///
  /// - Returns: nil for an alternative that was never compared.
  public func winRates() -> [Double?] {
    winRates { counts[$0] }
  }

  /// Wins over comparisons, each comparison counted by what it weighs in an estimate: those with an opponent of half the
  /// weight count half.
  ///
  /// - Returns: nil for an alternative that met nobody with mass.
  func winRates(_ pairs: PairWeights, _ convention: PairConvention) -> [Double?] {
    // With `count` the mass of a pair holds the number of its comparisons already.
    winRates { pairs.opponentMass[$0] * (convention == .count ? 1 : counts[$0]) }
  }

  private func winRates(_ size: (_ entry: Int) -> Double) -> [Double?] {
    (0..<alternatives).map { i in
      var (wins, total) = (0.0, 0.0)
      for entry in rowStarts[i]..<rowStarts[i + 1] {
        wins += size(entry) * rates[entry]
        total += size(entry)
      }
      return total > 0 ? wins / total : nil
    }
  }

  /// The average win rate as documents have it: with itself as an opponent, for those who met somebody of positive weight.
  func paperAverages(weights: [Double]? = nil) -> [Double?] {
    zip(averages(weights: weights), averages(weights: weights, includingSelf: true)).map {
      $0 == nil ? nil : $1
    }
  }

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
