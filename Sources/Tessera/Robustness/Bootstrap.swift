/// How far rewards move when the data are drawn again: half-widths of 95 % over resamples.
///
/// Prompts are resampled, or comparisons where alternatives do not span prompts: within a prompt of its own an alternative
/// has all its comparisons, and resampling prompts would drop it whole. Weights stay, since contexts do.
public struct Bootstrap: Sendable {
  /// For each alternative; NaN with fewer than four resamples.
  public let halfWidths: [Double]

  /// - Parameter estimate: Where every refit starts.
  init(
    _ dataset: PreferenceDataset, _ estimate: WeightedEstimate, fit: RewardFit, resamples: Int, seed: UInt64,
    work: Work
  ) throws {
    let m = dataset.alternatives.count
    let (groups, unit) = HeldOutSplit.groups(of: dataset)
    let spansPrompts = unit == .prompt && Self.alternativesSpanPrompts(dataset, groups)
    let clusters = spansPrompts ? groups : Array(dataset.comparisons.indices)
    let count = (clusters.max() ?? 0) + 1
    var draws = [[Double]](repeating: [], count: m)
    for number in 0..<resamples {
      work.report(Double(number) / Double(resamples))
      var random = RandomStream(seed: seed, for: .bootstrap, number: UInt64(number))
      var times = [Double](repeating: 0, count: count)
      for _ in 0..<count { times[min(Int(random.uniform() * Double(count)), count - 1)] += 1 }
      let resampled = zip(dataset.comparisons, clusters).compactMap { c, cluster in
        times[cluster] == 0
          ? nil
          : Comparison(
            a: c.a, b: c.b, outcome: c.outcome, count: c.count * times[cluster], annotator: c.annotator,
            prompt: c.prompt)
      }
      guard !resampled.isEmpty else { continue }
      let part = dataset.keeping(resampled)
      let again = try fit.estimate(
        part, by: estimate.scheme,
        measured: estimate.measured.restricted(from: dataset.pairCounts, to: part.pairCounts),
        lambda: estimate.lambda, start: estimate.rewards,
        work: work.silent)
      for i in 0..<m { draws[i].append(again.rewards[i]) }
    }
    halfWidths = draws.map { values -> Double in
      guard values.count > 3 else { return .nan }
      let sorted = values.sorted()
      let tail = Int(0.025 * Double(sorted.count))
      return (sorted[sorted.count - 1 - tail] - sorted[tail]) / 2
    }
  }

  private static func alternativesSpanPrompts(_ dataset: PreferenceDataset, _ groups: [Int]) -> Bool {
    var first = [Int](repeating: -1, count: dataset.alternatives.count)
    for (c, group) in zip(dataset.comparisons, groups) {
      for i in [Int(c.a), Int(c.b)] {
        if first[i] < 0 { first[i] = group } else if first[i] != group { return true }
      }
    }
    return false
  }
}
