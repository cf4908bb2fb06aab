/// An estimate fitted again to comparisons that are drawn again: replicate number n of a seed is the same wherever it is made.
///
///     let again = try ResampledFit(result, seed: 7)
///     let draws = try again.rewards(of: 0..<200)                         // here, or a few on each of many machines
///     let spread = try BootstrapSpread(draws, of: result)
///
/// Prompts are drawn, or single votes where alternatives do not span prompts: within a prompt of its own an alternative has all
/// its comparisons, and drawing prompts would drop it whole. Weights stay, since contexts do, and so does lambda. Contexts are not
/// needed any more: what is kept here is as large as the comparisons.
public struct ResampledFit: Sendable {
  /// What pairs weigh, before their comparisons are counted.
  public enum Masses: String, Sendable, Codable {
    /// The product of the weights of their alternatives.
    case products
    /// Weights of comparisons, one for each entry of the counts.
    case comparisons
    /// Masses in the space of pairs, one for each entry of the counts.
    case pairs
  }

  public struct Settings: Sendable, Codable {
    public var masses: Masses
    public var pairs: PairConvention
    public var lambdaConvention: LambdaConvention
    /// The lambda of the objective.
    public var lambda: Double
    public var seed: UInt64
    /// Whether prompts are drawn.
    public var drawsPrompts: Bool
  }

  public let settings: Settings
  public let comparisons: [Comparison]
  /// What is drawn together: a number for each comparison.
  public let clusters: [Int]
  /// Equal statements of each cluster, which are drawn one by one: its votes, or 1 for a prompt.
  public let units: [Int]
  /// One for each alternative that was fitted.
  public let weights: [Double]
  /// Weights of entries, where `masses` are such; else empty.
  public let entries: [Double]
  /// Exact duplicates; nil where each alternative stands alone.
  public let groups: Partition?
  /// Pairs of members that were pooled in each entry; nil where none were merged.
  public let pooledPairs: [Double]?
  /// Rewards that every fit starts from.
  public let start: [Double]
  /// What each alternative was fitted as; nil where none were merged.
  public let members: [Int]?
  private let counts: PairCounts
  /// Where each comparison is counted.
  private let places: PairCounts.Places
  /// Units up to each cluster, itself included.
  private let ends: [Int]
  /// The cluster of each unit; empty where there are too many units to write them down.
  private let clusterOfUnit: [Int32]

  /// Votes beyond which several are drawn as one.
  private static let unitLimit = 1e8
  /// Up to so many units it is written down where each belongs.
  private static let writtenUnits = 1 << 22

  /// From its parts, as somebody else has them.
  ///
  /// - Throws: `DatasetError` for comparisons of alternatives that are not there, `RobustnessError.parts` for parts that do not
  ///   fit together.
  public init(
    _ settings: Settings, comparisons: [Comparison], clusters: [Int], units: [Int], weights: [Double],
    entries: [Double], groups: Partition?, pooledPairs: [Double]?, start: [Double], members: [Int]?
  ) throws {
    let m = weights.count
    for c in comparisons where c.a < 0 || c.b < 0 || Int(c.a) >= m || Int(c.b) >= m || c.a == c.b {
      throw DatasetError.unknownAlternative(index: Int(max(c.a, c.b)), alternatives: m)
    }
    counts = PairCounts(alternatives: m, comparisons: comparisons)
    places = counts.places(of: comparisons)
    for (what, found, expected) in [
      ("clusters", clusters.count, comparisons.count), ("start", start.count, m),
      ("groups", groups?.groupOf.count ?? m, m),
      ("entries", entries.count, settings.masses == .products ? 0 : counts.opponents.count),
      ("pooled pairs", pooledPairs?.count ?? counts.opponents.count, counts.opponents.count),
    ] where found != expected {
      throw RobustnessError.parts(what, found: found, expected: expected)
    }
    if let bad = clusters.first(where: { !units.indices.contains($0) }) {
      throw RobustnessError.parts("clusters", found: bad, expected: units.count)
    }
    if let bad = units.first(where: { $0 < 1 || $0 > 1 << 32 }) {
      throw RobustnessError.parts("units", found: bad, expected: 1)
    }
    if let bad = members?.first(where: { $0 < 0 || $0 >= m }) {
      throw RobustnessError.parts("members", found: bad, expected: m)
    }
    (self.settings, self.comparisons, self.clusters, self.units) = (settings, comparisons, clusters, units)
    (self.weights, self.entries, self.groups) = (weights, entries, groups)
    (self.pooledPairs, self.start, self.members) = (pooledPairs, start, members)
    var sum = 0
    ends = units.map {
      sum += $0
      return sum
    }
    clusterOfUnit =
      sum <= Self.writtenUnits
      ? units.enumerated().flatMap { Array(repeating: Int32($0.offset), count: $0.element) } : []
  }

  /// Of an estimate under one scheme.
  init(_ dataset: PreferenceDataset, _ estimate: WeightedEstimate, fit: RewardFit, seed: UInt64) throws {
    try self.init(
      dataset, measured: estimate.scheme.isUniform ? nil : estimate.measured,
      pairs: fit.choice(for: dataset).pairs, fit: estimate.fit,
      lambdaConvention: fit.settings.lambdaConvention,
      pooledPairs: nil, members: nil, seed: seed)
  }

  /// Of the best estimate of a fit.
  ///
  /// - Complexity: O(alternatives + comparisons).
  public init(_ result: RewardFit.Result, seed: UInt64) throws {
    let isUniform = result.weighted == nil || (result.schemeName == nil && result.choice.weights == .uniform)
    try self.init(
      result.fittedDataset, measured: isUniform ? nil : result.fittedWeights, pairs: result.choice.pairs,
      fit: result.best.fit.gathered(result.merged?.groups),
      lambdaConvention: result.settings.lambdaConvention,
      pooledPairs: result.merged?.pooledPairs, members: result.merged?.groups.groupOf, seed: seed)
  }

  /// - Parameter measured: nil where all alternatives weigh the same and stand alone.
  private init(
    _ dataset: PreferenceDataset, measured: MeasuredWeights?, pairs: PairConvention, fit: RewardEstimate,
    lambdaConvention: LambdaConvention, pooledPairs: [Double]?, members: [Int]?, seed: UInt64
  ) throws {
    let (groups, unit) = HeldOutSplit.groups(of: dataset)
    let drawsPrompts = unit == .prompt && Self.alternativesSpanPrompts(dataset, groups)
    let masses: Masses
    let entries: [Double]
    switch measured?.comparisons {
    case .local(let local): (masses, entries) = (.comparisons, local.values)
    case .pairSpace(let pairSpace): (masses, entries) = (.pairs, pairSpace.pairMass)
    case nil: (masses, entries) = (.products, [])
    }
    let m = dataset.alternatives.count
    let rows = drawsPrompts ? dataset.comparisons : dataset.comparisons.flatMap(Self.votes)
    try self.init(
      Settings(
        masses: masses, pairs: pairs, lambdaConvention: lambdaConvention, lambda: fit.lambda, seed: seed,
        drawsPrompts: drawsPrompts),
      comparisons: rows, clusters: drawsPrompts ? groups : Array(rows.indices),
      units: drawsPrompts ? Array(repeating: 1, count: (groups.max() ?? -1) + 1) : Self.units(of: rows),
      weights: measured?.alternatives.values ?? Array(repeating: 1 / Double(m), count: m), entries: entries,
      groups: measured.flatMap { $0.groups ?? dataset.contexts?.duplicates() }, pooledPairs: pooledPairs,
      start: fit.rewards, members: members)
  }

  /// The estimate on replicate number `number`; nil where nothing was drawn.
  ///
  /// - Throws: `EstimationError`, `Cancelled`.
  /// - Complexity: O(votes log(comparisons)), and a fit that starts near its end.
  func estimate(of number: Int, work: Work) throws -> RewardEstimate? {
    let times = times(number)
    let part = counts.counting(comparisons, places) { row in
      comparisons[row].count * Double(times[clusters[row]]) / Double(units[clusters[row]])
    }
    guard !part.opponents.isEmpty else { return nil }
    let pooled = pooledPairs.map { counts.restricted($0, to: part) }
    let pairs: PairWeights
    switch settings.masses {
    case .products:
      pairs = try PairWeights(
        products: weights, part, pairs: settings.pairs, lambda: settings.lambdaConvention, groups: groups,
        pooledPairs: pooled)
    case .comparisons:
      pairs = try PairWeights(
        comparisons: counts.restricted(entries, to: part), part, pairs: settings.pairs, groups: groups,
        pooledPairs: pooled)
    case .pairs:
      pairs = try PairWeights(
        pairMass: counts.restricted(entries, to: part), weights: weights, part, pairs: settings.pairs,
        lambda: settings.lambdaConvention, groups: groups, pooledPairs: pooled)
    }
    return try BradleyTerry(lambda: settings.lambda).fit(part, pairs, start: start, work: work.silent)
  }

  /// The estimates on several replicates, each on a core of its own.
  ///
  /// - Throws: `EstimationError`, `Cancelled`.
  func estimates(of numbers: Range<Int>, work: Work) throws -> [RewardEstimate?] {
    var found: [RewardEstimate?] = []
    found.reserveCapacity(numbers.count)
    let block = 8 * work.threads
    for first in stride(from: numbers.lowerBound, to: numbers.upperBound, by: block) {
      work.report(Double(first - numbers.lowerBound) / Double(numbers.count))
      let count = min(block, numbers.upperBound - first)
      var results = [Swift.Result<RewardEstimate?, any Error>](repeating: .success(nil), count: count)
      try withPointers(&results) { results in
        try work.forEach(pieces: count) { place, _ in
          results[place] = Swift.Result { try estimate(of: first + place, work: work.onOneCore.silent) }
        }
      }
      for result in results { found.append(try result.get()) }
    }
    return found
  }

  /// Rewards of several replicates, as `rewards(of:)` has those of one.
  ///
  /// - Throws: `EstimationError`, `Cancelled`.
  public func rewards(of numbers: Range<Int>, work: Work = Work()) throws -> [[Double?]] {
    try estimates(of: numbers, work: work).map(spread)
  }

  private func spread(_ estimate: RewardEstimate?) -> [Double?] {
    let fitted = estimate?.known ?? Array(repeating: nil, count: weights.count)
    return members?.map { fitted[$0] } ?? fitted
  }

  /// Rewards of replicate number `number`, one for each alternative; nil for those that it says nothing about.
  ///
  /// - Parameter number: From 0.
  /// - Throws: `EstimationError`, `Cancelled`.
  public func rewards(of number: Int, work: Work = Work()) throws -> [Double?] {
    spread(try estimate(of: number, work: work))
  }

  /// How often each cluster is drawn for a replicate: as many units as there are, with replacement.
  private func times(_ number: Int) -> [Int32] {
    var times = [Int32](repeating: 0, count: units.count)
    var random = RandomStream(seed: settings.seed, for: .bootstrap, number: UInt64(number))
    let total = ends.last ?? 0
    let isWritten = total == units.count || !clusterOfUnit.isEmpty
    withPointers(&times) { times in
      clusterOfUnit.withUnsafeBufferPointer { clusterOfUnit in
        for _ in 0..<total {
          let unit = min(Int(random.uniform() * Double(total)), total - 1)
          if !isWritten {
            times[cluster(of: unit)] += 1
          } else {
            times[total == units.count ? unit : Int(clusterOfUnit[unit])] += 1
          }
        }
      }
    }
    return times
  }

  /// The cluster that a unit belongs to, where that is not written down.
  private func cluster(of unit: Int) -> Int {
    var (low, high) = (0, ends.count)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] <= unit { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// A share of so many votes as those won and those lost; what else a comparison says is one thing.
  private static func votes(_ c: Comparison) -> [Comparison] {
    guard c.count != 1, c.outcome > 0, c.outcome < 1, c.outcome != 0.5 else { return [c] }
    return [(1.0, c.outcome), (0.0, 1 - c.outcome)].map { outcome, share in
      Comparison(
        a: c.a, b: c.b, outcome: outcome, count: c.count * share, annotator: c.annotator, prompt: c.prompt)
    }
  }

  private static func units(of comparisons: [Comparison]) -> [Int] {
    let scale = max(1, comparisons.reduce(0) { $0 + $1.count } / unitLimit)
    return comparisons.map { max(1, Int(($0.count / scale).rounded())) }
  }

  private static func alternativesSpanPrompts(_ dataset: PreferenceDataset, _ groups: [Int]) -> Bool {
    var first = [Int](repeating: -1, count: dataset.alternatives.count)
    for (c, group) in zip(dataset.comparisons, groups) {
      for i in [Int(c.a), Int(c.b)] {
        if first[i] < 0 { first[i] = group } else if first[i] != group { return true }
      }
    }
    return false
  }
}
