/// Evidence of families: alternatives that do well on the same prompts, beyond how strong they are.
///
/// Profiles of win rates say how strong an alternative is and little else: on a board of 58 models the nearest profile was one of
/// the same family for 10 %, where chance finds 5 %. Outcomes on the *same prompts* say more (74 % with 805 prompts, 50 % with
/// 100). For each alternative and prompt there is the mean outcome less what the rewards predict; these residuals are
/// ranked over the alternative's prompts and centred per prompt, so that strength and the prompt's difficulty drop out.
/// What correlates then, over the prompts that two share, is what the two have in common.
///
///     let agreement = try Agreement(dataset, rewards: estimate.rewards)
///     agreement?.isEnough       // whether these prompts can tell families at all
///     agreement?.families       // a suggestion, to be shown and asked about
///
/// Own noise keeps even two runs of one model apart, so a correlation is divided by what two runs would have: c_ij =
/// r_ij / sqrt(rho_i rho_j), rho the reliability of an alternative's residuals. Where prompts were judged
/// repeatedly, two halves of the votes tell it. Where not, at least half of what is seen is taken to be the alternative's own, and r_ij^2
/// where that is more, since r_ij^2 <= rho_i rho_j <= rho_i. Groups are joined by average linkage while c, less
/// `errors` of its standard errors, is on average within `tolerance` of 1: while they agree as two runs of one model would.
///
/// A permutation test decides whether there is any evidence: outcomes are permuted over the prompts of each alternative, and
/// the mean over alternatives of the largest r_ij sqrt(n_ij) is compared. Beside it, most pairs must share `leastShared` prompts:
/// with fewer the largest of many correlations is chance, whatever the test says of the whole.
///
/// What does not hold. Siblings that differ by something of their own cannot be told from runs with noise where nothing
/// was judged twice; runs of which less than about half repeats are missed. Two alternatives that were compared with one
/// another on a prompt have opposite residuals there; with many opponents that is little, with two it is all. Groups
/// jump. So families are a suggestion: weights on them need the word of someone who knows.
///
/// - SeeAlso: Spearman, "The proof and measurement of association between two things", 1904, for the correction.
public struct Agreement: Sendable, Equatable {
  public struct Settings: Sendable, Equatable {
    public var permutations = 199
    /// The evidence is enough at a p-value of this at most.
    public var level = 0.01
    /// Prompts that half of the pairs must share at least, and each pair that is joined.
    public var leastShared = 30
    /// Reliability that is taken for granted where nothing was judged twice.
    public var leastReliability = 0.5
    /// How far below 1 a corrected correlation may be.
    public var tolerance = 0.2
    /// Standard errors that are taken off a correlation first.
    public var errors = 1.5
    /// How often prompts are centred anew with the weights of the families found.
    public var rounds = 3
    public var seed: UInt64 = 0

    public init() {}
  }

  public let settings: Settings
  /// r_ij, m x m; zero where two share fewer than three prompts, 1 for an alternative with itself.
  public let correlations: [Double]
  /// Prompts that i and j share, m x m.
  public let shared: [Int]
  /// Of the pairs of alternatives that have outcomes on prompts; 0 where there is no such pair.
  public let medianShared: Int
  /// rho of each alternative.
  public let reliabilities: [Double]
  /// Alternatives whose reliability is known from repeated judgements.
  public let measuredReliabilities: Int
  /// Of the permutation test; 1 where there is nothing to test.
  public let pValue: Double
  /// Whether there is enough evidence to suggest families.
  public let isEnough: Bool
  /// The suggestion: every alternative alone where the evidence is not enough.
  public let families: Partition

  /// Beyond this many alternatives, or numbers (alternatives times prompts), nothing is looked at: this is for boards.
  public static let alternativeLimit = 2_000
  public static let sizeLimit = 1 << 26

  /// - Parameters:
  ///   - dataset: Comparisons with prompts; rows without one are passed over.
  ///   - rewards: One for each alternative.
  /// - Returns: nil beyond the limits.
  /// - Throws: `Cancelled`.
  /// - Complexity: O(m^2 P) for P prompts, for each round and permutation; O(m P) memory.
  public init?(
    _ dataset: PreferenceDataset, rewards: [Double], settings: Settings = Settings(), work: Work = Work()
  ) throws {
    let m = dataset.alternatives.count
    guard m <= Self.alternativeLimit,
      let outcomes = PromptOutcomes(dataset, rewards: rewards, seed: settings.seed),
      m * outcomes.prompts <= Self.sizeLimit
    else { return nil }
    self.settings = settings
    let ranks = outcomes.ranks()
    var families = Partition(names: Array(repeating: nil, count: m))
    var found = PromptCorrelations(ranks, outcomes, weights: FamilyWeights(families).weights.values)
    shared = found.shared
    let known = (0..<m).filter { outcomes.prompts(of: $0) > 0 }
    let pairs = known.flatMap { i in known.filter { $0 > i }.map { found.shared[i * m + $0] } }.sorted()
    medianShared = pairs.isEmpty ? 0 : pairs[pairs.count / 2]
    pValue = try Self.test(ranks, outcomes, observed: found.strength, settings, work)
    isEnough = pValue <= settings.level && medianShared >= settings.leastShared
    let repeats = outcomes.reliabilities(least: settings.leastShared)
    var reliabilities = Self.reliabilities(known: repeats, found, settings)
    if isEnough {
      for _ in 0..<max(settings.rounds, 1) {
        try work.check()
        let weights = FamilyWeights(families).weights.values
        found = PromptCorrelations(ranks, outcomes, weights: weights)
        reliabilities = Self.reliabilities(known: repeats, found, settings)
        let next = Self.groups(found, reliabilities.values, settings)
        if next == families { break }
        families = next
      }
    }
    correlations = found.values
    self.reliabilities = reliabilities.values
    measuredReliabilities = reliabilities.measured
    self.families = families
  }

  /// The alternative that agrees most with another one, and how closely; nil where it shares too few prompts with all.
  public func nearest(to i: Int) -> (other: Int, correlation: Double)? {
    let m = reliabilities.count
    let others = (0..<m).filter { $0 != i && shared[i * m + $0] >= 3 }
    guard let best = others.max(by: { (correlations[i * m + $0], $1) < (correlations[i * m + $1], $0) })
    else {
      return nil
    }
    return (best, correlations[i * m + best])
  }

  private static func test(
    _ ranks: [Double], _ outcomes: PromptOutcomes, observed: Double?, _ settings: Settings, _ work: Work
  ) throws -> Double {
    guard let observed, settings.permutations > 0 else { return 1 }
    let m = outcomes.alternatives
    let equal = [Double](repeating: 1 / Double(m), count: m)
    var asLarge = 0
    for number in 0..<settings.permutations {
      work.report(Double(number) / Double(settings.permutations))
      try work.check()
      var random = RandomStream(seed: settings.seed, for: .agreementPermutations, number: UInt64(number))
      let permuted = outcomes.permuted(ranks, by: &random)
      // Ties count against the evidence.
      if PromptCorrelations(permuted, outcomes, weights: equal).strength ?? -.infinity >= observed {
        asLarge += 1
      }
    }
    return Double(1 + asLarge) / Double(1 + settings.permutations)
  }

  private static func reliabilities(
    known repeats: [Double?], _ found: PromptCorrelations, _ settings: Settings
  ) -> (values: [Double], measured: Int) {
    let m = repeats.count
    var measured = 0
    let values = (0..<m).map { i -> Double in
      var least = 0.0
      for j in 0..<m where j != i && found.shared[i * m + j] >= settings.leastShared {
        let r = max(found.values[i * m + j], 0)
        least = max(least, r * r)
      }
      if let known = repeats[i] {
        measured += 1
        // Below a tenth a correlation says nothing that a division could bring out.
        return min(max(known, least, 0.1), 1)
      }
      return min(max(settings.leastReliability, least), 1)
    }
    return (values, measured)
  }

  /// Average linkage by 1 - c.
  private static func groups(_ found: PromptCorrelations, _ reliabilities: [Double], _ settings: Settings)
    -> Partition
  {
    let m = reliabilities.count
    var distances = [Double](repeating: .infinity, count: m * m)
    for i in 0..<m {
      for j in 0..<m where i != j && found.shared[i * m + j] >= settings.leastShared {
        let r = found.values[i * m + j]
        let error = (1 - r * r) / Double(found.shared[i * m + j]).squareRoot()
        let corrected = (r - settings.errors * error) / (reliabilities[i] * reliabilities[j]).squareRoot()
        distances[i * m + j] = max(1 - corrected, 0)
      }
    }
    return averageLinkage(distances, m, within: settings.tolerance)
  }

  /// Groups whose mean distance is within the limit, the closest two joined first; of equally close ones the first.
  private static func averageLinkage(_ matrix: [Double], _ m: Int, within limit: Double) -> Partition {
    var distances = matrix
    var size = [Double](repeating: 1, count: m)
    var home = Array(0..<m)
    var alive = Array(0..<m)
    while alive.count > 1 {
      var best = (distance: Double.infinity, a: 0, b: 0)
      for (place, a) in alive.enumerated() {
        for b in alive.dropFirst(place + 1) where distances[a * m + b] < best.distance {
          best = (distances[a * m + b], a, b)
        }
      }
      guard best.distance <= limit else { break }
      let (a, b) = (best.a, best.b)
      for c in alive where c != a && c != b {
        let mean = (size[a] * distances[a * m + c] + size[b] * distances[b * m + c]) / (size[a] + size[b])
        distances[a * m + c] = mean
        distances[c * m + a] = mean
      }
      size[a] += size[b]
      for i in home.indices where home[i] == b { home[i] = a }
      alive.removeAll { $0 == b }
    }
    return Partition(names: home.map { "\($0)" })
  }
}
