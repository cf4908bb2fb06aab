import Tessera

extension Fit {
  /// The leaderboard as a person reads it.
  func table(rows: RowOptions) -> String {
    var text = summary + "\n"
    let standardRanks = ranks(standard.rewards)
    let weightedRanks = weighted.map { ranks($0.rewards) }
    let best = weighted ?? standard
    let order = dataset.alternatives.indices.sorted {
      (best.rewards[$1], $0) < (best.rewards[$0], $1)
    }

    var columns: [(String, TextTable.Alignment)] = [("alternative", .left)]
    if components.count > 1 { columns.append(("component", .right)) }
    if weighted != nil { columns.append(("weight", .right)) }
    columns += [("standard reward", .right), ("rank", .right)]
    if weighted != nil { columns += [("weighted reward", .right), ("rank", .right), ("moved", .right)] }
    columns += [("win rate", .right), ("comparisons", .right)]
    var table = TextTable(columns)
    for i in order.prefix(rows.limit) {
      var row = [dataset.alternatives[i].id]
      if components.count > 1 { row.append("\(components.of[i] + 1)") }
      if weighted != nil { row.append(Spell.decimals(weights.values[i])) }
      row += [Self.spell(standard, i), "\(standardRanks[i])"]
      if let weighted, let weightedRanks {
        let up = standardRanks[i] - weightedRanks[i]
        row += [
          Self.spell(weighted, i), "\(weightedRanks[i])", up == 0 ? "" : up > 0 ? "up \(up)" : "down \(-up)",
        ]
      }
      row += [Spell.decimals((weightedWinRates ?? winRates)[i], 3), Spell.count(comparisons[i])]
      table.add(row)
    }
    text += table.text
    text += rows.rest(of: order.count)
    text += "\n" + conclusion(standardRanks, weightedRanks)
    return text
  }

  private static func spell(_ estimate: Estimate, _ i: Int) -> String {
    "\(Spell.reward(estimate.rewards[i])) ± \(Spell.decimals(estimate.errors.values[i]))"
  }

  private var summary: String {
    var lines: [String] = []
    var data =
      "\(Spell.plural(dataset.alternatives.count, "alternative")), \(Spell.plural(dataset.totalComparisons, "comparison")) of \(Spell.plural(comparedPairs, "pair"))"
    if dataset.ties > 0 { data += ", \(Spell.plural(dataset.ties, "tie"))" }
    if dataset.annotators.count > 0 { data += ", \(Spell.plural(dataset.annotators.count, "annotator"))" }
    lines.append(data)
    if let merged {
      lines.append(
        "merged     \(Spell.plural(merged.groups.groupOf.count - merged.groups.count, "exact duplicate")), \(Spell.count(merged.droppedComparisons)) comparisons among them left out"
      )
    }
    if weighted != nil {
      let d = weights.diagnostics
      var how = d.origin.scheme.rawValue
      if let space = d.origin.space { how += " in \(space)" }
      how +=
        d.origin.method == .exact
        ? ", exact" : ", \(Spell.plural(d.origin.samples, "sample")), seed \(d.origin.seed)"
      lines.append("weights    \(how)")
      lines.append(
        "           effective alternatives \(Spell.decimals(d.effectiveAlternatives, 1)) of \(Spell.count(weights.values.count)), weight zero \(Spell.percent(d.zeroWeightShare)), largest standard error \(Spell.short(d.maxStandardError))"
      )
    }
    lines.append("lambda     \(lambda) (\(lambdaConvention.rawValue))")
    lines.append(
      "standard   certificate \(Spell.short(standard.certificate)) after \(Spell.plural(standard.iterations, "iteration"))"
    )
    if let weighted {
      lines.append(
        "weighted   certificate \(Spell.short(weighted.certificate)) after \(Spell.plural(weighted.iterations, "iteration"))"
      )
    }
    var errors =
      standard.errors.noise == .annotators
      ? "± one standard error, clustered by \(Spell.plural(standard.errors.clusters, "annotator"))"
      : "± one standard error, comparisons independent"
    if standard.errors.computation == .simulated {
      errors += ", simulated (good to \(Spell.percent(standard.errors.relativeError)))"
    }
    lines.append("errors     \(errors)")
    if components.count > 1 {
      lines.append(
        "components \(Spell.count(components.count)): rewards and ranks compare only within a component")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func conclusion(_ standardRanks: [Int], _ weightedRanks: [Int]?) -> String {
    guard let weightedRanks else {
      return
        "Only the standard estimate: the weighted one needs contexts (--alternatives with context fields, or --contexts FILE.npy).\n"
    }
    func winners(_ ranks: [Int]) -> [Int: [Int]] {
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
        (winners ?? []).map { dataset.alternatives[$0].id }.joined(separator: ", ")
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
    return text + "\n"
  }
}
