import Tessera

/// Copies of an answer that are not there, and who wins with them.
public struct ClonedStudy: Sendable {
  /// What is added.
  public struct Clones: Sendable, Equatable {
    /// The answer's place.
    public var original: Int
    public var count: Int
    /// Of each copy from the original, as a share of the median distance of nearest neighbours; 0 for exact copies.
    public var distance: Double
    /// What each copy has of the original's comparisons.
    public var record: CloneInjection.Record

    public init(of original: Int, count: Int, distance: Double = 0, record: CloneInjection.Record = .whole) {
      (self.original, self.count, self.distance, self.record) = (original, count, distance, record)
    }
  }

  public let clones: Clones
  /// Without them.
  public let before: StudyAnswer
  /// Both estimates with them: the study's answers first, then the copies.
  public let standard: WeightedEstimate
  public let weighted: WeightedEstimate
  public let winners: Winners
  public let components: Components
  /// Ids of the answers, then of the copies.
  public let ids: [String]
}

extension LiveStudy {
  /// - Throws: `WorkbenchProblem`; as `CloneInjection` and `RewardFit.estimate`.
  /// - Complexity: O(m d + pairs) for exact copies; O(copies x m d) more for near ones, and for local weights the distances of
  ///   their comparisons from all others.
  public func adding(_ clones: ClonedStudy.Clones, _ question: Question, work: Work = Work()) throws
    -> ClonedStudy
  {
    guard let geometry, let contexts = data.contexts else {
      throw WorkbenchProblem.notNow(
        "nothing is known of where the answers lie, so that no copy can be placed")
    }
    let before = try answer(question, work: work)
    let median = groups?.median ?? geometry.horizon
    let injected = try CloneInjection(
      into: data, of: clones.original, count: clones.count, distance: clones.distance * median,
      record: clones.record)
    let more = injected.dataset
    func started(_ rewards: [Double]) -> [Double] {
      rewards + Array(repeating: rewards[clones.original], count: clones.count)
    }
    let (plain, own) = lambdas(question)
    let standard = try fit(question, lambda: plain).estimate(
      more, by: Uniform(), lambda: plain, start: started(before.standard.rewards), work: work.silent)
    let measured = try measure(question, before, clones, more, geometry, contexts, work)
    let weighted = try measured.map {
      try fit(question, lambda: own).estimate(
        more, by: Named(question.scheme.rawValue), measured: $0, lambda: own,
        start: started(before.weighted.rewards),
        work: work.silent)
    }
    let components = Components(more.pairCounts)
    return ClonedStudy(
      clones: clones, before: before, standard: standard, weighted: weighted ?? standard,
      winners: Winners(components, standard.fit.known, (weighted ?? standard).fit.known),
      components: components,
      ids: more.alternatives.map(\.id))
  }

  /// What the scheme says of the data with copies; nil for equal weights.
  private func measure(
    _ question: Question, _ before: StudyAnswer, _ clones: ClonedStudy.Clones, _ more: PreferenceDataset,
    _ geometry: Geometry, _ contexts: Contexts, _ work: Work
  ) throws -> MeasuredWeights? {
    guard let all = more.contexts else { return nil }
    switch question.scheme {
    case .uniform: return nil
    // Nobody declares the family of a copy: each is one of its own.
    case .families: return try Families(families).measure(more, work: work)
    case .local:
      return try geometry.local(all, more.pairCounts, resolution: before.resolution, work: work)
    case .voronoi:
      guard clones.distance == 0 else {
        return try Voronoi(RewardFit.Settings().sampling()).measure(more, work: work)
      }
      // Exact copies divide the cell that one of them has.
      var values = before.weighted.weights.values
      let share = values[clones.original] / Double(clones.count + 1)
      values[clones.original] = share
      values += Array(repeating: share, count: clones.count)
      return MeasuredWeights(
        AlternativeWeights(values: values, provenance: before.weighted.weights.provenance),
        groups: all.duplicates(work: work.silent))
    case .horizon, .linkage, .removeDuplicates:
      return try geometry.weights(
        grown(geometry.tree, clones, all), question.scheme, resolution: before.resolution,
        copies: all.duplicates(work: work.silent))
    }
  }

  /// The tree with the copies: the shortest one of its own edges and those that lead to a copy. No other edge can be in it, since
  /// a circle's longest edge never is.
  private func grown(_ tree: SpanningTree, _ clones: ClonedStudy.Clones, _ all: Contexts) -> SpanningTree {
    let (m, n) = (tree.count, clones.count)
    guard clones.distance > 0 else {
      let joins = (0..<n).map { SpanningTree.Edge(a: clones.original, b: m + $0, length: 0) }
      return SpanningTree(count: m + n, edges: tree.edges + joins)
    }
    var edges = tree.edges
    let copies = (m..<m + n).map { all.row($0) }
    for i in 0..<m + n {
      let row = all.row(i)
      for (number, copy) in copies.enumerated() where i < m + number {
        let square = zip(row, copy).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        edges.append(SpanningTree.Edge(a: i, b: m + number, length: square.squareRoot()))
      }
    }
    edges.sort { ($0.length, $0.a, $0.b) < ($1.length, $1.a, $1.b) }
    var parts = Parts(count: m + n)
    return SpanningTree(count: m + n, edges: edges.filter { parts.join($0.a, $0.b) })
  }
}

/// Sets that join.
private struct Parts {
  private var parent: [Int]

  init(count: Int) { parent = Array(0..<count) }

  private mutating func root(_ i: Int) -> Int {
    var i = i
    while parent[i] != i {
      parent[i] = parent[parent[i]]
      i = parent[i]
    }
    return i
  }

  /// - Returns: Whether they were apart.
  mutating func join(_ a: Int, _ b: Int) -> Bool {
    let (a, b) = (root(a), root(b))
    guard a != b else { return false }
    parent[max(a, b)] = min(a, b)
    return true
  }
}
