import Tessera
import TesseraFormats

/// An audit before its work: data with the contexts that it looks at, schemes and targets by what was asked for.
///
///     let plan = try AuditPlan(AuditRequest(), of: data)
///     let report = try plan.report(title: "votes.csv", work: work)
///     for file in try report.files() { ... }                     // the page, its figures, the document
///
/// The tool, C and Python all go this way.
public struct AuditPlan: Sendable {
  /// With contexts as the schemes see them.
  public let dataset: PreferenceDataset
  public let settings: CloneAudit.Settings
  /// What was done to the contexts; nil for nothing.
  public let transform: ContextTransform?
  /// How the contexts came about, in words.
  public let contexts: String
  /// Name of the family of each alternative; nil where none are declared.
  public let families: [String?]?

  /// - Parameters:
  ///   - data: Where it has no contexts, profiles of win rates are taken for them.
  ///   - families: Declared families, which are compared with the standard estimate first, and marked; nil for none.
  ///   - aids: A pool, a stored transform, where the settings name them.
  /// - Throws: `ReportProblem`; `RewardFitError.noContexts` where there are none and too many alternatives for profiles; as
  ///   `RewardFit.run`.
  public init(
    _ request: AuditRequest, of data: PreferenceDataset, families: FamiliesFile? = nil,
    aids: RewardFit.Aids = RewardFit.Aids(), work: Work = Work()
  ) throws {
    try request.check()
    let fit = RewardFit(request.fit)
    if let contexts = data.contexts {
      transform = try fit.transform(of: contexts, aids, work)
      let prepared = try transform?.apply(to: contexts) ?? contexts
      dataset = try data.replacing(contexts: prepared)
      self.contexts =
        "Contexts: \(prepared.dimension - prepared.promptColumns) numbers for each alternative."
    } else {
      let limit = BehaviourWeights.mostAlternatives
      guard data.alternatives.count <= limit else {
        throw RewardFitError.noContexts(neededFor: "an audit of more than \(Spell.count(limit)) alternatives")
      }
      transform = nil
      let found = try BehaviourWeights(of: data, by: Horizon(), fit: fit, work: work)
      dataset = try data.replacing(contexts: found.contexts)
      contexts =
        "Contexts from behaviour: each alternative's win rates against the others, drawn towards the fitted ones where there are few comparisons. They come from the same comparisons as the rewards."
    }
    // What is done to contexts is done to a pool as well.
    let transform = transform
    let pool = try aids.pool.map { try transform?.apply(to: $0) ?? $0 }
    let sampling = try request.fit.sampling(pool: pool)
    var settings = CloneAudit.Settings()
    self.families = families?.namesOfAlternatives
    settings.schemes = try request.specifications(withFamilies: families != nil).map { specification in
      guard specification == .families else { return specification.scheme(sampling) }
      guard let declared = families?.families else {
        throw ReportProblem.setting(
          "schemes", "names families; expected declared ones, which tell who is of which")
      }
      return Families(declared, of: data.alternatives.map(\.id))
    }
    settings.fit = request.fit
    settings.threshold = request.duplicatesWithin
    settings.bootstraps = request.bootstraps
    settings.looksForTopics = data.contexts != nil
    settings.targets = try request.targets(in: data)
    self.settings = settings
  }

  /// The work: fits under every scheme, near-duplicates, simulated clones, what is held out.
  ///
  /// - Parameter title: How the data are named; empty for data without a name.
  /// - Throws: as `CloneAudit`.
  public func report(title: String = "", work: Work = Work()) throws -> AuditReport {
    AuditReport(
      try CloneAudit(dataset, settings: settings, work: work), title: title, contexts: contexts,
      families: families)
  }
}

extension AuditRequest {
  /// What an audit of data will cost, by parts of its comparisons. Declared families are left out.
  ///
  /// - Throws: as `AuditPlan` and its report.
  /// - Complexity: some seconds, or the audit itself where that is less.
  public func forecast(
    _ data: PreferenceDataset, aids: RewardFit.Aids = RewardFit.Aids(), work: Work = Work()
  ) throws -> CostTrial {
    var request = self
    _ = try targets(in: data)
    // Those who are cloned may not be in a part; as many others are.
    request.clone = []
    return try DatasetParts(data).estimating(aids, powers: 1...1.8, budget: 1) { [request] some, aids in
      { _ = try AuditPlan(request, of: some, aids: aids, work: work.silent).report(work: work.silent) }
    }
  }
}
