import Foundation
import Tessera

/// What weights cost: held-out log loss beside the standard estimate's, on the same folds, each scheme with the lambda that its
/// own curve chooses.
struct HeldOutStudy: Sendable {
  static let seeds = 3

  struct Row: Sendable {
    let name: String
    /// Log loss less the standard estimate's, and its standard error, in shares of the standard estimate's.
    let cost: Double
    let error: Double
    let effectiveComparisons: Double
    /// What each seed's curve chose.
    let lambdas: [Double]

    /// 95 % of such intervals have the cost below it, on either side 2.5 %.
    var upperLimit: Double { cost + 1.96 * error }
  }

  /// The standard estimate first.
  let rows: [Row]
  /// The standard estimate's log loss.
  let standardLoss: Double
  let unit: Folds.Unit
  let usesModel: Bool
  let comparisons: Double

  static func schemes(of contexts: Contexts) throws -> [SchemeSpecification] {
    let median = try contexts.medianNeighbourDistance()
    return [
      .uniform, .local(scale: nil), .voronoi, .linkage(resolution: 0), .horizon(distance: nil), .radiusGraph,
      .removeDuplicates(threshold: median / 2), .meta(resolution: median),
      .kMeans(count: max(contexts.count / 5, 2)),
    ]
  }

  /// - Parameter data: With contexts.
  /// - Returns: nil where there is too little to hold out.
  init?(_ data: PreferenceDataset) throws {
    guard let contexts = data.contexts else { return nil }
    let fit = RewardFit()
    let schemes = try Self.schemes(of: contexts)
    // Weights are what is compared: the strength of this estimate itself is not used.
    let estimates = try schemes.map {
      try fit.estimate(
        data, by: $0.scheme(Sampling(samples: max(100_000, 500 * contexts.count))), lambda: LambdaCurve.fixed)
    }
    let found = try inParallel(Self.seeds) {
      try HeldOutFit(data, estimates, fit: fit, seed: UInt64($0), work: Work(threads: 1))
    }.compactMap { $0 }
    guard let first = found.first else { return nil }
    let n = Double(found.count)
    let loss = found.reduce(0) { $0 + $1.qualities[0].logLoss } / n
    // Each cluster's loss is the mean of the seeds: what is left to chance is which prompts there are.
    func losses(_ number: Int) -> [Double] {
      first.clusterVotes.indices.map { cluster in
        found.reduce(0) { $0 + $1.clusterLosses[number][cluster] } / n
      }
    }
    let standard = losses(0)
    rows = schemes.indices.map { number in
      let difference = HeldOutFit.Difference(
        losses: losses(number), less: standard, votes: first.clusterVotes)
      return Row(
        name: label(schemes[number]), cost: difference.logLoss / loss, error: difference.error / loss,
        effectiveComparisons: estimates[number].effectiveComparisons,
        lambdas: found.map { $0.curves[number].chosen })
    }
    (standardLoss, unit, usesModel) = (loss, first.unit, first.usesModel)
    comparisons = data.totalComparisons
  }

  func printTable(_ name: String) {
    print("\n### \(name): held-out log loss\n")
    print(
      "\(usesModel ? "A reward that is linear in the contexts" : "Rewards of the alternatives"); five folds of whole \(unit.rawValue)s, the same for all; lambda by each scheme's own curve. Difference to the standard estimate's log loss in per cent of it, paired, mean of \(Self.seeds) seeds of the folds, with its standard error over \(unit.rawValue)s; limit: difference + 1.96 standard errors. The standard estimate's: \(String(format: "%.4f", standardLoss)).\n"
    )
    print("| weights | difference, % | standard error | upper 95 % limit | effective comparisons | lambda |")
    print(rule(columns: 6))
    for row in rows {
      let figures = [row.cost, row.error, row.upperLimit].map { String(format: "%.2f", 100 * $0) }
      let lambdas = row.lambdas.map { String(format: "%.2g", $0) }
      print(
        "| \(row.name) | \(figures.joined(separator: " | ")) | \(String(format: "%.0f", row.effectiveComparisons)) | \(Set(lambdas).count == 1 ? lambdas[0] : lambdas.joined(separator: ", ")) |"
      )
    }
  }
}
