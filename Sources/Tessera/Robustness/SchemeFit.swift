/// Rewards of one weighting scheme, with what they rest on.
public struct SchemeFit: Sendable {
  public let scheme: WeightingScheme
  public let weights: AlternativeWeights
  public let estimate: RewardEstimate
  /// (sum v)^2 / sum v^2 over compared pairs with v = w_a w_b: how many equally heavy pairs would be as concentrated.
  public let effectiveComparisons: Double
  public var rewards: [Double] { estimate.rewards }

  /// - Parameters:
  ///   - start: Rewards to start from, of as many alternatives.
  /// - Throws: `WeightsError`, `SpaceError`, `EstimationError`; `RewardTraining.Problem.noContexts` where a scheme needs
  ///   contexts that are not there.
  public init(
    _ scheme: WeightingScheme, _ dataset: PreferenceDataset, lambda: Double, samples: Int = 100_000,
    seed: UInt64 = 0, threads: Int? = nil, start: [Double]? = nil
  ) throws {
    let m = dataset.alternatives.count
    let weights: AlternativeWeights
    if scheme == .uniform {
      weights = .uniform(alternatives: m)
    } else {
      guard let contexts = dataset.contexts else { throw RewardTraining.Problem.noContexts }
      weights = try scheme.weights(of: contexts, samples: samples, seed: seed, threads: threads)
    }
    try self.init(scheme, weights, dataset.winRates, lambda: lambda, threads: threads, start: start)
  }

  /// The same for weights that are there already.
  public init(
    _ scheme: WeightingScheme, _ weights: AlternativeWeights, _ winRates: WinRates, lambda: Double,
    threads: Int? = nil, start: [Double]? = nil
  ) throws {
    self.scheme = scheme
    self.weights = weights
    var solver = NewtonSolver()
    solver.threads = threads
    estimate = try solver.solve(
      BradleyTerry(winRates: winRates, weights: weights.values, lambda: lambda), start: start)
    var (sum, squares) = (0.0, 0.0)
    for i in 0..<winRates.alternatives {
      for place in winRates.rowStarts[i]..<winRates.rowStarts[i + 1] {
        let v = weights.values[i] * weights.values[Int(winRates.opponents[place])]
        sum += v
        squares += v * v
      }
    }
    effectiveComparisons = squares > 0 ? sum * sum / squares / 2 : 0
  }

  /// A lambda that means the same for sparse data as 0.1 does where all pairs are compared: 0.1 times the share of all
  /// weight that an alternative was compared with, on average, under uniform weights.
  public static func sparseLambda(_ winRates: WinRates, base: Double = 0.1) -> Double {
    let m = Double(winRates.alternatives)
    return base * min(max(Double(2 * winRates.pairs) / (m * max(m - 1, 1)), 1e-12), 1)
  }
}
