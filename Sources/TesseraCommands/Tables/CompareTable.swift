import Tessera
import TesseraFormats
import TesseraReports

/// Two boards compared, as a person reads it: who leads, what is more than noise, the table.
struct CompareTable {
  private let document: CompareDocument

  init(_ document: CompareDocument) { self.document = document }

  func text(rows: RowOptions) -> String {
    document.answer.joined(separator: "\n") + "\n\n" + basis + "\n" + table(rows).text
      + rows.rest(of: document.changes.count)
  }

  func markdown(rows: RowOptions) -> String {
    document.answer.joined(separator: "\n") + "\n\n" + table(rows).markdown
      + rows.rest(of: document.changes.count) + "\n```\n" + basis + "```\n"
  }

  /// The rows of the JSON document, all of those of new and gone alternatives with them.
  func csv(rows: RowOptions) -> String {
    var text =
      "id,status,rewardBefore,rewardAfter,difference,error,pValue,adjustedPValue,isCertain,rankBefore,rankAfter,comparisonsBefore,comparisonsAfter\n"
    func add(_ cells: [String]) { text += cells.map(csvField).joined(separator: ",") + "\n" }
    func number(_ value: Double) -> String { JSONValue.number(value).plainText }
    for row in document.changes.prefix(rows.limitOfCSV) {
      add(
        [row.id, "both"]
          + [row.rewardBefore, row.rewardAfter, row.difference, row.error, row.pValue, row.adjustedPValue]
          .map(number)
          + ["\(row.isCertain)", "\(row.rankBefore)", "\(row.rankAfter)"]
          + [row.comparisonsBefore.value, row.comparisonsAfter.value].map(number))
    }
    let empty = Array(repeating: "", count: 7)
    for entry in document.new {
      add(
        [entry.id, "new"] + empty + [
          "", entry.rank.map(String.init) ?? "", "", number(entry.comparisons.value),
        ])
    }
    for entry in document.gone {
      add(
        [entry.id, "gone"] + empty + [
          entry.rank.map(String.init) ?? "", "", number(entry.comparisons.value), "",
        ])
    }
    for id in document.incomparable { add([id, "incomparable"] + empty + ["", "", "", ""]) }
    return text
  }

  private func table(_ rows: RowOptions) -> TextTable {
    var table = TextTable([
      ("alternative", .left), ("before", .right), ("now", .right), ("change", .right),
      ("p, adjusted", .right),
      ("rank", .right), ("was", .right), ("new comparisons", .right), ("", .left),
    ])
    for row in document.changes.prefix(rows.limit) {
      table.add([
        row.id, Spell.reward(row.rewardBefore), Spell.reward(row.rewardAfter),
        "\(Spell.reward(row.difference)) ± \(Spell.decimals(row.error))",
        Spell.decimals(row.adjustedPValue, 3),
        "\(row.rankAfter)", "\(row.rankBefore)",
        Spell.count(row.comparisonsAfter.value - row.comparisonsBefore.value),
        row.isCertain ? "more than noise" : "",
      ])
    }
    return table
  }

  private var basis: String {
    let errors =
      document.votes == .nested
      ? "nested: of the new votes alone, since the later board holds those of the earlier"
      : "both boards' variances added up: too large where the later board holds votes of the earlier (--nested)"
    return """
      rewards    log-odds of the \(document.estimate.rawValue) estimate, less the mean of those that both boards rate
      errors     \(errors)
      p          two-sided, adjusted for \(Spell.plural(document.changes.count, "alternative")) (Holm)

      """
  }

  /// - Parameter board: The later one.
  static func sentences(_ document: CompareDocument, _ board: RewardChanges.Board) -> [String] {
    var lines = [leader(document, board)]
    let certain = document.changes.filter(\.isCertain)
    let level = "\(Spell.short(100 * document.level)) %"
    let moved = document.changes.count { $0.rankBefore != $0.rankAfter }
    let ranks =
      "\(Spell.count(moved)) of \(Spell.plural(document.changes.count, "alternative")) changed their rank"
    lines.append(
      certain.isEmpty
        ? "\(ranks); no reward changed by more than noise (\(level), all together)."
        : "\(ranks); \(Spell.plural(certain.count, "reward")) changed by more than noise (\(level), all together): \(RankWords.list(certain.map { "\($0.id) \(Spell.reward($0.difference))" }))."
    )
    if !document.new.isEmpty { lines.append("New: \(RankWords.list(document.new.map(name))).") }
    if !document.gone.isEmpty { lines.append("Gone: \(RankWords.list(document.gone.map(name))).") }
    if !document.incomparable.isEmpty {
      lines.append(
        "In both, with nobody to compare them with on both boards: \(RankWords.list(document.incomparable)).")
    }
    if !document.settingsDiffer.isEmpty {
      lines.append(
        "The boards were not made alike (\(document.settingsDiffer.joined(separator: "; "))): what that moves is in the changes too."
      )
    }
    return lines
  }

  private static func name(_ entry: CompareDocument.Entry) -> String {
    entry.rank.map { "\(entry.id) (rank \($0))" } ?? entry.id
  }

  private static func leader(_ document: CompareDocument, _ board: RewardChanges.Board) -> String {
    guard let before = document.before.leader, let after = document.after.leader else {
      return "Nobody leads on one of the boards."
    }
    func visible(_ name: String) -> String { TextTable.visible(name) }
    guard Array(before.utf8) != Array(after.utf8) else { return "\(visible(after)) leads on both boards." }
    let first = "\(visible(after)) leads now, \(visible(before)) led before"
    guard let i = board.ids.firstIndex(of: after), let j = board.ids.firstIndex(of: before),
      let a = board.rewards[i],
      let b = board.rewards[j], let x = board.variances[i], let y = board.variances[j],
      board.components[i] == board.components[j]
    else { return first + ", who does not stand beside it now." }
    let error = max(x + y, 0).squareRoot()
    let isCertain = abs(a - b) > error * normalQuantile(upperTail: (1 - document.level) / 2)
    return
      "\(first); between the two it is \(Spell.reward(a - b)) ± \(Spell.decimals(error)) now, \(isCertain ? "more than noise" : "within noise")."
  }
}
