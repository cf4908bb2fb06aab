/// What the noise of sampled weights does to the rewards: one standard error of each, over repeated sampling of the
/// weights with the same comparisons.
///
/// Sampled shares behave as shares of counts: their covariance is that of a multinomial draw, scaled to the standard
/// errors that were found. Draws of it change v_ij and rho_i, and with them the first-order condition; the rewards answer
/// by H^-1. The calculation is linear, so it holds while the errors are small beside the weights; an alternative that no
/// sample has hit has no error to carry on.
struct WeightNoise: Sendable {
  /// One for each alternative; nil where there is no reward.
  let values: [Double?]

  /// Draws, eight at a time: the values are good to 1 / sqrt(2 x 32) = 13 %.
  static let batches = 4

  /// - Parameter remake: Makes the pairs' weights of other weights.
  /// - Complexity: 32 passes over the pairs to make weights, 4 sparse solves.
  init(
    of estimate: RewardEstimate, _ counts: PairCounts, _ pairs: PairWeights, _ measured: MeasuredWeights,
    remake: (MeasuredWeights) throws -> PairWeights, work: Work
  ) throws {
    let problem = try Objective(counts, pairs, lambda: estimate.lambda)
    let here = try problem.evaluation(at: estimate.rewards, work: work)
    let propagation = NoisePropagation(problem, here, rewards: estimate.rewards, work: work)
    let m = counts.alternatives
    let seed = measured.alternatives.provenance.seed
    var squares = [Double](repeating: 0, count: m)
    let own = Self.residuals(problem, estimate.rewards)
    for batch in 0..<Self.batches {
      try work.check()
      var noise = [NoisePropagation.Lanes](repeating: .zero, count: m)
      // How the levels of the parts move: sum_i rho_i r_i = 0 holds with the new rho.
      var levels = [NoisePropagation.Lanes](repeating: .zero, count: problem.parts.count)
      for lane in 0..<8 {
        var random = RandomStream(seed: seed, for: .weightNoise, number: UInt64(8 * batch + lane))
        let (plus, scale) = measured.moved(counts, by: &random)
        let changed = try Objective(counts, remake(plus), lambda: estimate.lambda)
        let other = Self.residuals(changed, estimate.rewards)
        for i in 0..<m { noise[i][lane] = (other[i] - own[i]) / scale }
        for (place, part) in problem.parts.enumerated() {
          var (moved, total) = (0.0, 0.0)
          for i in part {
            let rho = problem.pairs.weights[Int(i)] * problem.pairs.coverage[Int(i)]
            let after = changed.pairs.weights[Int(i)] * changed.pairs.coverage[Int(i)]
            moved += (after - rho) * estimate.rewards[Int(i)]
            total += rho
          }
          levels[place][lane] = total > 0 ? -moved / scale / total : 0
        }
      }
      let moved = try propagation.rewards(movedBy: noise, levels: levels, tolerance: 1e-4)
      for i in 0..<m { squares[i] += (moved[i] * moved[i]).sum() }
    }
    let unknown = Set(estimate.undetermined)
    values = squares.indices.map {
      unknown.contains($0) ? nil : (squares[$0] / Double(8 * Self.batches)).squareRoot()
    }
  }

  /// R_i of every alternative, also of those without weight, at given rewards.
  private static func residuals(_ problem: Objective, _ r: [Double]) -> [Double] {
    let counts = problem.counts
    return (0..<counts.alternatives).map { i in
      var sum = -problem.lambda * problem.pairs.coverage[i] * r[i]
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        sum +=
          problem.pairs.opponentMass[entry]
          * (counts.rates[entry] - logistic(r[i] - r[Int(counts.opponents[entry])]))
      }
      return sum
    }
  }
}

extension MeasuredWeights {
  /// The weights moved by a draw of their noise, made smaller so that none becomes negative, and how much smaller.
  ///
  /// A weight moves by e_i z_i - w_i / W sum_k e_k z_k, with standard normal z and e_i = s_i / sqrt(1 - w_i / W): the
  /// covariance of shares that add up to W, be that 1 or the share of a prompt.
  func moved(_ counts: PairCounts, by random: inout RandomStream) -> (MeasuredWeights, scale: Double) {
    let scale = 1e-3
    func move(_ values: [Double], _ errors: [Double]) -> [Double] {
      let total = values.reduce(0, +)
      guard total > 0 else { return values }
      let draws = zip(values, errors).map { value, error in
        error > 0 ? error / max(1 - value / total, 1e-12).squareRoot() * random.normal() : 0
      }
      let sum = draws.reduce(0, +)
      return zip(values, draws).map { max($0 + scale * ($1 - $0 / total * sum), 0) }
    }
    if case .pairSpace(let pairSpace)? = comparisons {
      let moved = pairSpace.moved(scale: scale, counts, &random)
      return (MeasuredWeights(moved.alternatives, comparisons: .pairSpace(moved)), scale)
    }
    return (
      MeasuredWeights(
        AlternativeWeights(
          values: move(alternatives.values, alternatives.standardErrors),
          standardErrors: alternatives.standardErrors, provenance: alternatives.provenance)),
      scale
    )
  }
}
