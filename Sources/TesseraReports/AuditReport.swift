import Tessera
import TesseraFormats

/// A `CloneAudit` as a page for people. `AuditDocument` is the same for programs.
///
///     let report = AuditReport(audit, title: "votes.csv", contexts: "Contexts: 3 numbers for each alternative.")
///     report.sentences                                    // the answer
///     report.page.html(plotly: .contentDeliveryNetwork)   // with tables and figures
public struct AuditReport: Sendable {
  public let audit: CloneAudit
  /// How the data is named.
  public let title: String
  /// How the contexts came about, in words.
  public let contexts: String
  /// What the schemes are called, the standard estimate first.
  public let names: [String]
  /// The answer, what to do now, and what both rest on.
  public let verdict: [String]
  /// What else was found, in sentences.
  public let sentences: [String]

  /// - Parameter names: nil for `AuditDocument.names(of:)`.
  public init(_ audit: CloneAudit, title: String, contexts: String, names: [String]? = nil) {
    let names = names ?? AuditDocument.names(of: audit)
    self.audit = audit
    self.title = title
    self.contexts = contexts
    self.names = names
    verdict =
      CloneVerdictWords(
        audit.cloneVerdict, ids: audit.dataset.alternatives.map(\.label),
        weighted: names.dropFirst().first ?? "weighted"
      ).lines
    sentences = AuditSentences(audit.verdict, names: names).sentences
  }

  private var tables: AuditTables { AuditTables(audit: audit, names: names) }
  private var figures: AuditFigures { AuditFigures(audit: audit, names: names) }

  public var page: HTMLPage {
    let sections =
      [foundations, fragility, nearDuplicates, attacks, resolutions] + (predictions.map { [$0] } ?? [])
    return HTMLPage(
      title: "Do clones distort these rewards? \(title)", introduction: verdict + [data] + sentences,
      sections: sections
    )
  }

  private var data: String {
    let components = audit.components.count
    return
      "\(audit.dataset.alternatives.count) alternatives, \(printed("%.0f", audit.dataset.totalComparisons)) comparisons of \(audit.dataset.pairCounts.pairCount) pairs\(components > 1 ? " in \(components) components, within which rewards compare" : ""). \(contexts)"
  }

  private var foundations: HTMLPage.Section {
    // A search that stopped early is not passed off as a minimum.
    let stopped = zip(names, audit.estimates).compactMap { name, estimate -> HTMLPage.Block? in
      guard case .stopped(let why) = estimate.fit.outcome else { return nil }
      return .paragraph("\(name): the search stopped before the minimum; \(why).")
    }
    return HTMLPage.Section(
      title: "What the estimates rest on",
      blocks: [
        .paragraph(
          "Robustness has a price: the more uneven the weights, the fewer answers and comparisons decide. The effective numbers say how many equal ones would be as concentrated."
        ), .table(tables.foundations),
      ] + stopped + [.figure(figures.slopes)])
  }

  private var fragility: HTMLPage.Section {
    HTMLPage.Section(
      title: "How few votes decide who leads",
      blocks: [
        .paragraph(
          "Votes are left out, those first that hold the leader up most, until another alternative leads; the last ones one by one, with a new fit each. A cleverer choice could need fewer, so the numbers are upper limits. Weights stay as they are\(audit.components.count > 1 ? "; the leader is that of the largest component" : ""). A dash: nobody leads, or more than a tenth of the votes would have to go."
        ), .table(tables.fragilities),
      ])
  }

  private var nearDuplicates: HTMLPage.Section {
    let groups = audit.influences
    return HTMLPage.Section(
      title: "Near-duplicates that are there",
      blocks: [
        .paragraph(
          groups.isEmpty
            ? "No group was found at this distance. --duplicates-within sets another one."
            : "Groups in which every member has another within \(AuditSpelling.short(audit.nearDuplicates.threshold)): single linkage. The largest \(groups.count) are refitted, collapsed to their first member and removed; shifts are of the rewards of all others, within components and up to their common level."
        )
      ] + (groups.isEmpty ? [] : [.table(tables.influences), .table(tables.members)])
        + [.table(tables.frequency), .figure(figures.map)]
    )
  }

  private var attacks: HTMLPage.Section {
    HTMLPage.Section(
      title: "Clones that could come",
      blocks: [
        .paragraph(
          "Clones of the leading alternatives are added at a distance from their original, given as a share of the median distance of nearest neighbours (\(AuditSpelling.short(audit.nearDuplicates.medianDistance))), each with its original's record of comparisons. A scheme that is robust to clones stays near zero when the distance is small."
        ), .figure(figures.attacks), .table(tables.attacks),
      ])
  }

  private var resolutions: HTMLPage.Section {
    HTMLPage.Section(
      title: "At which distance are two answers the same?",
      blocks: [
        .paragraph(
          "Near-duplicates are a matter of resolution. Linkage weights count answers within a distance as one; the curve shows what is left as the distance grows, up to where everything is one group. Where it falls steeply, many answers join."
        ), .figure(figures.resolutions),
      ])
  }

  /// nil where nothing could be held out.
  private var predictions: HTMLPage.Section? {
    guard let heldOut = audit.heldOut else { return nil }
    let unit = heldOut.unit.rawValue
    let predictor = heldOut.usesModel ? "a linear reward on the contexts" : "the rewards themselves"
    return HTMLPage.Section(
      title: "What robustness costs in fit",
      blocks: [
        .paragraph(
          "The \(unit)s are divided into \(heldOut.curves.first?.folds ?? 0) folds, each of which is predicted from the others by \(predictor). ± is one standard error over \(unit)s. Every scheme has the strength of the regularisation that its own curve chooses, with losses weighted as the scheme weighs."
        ), .table(tables.predictions(heldOut)), .figure(figures.lambdaCurves(heldOut)),
      ])
  }
}
