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
  ///   - draws: Where an exact calculation would be too long, noise is drawn: of independent pairs as often as tells as much as
  ///     so many plain draws (`SimulatedErrors`), of annotators so often; rounded up to a multiple of 8.
  ///   - denseLimit: Up to this many alternatives with weight, the covariance is computed as a dense matrix.
  /// - Throws: `EstimationError`, `Cancelled`.
  /// - Complexity: independent: O(m^3) up to the limit; beyond, one sparse solve for
  ///   eight draws, mostly one or two of them.
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
    var spread = ErrorSpread(m, reference: reference, all: m <= Self.quasiLimit)
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
        by: propagation, noise, active: problem.active, denseLimit: denseLimit, draws: draws, seed: seed,
        work: work.silent)
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
      let simulated = try SimulatedErrors(
        propagation, variances: noise.variances, reference: reference, all: spread.covariances != nil,
        draws: draws,
        seed: seed, work: work)
      spread = simulated.spread
      self.noise = .independent
      computation = .simulated
      clusters = 0
      relativeError = simulated.relativeError
    }

    let unknown = Set(estimate.undetermined)
    values = spread.variances.indices.map {
      unknown.contains($0) ? nil : max(spread.variances[$0], 0).squareRoot()
    }
    // Found where they are asked for alone: they take a walk over all pairs.
    let components = reference != nil || spread.covariances != nil ? Components(counts) : nil
    differences = reference.map { reference in
      spread.differences.indices.map { i in
        unknown.contains(i) || components?.of[i] != components?.of[reference]
          ? nil : max(spread.differences[i], 0).squareRoot()
      }
    }
    covariances = spread.covariances
    guard let covariances = spread.covariances, let components else {
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
}
