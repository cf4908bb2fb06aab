import ArgumentParser
import Tessera

/// Whether a seed changed anything: what draws nothing is the same under every seed.
enum SeedUse {
  static func draws(_ weights: AlternativeWeights, _ scheme: any WeightScheme) -> Bool {
    // Cells are the one scheme that may be exact although it can be sampled.
    scheme.uses.contains(.seed) && !(scheme is Voronoi && weights.provenance.method == .exact)
  }

  /// Folds that chose lambda, errors that were simulated, weights that were sampled.
  static func draws(_ result: RewardFit.Result) -> Bool {
    let estimates = [result.standard] + (result.weighted.map { [$0] } ?? [])
    if estimates.contains(where: { $0.curve != nil || $0.errors.computation == .simulated }) { return true }
    guard result.weighted != nil else { return false }
    let pairs = result.weights.provenance.isPairSpace
    return pairs || draws(result.weights, result.choice.weights.scheme(Sampling()))
  }

  static func refusal(_ why: String) -> ValidationError {
    ValidationError("--seed has no effect here: \(why); nothing is drawn.")
  }
}
