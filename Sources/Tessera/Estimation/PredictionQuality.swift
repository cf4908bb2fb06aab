/// How well rewards predict comparisons that they were not fitted to.
public struct PredictionQuality: Sendable, Equatable {
  /// Share of decided comparisons whose preferred alternative has the higher reward; equal rewards count half.
  public let accuracy: Double
  /// Mean of -p log s(r_a - r_b) - (1 - p) log s(r_b - r_a), in nats; log 2 = 0.6931 knows nothing.
  public let logLoss: Double
  /// Expected calibration error: mean distance between the probability that was predicted for the favourite and the
  /// share of comparisons that it won, over ten equally wide bins of that probability.
  public let calibrationError: Double
  /// Standard errors, over groups of comparisons that belong together.
  public let accuracyError: Double
  public let logLossError: Double
  /// Comparisons, counts added up, and the part of them that is decided.
  public let comparisons: Double
  public let decided: Double

  /// - Parameters:
  ///   - rewards: One for each alternative.
  ///   - groups: A number for each comparison; those of one group are not independent (see `HeldOutSplit.groups`).
  /// - Precondition: At least one comparison.
  public init(of comparisons: [Comparison], rewards: [Double], groups: [Int]) {
    precondition(!comparisons.isEmpty && comparisons.count == groups.count)
    let bins = 10
    var (hits, decided, loss, total) = (0.0, 0.0, 0.0, 0.0)
    var predicted = [Double](repeating: 0, count: bins)
    var won = predicted
    // (hits, decided, loss, total) of each group.
    var sums: [Int: (Double, Double, Double, Double)] = [:]
    for (comparison, group) in zip(comparisons, groups) {
      let difference = rewards[Int(comparison.a)] - rewards[Int(comparison.b)]
      let favoured = difference >= 0 ? comparison.outcome : 1 - comparison.outcome
      let count = comparison.count
      let lost = count * Tessera.logLoss(difference, outcome: comparison.outcome)
      loss += lost
      total += count
      var (hit, counted) = (0.0, 0.0)
      if comparison.outcome != 0.5 {
        hit = difference == 0 ? count / 2 : count * favoured
        counted = count
      }
      hits += hit
      decided += counted
      let probability = logistic(abs(difference))
      let bin = min(Int((probability - 0.5) * 2 * Double(bins)), bins - 1)
      predicted[bin] += count * probability
      won[bin] += count * (difference == 0 ? 0.5 : favoured)
      let old = sums[group] ?? (0, 0, 0, 0)
      sums[group] = (old.0 + hit, old.1 + counted, old.2 + lost, old.3 + count)
    }
    let accuracy = decided > 0 ? hits / decided : 0.5
    let meanLoss = loss / total
    self.accuracy = accuracy
    logLoss = meanLoss
    calibrationError = zip(predicted, won).reduce(0) { $0 + abs($1.0 - $1.1) } / total
    self.comparisons = total
    self.decided = decided
    // The error of a ratio of sums over groups, by linearisation. Groups in the order of their numbers: the same sums
    // on every run.
    let ordered = sums.sorted { $0.key < $1.key }.map(\.value)
    let g = Double(ordered.count)
    let factor = g > 1 ? g / (g - 1) : .nan
    accuracyError =
      (factor * ordered.reduce(0) { $0 + square($1.0 - accuracy * $1.1) }).squareRoot() / max(decided, 1e-300)
    logLossError = (factor * ordered.reduce(0) { $0 + square($1.2 - meanLoss * $1.3) }).squareRoot() / total
  }
}

private func square(_ x: Double) -> Double { x * x }
