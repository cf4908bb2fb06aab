/// What the replicates of a fit say of its rewards: standard errors, intervals, and the places that alternatives can have.
public struct BootstrapSpread: Sendable {
  public let level: Double
  /// Standard deviation of each reward over the replicates that have it; nil with fewer than two.
  public let standardErrors: [Double?]
  /// Quantiles of each reward, each on its own at the level; nil with fewer than four replicates.
  public let intervals: [ClosedRange<Double>?]
  /// By the covariances of the replicates, at the level for all alternatives of a component at once; see `RankIntervals`.
  public let ranks: RankIntervals

  /// - Parameters:
  ///   - draws: Rewards of every replicate (`ResampledFit.rewards`); nil where it says nothing.
  ///   - result: The fit that was resampled.
  ///   - level: Between 0 and 1.
  ///   - seed: Of the draws behind the ranks.
  /// - Throws: `RankError.level`, `RobustnessError.parts` for replicates of another number of alternatives, `Cancelled`.
  /// - Complexity: O(m log B) for each of B replicates, O(m^2) up to `StandardErrors.quasiLimit` alternatives; and the ranks.
  public init(
    _ draws: [[Double?]], of result: RewardFit.Result, level: Double = 0.95, seed: UInt64 = 0,
    work: Work = Work()
  ) throws {
    guard level > 0, level < 1 else { throw RankError.level(found: level) }
    let rewards = result.best.rewards
    let m = rewards.count
    if let bad = draws.first(where: { $0.count != m }) {
      throw RobustnessError.parts("rewards of a replicate", found: bad.count, expected: m)
    }
    let known = (0..<m).map { i in draws.compactMap { $0[i] } }
    intervals = known.map { Self.interval(of: $0, level: level) }
    standardErrors = known.enumerated().map { i, values in
      rewards[i] == nil || values.count < 2 ? nil : Self.variance(values).squareRoot()
    }
    self.level = level
    let errors = RewardErrors(
      values: standardErrors, covariances: m <= StandardErrors.quasiLimit ? Self.covariances(draws, m) : nil,
      relativeError: 1 / Double(2 * max(draws.count - 1, 1)).squareRoot())
    ranks = try RankIntervals(
      rewards: rewards, errors: errors, components: result.components, level: level, seed: seed, work: work)
  }

  /// The values between which the level's share lies, the same number beyond on either side; nil with fewer than four.
  static func interval(of values: [Double], level: Double) -> ClosedRange<Double>? {
    guard values.count > 3 else { return nil }
    let sorted = values.sorted()
    // 1 - 0.9 is a little less than 0.1.
    let tail = Int((1 - level) / 2 * Double(sorted.count) + 1e-9)
    return sorted[tail]...sorted[sorted.count - 1 - tail]
  }

  private static func variance(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
  }

  /// Covariances over the replicates that have both rewards, m x m; 0 with fewer than two.
  private static func covariances(_ draws: [[Double?]], _ m: Int) -> [Double] {
    var found = [Double](repeating: 0, count: m * m)
    for i in 0..<m {
      for j in 0...i {
        var (n, meanI, meanJ, product) = (0.0, 0.0, 0.0, 0.0)
        for draw in draws {
          guard let x = draw[i], let y = draw[j] else { continue }
          n += 1
          let off = x - meanI
          meanI += off / n
          meanJ += (y - meanJ) / n
          product += off * (y - meanJ)
        }
        let value = n > 1 ? product / (n - 1) : 0
        (found[i * m + j], found[j * m + i]) = (value, value)
      }
    }
    return found
  }
}
