import Tessera
import TesseraFormats

/// A board as a person reads it: the answer, what it rests on, the table; one more table for each category.
package struct RankTable {
  private let board: RankDocument

  package init(_ board: RankDocument) { self.board = board }

  package func text(_ rows: RowLimit = RowLimit(), for medium: Medium = .plain) -> String {
    let own =
      board.answer.joined(separator: "\n") + "\n\n" + basis + "\n"
      + table(rows).text(for: medium)
      + rows.rest(of: board.alternatives.count)
    return (board.categories ?? []).reduce(own) { text, category in
      text + "\n== \(heading(category)) ==\n\n" + RankTable(category.board).text(rows, for: medium)
    }
  }

  package func markdown(_ rows: RowLimit = RowLimit()) -> String {
    let own =
      board.answer.joined(separator: "\n") + "\n\n" + table(rows).markdown
      + rows.rest(of: board.alternatives.count) + "\n```\n" + basis + "```\n"
    return (board.categories ?? []).reduce(own) { text, category in
      text + "\n## \(heading(category))\n\n" + RankTable(category.board).markdown(rows)
    }
  }

  /// A line for each alternative, of all categories where there are some.
  package func csv(_ rows: RowLimit = RowLimit()) -> String {
    let isWeighted = board.estimates.weighted != nil
    let standing = [
      "rank", "rankFrom", "rankTo", "place", "score", "scoreError", "scoreFrom", "scoreTo", "reward",
      "rewardError",
      "quasiVariance",
    ]
    var header =
      ["id", "component", "family", "weight", "comparisons", "winRate", "ties", "bothBad"] + standing
    if isWeighted {
      header += standing.map { "standard" + $0.prefix(1).uppercased() + $0.dropFirst() } + ["why"]
    }
    if board.by != nil { header.insert("category", at: 0) }
    return header.joined(separator: ",") + "\n"
      + lines(category: board.by == nil ? nil : "", isWeighted, rows)
      + (board.categories ?? []).map { RankTable($0.board).lines(category: $0.name, isWeighted, rows) }
      .joined()
  }

  private func lines(category: String?, _ isWeighted: Bool, _ rows: RowLimit) -> String {
    func number(_ value: Double?) -> String { value.map { JSONValue.number($0).plainText } ?? "" }
    func cells(_ standing: RankDocument.Standing?) -> [String] {
      guard let standing else { return Array(repeating: "", count: 11) }
      return ["\(standing.rank)", "\(standing.ranks[0])", "\(standing.ranks[1])", "\(standing.place)"]
        + [
          standing.score, standing.scoreError, standing.scoreInterval[0], standing.scoreInterval[1],
          standing.reward,
          standing.rewardError, standing.quasiVariance,
        ].map(number)
    }
    return ordered.prefix(rows.csv).map { row in
      var line = [
        row.id, "\(row.component)", row.family ?? "", number(row.weight), number(row.comparisons.value),
        number(row.winRate), number(row.ties.value), number(row.bothBad?.value),
      ]
      line += cells(row.best(board))
      if isWeighted { line += cells(row.standard) + [row.why ?? ""] }
      if let category { line.insert(category, at: 0) }
      return line.map(csvField).joined(separator: ",") + "\n"
    }.joined()
  }

  private func heading(_ category: RankDocument.Category) -> String {
    "\(board.by ?? "category"): \(TextTable.visible(category.name))"
  }

  /// The largest component first, by place.
  private var ordered: [RankDocument.Row] {
    let main = board.lead.flatMap { lead in board.alternatives.first { $0.id == lead.first }?.component }
    func key(_ row: RankDocument.Row) -> (Int, Int, Int) {
      (row.component == main ? 0 : 1, row.component, row.best(board)?.place ?? .max)
    }
    return board.alternatives.enumerated().sorted {
      let (a, b) = (key($0.element), key($1.element))
      return a == b ? $0.offset < $1.offset : a < b
    }.map(\.element)
  }

  private func table(_ rows: RowLimit) -> TextTable {
    let isWeighted = board.estimates.weighted != nil
    let hasFamilies = board.families?.isEmpty == false
    var columns: [(String, TextTable.Alignment)] = [
      ("rank", .right), ("places", .right), ("alternative", .left),
    ]
    if board.components > 1 { columns.append(("part", .right)) }
    if hasFamilies { columns.append(("family", .left)) }
    if isWeighted { columns.append(("weight", .right)) }
    columns += [("score", .right), ("\(RankWords.level(board)) interval", .right)]
    columns += [("win rate", .right), ("comparisons", .right)]
    if board.ties.value > 0 { columns.append(("ties", .right)) }
    if board.bothBad != nil { columns.append(("both bad", .right)) }
    if isWeighted { columns += [("unweighted", .right), ("place", .right), ("moved", .left)] }
    var table = TextTable(columns)
    for row in ordered.prefix(rows.table) {
      let best = row.best(board)
      var line = [best.map { "\($0.rank)" } ?? "-", best.map(places) ?? "-", row.id]
      if board.components > 1 { line.append("\(row.component + 1)") }
      if hasFamilies { line.append(row.family ?? "") }
      if isWeighted { line.append(row.weight.map { Spell.decimals($0) } ?? "-") }
      line += [best.map { RankWords.score($0.score, board) } ?? "-", best.map(interval) ?? "-"]
      line += [row.winRate.map { Spell.decimals($0, 3) } ?? "-", Spell.count(row.comparisons.value)]
      if board.ties.value > 0 { line.append(Spell.count(row.ties.value)) }
      if board.bothBad != nil { line.append(row.bothBad.map { Spell.count($0.value) } ?? "-") }
      if isWeighted {
        line += [
          row.standard.map { RankWords.score($0.score, board) } ?? "-",
          row.standard.map { "\($0.place)" } ?? "-",
          moved(row),
        ]
      }
      table.add(line, limit: 160)
    }
    return table
  }

  private func places(_ standing: RankDocument.Standing) -> String {
    standing.ranks[0] == standing.ranks[1]
      ? "\(standing.ranks[0])" : "\(standing.ranks[0])-\(standing.ranks[1])"
  }

  private func interval(_ standing: RankDocument.Standing) -> String {
    "\(RankWords.score(standing.scoreInterval[0], board)) to \(RankWords.score(standing.scoreInterval[1], board))"
  }

  /// "up 3: votes with Vicuna count less".
  private func moved(_ row: RankDocument.Row) -> String {
    guard let before = row.standard?.place, let after = row.weighted?.place, before != after else {
      return ""
    }
    let step = before > after ? "up \(before - after)" : "down \(after - before)"
    return row.why.map { "\(step): \($0)" } ?? step
  }

  /// What the table rests on.
  private var basis: String {
    let best = board.estimates.weighted ?? board.estimates.standard
    var lines = [
      "votes      \(Spell.plural(board.comparisons.value, "comparison")) of \(Spell.plural(board.comparedPairs, "pair"))"
        + (board.ties.value > 0 ? ", \(Spell.plural(board.ties.value, "tie"))" : "")
    ]
    var scale =
      board.scale.unit == .elo ? "Elo's: 400 points are odds of ten to one" : "log-odds"
    if let anchor = board.scale.anchor {
      scale += "; \(TextTable.visible(anchor.id)) stands at \(RankWords.score(anchor.rating, board))"
    } else if board.scale.unit == .elo {
      scale += "; the mean is \(RankWords.score(RatingScale.eloMean, board))"
    }
    lines.append("scale      \(scale)")
    if let parameter = best.tieParameter {
      lines.append(
        "ties       \(board.tieModel.rawValue), \(board.tieModel == .davidson ? "nu" : "theta") \(Spell.decimals(parameter, 3))"
      )
    }
    lines += board.choice.why.enumerated().map {
      ($0.offset == 0 ? "why        " : "           ") + $0.element
    }
    lines.append(
      "errors     "
        + (best.errors == .annotators
          ? "clustered by \(Spell.plural(best.errorClusters, "annotator"))" : "comparisons independent"))
    let how =
      best.rankMethod == .differences
      ? "all places hold at once with \(RankWords.level(board)), by the largest of all differences"
      : "all places hold at once with \(RankWords.level(board)) at least, by intervals that do not meet"
    lines.append("ranks      \(how); a rank is one more than how many are certainly above")
    return lines.joined(separator: "\n") + "\n"
  }
}
