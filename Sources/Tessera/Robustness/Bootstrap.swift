/// How far rewards move when the data are drawn again: half-widths of 95 % over the replicates of a `ResampledFit`.
public struct Bootstrap: Sendable {
  /// For each alternative; NaN with fewer than four resamples.
  public let halfWidths: [Double]

  /// - Parameter estimate: Where every refit starts.
  init(
    _ dataset: PreferenceDataset, _ estimate: WeightedEstimate, fit: RewardFit, resamples: Int, seed: UInt64,
    work: Work
  ) throws {
    try MemoryNeed("rewards of resamples", rows: dataset.alternatives.count, columns: resamples).require()
    let again = try ResampledFit(dataset, estimate, fit: fit, seed: seed)
    var draws = [[Double]](repeating: [], count: dataset.alternatives.count)
    for case let estimate? in try again.estimates(of: 0..<max(resamples, 0), work: work) {
      for i in draws.indices { draws[i].append(estimate.rewards[i]) }
    }
    halfWidths = draws.map { values in
      BootstrapSpread.interval(of: values, level: 0.95).map { ($0.upperBound - $0.lowerBound) / 2 } ?? .nan
    }
  }
}
