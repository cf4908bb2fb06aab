import Foundation

/// Do clones distort these rewards? Near-duplicates that are there, and what clones would do that are not.
public struct CloneAudit: Sendable {
  public struct Settings: Sendable {
    /// The standard estimate comes first.
    public var schemes: [WeightingScheme] = [.uniform, .voronoi, .horizon(distance: nil)]
    /// nil for `SchemeFit.sparseLambda`.
    public var lambda: Double?
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
    public var samples = 20_000
    public var seed: UInt64 = 0
    public var threads: Int?

    public init() {}
  }

  /// What a change of the data does to the rewards of the alternatives that both have.
  public struct Shift: Sendable, Equatable {
    public let largest: Double
    /// Pairs of alternatives within one component, among its ten best, whose order changes.
    public let rankChanges: Int
    /// Components whose best alternative is another one.
    public let winnerFlips: Int
  }

  public struct Group: Sendable {
    public let members: [Int]
    /// Largest distance between neighbours along which the group hangs together.
    public let reach: Double
    /// For each scheme: its weight, and what collapsing it to one member and removing it does; nil where too little is
    /// left.
    public let weights: [Double]
    public let collapsed: [Shift?]
    public let removed: [Shift?]
  }

  public struct Attack: Sendable {
    public let target: Int
    /// As a share of the median distance of nearest neighbours.
    public let distance: Double
    public let clones: Int
    /// For each scheme.
    public let shifts: [Shift]
  }

  public struct Spread: Sendable {
    /// Half-width of 95 % of the bootstrap, and the sandwich standard error, for each alternative.
    public let bootstrap: [Double]
    public let errors: [Double]
  }

  /// What counting answers within a distance as the same does, by linkage weights.
  public struct Resolution: Sendable {
    public let distance: Double
    /// Groups that hang together at the distance.
    public let groups: Int
    public let effectiveAlternatives: Double
    /// Against the standard estimate.
    public let shift: Shift
  }

  public let dataset: PreferenceDataset
  public let lambda: Double
  public let threshold: Double
  public let medianDistance: Double
  public let fits: [SchemeFit]
  public let components: Components
  public let groups: [Group]
  /// All groups of two or more near-duplicates within one component, also those that were not refitted.
  public let groupCount: Int
  public let duplicates: Int
  /// Near-duplicates of an alternative of another component, which are left alone.
  public let elsewhere: Int
  /// For each scheme, what another seed does to the rewards: the noise of sampled weights, below which a shift says
  /// nothing.
  public let noise: [Shift]
  public let attacks: [Attack]
  /// Ascending distances, from 0 to where all is one group.
  public let resolutions: [Resolution]
  public let spreads: [Spread]
  /// For each scheme; empty where nothing could be held out.
  public let heldOut: [PredictionQuality]
  public let heldOutUnit: String
  /// How held-out comparisons were predicted.
  public let predictor: String

  /// - Parameter dataset: With contexts.
  /// - Throws: what the schemes and the solver throw.
  public init(
    _ dataset: PreferenceDataset, settings: Settings = Settings(),
    progress: ((Double, String) throws -> Void)? = nil
  ) throws {
    guard let contexts = dataset.contexts else { throw RewardTraining.Problem.noContexts }
    self.dataset = dataset
    let graph = dataset.winRates
    let lambda = settings.lambda ?? SchemeFit.sparseLambda(graph)
    self.lambda = lambda
    let components = Components(graph)
    self.components = components
    func fit(_ scheme: WeightingScheme, _ data: PreferenceDataset, start: [Double]?) throws -> SchemeFit {
      try SchemeFit(
        scheme, data, lambda: lambda, samples: settings.samples, seed: settings.seed,
        threads: settings.threads,
        start: start)
    }
    try progress?(0, "estimates")
    let fits = try settings.schemes.map { try fit($0, dataset, start: nil) }
    self.fits = fits
    noise = try fits.map { fit in
      let again = try SchemeFit(
        fit.scheme, dataset, lambda: lambda, samples: settings.samples, seed: settings.seed &+ 1,
        threads: settings.threads, start: fit.rewards)
      return Self.shift(fit.rewards, again.rewards, fit.rewards.indices.map { $0 }, components)
    }
    try progress?(0.05, "near-duplicates")
    let median = contexts.medianNeighbourDistance(threads: settings.threads)
    medianDistance = median
    let threshold = settings.threshold ?? median / 2
    self.threshold = threshold
    let tree = SpanningTree(contexts, threads: settings.threads)
    // Answers that are never compared, as those to different prompts, cannot duplicate one another's evidence.
    let near = tree.groups(within: threshold)
    let found = Self.members(near, components)
    elsewhere = contexts.count - near.count - found.reduce(0) { $0 + $1.count - 1 }
    groupCount = found.count
    duplicates = found.reduce(0) { $0 + $1.count - 1 }

    // Influence: each group collapsed, and removed.
    let chosen = found.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }.prefix(settings.largestGroups)
    var groups: [Group] = []
    for (place, members) in chosen.enumerated() {
      try progress?(0.1 + 0.4 * Double(place) / Double(max(chosen.count, 1)), "influence of groups")
      let inside = Set(members)
      let reach =
        tree.edges.filter { $0.length <= threshold && inside.contains($0.a) }.map(\.length).max() ?? 0
      func refit(_ data: (dataset: PreferenceDataset, place: [Int?])?) throws -> [Shift?] {
        guard let data else { return fits.map { _ in nil } }
        return try fits.map { before in
          var start = [Double](repeating: 0, count: data.dataset.alternatives.count)
          for (old, new) in data.place.enumerated() { if let new { start[new] = before.rewards[old] } }
          let after = try fit(before.scheme, data.dataset, start: start)
          return Self.shift(before.rewards, after.rewards, data.place, components)
        }
      }
      groups.append(
        Group(
          members: members, reach: reach,
          weights: fits.map { fit in members.reduce(0) { $0 + fit.weights.values[$1] } },
          collapsed: try refit(Self.collapsing(members, dataset)),
          removed: try refit(Self.removing(inside, dataset))))
    }
    self.groups = groups

    // The resolution: at quantiles of the distances at which answers join.
    let lengths = tree.edges.map(\.length).filter { $0 > 0 }
    var last: SchemeFit?
    resolutions = try
      ([0]
      + stride(from: 0.1, through: 1, by: 0.1).map { share in
        lengths.isEmpty ? 0 : lengths[min(Int(share * Double(lengths.count)), lengths.count - 1)]
      }).map { distance in
        let scheme = WeightingScheme.linkage(resolution: distance)
        let weights = try LinkageWeights.weights(tree: tree, resolution: distance)
        let found = try SchemeFit(
          scheme, weights, graph, lambda: lambda, threads: settings.threads,
          start: last?.rewards ?? fits[0].rewards)
        last = found
        return Resolution(
          distance: distance, groups: tree.groups(within: distance).count,
          effectiveAlternatives: weights.diagnostics.effectiveAlternatives,
          shift: Self.shift(fits[0].rewards, found.rewards, fits[0].rewards.indices.map { $0 }, components))
      }

    // Attacks.
    let ranked = fits[0].rewards.indices.sorted { (fits[0].rewards[$1], $0) < (fits[0].rewards[$0], $1) }
    let targets = settings.targets.isEmpty ? Array(ranked.prefix(settings.topTargets)) : settings.targets
    var attacks: [Attack] = []
    let total = targets.count * settings.cloneDistances.count * settings.cloneCounts.count
    for target in targets {
      for distance in settings.cloneDistances {
        for clones in settings.cloneCounts {
          try progress?(0.5 + 0.3 * Double(attacks.count) / Double(max(total, 1)), "simulated clones")
          let attacked = try CloneInjection(
            into: dataset, of: target, count: clones, distance: distance * median, seed: settings.seed)
          let shifts = try fits.map { before in
            let after = try fit(
              before.scheme, attacked.dataset,
              start: before.rewards + Array(repeating: before.rewards[target], count: clones))
            return Self.shift(before.rewards, after.rewards, before.rewards.indices.map { $0 }, components)
          }
          attacks.append(Attack(target: target, distance: distance, clones: clones, shifts: shifts))
        }
      }
    }
    self.attacks = attacks

    // Variance.
    var spreads: [Spread] = []
    for (place, fit) in fits.enumerated() {
      try progress?(0.8 + 0.1 * Double(place) / Double(fits.count), "bootstrap")
      spreads.append(try Self.spread(dataset, fit, lambda: lambda, settings))
    }
    self.spreads = spreads
    try progress?(0.9, "held-out fit")
    (heldOut, heldOutUnit, predictor) = try Self.heldOut(dataset, fits, lambda: lambda, settings)
    try progress?(1, "")
  }

  /// Members of groups of two or more within one component, in order of appearance.
  private static func members(_ groups: DuplicateGroups, _ components: Components) -> [[Int]] {
    var place: [[Int]: Int] = [:]
    var members: [[Int]] = []
    for (i, group) in groups.groupOf.enumerated() {
      let key = [group, components.of[i]]
      if let known = place[key] {
        members[known].append(i)
      } else {
        place[key] = members.count
        members.append([i])
      }
    }
    return members.filter { $0.count > 1 }
  }

  /// The dataset in which a group is its first member; nil where no comparison is left.
  private static func collapsing(_ group: [Int], _ dataset: PreferenceDataset) throws -> (
    dataset: PreferenceDataset, place: [Int?]
  )? {
    let inside = Set(group.dropFirst())
    var groupOf = [Int](repeating: 0, count: dataset.alternatives.count)
    var representatives: [Int] = []
    for i in groupOf.indices where !inside.contains(i) {
      groupOf[i] = representatives.count
      representatives.append(i)
    }
    for i in inside { groupOf[i] = groupOf[group[0]] }
    let groups = DuplicateGroups(groupOf: groupOf, representatives: representatives)
    guard let merged = try? MergedDuplicates(dataset, groups: groups) else { return nil }
    return (merged.dataset, groupOf.indices.map { inside.contains($0) ? nil : groupOf[$0] })
  }

  /// The dataset without some alternatives; nil where no comparison is left.
  private static func removing(_ inside: Set<Int>, _ dataset: PreferenceDataset) throws -> (
    dataset: PreferenceDataset, place: [Int?]
  )? {
    let kept = dataset.alternatives.indices.filter { !inside.contains($0) }
    guard kept.count >= 2 else { return nil }
    var place = [Int?](repeating: nil, count: dataset.alternatives.count)
    for (new, old) in kept.enumerated() { place[old] = new }
    var comparisons = ComparisonAccumulator()
    for c in dataset.comparisons {
      guard let a = place[Int(c.a)], let b = place[Int(c.b)] else { continue }
      try comparisons.add(
        Comparison(
          a: Int32(a), b: Int32(b), outcome: c.outcome, count: c.count, annotator: c.annotator,
          prompt: c.prompt))
    }
    guard !comparisons.comparisons.isEmpty else { return nil }
    let result = try PreferenceDataset(
      alternatives: kept.map { dataset.alternatives[$0] }, contexts: dataset.contexts?.selecting(rows: kept),
      annotators: dataset.annotators, prompts: dataset.prompts, comparisons: comparisons)
    return (result, place)
  }

  /// Compares rewards by component, since only differences within one mean anything.
  static func shift(_ before: [Double], _ after: [Double], _ place: [Int?], _ components: Components) -> Shift
  {
    var members = [[Int]](repeating: [], count: components.count)
    for i in before.indices where place[i] != nil { members[components.of[i]].append(i) }
    var (largest, changes, flips) = (0.0, 0, 0)
    for group in members where group.count > 1 {
      let new = group.map { place[$0].map { after[$0] } ?? 0 }
      let old = group.map { before[$0] }
      // The common level of a component is the regulariser's choice, not the data's.
      let offset = zip(new, old).reduce(0) { $0 + $1.0 - $1.1 } / Double(group.count)
      for (x, y) in zip(new, old) { largest = max(largest, abs(x - y - offset)) }
      let order = group.indices.sorted { (old[$1], $0) < (old[$0], $1) }
      if let best = order.first, let now = group.indices.max(by: { (new[$0], $1) < (new[$1], $0) }),
        best != now,
        new[now] > new[best]
      {
        flips += 1
      }
      let top = order.prefix(10)
      for (x, i) in top.enumerated() {
        for j in top.dropFirst(x + 1) where new[i] < new[j] { changes += 1 }
      }
    }
    return Shift(largest: largest, rankChanges: changes, winnerFlips: flips)
  }

  /// Resamples prompts, or comparisons where there are none, and refits from the estimate.
  private static func spread(
    _ dataset: PreferenceDataset, _ fit: SchemeFit, lambda: Double, _ settings: Settings
  ) throws -> Spread {
    let m = dataset.alternatives.count
    let (groups, unit) = HeldOutSplit.groups(of: dataset)
    // Within a prompt of its own an alternative has all its comparisons: resampling prompts would drop it whole. Then
    // comparisons are resampled.
    let spansPrompts = unit == .prompt && Self.alternativesSpanPrompts(dataset, groups)
    let clusters = spansPrompts ? groups : Array(dataset.comparisons.indices)
    let count = (clusters.max() ?? 0) + 1
    var draws = [[Double]](repeating: [], count: m)
    for number in 0..<settings.bootstraps {
      var random = RandomStream(seed: settings.seed &+ UInt64(number), stream: 0xB007)
      var times = [Double](repeating: 0, count: count)
      for _ in 0..<count { times[min(Int(random.uniform() * Double(count)), count - 1)] += 1 }
      let resampled = zip(dataset.comparisons, clusters).compactMap { c, cluster in
        times[cluster] == 0
          ? nil
          : Comparison(
            a: c.a, b: c.b, outcome: c.outcome, count: c.count * times[cluster], annotator: c.annotator,
            prompt: c.prompt)
      }
      guard !resampled.isEmpty else { continue }
      let graph = WinRates(alternatives: m, comparisons: resampled)
      let again = try SchemeFit(
        fit.scheme, fit.weights, graph, lambda: lambda, threads: settings.threads, start: fit.rewards)
      for i in 0..<m { draws[i].append(again.rewards[i]) }
    }
    let widths = draws.map { values -> Double in
      guard values.count > 3 else { return .nan }
      let sorted = values.sorted()
      let tail = Int(0.025 * Double(sorted.count))
      return (sorted[sorted.count - 1 - tail] - sorted[tail]) / 2
    }
    let problem = try BradleyTerry(winRates: dataset.winRates, weights: fit.weights.values, lambda: lambda)
    let errors =
      RewardErrors(
        annotatorsOf: dataset.comparisons, estimate: fit.estimate, of: problem, seed: settings.seed,
        threads: settings.threads)
      ?? RewardErrors(independent: fit.estimate, of: problem, seed: settings.seed, threads: settings.threads)
    return Spread(bootstrap: widths, errors: errors.values)
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

  /// Predictions of what three splits hold out: by the rewards themselves where alternatives recur, by a linear reward on
  /// the contexts where they do not.
  private static func heldOut(
    _ dataset: PreferenceDataset, _ fits: [SchemeFit], lambda: Double, _ settings: Settings
  ) throws -> ([PredictionQuality], String, String) {
    var predictions = fits.map { _ in (comparisons: [Comparison](), rewards: [Double](), groups: [Int]()) }
    var usesModel = false
    var unit = HeldOutSplit.Unit.pair
    for split in 0..<3 {
      guard let parts = HeldOutSplit(dataset, share: 0.2, seed: settings.seed &+ UInt64(split)) else {
        return ([], "", "")
      }
      unit = parts.unit
      let graph = parts.training.winRates
      let known = parts.heldOut.comparisons.count {
        graph.comparisons(of: Int($0.a)) > 0 && graph.comparisons(of: Int($0.b)) > 0
      }
      usesModel = Double(known) < 0.9 * Double(parts.heldOut.comparisons.count)
      let groups = HeldOutSplit.groups(of: parts.heldOut).groups
      for (place, fit) in fits.enumerated() {
        let rewards: [Double]
        if usesModel, let contexts = dataset.contexts {
          var training = RewardTraining()
          training.hidden = []
          training.runs = 1
          training.steps = 300
          training.learningRate = 0.01
          training.lambda = 0.01
          training.seed = settings.seed
          training.threads = settings.threads
          rewards = try training.train(parts.training, weights: fit.weights.values).scores(of: contexts).mean
        } else {
          rewards = try SchemeFit(
            fit.scheme, fit.weights, graph, lambda: lambda, threads: settings.threads, start: fit.rewards
          ).rewards
        }
        // Splits are laid side by side: alternatives of each have numbers of their own.
        let offset = predictions[place].rewards.count
        let groupOffset = (predictions[place].groups.max() ?? -1) + 1
        predictions[place].rewards += rewards
        predictions[place].groups += groups.map { $0 + groupOffset }
        predictions[place].comparisons += parts.heldOut.comparisons.map {
          Comparison(a: Int($0.a) + offset, b: Int($0.b) + offset, outcome: $0.outcome, count: $0.count)
        }
      }
    }
    let result = predictions.map {
      PredictionQuality(of: $0.comparisons, rewards: $0.rewards, groups: $0.groups)
    }
    return (result, unit.rawValue, usesModel ? "a linear reward on the contexts" : "the rewards themselves")
  }
}
