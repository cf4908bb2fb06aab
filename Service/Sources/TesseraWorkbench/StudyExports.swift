import Tessera
import TesseraFormats
import TesseraReports

extension LiveStudy {
  /// Weights under a question, as `tessera weights` writes them.
  ///
  /// - Throws: as `answer`.
  public func weights(_ question: Question, work: Work = Work()) throws -> WeightsDocument {
    let weighted = try answer(question, work: work).weighted
    // Where comparisons are weighed, an answer has its share of them.
    let own = weighted.weights
    let weights = AlternativeWeights(
      values: weighted.pairs.weights, standardErrors: own.standardErrors, provenance: own.provenance)
    return WeightsDocument(
      ids: data.alternatives.map(\.id), weights,
      advice: WeightAdviceWords.commandLine.sentences(weights.advice))
  }

  /// What to do with every answer, as `tessera duplicates --all` writes it.
  ///
  /// - Throws: `WorkbenchProblem.notNow` where nothing but comparisons is known; as `LocalComparisonWeights`.
  public func duplicates(all: Bool, work: Work = Work()) throws -> DuplicatesDocument {
    guard let groups, let decisions, let geometry, let contexts = data.contexts else {
      throw WorkbenchProblem.notNow(
        "records of wins tell no copies: give alternatives with texts or contexts, and near-duplicates are found"
      )
    }
    var shares: [Double]?
    if case .local(let local)? = try geometry.local(contexts, data.pairCounts, resolution: nil, work: work)
      .comparisons
    {
      shares = try PairWeights(local, data.pairCounts, groups: geometry.copies).weights
    }
    return DuplicatesDocument(
      groups, decisions, contexts.answers, data.alternatives, counts: data.pairCounts,
      comparisonWeights: shares,
      all: all)
  }

  /// The audit's page: an audit of its own, which takes much longer than an answer.
  ///
  /// - Throws: as `CloneAudit`.
  public func page(title: String, work: Work = Work()) throws -> String {
    let plan = try AuditPlan(AuditRequest(), of: isOfRecords ? bare : data, work: work.silent)
    let files = try plan.report(title: title, work: work).files()
    guard let page = files.first(where: { $0.name == "index.html" }) else {
      throw WorkbenchProblem.notNow("the audit made no page")
    }
    return page.text
  }

  /// The comparisons without profiles: an audit makes its own.
  private var bare: PreferenceDataset {
    get throws {
      try PreferenceDataset(
        alternatives: data.alternatives, annotators: data.annotators, prompts: data.prompts,
        comparisons: ComparisonTable(data.comparisons))
    }
  }
}

/// Rows of documents as CSV.
enum CSV {
  /// RFC 4180.
  static func field(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { [",", "\"", "\n", "\r"].contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  static func text(_ weights: WeightsDocument) -> String {
    weights.alternatives.reduce("id,weight,weightStandardError\n") {
      $0 + "\(field($1.id)),\($1.weight),\($1.weightStandardError)\n"
    }
  }
}
