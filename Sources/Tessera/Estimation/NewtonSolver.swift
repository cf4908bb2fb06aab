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
    let size = try problem.largestRowMass(work: work)
    let tolerance = max(settings.tolerance, 1e-15 * size)
    var here = try problem.evaluation(at: rewards, work: work)
    if start != nil {
      // A start that is worse than none is none.
      let zeros = [Double](repeating: 0, count: m)
      let origin = try problem.evaluation(at: zeros, work: work)
      if !(here.value <= origin.value) { (rewards, here) = (zeros, origin) }
    }
    var trial = here
    var iterations = 0
    var stopped: String?
    // How far the rewards may be from the minimum; the bound where that is close enough, the last step where it is not.
    var distance = problem.distanceBound(here)
    func isClose() -> Bool {
      distance <= rewardTolerance * max(1, rewards.reduce(0) { max($0, abs($1)) })
    }
    while here.certificate > tolerance || !isClose() {
      guard iterations < settings.maximumIterations else {
        stopped = "\(iterations) iterations were not enough"
        break
      }
      let gradient = zip(problem.pairs.weights, here.residuals).map { $0 * $1 }
      let system = HessianSystem(problem, here, work: work)
      let step: [Double]
      if active.count <= settings.denseLimit, let dense = system.solveDensely(gradient, active) {
        step = dense
      } else {
        step = try system.solve(gradient, tolerance: max(1e-14, min(0.05, 0.1 * here.certificate)))
      }
      if here.certificate <= tolerance {
        distance = min(distance, step.reduce(0) { max($0, abs($1)) })
        if isClose() { break }
      }
      let downhill = zip(gradient, step).reduce(0) { $0 + $1.0 * $1.1 }
      var length = 1.0
      var accepted = false
      for _ in 0..<60 {
        let candidate = zip(rewards, step).map { $0 + length * $1 }
        try problem.evaluate(at: candidate, into: &trial, work: work)
        // Close to the minimum the change of F drowns in rounding; there the certificate decides.
        let enough = trial.value <= here.value - 1e-4 * length * downhill
        let rounding = 1e-12 * max(abs(here.value), .leastNormalMagnitude)
        if enough || (length * downhill <= rounding && trial.certificate < here.certificate) {
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
      swap(&here, &trial)
      distance = problem.distanceBound(here)
      iterations += 1
      // The certificate shrinks faster and faster; its exponent tells roughly how far along the solver is.
      work.report(min(0.95, max(0.05, -log10(max(here.certificate, 1e-10)) / 10)))
    }

    var certificate = here.certificate
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
      rewards: rewards, certificate: certificate, iterations: iterations, objective: here.value,
      outcome: stopped.map(RewardEstimate.Outcome.stopped) ?? .minimum, undetermined: undetermined.sorted(),
      settings: settings)
  }
}
