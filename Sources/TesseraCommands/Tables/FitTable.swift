import Tessera
import TesseraFormats

/// A fit as a person reads it: what it rests on, the leaderboard, who moved.
struct FitTable {
  private let result: RewardFit.Result
  /// The alternative whose differences from the others are shown.
  private let against: String?
  /// What was chosen, and why.
  private let why: [String]
  private let standardRanks: [Int?]
  private let weightedRanks: [Int?]?

  init(_ result: RewardFit.Result, why: [String], against: String? = nil) {
    self.why = why
    self.result = result
    self.against = against
    standardRanks = result.ranks(result.standard.rewards)
    weightedRanks = result.weighted.map { result.ranks($0.rewards) }
  }

  /// Whether comparisons are weighed: alternatives then have a share of them, and no weight.
  private var isLocal: Bool { result.choice.weights.isLocal && result.weighted != nil }

  private var ids: [String] { result.dataset.alternatives.map(\.id) }

  /// The rows of the JSON document as CSV.
  static func csv(_ document: FitDocument) throws -> String {
    var text = ""
    for (i, row) in document.alternatives.enumerated() {
      guard case .object(let members) = try DocumentEncoder.json(row) else { continue }
      if i == 0 { text += members.map(\.key).joined(separator: ",") + "\n" }
      text += members.map { csvField($0.value.plainText) }.joined(separator: ",") + "\n"
    }
    return text
  }

  func text(rows: RowOptions) -> String {
    let (standard, weighted, best) = (result.standard, result.weighted, result.best)
    let hasComponents = result.components.count > 1
    let order = ids.indices.sorted {
      (best.rewards[$1] ?? -.infinity, $0) < (best.rewards[$0] ?? -.infinity, $1)
    }
    var columns: [(String, TextTable.Alignment)] = [("alternative", .left)]
    if hasComponents { columns.append(("component", .right)) }
    if weighted != nil { columns.append((isLocal ? "share" : "weight", .right)) }
    columns += [("standard reward", .right), ("rank", .right)]
    if weighted != nil { columns += [("weighted reward", .right), ("rank", .right), ("moved", .right)] }
    if weighted?.weightNoise != nil { columns.append(("± of weights", .right)) }
    if let against { columns.append(("less \(against)", .right)) }
    columns += [("win rate", .right), ("comparisons", .right)]
    var table = TextTable(columns)
    let (comparisons, winRates) = (result.comparisons, result.winRates)
    let reference = against.flatMap { id in ids.firstIndex { Array($0.utf8) == Array(id.utf8) } }
    for i in order.prefix(rows.limit) {
      var row = [ids[i]]
      if hasComponents { row.append("\(result.components.of[i] + 1)") }
      if weighted != nil { row.append(Spell.decimals(result.weights.values[i])) }
      row += [Self.spell(standard, i), standardRanks[i].map(String.init) ?? "-"]
      if let weighted, let weightedRanks {
        let rank = weightedRanks[i]
        row += [Self.spell(weighted, i), rank.map(String.init) ?? "-", Self.moved(standardRanks[i], rank)]
        if let noise = weighted.weightNoise { row.append(noise[i].map { Spell.decimals($0) } ?? "-") }
      }
      if let reference { row.append(Self.difference(best, i, reference)) }
      row += [winRates[i].map { Spell.decimals($0, 3) } ?? "-", Spell.count(comparisons[i])]
      table.add(row)
    }
    return summary + "\n" + table.text + rows.rest(of: order.count) + "\n" + conclusion
  }

  private static func moved(_ before: Int?, _ after: Int?) -> String {
    guard let before, let after, before != after else { return "" }
    return before > after ? "up \(before - after)" : "down \(after - before)"
  }

  private static func spell(_ estimate: RewardFit.Estimate, _ i: Int) -> String {
    guard let reward = estimate.rewards[i] else { return "-" }
    return "\(Spell.reward(reward)) ± \(estimate.errors.values[i].map { Spell.decimals($0) } ?? "-")"
  }

  private static func difference(_ estimate: RewardFit.Estimate, _ i: Int, _ reference: Int) -> String {
    guard i != reference, let a = estimate.rewards[i], let b = estimate.rewards[reference],
      let error = estimate.errors.differences?[i]
    else { return "" }
    return "\(Spell.reward(a - b)) ± \(Spell.decimals(error))"
  }

  private var summary: String {
    let (data, standard) = (result.dataset, result.standard)
    var lines: [String] = []
    var first =
      "\(Spell.plural(data.alternatives.count, "alternative")), \(Spell.plural(data.totalComparisons, "comparison")) of \(Spell.plural(result.fittedDataset.pairCounts.pairCount, "pair"))"
    if data.ties > 0 { first += ", \(Spell.plural(data.ties, "tie"))" }
    if data.annotators.count > 0 { first += ", \(Spell.plural(data.annotators.count, "annotator"))" }
    lines.append(first)
    lines += why.enumerated().map { ($0.offset == 0 ? "why        " : "           ") + $0.element }
    if let merged = result.merged {
      lines.append(
        "merged     \(Spell.plural(merged.groups.groupOf.count - merged.groups.count, "exact duplicate")), \(Spell.count(merged.droppedComparisons)) comparisons among them left out"
      )
    }
    if result.weighted != nil {
      let weights = result.weights
      if case .local(let local)? = result.fittedWeights.comparisons {
        lines.append(
          "weights    \(WeightWords.how(local, pairs: result.fittedDataset.pairCounts.pairCount))")
        lines.append(
          "           effective comparisons \(Spell.decimals(result.best.effectiveComparisons, 1)) (standard: \(Spell.decimals(result.standard.effectiveComparisons, 1)))"
        )
      } else {
        lines.append("weights    \(WeightWords.how(weights))")
        lines.append(
          "           effective alternatives \(Spell.decimals(weights.effectiveAlternatives, 1)) of \(Spell.count(weights.values.count)), weight zero \(Spell.percent(weights.zeroWeightShare)), largest standard error \(Spell.short(weights.maxStandardError))"
        )
      }
    }
    lines.append("lambda     \(lambda) (\(result.settings.lambdaConvention.rawValue))")
    lines.append("standard   \(Self.proof(standard))")
    if let weighted = result.weighted { lines.append("weighted   \(Self.proof(weighted))") }
    var errors =
      standard.errors.noise == .annotators
      ? "± one standard error, clustered by \(Spell.plural(standard.errors.clusters, "annotator"))"
      : "± one standard error, comparisons independent"
    if standard.errors.computation == .simulated {
      errors += ", simulated (good to \(Spell.percent(standard.errors.relativeError)))"
    }
    lines.append("errors     \(errors)")
    if result.components.count > 1 {
      lines.append(
        "components \(Spell.count(result.components.count)): rewards and ranks compare only within a component"
      )
    }
    lines += remarks
    return lines.joined(separator: "\n") + "\n"
  }

  private var lambda: String {
    let standard = Spell.short(result.standard.lambda)
    guard let weighted = result.weighted.map({ Spell.short($0.lambda) }), weighted != standard else {
      return standard
    }
    return "\(standard) (standard), \(weighted) (weighted)"
  }

  private static func proof(_ estimate: RewardFit.Estimate) -> String {
    let fit = estimate.fit
    let found =
      "certificate \(Spell.short(fit.certificate)) after \(Spell.plural(fit.iterations, "iteration"))"
    guard case .stopped(let why) = fit.outcome else { return found }
    return "NOT A MINIMUM: \(why); \(found)"
  }

  /// Alternatives that the data say little or nothing of.
  private var remarks: [String] {
    func list(_ places: [Int]) -> String {
      let shown = places.prefix(5).map { ids[$0] }.joined(separator: ", ")
      return TextTable.visible(shown, limit: 200)
        + (places.count > 5 ? " and \(Spell.count(places.count - 5)) more" : "")
    }
    var lines: [String] = []
    let counts = result.dataset.pairCounts
    let (won, lost) = counts.unbeaten
    if !counts.uncompared.isEmpty { lines.append("no reward  never compared: \(list(counts.uncompared))") }
    let missing = Set(counts.uncompared)
    let massless = result.best.fit.undetermined.filter { !missing.contains($0) }
    if !massless.isEmpty {
      lines.append("no reward  compared only where nothing has weight: \(list(massless))")
    }
    if !won.isEmpty {
      lines.append("unbeaten   \(list(won)): only the regularisation keeps the reward finite")
    }
    if !lost.isEmpty {
      lines.append("winless    \(list(lost)): only the regularisation keeps the reward finite")
    }
    return lines
  }

  private var conclusion: String {
    guard let weightedRanks else {
      return
        "Only the standard estimate: the weighted one needs contexts (--alternatives with context fields, or --contexts FILE.npy).\n"
        + dependence
    }
    let components = result.components
    func winners(_ ranks: [Int?]) -> [Int: [Int]] {
      var winners: [Int: [Int]] = [:]
      for i in ranks.indices where ranks[i] == 1 { winners[components.of[i], default: []].append(i) }
      return winners
    }
    let (before, after) = (winners(standardRanks), winners(weightedRanks))
    let moved = zip(standardRanks, weightedRanks).count { $0 != $1 }
    var text =
      "\(Spell.count(moved)) of \(Spell.plural(standardRanks.count, "alternative")) change their rank."
    if components.count == 1 {
      func names(_ winners: [Int]?) -> String {
        guard let winners, !winners.isEmpty else { return "none" }
        return TextTable.visible(winners.map { ids[$0] }.joined(separator: ", "), limit: 200)
      }
      let (standard, weighted) = (names(before[0]), names(after[0]))
      text +=
        before == after
        ? " Winner by both estimates: \(standard)."
        : " Winner: \(standard) (standard), \(weighted) (weighted)."
    } else {
      let flips = before.count { after[$0.key] != $0.value }
      text +=
        " The winner changes in \(Spell.count(flips)) of \(Spell.plural(components.count, "component"))."
    }
    return text + "\n" + dependence
  }

  /// A warning where the leaders depend on a strength of the regularisation that the data do not tell.
  private var dependence: String {
    let best = result.best.leaders
    guard
      let other = best.others.first(where: { $0.leaders.first != best.leaders.first }) ?? best.others.first
    else { return "" }
    func names(_ places: [Int]) -> String { places.map { ids[$0] }.joined(separator: ", ") }
    return
      "The first places depend on lambda: at \(Spell.short(other.lambda)), which predicts as well, they are \(TextTable.visible(names(other.leaders), limit: 200)).\n"
  }
}

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

extension JSONValue {
  /// A plain value as CSV shows it: strings bare, null empty.
  var plainText: String {
    switch self {
    case .string(let text): return text
    case .null: return ""
    case .number(let value) where !value.isFinite: return ""
    default:
      var text = text()
      while text.last == "\n" { text.removeLast() }
      return text
    }
  }
}
