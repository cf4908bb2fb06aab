/// The regularised, weighted Bradley-Terry estimate: Equations 1 and 2 of the paper in one form.
///
///     F(r) = - sum_{i<j} v_ij [ p_ij log s(r_i - r_j) + p_ji log s(r_j - r_i) ] + (lambda / 2) sum_i rho_i r_i^2
///
/// With the pair weights of equal weights it is the standard regularised maximum likelihood, with those of the weights of
/// Definition 4.1 the weighted one. F is strongly convex (Lemma E.1), so there is one minimum; the certificate of the
/// result says how closely it was met.
///
///     let counts = dataset.pairCounts
///     let pairs = try PairWeights(products: weights.values, counts)
///     let estimate = try BradleyTerry(lambda: 0.1).fit(counts, pairs)
public struct BradleyTerry: Sendable, Equatable, Codable {
  /// Strength of the regularisation, positive.
  public var lambda: Double
  /// Stop when the certificate is no larger than this.
  public var tolerance: Double
  public var maximumIterations: Int
  /// Up to this many alternatives with weight, the Hessian is a dense matrix.
  public var denseLimit: Int

  public init(
    lambda: Double = 0.1, tolerance: Double = 1e-10, maximumIterations: Int = 200, denseLimit: Int = 256
  ) {
    self.lambda = lambda
    self.tolerance = tolerance
    self.maximumIterations = maximumIterations
    self.denseLimit = denseLimit
  }

  /// Rewards that minimise the objective.
  ///
  /// Alternatives of weight zero get the reward that their own first-order condition gives them.
  ///
  /// - Parameters:
  ///   - counts: What was said of every pair.
  ///   - pairs: What every pair weighs; made for these counts.
  ///   - start: Rewards to start from; nil for zeros. A good start saves iterations, nothing else.
  /// - Throws: `EstimationError`; `Cancelled`.
  /// - Complexity: some ten iterations of some ten products with the sparse Hessian, O(pairs) each.
  public func fit(_ counts: PairCounts, _ pairs: PairWeights, start: [Double]? = nil, work: Work = Work())
    throws
    -> RewardEstimate
  {
    try NewtonSolver(settings: self).solve(Objective(counts, pairs, lambda: lambda), start: start, work: work)
  }
}
