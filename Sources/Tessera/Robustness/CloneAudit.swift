/// Do clones distort these rewards? Near-duplicates that are there, and what clones would do that are not.
///
/// Every step is a value of its own, and every estimate is the one that `RewardFit` gives for the same settings.
public struct CloneAudit: Sendable {
  public struct Settings: Sendable {
    /// The standard estimate comes first.
    public var schemes: [any WeightScheme] = [Uniform(), Voronoi(samples: 20_000), Horizon()]
    /// lambda, its convention and how pairs count, as `RewardFit` has them.
    public var fit = RewardFit.Settings()
    /// Distance within which answers are near-duplicates; nil for half the median distance of nearest neighbours.
    public var threshold: Double?
    /// Groups of near-duplicates to refit without, largest first.
    public var largestGroups = 12
    /// Alternatives to clone in the simulated attack; empty for the highest rewards.
    public var targets: [Int] = []
    public var topTargets = 5
    public var cloneCounts = [1, 2, 5, 10]
    /// Distances of the clones, as shares of the median distance of nearest neighbours.
    public var cloneDistances = [0, 0.1, 0.5]
    public var bootstraps = 100
    /// Whether contexts are of answers, so that they can fall into topics.
    public var looksForTopics = true

    public init() {}
  }

  public let dataset: PreferenceDataset
  public let settings: Settings
  public let components: Components
  /// How pairs count.
  public let pairs: PairConvention
  /// For each scheme, the standard estimate first.
  public let estimates: [WeightedEstimate]
  /// For each scheme.
  public let errors: [StandardErrors]
  /// For each scheme, what another seed does to the rewards: the noise of sampled weights, below which a shift says
  /// nothing.
  public let noise: [RewardShift]
  /// How many alternatives have another one near, at fixed shares of the median distance of nearest neighbours.
  public let nearDuplicateFrequency: NearDuplicateFrequency
  public let nearDuplicates: NearDuplicates
  /// The largest groups of near-duplicates.
  public let influences: [Influence]
  public let attacks: [SimulatedClones]
  public let resolutions: ResolutionCurve
  /// For each scheme.
  public let bootstraps: [Bootstrap]
  /// For each scheme: how few votes decide who leads; nil where nobody leads, or where more than a tenth of the votes would
  /// have to go.
  public let fragilities: [Fragility?]
  /// For each scheme: the places that alternatives can have.
  public let ranks: [RankIntervals]
  /// Near-duplicates of one component, every two of a group near each other, and what to do with each.
  public let duplicates: DuplicateGroups
  public let decisions: DuplicateDecisions
  /// nil where there are too few answers to tell topics.
  public let topics: TopicAdvice?
  /// nil where nothing could be held out.
  public let heldOut: HeldOutFit?
  /// The answer, and what to do now. Its groups are cliques within components, and the weighted estimate is that of the first
  /// scheme after the standard one.
  public let cloneVerdict: CloneVerdict
  /// Contexts on their first two principal axes, for pictures; their first coordinate alone where there are no two.
  public let plane: [SIMD2<Double>]

  /// - Parameter dataset: With contexts.
  /// - Throws: `RobustnessError.noContexts`; `WeightsError`, `SpaceError`, `EstimationError`, `DatasetError`, `Cancelled`.
  public init(_ dataset: PreferenceDataset, settings: Settings = Settings(), work: Work = Work()) throws {
    guard let contexts = dataset.contexts else { throw RobustnessError.noContexts }
    var fixed = settings.fit
    // What the data decide is decided once: what changes then is due to the clones.
    fixed.pairs = PairChoice(RewardFit(settings.fit).choice(for: dataset).pairs)
    let fit = RewardFit(fixed)
    pairs = fit.choice(for: dataset).pairs
    let seed = settings.fit.seed
    let components = Components(dataset.pairCounts)
    let first = work.part(0...0.05, "estimates")
    first.report(0)
    let tree = try SpanningTree(contexts, work: first.silent)
    let known = try KnownWeights(dataset, settings.schemes, tree: tree, fit: fit, work: first.silent)
    let estimates = known.estimates
    noise = try known.noise(dataset, seed: seed &+ 1, components, work: first.silent)
    // Covariances of all, where there are not too many.
    let order = min(dataset.alternatives.count, StandardErrors.denseLimit)
    let ofErrors = KnownWeights.bytes(dataset) + 32 * order * order
    errors = try first.silent.sideBySide(estimates.count, bytes: ofErrors) { number, work in
      try fit.errors(of: estimates[number], dataset, work: work)
    }
    ranks = try zip(estimates, errors).map { estimate, errors in
      try RankIntervals(
        rewards: estimate.fit.known, errors: RewardErrors(errors), components: components, seed: seed,
        work: first.silent)
    }

    work.report(0.05, "near-duplicates")
    let frequency = try NearDuplicateFrequency(dataset, work: work.silent)
    let near = try NearDuplicates(
      contexts, components: components, threshold: settings.threshold, medianDistance: frequency.median,
      tree: tree, work: work.silent)
    let groups = near.groups.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
    let largest = Array(groups.prefix(settings.largestGroups))
    let bytes = KnownWeights.bytes(dataset)
    influences = try work.part(0.1...0.5, "influence of groups").sideBySide(largest.count, bytes: bytes) {
      place, work in
      try Influence(
        of: largest[place], reach: near.reach(of: largest[place]), dataset, known: known,
        components: components,
        work: work)
    }
    resolutions = try ResolutionCurve(
      dataset, tree: near.tree, standard: estimates[0].rewards, lambda: estimates[0].lambda, fit: fit,
      components: components,
      work: work.silent)

    let rewards = estimates[0].rewards
    let ranked = rewards.indices.sorted { (rewards[$1], $0) < (rewards[$0], $1) }
    let targets = settings.targets.isEmpty ? Array(ranked.prefix(settings.topTargets)) : settings.targets
    let asked = targets.flatMap { target in
      settings.cloneDistances.flatMap { distance in
        settings.cloneCounts.map { (target: target, distance: distance, clones: $0) }
      }
    }
    attacks = try work.part(0.5...0.8, "simulated clones").sideBySide(asked.count, bytes: bytes) {
      number, work in
      let (target, distance, clones) = asked[number]
      return try SimulatedClones(
        of: target, clones: clones, distance: distance, medianDistance: near.medianDistance, in: dataset,
        known: known, components: components, seed: seed, work: work)
    }
    bootstraps = try estimates.enumerated().map { place, estimate in
      let (n, k) = (Double(estimates.count), Double(place))
      return try Bootstrap(
        dataset, estimate, fit: fit, resamples: settings.bootstraps, seed: seed,
        work: work.part(0.8 + 0.1 * k / n...0.8 + 0.1 * (k + 1) / n, "bootstrap"))
    }
    fragilities = try work.part(0.9...0.94, "fragility").sideBySide(estimates.count, bytes: ofErrors) {
      number, work in
      try Fragility(dataset, estimates[number], fit: fit, work: work)
    }
    heldOut = try HeldOutFit(
      dataset, estimates, fit: fit, seed: seed, work: work.part(0.94...1, "held-out fit"))
    topics =
      settings.looksForTopics
      ? try TopicAdvice(
        dataset, standard: estimates[0], fit: fit, components: components, work: work.silent) : nil
    plane = try Self.plane(contexts, seed: seed, work: work.silent)
    let cliques = try DuplicateGroups(
      contexts, ids: dataset.alternatives.map(\.id), prompts: components.of.map { "\($0)" },
      within: settings.threshold.map(Nearness.distance) ?? .standard, work: work.silent)
    duplicates = cliques
    decisions = try DuplicateDecisions(
      cliques, contexts, dataset.alternatives, counts: dataset.pairCounts, work: work.silent)
    let weighted = estimates.count > 1 ? 1 : nil
    let seedNoise = estimates.count > 1 ? noise[1].largest : 0
    cloneVerdict = try CloneVerdict(
      dataset, groups: cliques.groups, standard: estimates[0], errors: errors[0],
      weighted: estimates.dropFirst().first, heldOut: heldOut, weightedPlace: weighted,
      seedNoise: seedNoise, contextsAreRecords: !settings.looksForTopics,
      fit: fit, work: work.silent)
    work.report(1)
    (self.dataset, self.settings, self.components) = (dataset, settings, components)
    (self.estimates, nearDuplicates) = (estimates, near)
    nearDuplicateFrequency = frequency
  }

  private static func plane(_ contexts: Contexts, seed: UInt64, work: Work) throws -> [SIMD2<Double>] {
    guard contexts.dimension >= 2 else { return (0..<contexts.count).map { SIMD2(contexts[$0, 0], 0) } }
    let plane = try ContextTransform(
      fitting: contexts, components: 2, samples: 20_000, seed: seed, work: work
    ).apply(to: contexts)
    return (0..<plane.count).map { SIMD2(plane[$0, 0], plane[$0, 1]) }
  }

  /// Clones that count as near: within a tenth of the median distance of nearest neighbours.
  public static let nearDistance = 0.1

  /// The answer in numbers.
  public var verdict: Verdict { Verdict(self) }
}

/// What an audit found, in numbers: those who talk to people word it.
public struct Verdict: Sendable {
  public struct Scheme: Sendable {
    public let name: String
    /// Largest shift of another reward when a group of near-duplicates is collapsed, and the most winners it changes; nil
    /// where there is no group.
    public let collapsedShift: Double?
    public let collapsedFlips: Int
    /// Largest shift of another reward by near clones of a leading alternative.
    public let attackShift: Double
    /// The smallest number of near clones of some target that changed a winner; nil where none did.
    public let clonesToFlip: Int?
    /// What another seed alone does.
    public let noise: RewardShift
    /// nil where nobody leads, or where more than a tenth of the votes would have to go.
    public let fragility: Fragility?
  }

  public let alternatives: Int
  /// Counts added up.
  public let votes: Double
  public let groups: Int
  /// Alternatives in those groups.
  public let members: Int
  public let threshold: Double
  /// Near-duplicates of alternatives that they are never compared with.
  public let elsewhere: Int
  /// How many alternatives have another one near.
  public let frequency: NearDuplicateFrequency
  public let schemes: [Scheme]
  /// nil where there are too few answers to tell.
  public let topics: TopicAdvice?

  init(_ audit: CloneAudit) {
    alternatives = audit.dataset.alternatives.count
    votes = audit.dataset.totalComparisons
    groups = audit.nearDuplicates.groups.count
    topics = audit.topics
    members = audit.nearDuplicates.duplicates + groups
    threshold = audit.nearDuplicates.threshold
    elsewhere = audit.nearDuplicates.elsewhere
    frequency = audit.nearDuplicateFrequency
    let near = audit.attacks.filter { $0.distance <= CloneAudit.nearDistance }
    schemes = audit.estimates.indices.map { k in
      let collapsed = audit.influences.compactMap { $0.collapsed[k] }
      return Scheme(
        name: audit.estimates[k].scheme.name, collapsedShift: collapsed.map(\.largest).max(),
        collapsedFlips: collapsed.map(\.winnerFlips).max() ?? 0,
        attackShift: near.map { $0.shifts[k].largest }.max() ?? 0,
        clonesToFlip: near.filter { $0.shifts[k].winnerFlips > 0 }.map(\.clones).min(), noise: audit.noise[k],
        fragility: audit.fragilities[k])
    }
  }
}

/// What a study of robustness can object to.
public enum RobustnessError: KindedError, Equatable {
  case noContexts
  /// Of so many alternatives more pairs are near than can be told apart.
  case tooManyNearPairs(alternatives: Int, distance: Double, limit: Int)
  /// Parts of a fit that come from elsewhere and are none of one fit.
  case parts(String, found: Int, expected: Int)

  public var kind: ErrorKind {
    switch self {
    case .noContexts, .parts: .data
    case .tooManyNearPairs: .option
    }
  }

  public var description: String {
    switch self {
    case .noContexts: "the dataset has no contexts; which answers are near-duplicates is told by them"
    case .tooManyNearPairs(let alternatives, let distance, let limit):
      "more than \(limit) pairs of \(alternatives) alternatives lie within the distance \(distance); expected a smaller distance"
    case .parts(let what, let found, let expected): "\(what): found \(found), expected \(expected)"
    }
  }
}
