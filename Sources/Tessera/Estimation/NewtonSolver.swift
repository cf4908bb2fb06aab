/// Finds the one minimum of a `BradleyTerry` objective by Newton's method.
///
/// Steps come from a dense Cholesky factor where few alternatives have weight, from preconditioned conjugate
/// gradients on the sparse Hessian elsewhere; a line search keeps every step downhill.
public struct NewtonSolver: Sendable {
  /// Stop when the certificate is no larger than this.
  public var tolerance = 1e-10
  public var maximumIterations = 200
  /// Up to this many alternatives with weight, the Hessian is a dense matrix.
  public var denseLimit = 256
  /// Cores to use; nil for all.
  public var threads: Int?

  public init() {}

  /// Rewards that minimise the objective.
  ///
  /// Alternatives of weight zero get the reward that their own first-order condition gives them.
  ///
  /// - Parameters:
  ///   - start: Rewards to start from; nil for zeros. A good start saves iterations, nothing else.
  ///   - progress: Called after each iteration with the certificate so far. Throwing stops the work.
  /// - Complexity: some ten iterations of some ten products with the sparse Hessian, O(pairs) each.
  public func solve(
    _ problem: BradleyTerry, start: [Double]? = nil, progress: ((Double) throws -> Void)? = nil
  ) throws -> RewardEstimate {
    let m = problem.weights.count
    var rewards = start ?? Array(repeating: 0, count: m)
    guard rewards.count == m else { throw EstimationError.startCount(found: rewards.count, alternatives: m) }
    for i in 0..<m where problem.weights[i] == 0 || !rewards[i].isFinite { rewards[i] = 0 }

    let active = problem.weights.indices.filter { problem.weights[$0] > 0 }
    var hessian = SparseHessian(problem, threads: threads)
    var here = BradleyTerry.Evaluation(problem)
    var trial = here
    problem.evaluate(at: rewards, into: &here, threads: threads)
    var iterations = 0
    while here.certificate > tolerance, iterations < maximumIterations {
      let gradient = zip(problem.weights, here.residuals).map { $0 * $1 }
      let step: [Double]
      if active.count <= denseLimit, let dense = denseStep(problem, here, gradient, active) {
        step = dense
      } else {
        step = hessian.solve(
          here, rightHandSide: gradient, tolerance: max(1e-14, min(0.05, 0.1 * here.certificate)))
      }
      let downhill = zip(gradient, step).reduce(0) { $0 + $1.0 * $1.1 }
      var length = 1.0
      var accepted = false
      for _ in 0..<60 {
        let candidate = zip(rewards, step).map { $0 + length * $1 }
        problem.evaluate(at: candidate, into: &trial, threads: threads)
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
      if !accepted { break }
      swap(&here, &trial)
      iterations += 1
      try progress?(here.certificate)
    }

    var certificate = here.certificate
    for i in 0..<m where problem.weights[i] == 0 {
      let (reward, residual) = problem.rewardWithoutWeight(of: i, given: rewards)
      rewards[i] = reward
      certificate = max(certificate, abs(residual))
    }
    return RewardEstimate(
      rewards: rewards, certificate: certificate, iterations: iterations, objective: here.value,
      lambda: problem.lambda, pairs: problem.pairs)
  }

  private func denseStep(
    _ problem: BradleyTerry, _ here: BradleyTerry.Evaluation, _ gradient: [Double], _ active: [Int]
  ) -> [Double]? {
    let matrix = problem.denseHessian(here, active: active)
    guard let factor = LinearAlgebra.Cholesky(matrix, order: active.count) else { return nil }
    let solution = factor.solve(active.map { gradient[$0] })
    var step = [Double](repeating: 0, count: gradient.count)
    for (position, i) in active.enumerated() { step[i] = solution[position] }
    return step.allSatisfy(\.isFinite) ? step : nil
  }
}

extension BradleyTerry {
  /// The Hessian of the alternatives that have weight, row-major.
  func denseHessian(_ here: Evaluation, active: [Int]) -> [Double] {
    var position = [Int](repeating: -1, count: weights.count)
    for (place, i) in active.enumerated() { position[i] = place }
    var matrix = [Double](repeating: 0, count: active.count * active.count)
    for (row, i) in active.enumerated() {
      matrix[row * active.count + row] = weights[i] * here.diagonal[i]
      for entry in winRates.rowStarts[i]..<winRates.rowStarts[i + 1] {
        let column = position[Int(winRates.opponents[entry])]
        if column >= 0 { matrix[row * active.count + column] = -weights[i] * here.curvature[entry] }
      }
    }
    return matrix
  }

  /// The root of R_i = 0 for an alternative of weight zero, and what is left of R_i there.
  ///
  /// R_i falls strictly in r_i, from above zero to below it on [-b, b] with b = sum_j w_j k_ij / lambda, so a
  /// Newton step that leaves the bracket is replaced by its middle.
  func rewardWithoutWeight(of i: Int, given rewards: [Double]) -> (reward: Double, residual: Double) {
    let entries = winRates.rowStarts[i]..<winRates.rowStarts[i + 1]
    let factors = entries.map { weights[Int(winRates.opponents[$0])] * pairFactor($0) }
    func residual(_ x: Double) -> (value: Double, slope: Double) {
      var value = -lambda * x
      var slope = -lambda
      for (entry, factor) in zip(entries, factors) {
        let probability = logistic(x - rewards[Int(winRates.opponents[entry])])
        value += factor * (winRates.rates[entry] - probability)
        slope -= factor * probability * (1 - probability)
      }
      return (value, slope)
    }
    var high = factors.reduce(0, +) / lambda
    var low = -high
    var x = 0.0
    var best = (reward: x, residual: residual(x).value)
    for _ in 0..<200 {
      let (value, slope) = residual(x)
      if abs(value) < abs(best.residual) { best = (x, value) }
      if value == 0 || high - low <= abs(x) * 1e-16 { break }
      if value > 0 { low = x } else { high = x }
      let newton = x - value / slope
      let next = newton > low && newton < high ? newton : low + (high - low) / 2
      if next == x { break }
      x = next
    }
    return best
  }
}
