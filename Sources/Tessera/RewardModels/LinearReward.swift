/// A reward that is linear in the contexts, r = theta c + b, at the minimum of the same objective as `BradleyTerry`.
///
///     F(theta, b) = sum_{i<j} v_ij loss_ij(r_i - r_j) + (lambda / 2) sum_i rho_i r_i^2
///
/// What `RewardTraining` finds for no hidden layers after many steps, by Newton's method: exact, and quick enough to be
/// fitted some fifty times for a curve. It scores answers that were never compared.
public struct LinearReward: Sendable {
  /// theta, then b.
  public let coefficients: [Double]
  /// Of every context it was fitted on, compared or not.
  public let rewards: [Double]
  public let iterations: Int

  /// Contexts as rows of numbers with a one at the end, seen from their mean: made once for many fits.
  public struct Design: Sendable {
    let rows: [Double]
    let count: Int
    let width: Int

    /// Beyond this many coordinates, the first principal axes stand for the contexts.
    public static let mostCoordinates = 256

    /// - Throws: `ContextsError`.
    public init(_ contexts: Contexts, work: Work = Work()) throws {
      // Both sides of a comparison answer one prompt: what sets prompts apart drops out of every difference.
      let contexts = contexts.answers
      var seen = contexts
      if contexts.dimension > Self.mostCoordinates, contexts.count > 1 {
        let equal = [Double](repeating: 1 / Double(contexts.count), count: contexts.count)
        if let (mean, axes, _) = try contexts.principalAxes(weights: equal, wanted: Self.mostCoordinates) {
          seen = try contexts.projected(onto: axes.flatMap { $0 }, count: axes.count, from: mean)
        }
      }
      let d = seen.dimension
      let mean = seen.mean(work: work)
      try MemoryNeed("contexts of a linear reward", rows: seen.count, columns: d + 1).require()
      var rows = [Double](repeating: 1, count: seen.count * (d + 1))
      for i in 0..<seen.count { seen.withRow(i) { k, value in rows[i * (d + 1) + k] = value - mean[k] } }
      (self.rows, count, width) = (rows, seen.count, d + 1)
    }
  }

  /// - Parameters:
  ///   - design: Row i is alternative i of `counts`.
  ///   - start: Coefficients to start from.
  /// - Throws: `EstimationError`, `Cancelled`.
  /// - Complexity: some ten steps of O((pairs + m d) d) time; O(m d) memory.
  public init(
    _ design: Design, _ counts: PairCounts, _ pairs: PairWeights, lambda: Double, start: [Double]? = nil,
    tolerance: Double = 1e-8, work: Work = Work()
  ) throws {
    try self.init(
      design, Objective(counts, pairs, lambda: lambda), start: start, tolerance: tolerance, work: work)
  }

  init(_ design: Design, _ problem: Objective, start: [Double]?, tolerance: Double, work: Work) throws {
    precondition(design.count == problem.isActive.count)
    let (m, d) = (design.count, design.width)
    func scores(_ theta: [Double]) -> [Double] {
      LinearAlgebra.multiply(design.rows, rows: m, theta, columns: 1, inner: d)
    }
    var theta = start ?? Array(repeating: 0, count: d)
    var rewards = scores(theta)
    var here = try problem.evaluation(at: rewards, work: work)
    var trial = here
    var iterations = 0
    while iterations < 100 {
      try work.check()
      let slopes = zip(problem.pairs.weights, here.residuals).map { $0 * $1 }
      let downhill = LinearAlgebra.multiply(slopes, rows: 1, design.rows, columns: d, inner: m)
      // C' H C by the rows of H C.
      let image = Self.image(design, problem, here, work)
      var hessian = LinearAlgebra.lowerProduct(design.rows, image, rows: m, order: d, work: work)
      // Directions that no context has are left where they are.
      let trace = (0..<d).reduce(0) { $0 + hessian[$1 * d + $1] }
      for k in 0..<d { hessian[k * d + k] += 1e-12 * trace }
      guard let step = LinearAlgebra.Cholesky(hessian, order: d)?.solve(downhill) else { break }
      let gain = zip(downhill, step).reduce(0) { $0 + $1.0 * $1.1 }
      guard gain > tolerance * max(abs(here.value), .leastNormalMagnitude) else { break }
      iterations += 1
      var length = 1.0
      var isLower = false
      for _ in 0..<40 {
        let next = zip(theta, step).map { $0 + length * $1 }
        let values = scores(next)
        try problem.evaluate(at: values, into: &trial, work: work)
        if trial.value <= here.value - 1e-4 * length * gain {
          (theta, rewards) = (next, values)
          isLower = true
          break
        }
        length /= 2
      }
      guard isLower else { break }
      swap(&here, &trial)
    }
    (coefficients, self.rewards, self.iterations) = (theta, rewards, iterations)
  }

  /// H C, m x d.
  private static func image(
    _ design: Design, _ problem: Objective, _ here: Objective.Evaluation, _ work: Work
  ) -> [Double] {
    let d = design.width
    var image = [Double](repeating: 0, count: design.rows.count)
    let (counts, weights) = (problem.counts, problem.pairs.weights)
    withPointers(&image) { image in
      withInputs(design.rows, here.curvature, here.diagonal) { rows, curvature, diagonal in
        work.forEachWithoutPause(pieces: problem.pieces.count) { piece, _ in
          for i in problem.pieces[piece] where problem.isActive[i] {
            let target = image[address: i * d]
            let own = weights[i] * diagonal[i]
            for k in 0..<d { target[k] = own * rows[i * d + k] }
            for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
              let slope = weights[i] * curvature[entry]
              let other = rows[address: Int(counts.opponents[entry]) * d]
              for k in 0..<d { target[k] -= slope * other[k] }
            }
          }
        }
      }
    }
    return image
  }
}

extension LambdaCurve {
  /// The curve of a reward that is linear in the contexts: whole prompts can be held out.
  ///
  /// - Throws: `EstimationError`, `Cancelled`.
  /// - Complexity: as many linear fits as folds times strengths, each from the coefficients of the next stronger one.
  public init(
    linear design: LinearReward.Design, _ folds: Folds, _ full: PairCounts, _ weights: PairWeights,
    pairs: PairConvention, lambda convention: LambdaConvention, groups: Partition?, work: Work = Work()
  ) throws {
    try self.init(
      folds, full, weights, pairs: pairs, lambda: convention, groups: groups, scale: 1, work: work
    ) { problem, start in
      let found = try LinearReward(design, problem, start: start, tolerance: 1e-5, work: work.silent)
      return (found.coefficients, found.rewards, found.iterations)
    }
  }
}
