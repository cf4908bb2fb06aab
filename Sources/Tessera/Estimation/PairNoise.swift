import CTesseraKernels

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
    // Errors that are simulated are known to some percent: three digits of this fit are enough, of the differences within pairs.
    // A residual is the curvature of its row, a tenth of its mass or more mostly, times what a reward is off by.
    let least = problem.active.count <= denseLimit ? nil : problem.smallestRowMass.map { 1e-4 * $0 }
    let solver = NewtonSolver(
      settings: BradleyTerry(lambda: 1, tolerance: least ?? 1e-7),
      rewardTolerance: least == nil ? 1e-6 : .infinity)
    let rewards = isSame ? estimate : try solver.solve(free, start: estimate, work: work.silent).rewards
    self.counts = counts
    self.rewards = rewards
    let leverage = try Leverage(free, rewards, denseLimit: denseLimit, work: work)
    // W, where outcomes are more than wins and losses.
    let within =
      counts.isDecided
      ? [] : counts.rates.indices.map { counts.meanSquare(at: $0, around: counts.rates[$0]) }
    let pieces = problem.pieces
    var sums = [Double](repeating: 0, count: 2 * pieces.count)
    var variances = [Double](repeating: 0, count: counts.opponents.count)
    try problem.withGraph { graph in
      try Self.withOutcomes(counts, within, leverage, rewards) { outcomes in
        try withPointers(&sums) { sums in
          try work.forEach(pieces: pieces.count) { piece, _ in
            let rows = pieces[piece]
            outcomes.with(graph) {
              tessera_pair_spread($0, $1, rows.lowerBound, rows.upperBound, sums[address: 2 * piece])
            }
          }
        }
        // A quarter is d where nothing is known of a pair.
        let total = stride(from: 0, to: sums.count, by: 2).reduce(SIMD2(repeating: 0.25)) {
          $0 + SIMD2(sums[$1], sums[$1 + 1])
        }
        let phi = total[0] / total[1]
        try withPointers(&variances) { variances in
          try work.forEach(pieces: pieces.count) { piece, _ in
            let rows = pieces[piece]
            outcomes.with(graph) {
              tessera_pair_variances(
                $0, $1, phi, Self.pooledComparisons, rows.lowerBound, rows.upperBound, variances.start)
            }
          }
        }
      }
    }
    self.variances = variances
  }

  /// What is known of the pairs as kernels take it.
  private struct Outcomes: @unchecked Sendable {
    // Read only, and valid while `withOutcomes` runs: it holds the arrays.
    let known: tessera_pair_outcomes

    func with(
      _ graph: Objective.Graph,
      _ body: (UnsafePointer<tessera_graph>, UnsafePointer<tessera_pair_outcomes>) -> Void
    ) {
      withUnsafePointer(to: graph.rows) { graph in withUnsafePointer(to: known) { body(graph, $0) } }
    }
  }

  private static func withOutcomes(
    _ counts: PairCounts, _ within: [Double], _ leverage: Leverage, _ rewards: [Double],
    _ body: (Outcomes) throws -> Void
  ) rethrows {
    try withInputs(counts.rates, counts.counts, within) { rates, n, squares in
      try withInputs(leverage.dense, leverage.inverse, leverage.share, rewards) {
        dense, inverse, share, rewards in
        try body(
          Outcomes(
            known: tessera_pair_outcomes(
              rates: rates.start, counts: n.start, within: within.isEmpty ? nil : squares.start,
              leverage: leverage.dense.isEmpty ? nil : dense.start, inverse: inverse.start,
              share: share.start,
              rewards: rewards.start)))
      }
    }
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
  /// Of each entry, by a dense inverse; empty where it is reckoned from the diagonal, which is right where alternatives
  /// have many opponents: h_ij = a_ij d_ij (1 / d_i + w_i / (w_j d_j)) with the Hessian's diagonal w_i d_i.
  let dense: [Double]
  /// 1 / d_i, also for alternatives without weight; zero where there is none.
  let inverse: [Double]
  /// 1 / (w_i d_i); zero for alternatives without weight.
  let share: [Double]

  init(_ problem: Objective, _ rewards: [Double], denseLimit: Int, work: Work) throws {
    let (counts, pairs) = (problem.counts, problem.pairs)
    let here = try problem.evaluation(at: rewards, work: work)
    var diagonal = here.diagonal
    for i in diagonal.indices where !problem.isActive[i] {
      diagonal[i] = problem.lambda * pairs.coverage[i]
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let s = logistic(rewards[i] - rewards[Int(counts.opponents[entry])])
        diagonal[i] += pairs.opponentMass[entry] * s * (1 - s)
      }
    }
    inverse = diagonal.map { $0 > 0 ? 1 / $0 : 0 }
    share = diagonal.indices.map {
      diagonal[$0] > 0 && pairs.weights[$0] > 0 ? 1 / (pairs.weights[$0] * diagonal[$0]) : 0
    }
    let active = problem.active
    guard active.count <= denseLimit, let factor = HessianSystem(problem, here, work: work).cholesky(active)
    else {
      dense = []
      return
    }
    try work.check()
    let covariance = factor.inverse(work: work)
    let order = active.count
    var position = [Int](repeating: -1, count: counts.alternatives)
    for (place, i) in active.enumerated() { position[i] = place }
    var dense = [Double](repeating: 0, count: counts.opponents.count)
    for i in 0..<counts.alternatives {
      let a = position[i]
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let j = Int(counts.opponents[entry])
        let b = position[j]
        if a >= 0, b >= 0 {
          let spread = covariance[a * order + a] + covariance[b * order + b] - 2 * covariance[a * order + b]
          dense[entry] = max(pairs.weights[i] * here.curvature[entry] * spread, 0)
        } else {
          let s = logistic(rewards[i] - rewards[j])
          dense[entry] = pairs.opponentMass[entry] * s * (1 - s) * (inverse[i] + pairs.weights[i] * share[j])
        }
      }
    }
    self.dense = dense
  }
}
