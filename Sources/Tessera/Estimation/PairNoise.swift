/// How noisy the win rate of a pair is: the variance of the mean of its outcomes, if the pair were asked as often again.
///
/// The outcomes y of a pair tell it, ties and soft labels as they are: W = E y^2 - p^2, with n - 1 degrees of freedom. Where
/// n is 1 they do not, and their distance from the fitted probability has to speak, as in the sandwich estimator (HC0; White,
/// 1980). That distance holds the bias of the regularisation as well, so it is taken from probabilities s~ of a less
/// regularised fit, whose ridge is worth a fifth of a comparison for each alternative at most. With d = s~ (1 - s~), what
/// the model says of one outcome, and h the leverage of the pair in that fit,
///
///     R = n W + (p - s~)^2,   D = n - 1 + (1 - h) / n,   phi = sum R / sum D d
///     variance = (R + 4 phi d) / ((D + 4) n)
///
/// phi is what all pairs together say of the outcomes' spread beside that of the model (1 for wins and losses, less with
/// ties); it counts as four more comparisons, so that a pair that was won throughout is not taken for certain. The pairs
/// speak by their degrees of freedom, and one more comparison that behaves as the model says keeps phi above zero.
///
/// Where every pair has many comparisons this is HC0 about a fit without bias, to 1 / n.
struct PairNoise: Sendable {
  /// A ridge is worth this many comparisons of an alternative at most.
  static let priorComparisons = 0.2
  /// phi counts as this many comparisons of a pair.
  static let pooledComparisons = 4.0

  private let counts: PairCounts
  /// Of the less regularised fit.
  private let rewards: [Double]
  /// Variance of the mean outcome of each entry of the pair counts.
  let variances: [Double]

  /// - Parameter denseLimit: Up to this many alternatives with weight, leverages are exact.
  /// - Complexity: one more fit, from the estimate on, and two passes over the pairs; O(m^3) up to the limit.
  init(_ problem: Objective, _ estimate: [Double], denseLimit: Int, work: Work) throws {
    let (counts, pairs) = (problem.counts, problem.pairs)
    let m = counts.alternatives
    var isSame = true
    let ridge = (0..<m).map { i -> Double in
      var (sum, n) = (0.0, 0.0)
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        sum += pairs.opponentMass[entry]
        n += counts.counts[entry]
      }
      let own = problem.lambda * pairs.coverage[i]
      let least = n > 0 ? Self.priorComparisons * sum / n : own
      if least < own { isSame = false }
      return min(own, least)
    }
    let free = isSame ? problem : try problem.with(ridge: ridge)
    let rewards =
      isSame
      ? estimate
      : try NewtonSolver(settings: BradleyTerry(lambda: 1, tolerance: 1e-7)).solve(
        free, start: estimate, work: work.silent
      ).rewards
    self.counts = counts
    self.rewards = rewards
    let leverage = try Leverage(free, rewards, denseLimit: denseLimit, work: work)

    // R, D and d of an entry.
    @Sendable func terms(_ i: Int, _ entry: Int) -> (residual: Double, freedom: Double, model: Double) {
      let (n, p) = (counts.counts[entry], counts.rates[entry])
      let s = logistic(rewards[i] - rewards[Int(counts.opponents[entry])])
      let within = max(counts.meanSquare(at: entry, around: p), 0)
      let freedom = max(n - 1, 0) + (1 - leverage.value(i, entry, s * (1 - s))) / max(n, 1)
      return (n * within + (p - s) * (p - s), freedom, s * (1 - s))
    }
    var sums = [SIMD2<Double>](repeating: .zero, count: problem.pieces.count)
    try withPointers(&sums) { sums in
      try work.forEach(pieces: problem.pieces.count) { piece, _ in
        var sum = SIMD2<Double>.zero
        for i in problem.pieces[piece] {
          for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] where Int(counts.opponents[entry]) > i {
            let t = terms(i, entry)
            sum += SIMD2(t.residual, t.freedom * t.model)
          }
        }
        sums[piece] = sum
      }
    }
    // A quarter is d where nothing is known of a pair.
    let total = sums.reduce(SIMD2(repeating: 0.25), +)
    let phi = total[0] / total[1]
    var variances = [Double](repeating: 0, count: counts.opponents.count)
    try withPointers(&variances) { variances in
      try work.forEach(pieces: problem.pieces.count) { piece, _ in
        for i in problem.pieces[piece] {
          for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
            let t = terms(i, entry)
            variances[entry] =
              (t.residual + Self.pooledComparisons * phi * t.model)
              / ((t.freedom + Self.pooledComparisons) * counts.counts[entry])
          }
        }
      }
    }
    self.variances = variances
  }

  /// Variance of the mean outcome of an entry of row i.
  @Sendable func variance(_ i: Int, _ entry: Int) -> Double { variances[entry] }

  /// What the squares of the residuals of single comparisons say of the same: sum (y - s~)^2 / n^2.
  @Sendable func squares(_ i: Int, _ entry: Int) -> Double {
    let s = logistic(rewards[i] - rewards[Int(counts.opponents[entry])])
    return counts.meanSquare(at: entry, around: s) / counts.counts[entry]
  }

  /// The same of all entries.
  var allSquares: [Double] {
    (0..<counts.alternatives).flatMap { i in
      (counts.rowStarts[i]..<counts.rowStarts[i + 1]).map { squares(i, $0) }
    }
  }

  /// What a comparison's outcome differs by from what was to be expected, for an entry of row a.
  func residual(_ comparison: Comparison, _ entry: Int) -> Double {
    comparison.outcome - logistic(rewards[Int(comparison.a)] - rewards[Int(comparison.b)])
  }
}

/// How much a pair decides of its own fitted probability: h_ij = v_ij d_ij (e_i - e_j)' H^-1 (e_i - e_j).
private struct Leverage: Sendable {
  private let counts: PairCounts
  private let pairs: PairWeights
  private let isActive: [Bool]
  /// Of each entry, by a dense inverse; empty where it is reckoned from the diagonal.
  private let dense: [Double]
  /// The Hessian's diagonal divided by w_i, also for alternatives without weight.
  private let diagonal: [Double]

  init(_ problem: Objective, _ rewards: [Double], denseLimit: Int, work: Work) throws {
    let (counts, pairs) = (problem.counts, problem.pairs)
    (self.counts, self.pairs, isActive) = (counts, pairs, problem.isActive)
    let here = try problem.evaluation(at: rewards, work: work)
    var diagonal = here.diagonal
    for i in diagonal.indices where !problem.isActive[i] {
      diagonal[i] = problem.lambda * pairs.coverage[i]
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let s = logistic(rewards[i] - rewards[Int(counts.opponents[entry])])
        diagonal[i] += pairs.opponentMass[entry] * s * (1 - s)
      }
    }
    self.diagonal = diagonal
    let active = problem.active
    guard active.count <= denseLimit, let factor = HessianSystem(problem, here, work: work).cholesky(active)
    else {
      dense = []
      return
    }
    try work.check()
    let inverse = factor.inverse(work: work)
    let order = active.count
    var position = [Int](repeating: -1, count: counts.alternatives)
    for (place, i) in active.enumerated() { position[i] = place }
    var dense = [Double](repeating: 0, count: counts.opponents.count)
    for i in active {
      let a = position[i]
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let b = position[Int(counts.opponents[entry])]
        guard b >= 0 else { continue }
        let spread = inverse[a * order + a] + inverse[b * order + b] - 2 * inverse[a * order + b]
        dense[entry] = min(max(pairs.weights[i] * here.curvature[entry] * spread, 0), 0.999)
      }
    }
    self.dense = dense
  }

  /// - Parameter model: d of the entry.
  func value(_ i: Int, _ entry: Int, _ model: Double) -> Double {
    let j = Int(counts.opponents[entry])
    if !dense.isEmpty, isActive[i], isActive[j] { return dense[entry] }
    // What the diagonal says of the inverse: right where alternatives have many opponents.
    let curvature = pairs.opponentMass[entry] * model
    var share = diagonal[i] > 0 ? curvature / diagonal[i] : 0
    if pairs.weights[i] > 0, pairs.weights[j] > 0, diagonal[j] > 0 {
      share += pairs.weights[i] / pairs.weights[j] * curvature / diagonal[j]
    }
    return min(share, 0.999)
  }
}
