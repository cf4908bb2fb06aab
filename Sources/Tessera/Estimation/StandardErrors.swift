#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard errors of rewards: how far they would move if the same pairs were asked again.
///
/// A reward is a solution of R = 0, so noise e in the win rates moves the rewards by H^-1 g with
/// g_i = w_i sum_j a_ij e_ij, and the covariance is H^-1 Cov(g) H^-1. What differs is the noise:
/// - `independent`: comparisons are independent; the variance of a pair's win rate is taken from its outcomes (see
///   `PairNoise`), ties and soft labels as they are.
/// - `annotators`: all comparisons of one annotator may hang together; Cov(g) is the sum over annotators of
///   the outer product of their scores (the sandwich estimator), times A / (A - 1) for A annotators, with each pair's part
///   in it corrected by what `PairNoise` knows better than single residuals.
/// Both say nothing of the bias towards zero that the regularisation brings, nor of the noise of sampled weights.
public struct StandardErrors: Sendable, Equatable {
  public enum Noise: String, Sendable, Codable { case independent, annotators }
  public enum Computation: String, Sendable, Codable { case exact, simulated }

  /// One for each alternative; nil where the reward is not known.
  public let values: [Double?]
  public let noise: Noise
  /// Exact, or from simulated noise, which leaves `relativeError` in each value.
  public let computation: Computation
  /// Annotators whose comparisons were kept together; 0 for independent noise.
  public let clusters: Int
  /// Relative standard error of the values themselves; 0 where they are exact.
  public let relativeError: Double
  /// Errors of the differences from the reference, where one was named; zero for itself.
  public let differences: [Double?]?
  /// Quasi-variances: r_i and r_j differ with a variance of about q_i + q_j within a component. nil for an alternative
  /// alone in its component, and where there are too many to compare them all (`quasiLimit`).
  public let quasiVariances: [Double?]?
  /// Largest relative error of a difference's standard error when it is taken from quasi-variances.
  public let quasiError: Double?
  /// Covariances of the rewards, m x m; nil where there are too many to compare them all (`quasiLimit`). By annotators they need
  /// not be positive definite to the last digit.
  public let covariances: [Double]?

  /// Up to this many alternatives all differences are looked at.
  public static let quasiLimit = 500
  /// Up to this many alternatives with weight, covariances are worked out as a dense matrix.
  public static let denseLimit = 1_500
  /// Up to this many annotators each has its own solve; beyond, they are drawn under random signs.
  public static let annotatorLimit = 512

  /// - Parameters:
  ///   - estimate: The minimum for these counts and pair weights.
  ///   - comparisons: The rows behind the counts; their annotators are kept together where two or more are known, and rows
  ///     of unknown annotators then count as annotators of one comparison each. Empty for independent noise.
  ///   - reference: Alternative whose differences from the others are wanted.
  ///   - draws: Draws of noise where an exact calculation would be too long; rounded up to a multiple of 8.
  ///   - denseLimit: Up to this many alternatives with weight, the covariance is computed as a dense matrix.
  /// - Throws: `EstimationError`, `Cancelled`.
  /// - Complexity: independent: O(m^3) up to the limit; beyond, one sparse solve for each draw, eight at a time.
  ///   Annotators: one sparse solve for each of up to `annotatorLimit`, for each draw beyond.
  public init(
    of estimate: RewardEstimate, _ counts: PairCounts, _ pairs: PairWeights, comparisons: [Comparison] = [],
    reference: Int? = nil, draws: Int = 64, denseLimit: Int = Self.denseLimit, seed: UInt64 = 0,
    work: Work = Work()
  ) throws {
    try self.init(
      of: estimate, Objective(counts, pairs, lambda: estimate.lambda), comparisons: comparisons,
      reference: reference, draws: draws, denseLimit: denseLimit, seed: seed, work: work)
  }

  /// The same with the objective at hand that the estimate is the minimum of.
  init(
    of estimate: RewardEstimate, _ problem: Objective, comparisons: [Comparison] = [],
    reference: Int? = nil, draws: Int = 64, denseLimit: Int = Self.denseLimit, seed: UInt64 = 0,
    work: Work = Work()
  ) throws {
    let counts = problem.counts
    let here = try problem.evaluation(at: estimate.rewards, work: work)
    let propagation = NoisePropagation(problem, here, rewards: estimate.rewards, work: work)
    let noise = try PairNoise(problem, estimate.rewards, denseLimit: denseLimit, work: work)
    let m = counts.alternatives
    var spread = Spread(m, reference: reference, all: m <= Self.quasiLimit)
    if let clusters = Clusters(comparisons) {
      let exactly = clusters.count <= Self.annotatorLimit
      let lanes = exactly ? clusters.count : (max(draws, 1) + 7) / 8 * 8
      for batch in 0..<(lanes + 7) / 8 {
        work.report(Double(8 * batch) / Double(lanes))
        let scores = propagation.clusteredNoise(
          comparisons, clusters.of, batch: batch, oneLanePerCluster: exactly, seed: seed,
          residual: noise.residual)
        spread.add(try propagation.rewards(movedBy: scores, tolerance: exactly ? 1e-10 : 1e-4))
      }
      spread.scale(by: Double(clusters.count) / Double(clusters.count - 1) / (exactly ? 1 : Double(lanes)))
      try spread.correct(
        by: propagation, noise, active: problem.active, denseLimit: denseLimit, draws: draws, seed: seed)
      self.noise = .annotators
      computation = exactly ? .exact : .simulated
      self.clusters = clusters.count
      relativeError = exactly ? 0 : 1 / Double(2 * lanes).squareRoot()
    } else if problem.active.count <= denseLimit,
      let exact = try propagation.exactly(
        active: problem.active, reference: reference, all: spread.covariances != nil, variance: noise.variance
      )
    {
      spread.take(exact)
      self.noise = .independent
      computation = .exact
      clusters = 0
      relativeError = 0
    } else {
      let batches = (max(draws, 1) + 7) / 8
      for batch in 0..<batches {
        work.report(Double(batch) / Double(batches))
        spread.add(
          try propagation.rewards(
            movedBy: propagation.independentNoise(batch: batch, seed: seed, variances: noise.variances),
            tolerance: 1e-4))
      }
      spread.scale(by: 1 / Double(8 * batches))
      self.noise = .independent
      computation = .simulated
      clusters = 0
      relativeError = 1 / Double(2 * 8 * batches).squareRoot()
    }

    let unknown = Set(estimate.undetermined)
    values = spread.variances.indices.map {
      unknown.contains($0) ? nil : max(spread.variances[$0], 0).squareRoot()
    }
    let components = Components(counts)
    differences = reference.map { reference in
      spread.differences.indices.map { i in
        unknown.contains(i) || components.of[i] != components.of[reference]
          ? nil : max(spread.differences[i], 0).squareRoot()
      }
    }
    covariances = spread.covariances
    guard let covariances = spread.covariances else {
      (quasiVariances, quasiError) = (nil, nil)
      return
    }
    let quasi = QuasiVariances.byComponent(covariances, isKnown: values.map { $0 != nil }, components)
    quasiVariances = quasi.values
    quasiError = quasi.worstRelativeError
  }

  private init(like other: StandardErrors, arrange: ([Double?]) -> [Double?]) {
    values = arrange(other.values)
    differences = other.differences.map(arrange)
    quasiVariances = other.quasiVariances.map(arrange)
    noise = other.noise
    computation = other.computation
    clusters = other.clusters
    relativeError = other.relativeError
    quasiError = other.quasiError
    let members = values.count
    covariances = other.covariances.flatMap { all in
      // Members of merged alternatives can be many more than were fitted.
      guard members <= Self.quasiLimit else { return nil }
      // Where each place of the new arrangement comes from.
      let m = other.values.count
      let from = arrange((0..<m).map { Double($0) }).map { $0.map { Int($0) } }
      return from.flatMap { i in
        from.map { j in
          guard let i, let j else { return 0 }
          return all[i * m + j]
        }
      }
    }
  }

  /// The same errors in another arrangement, as when merged alternatives hand theirs back to their members.
  public func mapped(_ arrange: ([Double?]) -> [Double?]) -> StandardErrors {
    StandardErrors(like: self, arrange: arrange)
  }

  /// Comparisons by annotator.
  private struct Clusters {
    /// Of each comparison.
    var of: [Int] = []
    var count = 0

    /// nil with fewer than two known annotators.
    init?(_ comparisons: [Comparison]) {
      // Mostly nobody is named: nothing is written down then.
      guard let first = comparisons.first(where: { $0.annotator >= 0 }),
        comparisons.contains(where: { $0.annotator >= 0 && $0.annotator != first.annotator })
      else { return nil }
      var known: [Int32: Int] = [:]
      for comparison in comparisons {
        if comparison.annotator >= 0, let cluster = known[comparison.annotator] {
          of.append(cluster)
          continue
        }
        if comparison.annotator >= 0 { known[comparison.annotator] = count }
        of.append(count)
        count += 1
      }
    }
  }

  /// Sums of squares of movements.
  private struct Spread {
    var variances: [Double]
    /// Of differences from the reference; empty where there is none.
    var differences: [Double]
    /// m x m; nil where they are not wanted.
    var covariances: [Double]?
    let reference: Int?

    init(_ m: Int, reference: Int?, all: Bool) {
      variances = Array(repeating: 0, count: m)
      differences = reference == nil ? [] : variances
      covariances = all ? Array(repeating: 0, count: m * m) : nil
      self.reference = reference
    }

    mutating func add(_ moved: [NoisePropagation.Lanes]) {
      let m = variances.count
      for i in 0..<m { variances[i] += (moved[i] * moved[i]).sum() }
      if let reference {
        for i in 0..<m {
          let difference = moved[i] - moved[reference]
          differences[i] += (difference * difference).sum()
        }
      }
      if covariances != nil {
        for i in 0..<m { for j in 0..<m { covariances?[i * m + j] += (moved[i] * moved[j]).sum() } }
      }
    }

    mutating func scale(by factor: Double) {
      variances = variances.map { $0 * factor }
      differences = differences.map { $0 * factor }
      covariances = covariances?.map { $0 * factor }
    }

    /// Puts a pair's variance in place of the squares of its residuals.
    ///
    /// The correction can be negative; where it takes all of a variance, the one of independent comparisons stands.
    mutating func correct(
      by propagation: NoisePropagation, _ noise: PairNoise, active: [Int], denseLimit: Int, draws: Int,
      seed: UInt64
    ) throws {
      func exactly(_ variance: (Int, Int) -> Double) throws -> Spread? {
        guard active.count <= denseLimit,
          let found = try propagation.exactly(
            active: active, reference: reference, all: covariances != nil, clipped: false, variance: variance)
        else { return nil }
        var spread = self
        spread.take(found)
        return spread
      }
      func simulated(_ variances: [Double]) throws -> Spread {
        var spread = Spread(variances.count, reference: reference, all: covariances != nil)
        let batches = (max(draws, 1) + 7) / 8
        for batch in 0..<batches {
          spread.add(
            try propagation.rewards(
              movedBy: propagation.independentNoise(batch: batch, seed: seed, variances: variances),
              tolerance: 1e-4))
        }
        spread.scale(by: 1 / Double(8 * batches))
        return spread
      }
      let rows = try exactly(noise.variance) ?? simulated(noise.variances)
      // The same signs for both, so that their noise falls away in the difference.
      let squares = try exactly(noise.squares) ?? simulated(noise.allSquares)
      func put(_ own: [Double], _ rows: [Double], _ squares: [Double]) -> [Double] {
        own.indices.map { i in
          let corrected = own[i] + rows[i] - squares[i]
          return corrected > 0 ? corrected : rows[i]
        }
      }
      variances = put(variances, rows.variances, squares.variances)
      differences = put(differences, rows.differences, squares.differences)
      if let own = covariances, let a = rows.covariances, let b = squares.covariances {
        covariances = own.indices.map { own[$0] + a[$0] - b[$0] }
        for i in variances.indices { covariances?[i * variances.count + i] = variances[i] }
      }
    }

    mutating func take(_ exact: NoisePropagation.Exact) {
      variances = exact.variances
      if covariances != nil { covariances = exact.all }
      if let reference {
        differences = variances.indices.map {
          $0 == reference ? 0 : variances[$0] + variances[reference] - 2 * exact.withReference[$0]
        }
      }
    }
  }
}

/// Numbers q with q_i + q_j near the variance of the difference of i and j (Firth and de Menezes, 2004): they minimise the
/// sum over pairs of (log(q_i + q_j) - log V_ij)^2.
package struct QuasiVariances {
  package let values: [Double]
  /// Largest relative error of sqrt(q_i + q_j) as the standard error of a difference.
  package let worstRelativeError: Double

  /// Of the alternatives of each component that has two of them or more.
  ///
  /// - Parameter covariances: m x m.
  static func byComponent(_ covariances: [Double], isKnown: [Bool], _ components: Components) -> (
    values: [Double?], worstRelativeError: Double?
  ) {
    let m = isKnown.count
    var quasi = [Double?](repeating: nil, count: m)
    var worst: Double?
    var members = [[Int]](repeating: [], count: components.count)
    for i in 0..<m where isKnown[i] { members[components.of[i]].append(i) }
    for group in members where group.count >= 2 {
      let found = QuasiVariances {
        covariances[group[$0] * m + group[$1]]
      } of: {
        group.count
      }
      for (place, i) in group.enumerated() { quasi[i] = found.values[place] }
      worst = max(worst ?? 0, found.worstRelativeError)
    }
    return (quasi, worst)
  }

  /// - Parameters:
  ///   - covariance: Of i and j.
  package init(_ covariance: (Int, Int) -> Double, of count: () -> Int) {
    let n = count()
    func difference(_ i: Int, _ j: Int) -> Double {
      max(covariance(i, i) + covariance(j, j) - 2 * covariance(i, j), .leastNormalMagnitude)
    }
    let v = (0..<n).map { i in (0..<n).map { j in i == j ? 0 : difference(i, j) } }
    // Least squares on the variances themselves has a closed form: a start.
    let sums = v.map { $0.reduce(0, +) }
    let total = sums.reduce(0, +) / Double(2 * (n - 1))
    var q = n > 2 ? sums.map { ($0 - total) / Double(n - 2) } : [v[0][1] / 2, v[0][1] / 2]
    func loss(_ q: [Double]) -> Double {
      var sum = 0.0
      for i in 0..<n {
        for j in 0..<i {
          guard q[i] + q[j] > 0 else { return .infinity }
          let miss = log((q[i] + q[j]) / v[i][j])
          sum += miss * miss
        }
      }
      return sum
    }
    if !loss(q).isFinite { q = sums.map { $0 / Double(2 * (n - 1)) } }
    // Gauss and Newton: rows of the Jacobian are 1 / (q_i + q_j) at i and j.
    var here = loss(q)
    for _ in 0..<50 where n > 2 {
      var matrix = [Double](repeating: 0, count: n * n)
      var right = [Double](repeating: 0, count: n)
      for i in 0..<n {
        for j in 0..<i {
          let sum = q[i] + q[j]
          let miss = log(sum / v[i][j]) / sum
          let size = 1 / (sum * sum)
          matrix[i * n + i] += size
          matrix[j * n + j] += size
          matrix[i * n + j] += size
          matrix[j * n + i] += size
          right[i] -= miss
          right[j] -= miss
        }
      }
      guard let step = LinearAlgebra.Cholesky(matrix, order: n)?.solve(right) else { break }
      var length = 1.0
      var next = q
      while length > 1e-6 {
        next = zip(q, step).map { $0 + length * $1 }
        if loss(next) <= here { break }
        length /= 2
      }
      let after = loss(next)
      guard after < here else { break }
      let done = here - after <= 1e-14 * max(here, 1e-30)
      (q, here) = (next, after)
      if done { break }
    }
    values = q
    var worst = 0.0
    for i in 0..<n { for j in 0..<i { worst = max(worst, abs(((q[i] + q[j]) / v[i][j]).squareRoot() - 1)) } }
    worstRelativeError = worst
  }
}
