/// Ranks as far as the data tell them: for every alternative the places that it can have, for all of them at once.
///
///     let ranks = try RankIntervals(rewards: estimate.rewards, errors: estimate.errors, components: components)
///     ranks.ranks[i]      // 1...4: three alternatives could stand above i, and none surely does
///     ranks.rewards[i]    // the interval of the reward alone
///
/// i is *certainly* above j where r_i - r_j exceeds q times its standard error, with q so large that under the level no
/// difference of a component is called wrong, whichever they are. The place of i then lies in
///
///     [1 + number certainly above i, g - number certainly below i],    g alternatives in the component
///
/// and with probability `level` that holds for all g of them. Where two are equal in truth, either may stand first, and both
/// intervals hold both places. q is the quantile of max |z_i - z_j| / s_ij over draws z of the rewards' joint normal
/// distribution (`Method.differences`, Tukey's studentised range for unequal errors).
///
/// Where covariances are not known, the intervals r_i ± q s_i hold all at once by Bonferroni, whatever the covariances are,
/// and i is certainly above j where theirs do not meet (`Method.intervals`): never too narrow, mostly too wide.
///
/// Both rest on the standard errors: on their normal distribution, which few annotators or few votes do not give, and without
/// the shrinkage of the ridge and the noise of sampled weights. Errors that are simulated are taken larger by two of their own
/// relative errors. Ranks compare only within a component.
///
/// - SeeAlso: Klein, Wright, Wieczorek, "A joint confidence region for an overall ranking of populations", JRSS C 2020, for
///   `intervals`; Al Mohamad, Goeman, van Zwet, "Simultaneous confidence intervals for ranks with application to ranking
///   institutions", Biometrics 2022, for `differences`.
public struct RankIntervals: Sendable, Equatable {
  public enum Method: String, Sendable, Codable {
    case differences, intervals
  }

  /// The probability that all intervals of ranks of a component hold.
  public let level: Double
  public let method: Method
  /// Interval of each reward, each on its own at the level; nil where there is no reward.
  public let rewards: [ClosedRange<Double>?]
  /// The places that each alternative can have in its component; nil where it has no reward.
  public let ranks: [ClosedRange<Int>?]
  /// Place by the reward, 1 for the largest of the component; equal rewards share a place.
  public let places: [Int?]
  /// q of each component; nil where there is nobody to compare.
  public let quantiles: [Double?]
  /// Draws behind each q; 0 for `intervals`.
  public let draws: Int

  /// - Parameters:
  ///   - rewards: One for each alternative; nil where there is none.
  ///   - errors: Their standard errors, with covariances where those are known.
  ///   - level: Between 0 and 1.
  ///   - draws: Of the joint distribution; fewer, 2,000 at least, for components of more than 300 alternatives.
  /// - Throws: `RankError.level`, `Cancelled`.
  /// - Complexity: O(draws x g^2) and O(g^3) for a component of g alternatives; O(g log g) for `intervals`.
  public init(
    rewards: [Double?], errors: RewardErrors, components: Components, level: Double = 0.95,
    draws: Int = 10_000, seed: UInt64 = 0, work: Work = Work()
  ) throws {
    guard level > 0, level < 1 else { throw RankError.level(found: level) }
    let m = rewards.count
    let safety = 1 + 2 * errors.relativeError
    func error(_ i: Int) -> Double? { errors.values[i].map { $0 * safety } }
    let z = normalQuantile(upperTail: (1 - level) / 2)
    self.rewards = rewards.indices.map { i in
      guard let r = rewards[i], let s = errors.values[i] else { return nil }
      return r - z * s...r + z * s
    }
    var members = [[Int]](repeating: [], count: components.count)
    for i in 0..<m where rewards[i] != nil && errors.values[i] != nil { members[components.of[i]].append(i) }

    var ranks = [ClosedRange<Int>?](repeating: nil, count: m)
    var places = [Int?](repeating: nil, count: m)
    var quantiles = [Double?](repeating: nil, count: components.count)
    var fewest = errors.covariances == nil ? 0 : draws
    for (component, group) in members.enumerated() {
      work.report(Double(component) / Double(max(members.count, 1)))
      try work.check()
      let values = group.map { rewards[$0] ?? 0 }
      for (i, place) in zip(group, RewardEstimate.ranks(of: values)) { places[i] = place }
      let tally: (above: [Int], below: [Int])
      if group.count < 2 {
        tally = (group.map { _ in 0 }, group.map { _ in 0 })
      } else if let covariances = errors.covariances {
        let differences = Differences(group, covariances, order: m, safety: safety)
        let count = max(min(draws, 1_000_000_000 / (group.count * group.count)), min(draws, 2_000))
        fewest = min(fewest, count)
        let q = try differences.quantile(
          level, draws: count, seed: seed, stream: UInt64(component), work: work)
        quantiles[component] = q
        tally = differences.tally(values, q)
      } else {
        let q = normalQuantile(upperTail: (1 - level) / 2 / Double(group.count))
        quantiles[component] = q
        tally = Self.tally(values, group.map { q * (error($0) ?? 0) })
      }
      for (place, i) in group.enumerated() {
        ranks[i] = 1 + tally.above[place]...group.count - tally.below[place]
      }
    }
    self.level = level
    method = errors.covariances == nil ? .intervals : .differences
    (self.ranks, self.places, self.quantiles) = (ranks, places, quantiles)
    self.draws = fewest
  }

  /// Alternatives of a component that nobody is certainly above, highest reward first.
  public func leaders(of component: Int, in components: Components) -> [Int] {
    ranks.indices.filter { components.of[$0] == component && ranks[$0]?.lowerBound == 1 }
      .sorted { (places[$0] ?? .max, $0) < (places[$1] ?? .max, $1) }
  }

  /// How many are certainly above and below each of some, whose intervals r ± half hold all at once: sorted bounds tell it.
  private static func tally(_ values: [Double], _ half: [Double]) -> (above: [Int], below: [Int]) {
    let lower = zip(values, half).map { $0 - $1 }.sorted()
    let upper = zip(values, half).map { $0 + $1 }.sorted()
    /// Elements of a sorted list below x.
    func count(_ sorted: [Double], below x: Double) -> Int {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        if sorted[middle] < x { low = middle + 1 } else { high = middle }
      }
      return low
    }
    func countNotAbove(_ sorted: [Double], _ x: Double) -> Int { count(sorted, below: x.nextUp) }
    return (
      zip(values, half).map { values.count - countNotAbove(lower, $0 + $1) },
      zip(values, half).map { count(upper, below: $0 - $1) }
    )
  }

  /// All differences within a component.
  private struct Differences {
    let count: Int
    /// 1 / s_ij, row by row; 0 where two do not differ by anything random, as exact copies do.
    let inverseErrors: [Double]
    /// A root of the covariances of the centred rewards, row by row.
    let root: [Double]

    init(_ group: [Int], _ covariances: [Double], order m: Int, safety: Double) {
      let g = group.count
      var block = [Double](repeating: 0, count: g * g)
      for (a, i) in group.enumerated() {
        for (b, j) in group.enumerated() { block[a * g + b] = covariances[i * m + j] }
      }
      var inverse = block
      for a in 0..<g {
        for b in 0..<g {
          let both = block[a * g + a] + block[b * g + b]
          let variance = both - 2 * block[a * g + b]
          inverse[a * g + b] = a != b && variance > 1e-12 * both ? 1 / (variance.squareRoot() * safety) : 0
        }
      }
      // The level that all share is in no difference.
      let means = (0..<g).map { a in block[a * g..<(a + 1) * g].reduce(0, +) / Double(g) }
      let mean = means.reduce(0, +) / Double(g)
      for a in 0..<g { for b in 0..<g { block[a * g + b] += mean - means[a] - means[b] } }
      // What is estimated from annotators need not be positive definite: negative parts are taken for zero.
      var root = [Double](repeating: 0, count: g * g)
      if let (values, vectors) = LinearAlgebra.eigenvectors(block, order: g) {
        for (k, value) in values.enumerated() where value > 0 {
          for a in 0..<g { root[a * g + k] = value.squareRoot() * safety * vectors[k * g + a] }
        }
      }
      (count, inverseErrors, self.root) = (g, inverse, root)
    }

    /// The level's quantile of the largest standardised difference.
    func quantile(_ level: Double, draws: Int, seed: UInt64, stream: UInt64, work: Work) throws -> Double {
      let (g, perPiece) = (count, 100)
      let pieces = (draws + perPiece - 1) / perPiece
      var largest = [Double](repeating: 0, count: pieces * perPiece)
      try withPointers(&largest) { largest in
        try withInputs(inverseErrors, root) { inverse, root in
          try work.forEach(pieces: pieces) { piece, _ in
            var random = RandomStream(seed: seed, for: .rankIntervals, number: stream << 24 | UInt64(piece))
            var (noise, z) = ([Double](repeating: 0, count: g), [Double](repeating: 0, count: g))
            for draw in 0..<perPiece {
              for k in 0..<g { noise[k] = random.normal() }
              for a in 0..<g {
                var sum = 0.0
                for k in 0..<g { sum += root[a * g + k] * noise[k] }
                z[a] = sum
              }
              var most = 0.0
              for a in 0..<g {
                for b in 0..<a { most = max(most, abs(z[a] - z[b]) * inverse[a * g + b]) }
              }
              largest[piece * perPiece + draw] = most
            }
          }
        }
      }
      let sorted = largest.prefix(draws).sorted()
      return sorted[min(Int((level * Double(draws + 1)).rounded(.up)) - 1, draws - 1)]
    }

    func tally(_ values: [Double], _ q: Double) -> (above: [Int], below: [Int]) {
      var (above, below) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count))
      for a in 0..<count {
        for b in 0..<count where (values[a] - values[b]) * inverseErrors[a * count + b] > q {
          below[a] += 1
          above[b] += 1
        }
      }
      return (above, below)
    }
  }
}

/// Standard errors of rewards with what is known of how they hang together.
public struct RewardErrors: Sendable, Equatable {
  /// One for each alternative; nil where there is no reward.
  public let values: [Double?]
  /// m x m; nil where they are not known.
  public let covariances: [Double]?
  /// Relative standard error of the values themselves; 0 where they are exact.
  public let relativeError: Double

  public init(values: [Double?], covariances: [Double]? = nil, relativeError: Double = 0) {
    (self.values, self.covariances, self.relativeError) = (values, covariances, relativeError)
  }

  /// Quasi-variances of the rewards; nil where covariances are not known, or there are too many to compare them all.
  func quasiVariances(_ components: Components) -> [Double?]? {
    guard let covariances, values.count <= StandardErrors.quasiLimit else { return nil }
    return QuasiVariances.byComponent(covariances, isKnown: values.map { $0 != nil }, components).values
  }

  public init(_ errors: StandardErrors) {
    self.init(values: errors.values, covariances: errors.covariances, relativeError: errors.relativeError)
  }
}

/// What intervals of ranks can object to.
public enum RankError: KindedError, Equatable {
  case level(found: Double)
  case anchor(id: String)

  public var kind: ErrorKind { .option }

  public var description: String {
    switch self {
    case .level(let found): "the level is \(found); expected a number between 0 and 1, as 0.95"
    case .anchor(let id): "the anchor is \"\(id)\", which has no reward; expected an alternative that has one"
    }
  }
}
