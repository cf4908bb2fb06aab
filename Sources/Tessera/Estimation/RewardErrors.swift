import Foundation

/// Standard errors of rewards: how far they would move if the same pairs were asked again.
///
/// A reward is a solution of R = 0, so noise e in the win rates moves the rewards by H^-1 g with
/// g_i = w_i sum_j w_j k_ij e_ij, and the covariance is H^-1 Cov(g) H^-1. What differs is the noise:
/// - `independent`: comparisons are independent draws of the fitted model, Var(e_ij) = s'(r_i - r_j) / n_ij.
///   For counted pairs and equal weights Cov(g) is the Hessian without its ridge, up to a factor, and this is
///   the inverse Hessian of the likelihood.
/// - `annotators`: all comparisons of one annotator may hang together; Cov(g) is the sum over annotators of
///   the outer product of their scores (the sandwich estimator), times A / (A - 1) for A annotators.
/// Both say nothing of the bias towards zero that the regularisation brings.
public struct RewardErrors: Sendable, Equatable {
  public enum Noise: String, Sendable { case independent, annotators }
  public enum Computation: String, Sendable { case exact, simulated }

  public let values: [Double]
  public let noise: Noise
  /// Exact, or from simulated noise, which leaves `relativeError` in each value.
  public let computation: Computation
  /// Annotators whose comparisons were kept together; 0 for independent noise.
  public let clusters: Int
  /// Relative standard error of the values themselves; 0 where they are exact.
  public let relativeError: Double

  /// Standard errors for independent comparisons.
  ///
  /// - Parameters:
  ///   - draws: Draws of noise where an exact calculation would be too long; rounded up to a multiple of 8.
  ///   - denseLimit: Up to this many alternatives with weight, the covariance is computed as a dense matrix.
  /// - Complexity: O(m^3) up to the limit; beyond, one sparse solve for each draw, eight at a time.
  public init(
    independent estimate: RewardEstimate, of problem: BradleyTerry, draws: Int = 64, denseLimit: Int = 1_500,
    seed: UInt64 = 0, threads: Int? = nil
  ) {
    let batches = (max(draws, 1) + 7) / 8
    let draws = Double(8 * batches)
    let active = problem.weights.indices.filter { problem.weights[$0] > 0 }
    var here = BradleyTerry.Evaluation(problem)
    problem.evaluate(at: estimate.rewards, into: &here, threads: threads)
    let propagation = NoisePropagation(problem, here, rewards: estimate.rewards, threads: threads)
    noise = .independent
    clusters = 0
    if active.count <= denseLimit, let exact = propagation.exactVariances(active: active) {
      values = exact.map { $0.squareRoot() }
      computation = .exact
      relativeError = 0
    } else {
      var squares = [Double](repeating: 0, count: problem.weights.count)
      for batch in 0..<batches {
        let moved = propagation.rewards(
          movedBy: propagation.independentNoise(batch: batch, seed: seed), tolerance: 1e-4)
        for i in squares.indices { squares[i] += (moved[i] * moved[i]).sum() }
      }
      values = squares.map { ($0 / draws).squareRoot() }
      computation = .simulated
      relativeError = 1 / (2 * draws).squareRoot()
    }
  }

  /// Standard errors clustered by annotator; nil with fewer than two known annotators.
  ///
  /// Comparisons of unknown annotators count as independent annotators of one comparison each.
  ///
  /// - Parameter draws: Draws of random signs for the annotators' scores where there are more than 512 of them.
  /// - Complexity: one sparse solve for each annotator up to 512, for each draw beyond.
  public init?(
    annotatorsOf comparisons: [Comparison], estimate: RewardEstimate, of problem: BradleyTerry,
    draws: Int = 64,
    seed: UInt64 = 0, threads: Int? = nil
  ) {
    var clusterOf: [Int32: Int] = [:]
    var clusters = 0
    let assigned = comparisons.map { comparison in
      if comparison.annotator >= 0, let known = clusterOf[comparison.annotator] { return known }
      if comparison.annotator >= 0 { clusterOf[comparison.annotator] = clusters }
      clusters += 1
      return clusters - 1
    }
    guard clusterOf.count >= 2 else { return nil }

    var here = BradleyTerry.Evaluation(problem)
    problem.evaluate(at: estimate.rewards, into: &here, threads: threads)
    let propagation = NoisePropagation(problem, here, rewards: estimate.rewards, threads: threads)
    let exactly = clusters <= 512
    let lanes = exactly ? clusters : (max(draws, 1) + 7) / 8 * 8
    var squares = [Double](repeating: 0, count: problem.weights.count)
    for batch in 0..<(lanes + 7) / 8 {
      let moved = propagation.rewards(
        movedBy: propagation.clusteredNoise(
          comparisons, assigned, batch: batch, oneLanePerCluster: exactly, seed: seed),
        tolerance: exactly ? 1e-10 : 1e-4)
      for i in squares.indices { squares[i] += (moved[i] * moved[i]).sum() }
    }
    let correction = Double(clusters) / Double(clusters - 1) / (exactly ? 1 : Double(lanes))
    values = squares.map { ($0 * correction).squareRoot() }
    noise = .annotators
    computation = exactly ? .exact : .simulated
    self.clusters = clusters
    relativeError = exactly ? 0 : 1 / Double(2 * lanes).squareRoot()
  }

  private init(_ values: [Double], like other: RewardErrors) {
    self.values = values
    noise = other.noise
    computation = other.computation
    clusters = other.clusters
    relativeError = other.relativeError
  }

  /// The same errors in another arrangement, as when merged alternatives hand theirs back to their members.
  public func mapped(_ arrange: ([Double]) -> [Double]) -> RewardErrors {
    RewardErrors(arrange(values), like: self)
  }
}
