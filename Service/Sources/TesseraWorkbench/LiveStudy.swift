import Synchronization
import Tessera

/// Comparisons that can be fitted again while somebody watches: what takes long is worked out once.
///
///     let study = try LiveStudy(dataset, contexts: "3 numbers for each answer")
///     let answer = try study.answer(Question(.local, resolution: 0.2, lambda: 0.1))
///
/// Distances are looked at when the study is made: the tree in which answers join, and the forest in which comparisons do. A
/// resolution is then a cut of them, and a fit starts from the rewards of the one before.
public final class LiveStudy: Sendable {
  /// With contexts as the weights see them; profiles of win rates where nothing else is known.
  public let data: PreferenceDataset
  /// What `tessera fit` gives for the same files.
  public let result: RewardFit.Result
  /// How the contexts came about, in words.
  public let contexts: String
  /// Whether contexts are records of wins.
  var isOfRecords: Bool { result.settings.profiles }
  /// The verdict on the fit; nil where there is no weighted estimate.
  let verdict: CloneVerdict?
  /// Groups of near-duplicate answers; nil where nothing but comparisons is known of them.
  let groups: DuplicateGroups?
  let decisions: DuplicateDecisions?
  /// nil without contexts, which too many alternatives of which nothing is known have not.
  let geometry: Geometry?

  /// What distances say, asked once.
  struct Geometry: Sendable {
    let tree: SpanningTree
    /// Exact copies.
    let copies: Partition
    /// h, and distance of near-duplicates.
    let scale: Double
    let near: Double
    let horizon: Double
    /// Local weights of the largest resolution: their forest holds those of all others.
    let wide: LocalComparisonWeights
  }

  private struct Memory {
    var families: Partition?
    var voronoi: MeasuredWeights?
    /// Weights of the last answer: another lambda has the same.
    var last: (scheme: Question.Scheme, resolution: Double?, weights: MeasuredWeights)?
    /// Rewards of the last answers, to start from.
    var standard: WeightedEstimate?
    var weighted: [Question.Scheme: [Double]] = [:]
  }

  private let memory = Mutex(Memory())

  /// - Parameter contexts: How the contexts came about, in words.
  /// - Throws: as `RewardFit.run`, `CloneVerdict` and `DuplicateGroups`; `Cancelled`.
  /// - Complexity: a fit with its verdict, and O(m^2 d) for the tree.
  public init(_ dataset: PreferenceDataset, contexts: String, work: Work = Work()) throws {
    var settings = RewardFit.Settings()
    settings.profiles =
      dataset.contexts == nil && dataset.alternatives.count <= BehaviourWeights.mostAlternatives
    result = try RewardFit(settings).run(dataset, work: work.part(0...0.3, "fitting"))
    data = result.dataset
    self.contexts =
      settings.profiles ? "profiles of win rates, since nothing else is known of the answers" : contexts
    verdict = try CloneVerdict(result, holdsOut: true, work: work.part(0.3...0.6, "verdict"))
    guard let known = data.contexts else {
      (groups, decisions, geometry) = (nil, nil, nil)
      return
    }
    work.report(0.6, "near-duplicates")
    let answers = known.answers
    let found = try DuplicateGroups(
      answers, ids: data.alternatives.map(\.id), prompts: NearDuplicateFrequency.prompts(of: data),
      work: work.silent)
    if settings.profiles {
      (groups, decisions) = (nil, nil)
    } else {
      groups = found
      decisions = try DuplicateDecisions(
        found, answers, data.alternatives, counts: data.pairCounts, work: work.silent)
    }
    work.report(0.7, "distances")
    let tree = try SpanningTree(known, work: work.silent)
    var own: LocalComparisonWeights?
    if case .local(let local)? = result.fittedWeights.comparisons { own = local }
    let scale = try own?.scale ?? known.localScale(work: work.silent)
    work.report(0.8, "distances of comparisons")
    geometry = Geometry(
      tree: tree, copies: known.duplicates(work: work.silent), scale: scale, near: found.distance,
      horizon: try LinkageWeights.horizon(of: tree),
      wide: try LocalComparisonWeights(
        contexts: known, counts: data.pairCounts,
        scale: Resolutions.wide(pairs: data.pairCounts.pairCount, scale: scale), work: work.silent))
    work.report(1)
  }

  // MARK: Families

  /// Families that were declared, one for each answer; nil for none.
  public var families: Partition? { memory.withLock { $0.families } }

  public func declare(_ families: Partition?) {
    memory.withLock { memory in
      memory.families = families
      memory.weighted[.families] = nil
    }
  }

  // MARK: Schemes

  /// Beyond so many products of numbers cells are not sampled while somebody waits: some five seconds on two cores.
  private static let mostProducts = 1.2e11

  /// What can be asked here, the scheme of the fit first.
  public var schemes: [Question.Scheme] {
    let all = Question.Scheme.allCases.filter { scheme in
      switch scheme {
      case .uniform: return true
      case .families: return families != nil
      case .voronoi:
        guard let contexts = data.contexts else { return false }
        let products =
          Double(contexts.count) * Double(contexts.dimension) * Double(RewardFit.Settings().samples)
        return standard.scheme == .voronoi || products <= Self.mostProducts
      default: return geometry != nil
      }
    }
    return [standard.scheme] + all.filter { $0 != standard.scheme }
  }

  /// What the fit was asked.
  public var standard: Question { Question(Question.Scheme(result.choice.weights) ?? .uniform) }

  /// nil for a scheme without one.
  func resolutions(_ scheme: Question.Scheme) -> Resolutions? {
    geometry.flatMap {
      Resolutions(
        scheme, scale: $0.scale, wide: $0.wide.scale, horizon: $0.horizon, near: $0.near)
    }
  }

  /// The resolution of a question, its own or the scheme's; nil where the scheme has none.
  ///
  /// - Throws: `WorkbenchProblem.setting`.
  func resolution(_ question: Question) throws(WorkbenchProblem) -> Double? {
    try question.check()
    guard schemes.contains(question.scheme) else {
      throw .setting(
        name: "scheme", found: question.scheme.rawValue,
        expected: "one of \(schemes.map(\.rawValue).joined(separator: ", "))")
    }
    guard let known = resolutions(question.scheme) else { return nil }
    guard let asked = question.resolution else { return known.standard }
    // What a page rounds is no other resolution.
    let slack = 1e-6 * known.range.upperBound
    guard asked >= known.range.lowerBound - slack, asked <= known.range.upperBound + slack else {
      throw .setting(
        name: "resolution", found: "\(asked)",
        expected: "\(known.range.lowerBound) to \(known.range.upperBound) for \(question.scheme.rawValue)")
    }
    return min(max(asked, known.range.lowerBound), known.range.upperBound)
  }

  // MARK: Weights

  /// What a scheme says of the data; nil for equal weights.
  func measure(_ question: Question, resolution: Double?, work: Work) throws -> MeasuredWeights? {
    // Families change under a question that is under way, and cost nothing.
    if question.scheme == .families { return try Families(families).measure(data, work: work) }
    let known = memory.withLock { $0.last }
    if let known, known.scheme == question.scheme, known.resolution == resolution { return known.weights }
    guard let found = try measureAnew(question, resolution: resolution, work: work) else { return nil }
    memory.withLock { $0.last = (question.scheme, resolution, found) }
    return found
  }

  private func measureAnew(
    _ question: Question, resolution: Double?, work: Work
  ) throws -> MeasuredWeights? {
    guard question.scheme != .uniform, let geometry, let contexts = data.contexts else { return nil }
    if question.scheme == .voronoi { return try voronoi(work) }
    if question.scheme == .local {
      return try geometry.local(contexts, data.pairCounts, resolution: resolution, work: work)
    }
    return try geometry.weights(
      geometry.tree, question.scheme, resolution: resolution, copies: geometry.copies)
  }

  /// Cells do not follow a resolution: they are measured once.
  private func voronoi(_ work: Work) throws -> MeasuredWeights {
    if let known = memory.withLock({ $0.voronoi }) { return known }
    if standard.scheme == .voronoi { return result.fittedWeights }
    let measured = try Voronoi(RewardFit.Settings().sampling()).measure(data, work: work)
    memory.withLock { $0.voronoi = measured }
    return measured
  }

  // MARK: Fits

  /// The settings of a question: what the data decide was decided by the fit, and stays.
  func fit(_ question: Question, lambda: Double) -> RewardFit {
    var settings = result.settings
    settings.profiles = false
    settings.weights = .scheme(.uniform)
    settings.pairs = PairChoice(result.choice.pairs)
    settings.lambda = .value(lambda)
    return RewardFit(settings)
  }

  /// The strengths of both estimates.
  func lambdas(_ question: Question) -> (standard: Double, weighted: Double) {
    (question.lambda ?? result.standard.lambda, question.lambda ?? result.best.lambda)
  }

  /// The standard estimate, which no scheme changes.
  func standardEstimate(_ question: Question, work: Work) throws -> WeightedEstimate {
    let lambda = lambdas(question).standard
    let last = memory.withLock { $0.standard }
    if let last, last.lambda == lambda { return last }
    let found = try fit(question, lambda: lambda).estimate(
      data, by: Uniform(), lambda: lambda, start: last?.rewards ?? result.standard.fit.rewards,
      work: work.silent)
    memory.withLock { $0.standard = found }
    return found
  }

  func start(_ scheme: Question.Scheme) -> [Double] {
    memory.withLock { $0.weighted[scheme] } ?? result.best.fit.rewards
  }

  func remember(_ rewards: [Double], _ scheme: Question.Scheme) {
    memory.withLock { $0.weighted[scheme] = rewards }
  }
}
