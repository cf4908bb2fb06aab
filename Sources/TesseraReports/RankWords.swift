import Tessera
import TesseraFormats

/// The answer of a board in sentences: who leads, whether that is noise, what families and ties change.
package enum RankWords {
  package static func sentences(_ board: RankDocument) -> [String] {
    parts(board) + leader(board) + families(board) + ties(board)
  }

  /// A score as the scale has it: whole points, or three decimals of log-odds.
  static func score(_ value: Double, _ board: RankDocument) -> String {
    board.scale.unit == .elo ? Spell.decimals(value, 0) : Spell.decimals(value, 3)
  }

  static func level(_ board: RankDocument) -> String { "\(Spell.short(100 * board.level)) %" }

  /// Names, the first five of many.
  package static func list(_ names: [String]) -> String {
    let shown = TextTable.visible(names.prefix(5).joined(separator: ", "), limit: 200)
    return shown + (names.count > 5 ? " and \(Spell.count(names.count - 5)) more" : "")
  }

  private static func parts(_ board: RankDocument) -> [String] {
    guard board.components > 1 else { return [] }
    return [
      "The votes fall into \(Spell.count(board.components)) parts that were never compared with one another: ranks hold within each, and the first sentences are about the largest."
    ]
  }

  private static func leader(_ board: RankDocument) -> [String] {
    guard let lead = board.lead, let row = board.alternatives.first(where: { $0.id == lead.first }),
      let best = row.best(board)
    else { return ["Nobody leads: no two alternatives have rewards that compare."] }
    let name = TextTable.visible(lead.first)
    let first =
      "\(name) leads with a score of \(score(best.score, board)) (\(level(board)) interval \(score(best.scoreInterval[0], board)) to \(score(best.scoreInterval[1], board)))."
    let gap =
      "\(score(lead.difference, board)) ± \(score(lead.error, board)) over \(TextTable.visible(lead.second))"
    if lead.isCertain { return [first, "Its lead of \(gap) is beyond noise: nobody else can have rank 1."] }
    if lead.leaders.count < 2 {
      return [first, "Its lead of \(gap) is within noise."]
    }
    return [
      first,
      "Its lead of \(gap) is within noise: \(Spell.count(lead.leaders.count)) of \(Spell.plural(board.alternatives.count, "alternative")) share rank 1 (\(list(lead.leaders))).",
    ]
  }

  private static func families(_ board: RankDocument) -> [String] {
    guard board.estimates.weighted != nil else {
      let suggestion = FamilySuggestion(names: board.alternatives.map(\.id)).families
      guard !suggestion.isEmpty else { return [] }
      let count = suggestion.reduce(0) { $0 + $1.members.count }
      return [
        "Versions of one model count in full, since no families are declared; names suggest \(Spell.plural(suggestion.count, "family", "families")) of \(Spell.plural(count, "alternative")) (--suggest-families FILE)."
      ]
    }
    let rows = board.alternatives
    let moved = rows.count { $0.standard?.place != $0.weighted?.place }
    func first(_ standing: (RankDocument.Row) -> RankDocument.Standing?) -> String? {
      let component = board.lead.flatMap { lead in rows.first { $0.id == lead.first }?.component } ?? 0
      return rows.first { $0.component == component && standing($0)?.place == 1 }?.id
    }
    let (before, after) = (first { $0.standard }, first { $0.weighted })
    let who =
      board.families.map {
        "\(Spell.plural($0.count, "family", "families")) of \(Spell.plural($0.reduce(0) { $0 + $1.members.count }, "alternative")) weigh as one alternative each"
      } ?? "Alternatives with like records share weights"
    let change =
      before == after
      ? "the leader is the same without that"
      : "without that \(TextTable.visible(before ?? "nobody")) would lead"
    return ["\(who): \(Spell.count(moved)) of \(Spell.count(rows.count)) change their place, and \(change)."]
  }

  private static func ties(_ board: RankDocument) -> [String] {
    guard let found = board.tieComparison else { return [] }
    func spell(_ reading: TieModelComparison.Reading) -> String {
      "\(reading.ties.rawValue) \(Spell.reward(reading.difference)) ± \(Spell.decimals(reading.error))"
    }
    let others = found.readings.dropFirst().map(spell).joined(separator: ", ")
    let measured = "held-out log loss over win, tie and loss, less that of half wins: \(others)"
    if found.best == .half {
      return [
        "No model of ties predicts held-out votes better than half wins by more than a standard error (\(measured))."
      ]
    }
    let use = board.tieModel == found.best ? "as it is used here" : "--ties \(found.best.rawValue) uses it"
    return [
      "The \(found.best.rawValue) model of ties predicts held-out votes better than half wins, \(use) (\(measured))."
    ]
  }
}
