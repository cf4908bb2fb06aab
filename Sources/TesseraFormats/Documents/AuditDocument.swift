import Tessera

/// The JSON document of an audit: what `CloneAudit` found, figure by figure.
///
/// Keys are a contract: those of earlier versions stay. Members that schemes name stand in the schemes' order. A
/// figure that does not exist is null.
public struct AuditDocument: Sendable, Equatable, Codable {
  public var alternatives: Int
  /// Counts added up.
  public var comparisons: Double
  public var components: Int
  public var lambda: Double
  public var lambdaConvention: LambdaConvention
  public var pairs: PairConvention
  /// How the contexts came about, in words.
  public var contexts: String
  /// Distance within which answers are near-duplicates.
  public var duplicatesWithin: Double
  /// Median distance of nearest neighbours, in which copies count once.
  public var medianDistance: Double
  /// Groups of two or more near-duplicates, also those that are not in `groups`.
  public var duplicateGroups: Int
  /// Alternatives beyond the first of each.
  public var nearDuplicates: Int
  /// How many alternatives have another one near.
  public var nearDuplicateFrequency: NearDuplicateDocument
  /// The answer, and what to do now.
  public var cloneVerdict: CloneVerdictDocument
  /// What else was found, in sentences.
  public var verdict: [String]
  /// The standard estimate first.
  public var schemes: [Scheme]
  /// The largest groups, which were refitted.
  public var groups: [Group]
  public var resolutions: [Resolution]
  public var attacks: [Attack]
  /// Coarse groups of answers; left out where there are too few to tell.
  public var topics: Topics?
  /// One for each alternative.
  public var rewards: [Row]

  public struct Scheme: Sendable, Equatable, Codable {
    public var name: String
    public var effectiveAlternatives: Double
    public var zeroWeightShare: Double
    public var effectiveComparisons: Double
    /// Strength of the regularisation, as given or as the scheme's own curve chose it.
    public var lambda: Double
    /// Largest violation of the first-order condition.
    public var certificate: Double
    /// "minimum", or why the search stopped before it.
    public var outcome: RewardEstimate.Outcome
    /// What another seed alone does to a reward.
    public var noiseShift: Double
    /// The smallest number of near clones of some target that changed a winner; null where none did.
    @Null public var clonesToFlip: Int?
    /// How the weights came about.
    public var provenance: FitDocument.Weights
    /// How few votes decide who leads. Left out where nobody leads, or where more than a tenth of the votes would have to go.
    public var fragility: Fragility?
    /// Left out where nothing could be held out.
    public var heldOut: HeldOut?
  }

  /// Votes without which another alternative leads: an upper limit to their number.
  public struct Fragility: Sendable, Equatable, Codable {
    public var leader: String
    public var newLeader: String
    public var votes: Double
    /// Of all votes.
    public var share: Double
    /// Whether the fit without them is a minimum.
    public var verified: Bool
    /// Most votes first.
    public var dropped: [Dropped]

    public struct Dropped: Sendable, Equatable, Codable {
      public var winner: String
      public var loser: String
      /// Share that went to the winner: 1/2 for ties.
      public var outcome: Double
      public var votes: Double
    }
  }

  /// Errors are null where one group of comparisons was all there was.
  public struct HeldOut: Sendable, Equatable, Codable {
    public var accuracy: Double
    @Null public var accuracyError: Double?
    public var logLoss: Double
    @Null public var logLossError: Double?
    public var calibrationError: Double
    /// Log loss less that of the standard estimate, on the same votes, and the standard error of that.
    public var logLossDifference: Double
    @Null public var logLossDifferenceError: Double?
    /// What the predictions' lambda was chosen by: each scheme has its own.
    public var lambdaCurve: FitDocument.Curve
  }

  public struct Group: Sendable, Equatable, Codable {
    public var members: [String]
    /// Largest distance between neighbours along which the group hangs together.
    public var reach: Double
    public var weights: OrderedMembers<Double>
    /// What it does to the other rewards when the group is one alternative, and when it is gone; null where too little is
    /// left.
    public var collapsed: OrderedMembers<RewardShift?>
    public var removed: OrderedMembers<RewardShift?>
  }

  /// What is left when answers within a distance count as one, by linkage weights.
  public struct Resolution: Sendable, Equatable, Codable {
    public var distance: Double
    public var groups: Int
    public var effectiveAlternatives: Double
    /// Against the standard estimate.
    public var shift: RewardShift
  }

  public struct Topics: Sendable, Equatable, Codable {
    public var count: Int
    /// Alternatives of each.
    public var sizes: [Int]
    /// How clear the cut is, and how well half samples agree on it.
    public var ratio: Double
    public var agreement: Double
    public var isStable: Bool
    /// What weighing by topic would do to the standard estimate; null where topics are not stable.
    @Null public var shift: RewardShift?
  }

  public struct Attack: Sendable, Equatable, Codable {
    public var target: String
    /// As a share of the median distance of nearest neighbours.
    public var distance: Double
    public var clones: Int
    public var shifts: OrderedMembers<RewardShift>
  }

  /// An alternative: `id`, `component`, `plane`, `family` where one is declared, and a member for each scheme.
  public struct Row: Sendable, Equatable {
    public var id: String
    public var component: Int
    public var family: String?
    /// Its context on the first two principal axes.
    public var plane: [Double]
    public var schemes: OrderedMembers<Reward>
  }

  public struct Reward: Sendable, Equatable, Codable {
    public var weight: Double
    /// All three are null where no comparison says anything.
    @Null public var reward: Double?
    @Null public var standardError: Double?
    /// Of 95 %; null with too few resamples.
    @Null public var bootstrapHalfWidth: Double?
    /// Of 95 %, by the standard error; null without one.
    @Null public var interval: [Double]?
    /// Place by the reward in its component, and the first and the last that it can have, at 95 % for all at once.
    @Null public var place: Int?
    @Null public var ranks: [Int]?
  }

  /// What the schemes of an audit are called: "standard" for equal weights, else their own names; one that comes again
  /// gets a number.
  public static func names(of audit: CloneAudit) -> [String] {
    // The names of a row's other members are taken.
    var times = Dictionary(uniqueKeysWithValues: Row.ownMembers.map { ($0, 1) })
    return audit.estimates.map { estimate in
      let name = estimate.scheme.isUniform ? "standard" : estimate.scheme.name
      times[name, default: 0] += 1
      return times[name] == 1 ? name : "\(name) (\(times[name] ?? 0))"
    }
  }

  /// - Parameters:
  ///   - names: Of the schemes; nil for `names(of:)`.
  ///   - contexts: How the contexts came about, in words.
  ///   - families: Of each alternative; nil where none are declared.
  ///   - verdict: The answer and what else was found, in sentences.
  ///   - advice: How advice on the weights is worded.
  public init(
    _ audit: CloneAudit, names: [String]? = nil, contexts: String, families: [String?]? = nil,
    verdict: [String],
    advice: WeightAdviceWords = WeightAdviceWords()
  ) {
    let names = names ?? Self.names(of: audit)
    let ids = audit.dataset.alternatives.map(\.id)
    let found = audit.verdict
    alternatives = ids.count
    comparisons = audit.dataset.totalComparisons
    components = audit.components.count
    lambda = audit.estimates[0].lambda
    lambdaConvention = audit.settings.fit.lambdaConvention
    pairs = audit.pairs
    self.contexts = contexts
    duplicatesWithin = audit.nearDuplicates.threshold
    medianDistance = audit.nearDuplicates.medianDistance
    duplicateGroups = audit.nearDuplicates.groups.count
    nearDuplicates = audit.nearDuplicates.duplicates
    nearDuplicateFrequency = NearDuplicateDocument(audit.nearDuplicateFrequency)
    cloneVerdict = CloneVerdictDocument(
      audit.cloneVerdict, ids: ids, weighted: names.dropFirst().first ?? "weighted")
    self.verdict = verdict
    schemes = names.indices.map { k in
      let estimate = audit.estimates[k]
      return Scheme(
        name: names[k], effectiveAlternatives: estimate.weights.effectiveAlternatives,
        zeroWeightShare: estimate.weights.zeroWeightShare,
        effectiveComparisons: estimate.effectiveComparisons, lambda: estimate.lambda,
        certificate: estimate.fit.certificate,
        outcome: estimate.fit.outcome, noiseShift: audit.noise[k].largest,
        clonesToFlip: found.schemes[k].clonesToFlip,
        provenance: FitDocument.Weights(
          estimate.weights, comparisons: estimate.measured.comparisons,
          advice: advice.sentences(estimate.weights.advice)),
        fragility: audit.fragilities[k].map { Fragility($0, ids: ids) },
        heldOut: audit.heldOut.map { HeldOut($0, k) })
    }
    groups = audit.influences.map { group in
      Group(
        members: group.members.map { ids[$0] }, reach: group.reach,
        weights: OrderedMembers(names, group.weights),
        collapsed: OrderedMembers(names, group.collapsed), removed: OrderedMembers(names, group.removed))
    }
    resolutions = audit.resolutions.points.map {
      Resolution(
        distance: $0.distance, groups: $0.groups, effectiveAlternatives: $0.effectiveAlternatives,
        shift: $0.shift)
    }
    topics = audit.topics.map {
      Topics(
        count: $0.topics.groups.count, sizes: $0.sizes, ratio: $0.topics.ratio,
        agreement: $0.topics.agreement, isStable: $0.topics.isStable, shift: $0.shift)
    }
    attacks = audit.attacks.map {
      Attack(
        target: ids[$0.target], distance: $0.distance, clones: $0.clones,
        shifts: OrderedMembers(names, $0.shifts))
    }
    let known = audit.estimates.map(\.fit.known)
    rewards = ids.indices.map { i in
      Row(
        id: ids[i], component: audit.components.of[i], family: families?[i],
        plane: [audit.plane[i].x, audit.plane[i].y],
        schemes: OrderedMembers(
          names,
          names.indices.map { k in
            Reward(
              weight: audit.estimates[k].weights.values[i], reward: known[k][i],
              standardError: audit.errors[k].values[i],
              bootstrapHalfWidth: known[k][i].flatMap { _ in finite(audit.bootstraps[k].halfWidths[i]) },
              interval: audit.ranks[k].rewards[i].map { [$0.lowerBound, $0.upperBound] },
              place: audit.ranks[k].places[i],
              ranks: audit.ranks[k].ranks[i].map { [$0.lowerBound, $0.upperBound] })
          }))
    }
  }
}

extension AuditDocument.Fragility {
  init(_ found: Tessera.Fragility, ids: [String]) {
    self.init(
      leader: ids[found.leader], newLeader: ids[found.newLeader], votes: found.votes, share: found.share,
      verified: found.isVerified,
      dropped: found.dropped.map {
        Dropped(winner: ids[$0.winner], loser: ids[$0.loser], outcome: $0.outcome, votes: $0.count)
      })
  }
}

extension AuditDocument.HeldOut {
  init(_ heldOut: HeldOutFit, _ scheme: Int) {
    let (quality, curve) = (heldOut.qualities[scheme], heldOut.curves[scheme])
    self.init(
      accuracy: quality.accuracy, accuracyError: finite(quality.accuracyError), logLoss: quality.logLoss,
      logLossError: finite(quality.logLossError), calibrationError: quality.calibrationError,
      logLossDifference: heldOut.differences[scheme].logLoss,
      logLossDifferenceError: finite(heldOut.differences[scheme].error),
      lambdaCurve: FitDocument.Curve(folds: curve.folds, unit: curve.unit, points: curve.points))
  }
}

extension AuditDocument.Row: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case id, component, family, plane
  }

  /// Members that are not a scheme's.
  static var ownMembers: [String] { CodingKeys.allCases.map(\.rawValue) }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    component = try container.decode(Int.self, forKey: .component)
    family = try container.decodeIfPresent(String.self, forKey: .family)
    plane = try container.decodeIfPresent([Double].self, forKey: .plane) ?? []
    schemes = try OrderedMembers(from: decoder, besides: Set(Self.ownMembers))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(component, forKey: .component)
    try container.encodeIfPresent(family, forKey: .family)
    try container.encode(plane, forKey: .plane)
    try schemes.encode(to: encoder)
  }
}

/// nil for what JSON has no number for.
private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
