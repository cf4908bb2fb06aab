import Tessera

/// Both estimates under one question.
public struct StudyAnswer: Sendable {
  public let question: Question
  /// Distance within which answers counted as the same; nil for a scheme without one.
  public let resolution: Double?
  public let standard: WeightedEstimate
  /// The standard one again under equal weights.
  public let weighted: WeightedEstimate
  /// Answers that hang together within the resolution count as one: so many are left; nil for a scheme without one.
  public let groups: Int?
  public let winners: Winners
}

/// Who leads, by each estimate, in every component: rewards compare only within one.
public struct Winners: Sendable, Equatable {
  public struct Component: Sendable, Equatable {
    public let standard: Int
    public let weighted: Int
    /// Whether the leader by the standard estimate is none by the weighted one.
    public let isOther: Bool
  }

  /// Of components in which two answers have rewards.
  public let components: [Int: Component]
  /// The one with most answers; nil where there is none.
  public let main: Int?

  public var changed: Int { components.values.count(where: \.isOther) }

  init(_ components: Components, _ standard: [Double?], _ weighted: [Double?]) {
    var members: [Int: [Int]] = [:]
    for (i, component) in components.of.enumerated() where standard[i] != nil && weighted[i] != nil {
      members[component, default: []].append(i)
    }
    var found: [Int: Component] = [:]
    var main: (component: Int, size: Int)?
    for (component, group) in members where group.count > 1 {
      let plain = group.map { standard[$0] ?? 0 }
      let own = group.map { weighted[$0] ?? 0 }
      let (first, second) = (Self.best(plain), Self.best(own))
      found[component] = Component(
        standard: group[first], weighted: group[second],
        isOther: !RewardEstimate.areTied(own[first], own[second]))
      if main.map({ (group.count, -component) > ($0.size, -$0.component) }) ?? true {
        main = (component, group.count)
      }
    }
    self.components = found
    self.main = main?.component
  }

  /// The largest; of tied ones the first.
  private static func best(_ values: [Double]) -> Int {
    let largest = values.max() ?? 0
    return values.firstIndex { RewardEstimate.areTied($0, largest) } ?? 0
  }
}

extension LiveStudy {
  /// Answers a question.
  ///
  /// - Throws: `WorkbenchProblem`; as `RewardFit.estimate`.
  /// - Complexity: O(m log m + pairs) for the weights, then two searches from the rewards of the answer before. A scheme that is
  ///   measured once takes its time once.
  public func answer(_ question: Question, work: Work = Work()) throws -> StudyAnswer {
    let resolution = try resolution(question)
    let standard = try standardEstimate(question, work: work)
    let weighted: WeightedEstimate
    if let measured = try measure(question, resolution: resolution, work: work) {
      let lambda = lambdas(question).weighted
      weighted = try fit(question, lambda: lambda).estimate(
        data, by: Named(question.scheme.rawValue), measured: measured, lambda: lambda,
        start: start(question.scheme),
        work: work.silent)
      remember(weighted.rewards, question.scheme)
    } else {
      weighted = standard
    }
    return StudyAnswer(
      question: question, resolution: resolution, standard: standard, weighted: weighted,
      groups: resolution.flatMap { resolution in geometry?.groups(within: resolution) },
      winners: Winners(result.components, standard.fit.known, weighted.fit.known))
  }
}

/// A scheme whose weights are at hand.
struct Named: WeightScheme {
  let name: String
  init(_ name: String) { self.name = name }

  func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    throw WorkbenchProblem.notNow("the weights \(name) were not measured")
  }
}
