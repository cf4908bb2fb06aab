import Tessera

/// The first-order condition of the estimate, written down anew from the rows of the comparisons: plain loops, no code
/// shared with the library but the logistic function.
///
///     R_i = sum_j a_ij (p_ij - s(r_i - r_j)) - lambda c_i r_i
struct FirstOrderCondition {
  /// m x m: comparisons of i and j, and how many of them i won.
  let counts: [[Double]]
  let wins: [[Double]]
  /// a_ij = v_ij / w_i.
  let mass: [[Double]]
  /// c_i = rho_i / w_i.
  let coverage: [Double]

  /// Products of weights.
  ///
  /// - Parameter groups: The group of each alternative, whose members do not hold one another back.
  init(
    _ rows: [Comparison], weights w: [Double], pairs: PairConvention, convention: LambdaConvention,
    groups: [Int]? = nil
  ) {
    let m = w.count
    let (counts, wins) = Self.pooled(rows, m)
    var (total, compared) = (0.0, 0.0)
    for i in 0..<m {
      for j in 0..<m where counts[i][j] > 0 {
        total += counts[i][j]
        compared += 1
      }
    }
    var mass = [[Double]](repeating: Array(repeating: 0, count: m), count: m)
    for i in 0..<m {
      for j in 0..<m where counts[i][j] > 0 {
        mass[i][j] = w[j] * (pairs == .count ? counts[i][j] * compared / total : 1)
      }
    }
    self.init(counts, wins, mass, weights: w, convention, groups ?? Array(0..<m))
  }

  /// Masses of pairs, half of one for each of a pair's alternatives.
  init(
    _ rows: [Comparison], pairMass: [[Double]], weights w: [Double], convention: LambdaConvention,
    groups: [Int]
  ) {
    let (counts, wins) = Self.pooled(rows, w.count)
    let mass = w.indices.map { i in w.indices.map { w[i] > 0 ? pairMass[i][$0] / 2 / w[i] : 0 } }
    self.init(counts, wins, mass, weights: w, convention, groups)
  }

  private init(
    _ counts: [[Double]], _ wins: [[Double]], _ mass: [[Double]], weights w: [Double],
    _ convention: LambdaConvention, _ groups: [Int]
  ) {
    self.counts = counts
    self.wins = wins
    self.mass = mass
    coverage = w.indices.map { i in
      if convention != .local { return 1 }
      var (own, met) = (0.0, 0.0)
      for j in w.indices {
        if groups[j] == groups[i] { own += w[j] } else { met += mass[i][j] }
      }
      return met / (1 - own)
    }
  }

  private static func pooled(_ rows: [Comparison], _ m: Int) -> (counts: [[Double]], wins: [[Double]]) {
    var counts = [[Double]](repeating: Array(repeating: 0, count: m), count: m)
    var wins = counts
    for row in rows {
      let (a, b) = (Int(row.a), Int(row.b))
      counts[a][b] += row.count
      counts[b][a] += row.count
      wins[a][b] += row.count * row.outcome
      wins[b][a] += row.count * (1 - row.outcome)
    }
    return (counts, wins)
  }

  /// R_i.
  func residual(_ i: Int, _ r: [Double], lambda: Double) -> Double {
    var sum = -lambda * coverage[i] * r[i]
    for j in r.indices where counts[i][j] > 0 {
      sum += mass[i][j] * (wins[i][j] / counts[i][j] - logistic(r[i] - r[j]))
    }
    return sum
  }

  /// Largest |R_i|.
  func violation(_ r: [Double], lambda: Double) -> Double {
    r.indices.reduce(0) { max($0, abs(residual($1, r, lambda: lambda))) }
  }
}
