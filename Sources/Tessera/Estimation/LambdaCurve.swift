/// How well an estimate predicts what is held out, for every strength of the regularisation; and the strength that does best.
///
/// The loss of a held-out vote counts by the weight that the fit itself gives the vote, so that copies cannot choose the
/// strength: with uniform weights it is the plain mean.
public struct LambdaCurve: Sendable, Equatable, Codable {
  public struct Point: Sendable, Equatable, Codable {
    public let lambda: Double
    /// Weighted mean of the held-out log loss, in nats.
    public let loss: Double
    /// Above the least, and the standard error of that difference, paired, over clusters.
    public let difference: Double
    public let error: Double
    /// Within one standard error of the least: the data do not tell it from the best.
    public var isFlat: Bool { difference <= error }
  }

  /// Weakest first.
  public let points: [Point]
  public let chosen: Double
  public let folds: Int
  /// What was held out as a whole.
  public let unit: Folds.Unit
  /// Newton's iterations of all fits: what the curve has cost.
  public let iterations: Int

  /// Half decades from 1e-4 to 10.
  public static let grid: [Double] = (0..<11).map { step in
    let decades: [Double] = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10]
    return step % 2 == 0 ? decades[step / 2] : decades[step / 2] * 3.162_277_660_168_379_5
  }

  /// What the strength is where there is too little to choose it by, as in the paper.
  public static let fixed = 0.1

  /// The curve of rewards that every alternative has for itself.
  ///
  /// - Parameters:
  ///   - full: Counts of all comparisons, and what pairs weigh in the fit.
  ///   - scale: What lambda is multiplied by in the objective.
  /// - Throws: `EstimationError`, `Cancelled`.
  /// - Complexity: as many fits as folds times strengths, each from the rewards of the next stronger one and to three digits:
  ///   some two or three Newton steps each.
  public init(
    _ folds: Folds, _ full: PairCounts, _ weights: PairWeights, pairs: PairConvention,
    lambda convention: LambdaConvention, groups: Partition?, scale: Double = 1, work: Work = Work()
  ) throws {
    try self.init(
      folds, full, weights, pairs: pairs, lambda: convention, groups: groups, scale: scale, work: work
    ) { problem, start in
      let solver = NewtonSolver(
        settings: BradleyTerry(lambda: problem.lambda, tolerance: 1e-5), rewardTolerance: 1e-3)
      let found = try solver.solve(problem, start: start, work: work.silent)
      return (found.rewards, found.rewards, found.iterations)
    }
  }

  /// - Parameter fit: The rewards at an objective's minimum, from what the fit of a stronger regularisation has left behind,
  ///   what it leaves behind itself, and its Newton iterations.
  init(
    _ folds: Folds, _ full: PairCounts, _ weights: PairWeights, pairs: PairConvention,
    lambda convention: LambdaConvention, groups: Partition?, scale: Double, work: Work,
    fit: (Objective, [Double]?) throws -> (start: [Double], rewards: [Double], iterations: Int)
  ) throws {
    let grid = Self.grid
    // Losses and weights of clusters.
    let width = folds.clusterCount
    var losses = [Double](repeating: 0, count: grid.count * width)
    var mass = [Double](repeating: 0, count: width)
    var votes = mass
    var iterations = 0
    for fold in 0..<folds.count {
      work.report(Double(fold) / Double(folds.count))
      let part = folds.trainingCounts(of: fold)
      let restricted = weights.restricted(
        from: full, to: part, pairs: pairs, lambda: convention, groups: groups)
      guard restricted.opponentMass.contains(where: { $0 > 0 }) else { continue }
      // A held-out vote weighs what it does in the fit of all.
      let held = HeldOutVotes(folds.heldOut(of: fold), full, weights, work: work)
      let clusters = folds.clusters(of: fold)
      for (place, cluster) in clusters.enumerated() {
        mass[Int(cluster)] += held.mass[place]
        votes[Int(cluster)] += held.counts[place]
      }
      let whole = try Objective(part, restricted, lambda: 1)
      var start: [Double]?
      for (number, lambda) in grid.enumerated().reversed() {
        let found = try fit(whole.with(lambda: lambda * scale), start)
        start = found.start
        iterations += found.iterations
        let own = held.losses(found.rewards, work: work)
        for (place, cluster) in clusters.enumerated() { losses[number * width + Int(cluster)] += own[place] }
      }
    }
    let total = max(mass.reduce(0, +), .leastNormalMagnitude)
    let means = grid.indices.map { losses[$0 * width..<($0 + 1) * width].reduce(0, +) / total }
    // Of equal ones the stronger.
    let best = means.indices.reversed().min { means[$0] < means[$1] } ?? 0
    points = grid.indices.map { number in
      let difference = means[number] - means[best]
      var squares = 0.0
      for cluster in 0..<width {
        let own =
          losses[number * width + cluster] - losses[best * width + cluster] - difference * mass[cluster]
        // Single votes are independent of one another: a row of n of them is n clusters.
        squares += folds.unit == .vote ? own * own / max(votes[cluster], 1) : own * own
      }
      let g = folds.unit == .vote ? votes.reduce(0, +) : Double(width)
      let error = g > 1 ? (squares * g / (g - 1)).squareRoot() / total : 0
      return Point(lambda: grid[number], loss: means[number], difference: difference, error: error)
    }
    chosen = grid[best]
    self.iterations = iterations
    self.folds = folds.count
    unit = folds.unit
  }
}
