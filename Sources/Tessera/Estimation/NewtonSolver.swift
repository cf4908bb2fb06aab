#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Finds the one minimum of an `Objective` by Newton's method.
///
/// Steps come from a dense Cholesky factor where few alternatives have weight, from preconditioned conjugate
/// gradients on the sparse Hessian elsewhere; a line search keeps every step downhill.
///
/// A small residual alone does not mean that rewards are right: where one side won throughout, a small lambda is all that
/// holds them, and the residual says little. So the search ends when the certificate is small and the rewards are
/// close to the minimum as well, by the bound of `Objective.distanceBound` or by the length of the next step.
struct NewtonSolver {
  let settings: BradleyTerry

  /// Rewards this close to the minimum are the minimum; relative to the largest where that is above 1.
  var rewardTolerance = 1e-6

  /// - Parameters:
  ///   - start: Rewards to start from; nil for zeros.
  ///   - work: Reports the certificate after each iteration.
  func solve(_ problem: Objective, start: [Double]?, work: Work) throws -> RewardEstimate {
    let m = problem.isActive.count
    var rewards = start ?? Array(repeating: 0, count: m)
    guard rewards.count == m else { throw EstimationError.startCount(found: rewards.count, alternatives: m) }
    for i in 0..<m where !problem.isActive[i] || !rewards[i].isFinite { rewards[i] = 0 }
    problem.level(&rewards)

    let active = problem.active
    // Residuals are as large as the masses behind them: with counts those can be far from 1.
    let tolerance = max(settings.tolerance, 1e-15 * problem.largestRowMass)
    // One point's curvature is kept at a time: behind a step, its start is asked for its value and certificate alone.
    var point = Objective.Evaluation(problem)
    if start != nil {
      // A start that is worse than none is none.
      try problem.evaluate(at: nil, into: &point, work: work)
      let origin = point.value
      try problem.evaluate(at: rewards, into: &point, work: work)
      if !(point.value <= origin) {
        rewards = [Double](repeating: 0, count: m)
        try problem.evaluate(at: nil, into: &point, work: work)
      }
    } else {
      try problem.evaluate(at: nil, into: &point, work: work)
    }
    var (value, certificate) = (point.value, point.certificate)
    let first = certificate
    var iterations = 0
    var stopped: String?
    // How far the rewards may be from the minimum; the bound where that is close enough, the last step where it is not.
    var distance = problem.distanceBound(point)
    func isClose() -> Bool {
      distance <= rewardTolerance * max(1, rewards.reduce(0) { max($0, abs($1)) })
    }
    while certificate > tolerance || !isClose() {
      guard iterations < settings.maximumIterations else {
        stopped = "\(iterations) iterations were not enough"
        break
      }
      let gradient = zip(problem.pairs.weights, point.residuals).map { $0 * $1 }
      let step = try step(
        problem, point, gradient, active, tolerance: forcing(problem, certificate, first, tolerance), work)
      if certificate <= tolerance {
        distance = min(distance, step.reduce(0) { max($0, abs($1)) })
        if isClose() { break }
      }
      let downhill = zip(gradient, step).reduce(0) { $0 + $1.0 * $1.1 }
      var length = 1.0
      var accepted = false
      for _ in 0..<60 {
        let candidate = zip(rewards, step).map { $0 + length * $1 }
        try problem.evaluate(at: candidate, into: &point, work: work)
        // Close to the minimum the change of F drowns in rounding; there the certificate decides.
        let enough = point.value <= value - 1e-4 * length * downhill
        let rounding = 1e-12 * max(abs(value), .leastNormalMagnitude)
        if enough || (length * downhill <= rounding && point.certificate < certificate) {
          rewards = candidate
          accepted = true
          break
        }
        length /= 2
      }
      if !accepted {
        stopped = "no step goes further downhill: the arithmetic ends here"
        break
      }
      (value, certificate) = (point.value, point.certificate)
      distance = problem.distanceBound(point)
      iterations += 1
      // The certificate shrinks faster and faster; its exponent tells roughly how far along the solver is.
      work.report(min(0.95, max(0.05, -log10(max(certificate, 1e-10)) / 10)))
    }

    let undetermined = Set(problem.pairs.undetermined(problem.counts))
    for i in 0..<m where !problem.isActive[i] && !undetermined.contains(i) {
      let (reward, residual) = problem.rewardWithoutWeight(of: i, given: rewards)
      rewards[i] = reward
      certificate = max(certificate, abs(residual))
    }
    if stopped == nil, certificate > 10 * tolerance {
      stopped = "the reward of an alternative of weight zero is not settled"
    }
    return RewardEstimate(
      rewards: rewards, certificate: certificate, iterations: iterations, objective: value,
      outcome: stopped.map(RewardEstimate.Outcome.stopped) ?? .minimum, undetermined: undetermined.sorted(),
      settings: settings)
  }

  /// How exactly a step is asked for, relative.
  ///
  /// Newton's method squares what is left, so more than that is wasted (Eisenstat and Walker, 1996): in proportion to how far
  /// the certificate has come from the first one, whatever its scale. A look at a point takes as long as some eight products
  /// with the Hessian where rewards are in the cache of a core, and as two where they are not: more exact steps save looks.
  /// Where the certificate is small enough already, the step is asked for its own length: it tells how far the minimum is.
  private func forcing(_ problem: Objective, _ certificate: Double, _ first: Double, _ tolerance: Double)
    -> Double
  {
    let (most, share) = problem.isCached ? (1e-3, 0.01) : (0.05, 0.1)
    return max(1e-14, min(most, share * certificate / (certificate > tolerance ? first : 1)))
  }

  /// Newton's step, H^-1 of the gradient. What it needs of the point is let go when it returns: the next evaluation writes there.
  private func step(
    _ problem: Objective, _ point: Objective.Evaluation, _ gradient: [Double], _ active: [Int],
    tolerance: Double, _ work: Work
  ) throws -> [Double] {
    let system = HessianSystem(problem, point, work: work)
    if active.count <= settings.denseLimit, let dense = system.solveDensely(gradient, active) { return dense }
    return try system.solve(gradient, tolerance: tolerance)
  }
}
