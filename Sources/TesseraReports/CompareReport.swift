import Tessera
import TesseraFormats

/// Two boards compared, as a page for people.
///
///     CompareReport(document).page.html(library)
public struct CompareReport: Sendable {
  public let document: CompareDocument
  /// What made the report, as far as its caller says it.
  public var origin = PageOrigin()

  public init(_ document: CompareDocument) { self.document = document }

  public var page: HTMLPage {
    let answer = document.answer
    var page = HTMLPage(
      title: "What moved between \(document.before.file) and \(document.after.file)?",
      headline: HTMLPage.Headline(
        answer: answer.dropFirst().first ?? answer.first ?? "", action: answer.first ?? "", numbers: numbers,
        figure: figure),
      introduction: Array(answer.dropFirst(2)), sections: [changes] + others + [method])
    page.command = origin.command
    page.data = (try? DocumentEncoder.json(document)).map { [("comparison", $0)] } ?? []
    return page
  }

  private var level: String { "\(AuditSpelling.short(100 * document.level)) %" }

  private var numbers: [HTMLPage.Headline.Number] {
    let certain = document.changes.count(where: \.isCertain)
    var numbers = [
      HTMLPage.Headline.Number(
        "\(Spell.count(certain)) of \(Spell.count(document.changes.count))",
        "rewards changed by more than noise (\(level), all together).")
    ]
    if let first = document.changes.first {
      numbers.append(
        HTMLPage.Headline.Number(
          Measured.text(first.difference, first.error),
          "is the clearest change: of \(first.id), whose adjusted p-value is \(AuditSpelling.short(first.adjustedPValue))."
        ))
    }
    numbers.append(
      HTMLPage.Headline.Number(
        "\(Spell.count(document.before.comparisons.value)) → \(Spell.count(document.after.comparisons.value))",
        "comparisons on the earlier and on the later board."))
    return numbers
  }

  /// nil where no alternative stands on both boards.
  private var figure: Figure? {
    let shown = Array(document.changes.prefix(20))
    guard !shown.isEmpty else { return nil }
    let y = shown.indices.map { Double(shown.count - 1 - $0) }
    let half = normalQuantile(upperTail: (1 - document.level) / 2)
    func series(_ name: String, _ colour: String, _ isCertain: Bool) -> [Figure.Mark] {
      let places = shown.indices.filter { shown[$0].isCertain == isCertain }
      guard !places.isEmpty else { return [] }
      return [
        .series(
          Figure.Series(
            name, x: places.map { shown[$0].difference }, y: places.map { y[$0] }, mode: .markers,
            colour: colour, xErrors: places.map { half * shown[$0].error }))
      ]
    }
    let zero = Figure.Mark.series(
      Figure.Series("", x: [0, 0], y: [0, Double(max(shown.count - 1, 1))], mode: .lines, colour: "#8a94a3"))
    return Figure(
      name: "changes",
      caption:
        "Changes of rewards, the clearest \(shown.count == 1 ? "one" : "\(shown.count)") first. Whiskers: \(level) of each on its own; what counts is told for all together.",
      marks: [zero] + series("within noise", "#2b6cb0", false) + series("more than noise", "#c53030", true),
      x: Figure.Axis("change of the reward"),
      y: Figure.Axis("", .named(shown.map { AuditSpelling.cut($0.id, 40) }.reversed())),
      height: 110 + 22 * Double(max(shown.count, 3)), legend: true)
  }

  private var changes: HTMLPage.Section {
    var use = HTMLPage.Table.Use()
    (use.id, use.isSorted, use.isSearched, use.head) = ("table-changes", true, true, 0)
    use.minor = [6, 7]
    use.kinds = document.changes.map { $0.isCertain ? "more than noise" : "" }
    use.values = document.changes.map { row in
      [
        nil, row.rewardBefore, row.rewardAfter, row.difference, row.adjustedPValue, Double(row.rankAfter),
        Double(row.rankBefore), row.comparisonsAfter.value - row.comparisonsBefore.value,
      ]
    }
    let rows = document.changes.map { row in
      [
        row.id, Measured.value(row.rewardBefore, noise: row.error),
        Measured.value(row.rewardAfter, noise: row.error), Measured.text(row.difference, row.error),
        printed("%.2g", row.adjustedPValue) + (row.isCertain ? ", more than noise" : ""),
        "\(row.rankAfter)", "\(row.rankBefore)",
        Spell.count(row.comparisonsAfter.value - row.comparisonsBefore.value),
      ]
    }
    return HTMLPage.Section(
      title: "Every alternative on both boards",
      blocks: [
        .table(
          HTMLPage.Table(
            header: [
              "Alternative", "Before", "Now", "Change", "p, adjusted", "Rank", "Rank before",
              "New comparisons",
            ],
            rows: rows,
            caption:
              "Log-odds of the \(document.estimate.rawValue) estimate, less the mean of those that both boards rate, to the digits that noise allows; p-values are two-sided and adjusted for all of them (Holm).",
            numeric: [1, 2, 3, 4, 5, 6, 7], use: use))
      ])
  }

  private var others: [HTMLPage.Section] {
    [("New", document.new), ("Gone", document.gone)].compactMap { title, entries in
      guard !entries.isEmpty else { return nil }
      return HTMLPage.Section(
        title: title,
        blocks: [
          .table(
            HTMLPage.Table(
              header: ["Alternative", "Rank", "Comparisons"],
              rows: entries.map {
                [$0.id, $0.rank.map(String.init) ?? "-", Spell.count($0.comparisons.value)]
              }, numeric: [1, 2]))
        ])
    }
  }

  private var method: HTMLPage.Section {
    let errors =
      document.votes == .nested
      ? "of the new votes alone, since the later board holds those of the earlier"
      : "variances of both boards added up: too large where the later board holds votes of the earlier"
    let rows =
      origin.rows + [
        ["errors", errors], ["level", level],
        [
          "lambda",
          "\(AuditSpelling.short(document.before.lambda)) before, \(AuditSpelling.short(document.after.lambda)) now",
        ],
      ] + document.settingsDiffer.map { ["differs", $0] }
    return HTMLPage.Section(
      title: "Method and settings",
      blocks: [.table(HTMLPage.Table(header: ["Setting", "Value"], rows: rows))]
        + (origin.command.map { [.code($0)] } ?? []))
  }
}
