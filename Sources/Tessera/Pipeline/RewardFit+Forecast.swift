extension RewardFit {
  /// What `run` will do with data, and what it will cost.
  public struct Forecast: Sendable, Equatable {
    public let choice: Choice
    /// How cells are measured; nil for weights that are no cells.
    public let cells: CellForecast?
    /// Parts that are held out in turn to choose lambda; nil where it is given, or there is too little.
    public let folds: Int?
    /// Whether annotators' comparisons are kept together in the errors.
    public let hasAnnotators: Bool
    public let errors: StandardErrors.Computation
    /// Of the weights, by the number of comparisons; nil where equal weights are all there is, and where they are measured within the
    /// estimates: profiles, pairs in a space of their own, cells within prompts.
    public let weighing: CostTrial?
    /// Of all else, by the number of comparisons.
    public let estimating: CostTrial
  }

  /// Decides as `run` does, and does parts of the work to tell what the whole will cost.
  ///
  /// - Throws: as `run`.
  /// - Complexity: about a second, or `run` itself where that is less.
  public func forecast(_ data: PreferenceDataset, aids: Aids = Aids(), work: Work = Work()) throws -> Forecast
  {
    try check(data, aids, nil)
    let choice = choice(for: data, families: aids.families)
    // A part has fewer answers and comparisons, and must do what the whole does.
    var own = settings
    if choice.weights != .uniform { own.weights = .scheme(choice.weights) }
    own.pairs = PairChoice(choice.pairs)
    var cells: CellForecast?
    if choice.weights == .voronoi, !settings.pairSpace, let contexts = data.contexts {
      let found = try CellForecast(settings, contexts, aids, self, work)
      // Few answers have exact cells where many have not.
      if found.method == .sampled { own.method = .sampled }
      cells = found
    }
    let isApart =
      choice.weights != .uniform && !own.profiles && !own.pairSpace && !own.perPrompt && scheme == nil
    let parts = DatasetParts(data)
    // Weights of many comparisons grow faster than estimates: each has a growth of its own.
    let weighing =
      try isApart
      ? parts.weighing(aids, powers: choice.weights.growth) { some, few in
        let fit = RewardFit(own)
        return {
          let (known, _) = try fit.prepared(some, few, work.silent)
          _ = try fit.measure(known, choice, few, nil, work.silent)
        }
      } : nil
    let rest = RewardFit(own, scheme: isApart ? AsMany() : scheme)
    // Weights that are measured within the estimates can grow as they do.
    let isPlain =
      isApart || choice.weights == .uniform && scheme == nil && !own.mergeDuplicates
    let estimating = try parts.estimating(aids, powers: isPlain ? 1...1.2 : 1...2, budget: 0.6) { some, few in
      { _ = try rest.run(some, aids: few, work: work.silent) }
    }
    let named = Set(data.comparisons.lazy.map(\.annotator).filter { $0 >= 0 })
    return Forecast(
      choice: choice, cells: cells, folds: folds(of: data, work: work.silent)?.count,
      hasAnnotators: named.count > 1,
      errors: (named.count > 1
        ? named.count <= StandardErrors.annotatorLimit
        : data.alternatives.count <= StandardErrors.denseLimit) ? .exact : .simulated,
      weighing: weighing, estimating: estimating)
  }
}

extension SchemeSpecification {
  /// How fast the time of weighing grows with comparisons, or with alternatives.
  fileprivate var growth: ClosedRange<Double> {
    switch self {
    case .voronoi, .kMeans, .families, .uniform: 0.9...1.3
    case .local: 1.7...2.0
    case .linkage, .horizon, .meta, .topics, .radiusGraph, .density, .removeDuplicates: 1.6...2.1
    }
  }
}

/// Weights that cost nothing, beside which there is a second estimate.
private struct AsMany: WeightScheme {
  let name = "equal"

  func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    .uniform(alternatives: contexts.count)
  }
}

extension DatasetParts {
  /// What the work of weighing costs by the number of comparisons: parts keep what lies near to what.
  fileprivate func weighing(
    _ aids: RewardFit.Aids, powers: ClosedRange<Double>,
    _ prepare: (_ some: PreferenceDataset, _ aids: RewardFit.Aids) -> () throws -> Void
  ) throws -> CostTrial {
    let n = dataset.comparisons.count
    return try CostTrial(of: n, from: min(n, 256), powers: powers) { size in
      let (some, places) = try part(comparisons: size)
      return prepare(some, aids.of(places))
    }
  }

  /// What estimates cost by the number of comparisons: parts are compared as often as the whole, with as many alternatives as make
  /// errors simulated where the whole has.
  package func estimating(
    _ aids: RewardFit.Aids, powers: ClosedRange<Double>, budget: Double = 0.4,
    _ prepare: (_ some: PreferenceDataset, _ aids: RewardFit.Aids) -> () throws -> Void
  ) throws -> CostTrial {
    let (n, m) = (dataset.comparisons.count, dataset.alternatives.count)
    let fewest = min(m, StandardErrors.denseLimit + 100)
    let isFolded = !isOfSmallGroups
    // So many that the fewest alternatives are compared as often as all, or eight times each where all are there.
    let least = max(n / max(m, 1) * fewest, min(n, 256))
    return try CostTrial(
      of: n, from: m == fewest ? min(least, max(4 * m, 256)) : least, powers: powers, budget: budget
    ) { size in
      let few = max(min(Int((Double(size) / Double(n) * Double(m)).rounded()), m), fewest)
      let (some, places) =
        try isFolded ? folded(comparisons: size, alternatives: few) : part(comparisons: size)
      return prepare(some, aids.of(places))
    }
  }
}

extension RewardFit.Aids {
  /// For some of the alternatives.
  fileprivate func of(_ places: [Int]) -> RewardFit.Aids {
    var few = self
    few.families = families.map { all in Partition(numbering: places.map { all.groupOf[$0] }) }
    return few
  }
}

/// How cells will be measured.
public struct CellForecast: Sendable, Equatable {
  /// Never `automatic`.
  public let method: VoronoiWeights.Method
  /// Which method, and why, in words.
  public let why: String
  /// Points that are drawn; nil for exact cells, and where they are drawn until a target error is reached.
  public let samples: Int?

  /// - Parameter contexts: As the space sees them.
  /// - Throws: `SpaceError`, `WeightsError`.
  init(_ sampling: Sampling, _ contexts: Contexts, _ work: Work) throws {
    let space = try sampling.space.space(around: contexts, pool: sampling.pool, work: work.silent)
    let distinct = contexts.duplicates(work: work.silent).count
    let (box, why) = try VoronoiWeights.exactBox(space, alternatives: distinct, sampling.method)
    let wanted = space.pointCount ?? (sampling.target == nil ? sampling.samples : nil)
    let plan = SamplingPlan(
      alternatives: distinct, dimension: space.dimension, samples: wanted ?? .max,
      isReflectionSymmetric: space.isReflectionSymmetric)
    method = box == nil ? .sampled : .exact
    self.why = box == nil ? "\(why); \(plan)" : why
    samples = box == nil ? wanted : nil
  }

  fileprivate init(
    _ settings: RewardFit.Settings, _ contexts: Contexts, _ aids: RewardFit.Aids, _ fit: RewardFit,
    _ work: Work
  ) throws {
    let transform = try fit.transform(of: contexts, aids, work.silent)
    let pool = try aids.pool.map { try transform?.apply(to: $0) ?? $0 }
    try self.init(settings.sampling(pool: pool), transform?.apply(to: contexts) ?? contexts, work)
  }
}

/// What weighing will do with contexts, and what it will cost.
public struct WeightForecast: Sendable, Equatable {
  /// How cells are measured; nil for weights that are no cells.
  public let cells: CellForecast?
  /// By samples where cells are sampled, by alternatives elsewhere.
  public let trial: CostTrial

  /// - Parameters:
  ///   - specification: A scheme that looks at contexts alone.
  ///   - sampling: As the scheme is to use it.
  ///   - contexts: m x d, as the space sees them.
  /// - Throws: as the scheme.
  /// - Complexity: about a second, or the work itself where that is less.
  public init(
    _ specification: SchemeSpecification, _ sampling: Sampling, _ contexts: Contexts, work: Work = Work()
  ) throws {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    let scheme = specification.scheme(sampling)
    guard let voronoi = scheme as? Voronoi else {
      cells = nil
      trial = try Self.byRows(contexts, specification.growth) { part in
        { _ = try scheme.weights(of: part, work: work.silent) }
      }
      return
    }
    let cells = try CellForecast(voronoi.sampling, contexts, work)
    self.cells = cells
    var part = voronoi
    if cells.method == .sampled { part.sampling.method = .sampled }
    guard cells.method == .sampled else {
      trial = try Self.byRows(contexts, specification.growth) { [part] some in
        { _ = try part.weights(of: some, work: work.silent) }
      }
      return
    }
    // A pool has its points, whatever is asked for: all are gone through, or as many as are wanted.
    let isPool = if case .pool = voronoi.sampling.space { true } else { false }
    guard !isPool else {
      trial = try CostTrial(of: 1, from: 1, powers: 1...1) { [part] _ in
        { _ = try part.weights(of: contexts, work: work.silent) }
      }
      return
    }
    part.sampling.target = nil
    let least = 2 * 64 * SamplingPlan.leastGroups
    func sampled(_ samples: Int) throws -> CostTrial {
      try CostTrial(of: samples, from: min(samples, least), powers: 1...1) { [part] size in
        var part = part
        part.sampling.samples = size
        return { [part] in _ = try part.weights(of: contexts, work: work.silent) }
      }
    }
    guard let target = voronoi.sampling.target else {
      trial = try sampled(cells.samples ?? voronoi.sampling.samples)
      return
    }
    // The error falls with the square root of the samples.
    part.sampling.samples = 4 * least
    let first = try part.weights(of: contexts, work: work.silent)
    let ratio = target.error(of: first.values, first.standardErrors) / target.value
    let wanted = Double(4 * least) * ratio * ratio
    trial = try sampled(Int(min(max(wanted, 1), Double(VoronoiWeights.sampleLimit))))
  }

  private static func byRows(
    _ contexts: Contexts, _ powers: ClosedRange<Double>, _ prepare: (Contexts) -> () throws -> Void
  ) throws -> CostTrial {
    let m = contexts.count
    var order = Array(0..<m)
    var random = RandomStream(seed: 0, for: .trialRows)
    order.shuffle(using: &random)
    return try CostTrial(of: m, from: min(m, 256), powers: powers) { size in
      prepare(size == m ? contexts : contexts.selecting(rows: order.prefix(size).sorted()))
    }
  }
}
