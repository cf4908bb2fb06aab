import Tessera

/// What a fit has chosen and why, in three lines: weights, pairs, lambda.
package enum WhyWords {
  package static func lines(_ result: RewardFit.Result) -> [String] {
    [weights(result), pairs(result), lambda(result)]
  }

  private static func weights(_ result: RewardFit.Result) -> String {
    let counts = result.fittedDataset.pairCounts
    let m = Double(result.fittedDataset.alternatives.count)
    let share = Spell.percent(Double(counts.pairCount) / max(m * (m - 1) / 2, 1))
    switch result.choice.reason {
    case .asked:
      return "weights: \(result.schemeName ?? result.choice.weights.name), as asked for"
    case .everyPairCompared:
      return
        "weights: voronoi (Definition 4.1), since \(share) of the pairs were compared, as the paper assumes, and cells are exact"
    case .comparisonsOfAnswers:
      return
        "weights: local, since contexts are known and \(share) of the pairs were compared: a comparison counts by how many others say the same"
    case .familiesDeclared:
      return
        "weights: families, each as one alternative, since they are declared (\(Spell.count(result.families?.count ?? 0)) of \(Spell.plural(result.fittedDataset.alternatives.count, "alternative")))"
    case .profiles:
      return
        "weights: horizon on profiles of win rates, as asked for; profiles do not tell which alternatives are versions of one another"
    case .nothingKnown:
      return
        "weights: none, since nothing tells which alternatives are alike; contexts would (--alternatives), or families (--families)"
    }
  }

  private static func pairs(_ result: RewardFit.Result) -> String {
    let counts = result.fittedDataset.pairCounts
    let mean = result.dataset.totalComparisons / Double(max(counts.pairCount, 1))
    if result.settings.pairs != .automatic { return "pairs: \(result.choice.pairs.rawValue), as asked for" }
    return result.choice.pairs == .count
      ? "pairs: count, so that every comparison counts; pairs have \(Spell.decimals(mean, 1)) each"
      : "pairs: proportion, each once by its win rate, as the cells assume"
  }

  private static func lambda(_ result: RewardFit.Result) -> String {
    if result.settings.lambda != .automatic { return "lambda: \(result.settings.lambda.name), as asked for" }
    guard let curve = result.best.curve else {
      return
        "lambda: \(Spell.short(result.best.lambda)), the paper's, since there is too little to choose it by"
    }
    let flat = curve.points.filter(\.isFlat).map(\.lambda)
    var line =
      "lambda: \(Spell.short(curve.chosen)), least loss on what is held out (\(curve.folds) folds of \(curve.unit.rawValue)s)"
    if let least = flat.min(), let most = flat.max(), least < most {
      line += "; \(Spell.short(least)) to \(Spell.short(most)) predict as well"
    }
    return line
  }
}
