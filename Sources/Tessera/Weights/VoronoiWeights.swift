/// The share of an alternative space that lies nearest to each alternative: Definition 4.1.
///
///     w_i = 1/|S| * integral over x in S of 1[i in proj(x)] / |proj(x)| dx
///
/// proj(x) are the alternatives nearest to x in the Euclidean distance. Exact duplicates share their cell
/// evenly.
public enum VoronoiWeights {
  public enum Method: Sendable, Equatable {
    /// Exact where an exact method is at hand, sampled elsewhere.
    case automatic
    /// Areas of cells; boxes of at most two dimensions.
    case exact
    /// Shares of random points; any dimension.
    case sampled
  }

  /// Weights of alternatives in a space.
  ///
  /// - Parameters:
  ///   - contexts: m x d, row i is alternative i.
  ///   - space: As many dimensions as the contexts. Contexts outside it are allowed: the part of their cell
  ///     that reaches into the space still counts.
  ///   - samples: Points drawn where the weights are sampled. The standard error of a weight w is
  ///     sqrt(w (1 - w) / samples).
  ///   - seed: The same seed gives the same weights on any number of cores.
  ///   - plan: How to sample; nil lets the shape decide.
  ///   - threads: Cores to use; nil for all.
  ///   - progress: Called on the calling thread with the share done, from time to time. Throwing stops the
  ///     work and hands the error on.
  /// - Throws: `WeightsError`, `SpaceError.dimensionMismatch`.
  /// - Complexity: one dimension O(m log m); two O(m log m) for points that do not conspire; sampled
  ///   O(samples m d).
  public static func weights(
    contexts: Contexts, space: some AlternativeSpace, method: Method = .automatic, samples: Int = 100_000,
    seed: UInt64 = 0, plan: SamplingPlan? = nil, threads: Int? = nil, progress: ((Double) throws -> Void)? = nil
  ) throws -> AlternativeWeights {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    guard samples >= 1 else { throw WeightsError.noSamples(found: samples) }
    let spanned = contexts.selecting(columns: space.coordinates)
    guard spanned.dimension == space.dimension else {
      throw SpaceError.dimensionMismatch(space: space.dimension, contexts: spanned.dimension)
    }
    let groups = spanned.duplicates()
    let distinct = groups.hasDuplicates ? spanned.selecting(rows: groups.representatives) : spanned

    let exactBox = space.box.flatMap { $0.dimension <= 2 ? $0 : nil }
    if method == .exact, exactBox == nil {
      throw WeightsError.noExactMethod(dimension: space.dimension, space: space.name)
    }
    let exactly = exactBox != nil && method != .sampled
    let origin = WeightOrigin(
      scheme: .voronoi, method: exactly ? .exact : .sampled, space: space.name,
      samples: exactly ? 0 : samples, seed: seed,
      outside: spanned.count(outside: space, threads: threads))

    let shares: [Double]
    var errors = [Double](repeating: 0, count: distinct.count)
    if let box = exactBox, exactly {
      shares =
        switch box.dimension {
        case 0: [1]
        case 1: IntervalCells.shares(points: (0..<distinct.count).map { distinct[$0, 0] }, box: box)
        default: PlanarCells.shares(points: distinct, box: box, threads: threads)
        }
    } else {
      let tally = try SampledShares(contexts: distinct, space: space, samples: samples, seed: seed, threads: threads, plan: plan
      )
      .tally(samples: samples, progress: progress)
      shares = tally.shares
      errors = tally.standardErrors
    }
    return AlternativeWeights(values: shares, standardErrors: errors, origin: origin).shared(among: groups)
  }
}
