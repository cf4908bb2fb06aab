import Tessera
import TesseraFormats
import TesseraReports

/// What a fit rests on: data, choices and their reasons, weights, errors, what the data say little of.
struct FitDetails {
  private let result: RewardFit.Result
  private let why: [String]

  init(_ result: RewardFit.Result, why: [String]) {
    (self.result, self.why, ids) = (result, why, result.dataset.alternatives.map(\.id))
  }

  private let ids: [String]

  var text: String {
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
        "merged     \(Spell.plural(merged.groups.groupOf.count - merged.groups.count, "exact duplicate")), \(Spell.plural(merged.droppedComparisons, "comparison")) among them left out"
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
    var errors =
      standard.errors.noise == .annotators
      ? "± one standard error, clustered by \(Spell.plural(standard.errors.clusters, "annotator"))"
      : "± one standard error, comparisons independent"
    if standard.errors.computation == .simulated {
      errors += ", simulated (good to \(Spell.percent(standard.errors.relativeError)))"
    }
    lines.append("errors     \(errors)")
    lines.append("minimum    \(certificates)")
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

  /// How far the estimates are from the first-order condition; that they stopped before it is said first of all.
  private var certificates: String {
    let standard = Spell.short(result.standard.fit.certificate)
    guard let weighted = result.weighted?.fit else { return "certificate \(standard)" }
    return "certificates \(standard) (standard), \(Spell.short(weighted.certificate)) (weighted)"
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
}
