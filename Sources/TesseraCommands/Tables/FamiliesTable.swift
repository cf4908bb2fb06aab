import Tessera
import TesseraFormats
import TesseraReports

/// Declared families by their mean, beside their best member.
enum FamiliesTable {
  static func text(_ ranking: FamilyTable, rows: RowOptions) -> String {
    var table = TextTable([
      ("family", .left), ("mean reward", .right), ("rank", .right), ("best member", .left),
      ("reward", .right), ("rank", .right), ("members", .right),
    ])
    for family in ranking.families.prefix(rows.limit) {
      let error = family.standardError.map { " ± \(Spell.decimals($0))" } ?? ""
      table.add([
        family.name, Spell.reward(family.mean) + error, "\(family.rank)", family.best,
        Spell.reward(family.bestReward), "\(family.rankOfBest)", "\(family.members.count)",
      ])
    }
    let words =
      ranking.errors == .members
      ? "Errors of means take members for independent; they are larger where members share opponents.\n" : ""
    return
      "\nFamilies: the best of many members is ahead by luck alone, the mean is not.\n\n\(table.text)\(rows.rest(of: ranking.families.count))\(words)"
  }
}

/// What moved since a state.
enum MovesTable {
  static func text(_ result: RewardFit.Result, since state: RewardFit.State, rows: RowOptions) -> String {
    let moves = result.moves(since: state)
    let known = moves.count
    let added = result.dataset.alternatives.count - state.ids.count
    let votes = result.dataset.totalComparisons - state.votes.count.reduce(0, +)
    var text =
      "\nSince the state: \(Spell.plural(votes, "comparison")) more, \(Spell.plural(max(added, 0), "new alternative")), \(Spell.count(moves.count { $0.rankBefore != $0.rankAfter })) of \(Spell.count(known)) changed their rank.\n\n"
    var table = TextTable([
      ("alternative", .left), ("before", .right), ("now", .right), ("change", .right), ("rank", .right),
      ("was", .right),
    ])
    for move in moves.prefix(rows.limit) {
      table.add([
        move.id, Spell.reward(move.before), Spell.reward(move.after), Spell.reward(move.after - move.before),
        "\(move.rankAfter)", "\(move.rankBefore)",
      ])
    }
    text += table.text + rows.rest(of: known)
    return text
  }
}
