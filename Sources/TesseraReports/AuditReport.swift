import Tessera
import TesseraFormats

/// A `CloneAudit` as a page for people. `AuditDocument` is the same for programs.
///
///     let report = AuditReport(audit, title: "votes.csv", contexts: "Contexts: 3 numbers for each alternative.")
///     report.verdict, report.sentences    // the answer, and what else was found
///     report.page.html(library)           // with tables and figures
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
  /// Name of the family of each alternative; nil where none are declared.
  public let families: [String?]?
  /// What made the report, as far as its caller says it.
  public var origin = PageOrigin()

  /// - Parameter names: nil for `AuditDocument.names(of:)`.
  public init(
    _ audit: CloneAudit, title: String, contexts: String, names: [String]? = nil, families: [String?]? = nil
  ) {
    let names = names ?? AuditDocument.names(of: audit)
    self.audit = audit
    self.title = title
    self.contexts = contexts
    self.names = names
    self.families = families
    verdict = Self.words(audit, names).lines
    sentences = AuditSentences(audit.verdict, names: names).sentences
  }

  private static func words(_ audit: CloneAudit, _ names: [String]) -> CloneVerdictWords {
    CloneVerdictWords(
      audit.cloneVerdict, ids: audit.dataset.alternatives.map(\.label),
      weighted: names.dropFirst().first ?? "weighted")
  }

  private var tables: AuditTables { AuditTables(audit: audit, names: names, families: families) }
  private var figures: AuditFigures { AuditFigures(audit: audit, names: names, families: families) }

  public var page: HTMLPage {
    let figure = figures.shifts ?? figures.attacks
    var page = HTMLPage(
      title: title.isEmpty ? CloneVerdictWords.question : "\(CloneVerdictWords.question) \(title)",
      headline: AuditHeadline(
        audit: audit, names: names, words: Self.words(audit, names), figure: figure
      ).headline,
      introduction: Array(verdict.dropFirst(2)) + [data],
      sections: [duplicates, effects, attacks, cost, dependence, method])
    page.command = origin.command
    page.data = [("map", AuditMap(audit: audit, names: names, families: families).json)]
    return page
  }

  private var data: String {
    let components = audit.components.count
    return
      "\(Spell.count(audit.dataset.alternatives.count)) alternatives, \(Spell.count(audit.dataset.totalComparisons)) comparisons of \(Spell.count(audit.dataset.pairCounts.pairCount)) pairs\(components > 1 ? " in \(Spell.count(components)) components, within which rewards compare" : ""). \(contexts)"
  }

  // MARK: Sections, in the order of the questions

  private var duplicates: HTMLPage.Section {
    let words = DuplicateWords(
      audit.duplicates, audit.decisions, ids: audit.dataset.alternatives.map(\.id))
    var blocks: [HTMLPage.Block] = [.paragraph("\(words.answer) \(words.meaning)")]
    if !audit.settings.looksForTopics {
      blocks.append(
        .paragraph(
          "Contexts here are records of comparisons: near are alternatives whose records look alike, which equal strength alone can cause. None is a copy for that."
        ))
    }
    if audit.duplicates.members > 0 { blocks.append(.table(tables.duplicates)) }
    return HTMLPage.Section(
      title: "Which answers are duplicates?", blocks: blocks + [.map(figures.map), .table(tables.frequency)])
  }

  private var effects: HTMLPage.Section {
    let groups = audit.influences
    var blocks = sentences.filter { line in names.contains { line.hasPrefix("\($0): ") } }
      .map(HTMLPage.Block.paragraph)
    if !groups.isEmpty {
      blocks += [
        .paragraph(
          "Groups here are those in which every member has another within \(AuditSpelling.short(audit.nearDuplicates.threshold)) (single linkage). \(groups.count == 1 ? "It is refitted," : "The largest \(groups.count) are refitted, one at a time,") collapsed to \(groups.count == 1 ? "its" : "their") first member and removed; shifts are of the rewards of all others, within components and up to their common level."
        ), .table(tables.influences),
      ]
    }
    return HTMLPage.Section(
      title: "What do they do now?",
      blocks: blocks + [.figure(figures.leaderboard), .table(tables.leaderboard)])
  }

  private var attacks: HTMLPage.Section {
    let shown: [HTMLPage.Block] = figures.shifts == nil ? [] : [.figure(figures.attacks)]
    return HTMLPage.Section(
      title: "What could an attacker do?",
      blocks: [
        .paragraph(
          "Clones of the leading alternatives are added at a distance from their original, given as a share of the median distance of nearest neighbours (\(AuditSpelling.short(audit.nearDuplicates.medianDistance))), each with its original's record of comparisons. A scheme that is robust to clones stays near zero when the distance is small."
        )
      ] + shown + [
        .table(tables.attacks),
        .paragraph(
          "How few votes decide who leads: votes are left out, those first that hold the leader up most, until another alternative leads; the last ones one by one, with a new fit each. A cleverer choice could need fewer, so the numbers are upper limits. Weights stay as they are\(audit.components.count > 1 ? "; the leader is that of the largest component" : ""). A dash: nobody leads, or more than a tenth of the votes would have to go."
        ), .table(tables.fragilities),
      ])
  }

  private var cost: HTMLPage.Section {
    // A search that stopped early is not passed off as a minimum.
    let stopped = zip(names, audit.estimates).compactMap { name, estimate -> HTMLPage.Block? in
      guard case .stopped(let why) = estimate.fit.outcome else { return nil }
      return .paragraph("\(name): the search stopped before the minimum; \(why).")
    }
    var blocks: [HTMLPage.Block] = [
      .paragraph(
        "The more uneven the weights, the fewer answers and comparisons decide. The effective numbers say how many equal ones would be as concentrated. Standard errors take a coin for each comparison; the bootstrap draws the votes again and is smaller where they are less random than a coin."
      ), .table(tables.foundations),
    ]
    if let heldOut = audit.heldOut {
      let unit = heldOut.unit.rawValue
      let predictor = heldOut.usesModel ? "a linear reward on the contexts" : "the rewards themselves"
      blocks += [
        .paragraph(
          "The \(unit)s are divided into \(heldOut.curves.first?.folds ?? 0) folds, each of which is predicted from the others by \(predictor). ± is one standard error over \(unit)s. Every scheme has the strength of the regularisation that its own curve chooses, with losses weighted as the scheme weighs."
        ), .table(tables.predictions(heldOut)),
      ]
    }
    return HTMLPage.Section(title: "What does robustness cost?", blocks: blocks + stopped)
  }

  private var dependence: HTMLPage.Section {
    HTMLPage.Section(
      title: "How does it depend on the resolution, and on lambda?",
      blocks: [
        .paragraph(
          "Near-duplicates are a matter of resolution. Linkage weights count answers within a distance as one; the curve shows what is left as the distance grows, up to where everything is one group. Where it falls steeply, many answers join."
        ), .figure(figures.resolutions),
      ] + (audit.heldOut.map { [.figure(figures.lambdaCurves($0))] } ?? []))
  }

  private var method: HTMLPage.Section {
    let others = sentences.filter { line in !names.contains { line.hasPrefix("\($0): ") } }
    return HTMLPage.Section(
      title: "Method and settings",
      blocks: others.map(HTMLPage.Block.paragraph) + [.table(tables.settings(origin, contexts))]
        + (origin.command.map { [.code($0)] } ?? []))
  }
}
