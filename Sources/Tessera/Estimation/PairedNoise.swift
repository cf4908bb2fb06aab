/// How two estimates of the same votes move together when the votes are drawn anew: the noise that a difference between the two
/// has to be compared with.
///
/// Both answer to the same draws of noise, so what both share falls away from their difference. The second may be of fewer
/// alternatives, groups of those of the first, whose votes it pools: the noise of a pooled pair is the mean of that of its pairs,
/// by their comparisons. Votes of one annotator move together where two or more are known, as in `StandardErrors`; else pairs
/// are independent, with the variances of `PairNoise` in the first estimate.
///
/// What does not hold: that weights move. They are the schemes', and come from contexts. 64 draws leave an error of 9 % in a
/// standard error.
struct PairedNoise: Sendable {
  typealias Lanes = NoisePropagation.Lanes

  /// Movements of the first estimate's alternatives, and of the second's: eight draws in each batch.
  private let first: [[Lanes]]
  private let second: [[Lanes]]

  static let batches = 8

  /// - Parameters:
  ///   - places: Where each alternative of the first stands in the second.
  ///   - comparisons: The rows behind the first's counts.
  /// - Throws: `EstimationError`, `Cancelled`.
  /// - Complexity: 8 passes over the pairs or rows and 8 sparse solves for each of the two.
  init(
    _ first: (fit: RewardEstimate, counts: PairCounts, pairs: PairWeights),
    _ second: (fit: RewardEstimate, counts: PairCounts, pairs: PairWeights), places: [Int],
    comparisons: [Comparison], seed: UInt64, denseLimit: Int = 1_500, work: Work
  ) throws {
    let work = work.silent
    func propagation(_ one: (fit: RewardEstimate, counts: PairCounts, pairs: PairWeights)) throws
      -> NoisePropagation
    {
      let problem = try Objective(one.counts, one.pairs, lambda: one.fit.lambda)
      return NoisePropagation(
        problem, try problem.evaluation(at: one.fit.rewards, work: work), rewards: one.fit.rewards, work: work
      )
    }
    let (own, other) = (try propagation(first), try propagation(second))
    let noise = try PairNoise(own.problem, first.fit.rewards, denseLimit: denseLimit, work: work)
    let counts = first.counts
    // Of each entry of the first its entry in the second, -1 within a group; and the size of its noise.
    var entryOf = [Int](repeating: -1, count: counts.opponents.count)
    var deviation = [Double](repeating: 0, count: counts.opponents.count)
    for i in 0..<counts.alternatives {
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let j = Int(counts.opponents[entry])
        entryOf[entry] = second.counts.entry(places[i], places[j]) ?? -1
        deviation[entry] = noise.variance(i, entry).squareRoot()
      }
    }
    let clusters = Self.clusters(comparisons)
    var moved = (first: [[Lanes]](), second: [[Lanes]]())
    for batch in 0..<Self.batches {
      try work.check()
      var a = [Lanes](repeating: .zero, count: counts.alternatives)
      var b = [Lanes](repeating: .zero, count: second.counts.alternatives)
      func add(_ i: Int, _ entry: Int, _ size: Lanes) {
        a[i] += first.pairs.opponentMass[entry] * size
        let place = entryOf[entry]
        guard place >= 0 else { return }
        b[places[i]] +=
          second.pairs.opponentMass[place] * (counts.counts[entry] / second.counts.counts[place]) * size
      }
      if let clusters {
        for (comparison, cluster) in zip(comparisons, clusters) {
          let (i, j) = (Int(comparison.a), Int(comparison.b))
          guard let entry = counts.entry(i, j), let mirror = counts.entry(j, i) else { continue }
          let size =
            comparison.count / counts.counts[entry] * noise.residual(comparison, entry)
            * own.signs(UInt64(cluster), batch: batch, seed: seed)
          add(i, entry, size)
          add(j, mirror, -size)
        }
      } else {
        for i in 0..<counts.alternatives {
          for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
            let j = Int(counts.opponents[entry])
            let key = UInt64(min(i, j)) << 32 | UInt64(max(i, j))
            let signs = own.signs(key, batch: batch, seed: seed)
            add(i, entry, (i < j ? deviation[entry] : -deviation[entry]) * signs)
          }
        }
      }
      moved.first.append(try own.rewards(movedBy: a, tolerance: 1e-4))
      moved.second.append(try other.rewards(movedBy: b, tolerance: 1e-4))
    }
    (self.first, self.second) = moved
  }

  /// Standard error of a combination of rewards of both.
  ///
  /// - Parameter movement: Of the combination, from those of the first estimate's alternatives and of the second's.
  func error(_ movement: (_ first: [Lanes], _ second: [Lanes]) -> Lanes) -> Double {
    var sum = 0.0
    for (a, b) in zip(first, second) {
      let lanes = movement(a, b)
      sum += (lanes * lanes).sum()
    }
    return (sum / Double(8 * Self.batches)).squareRoot()
  }

  /// The same of many combinations at once.
  func errors(count: Int, _ movement: (_ first: [Lanes], _ second: [Lanes]) -> [Lanes]) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    for (a, b) in zip(first, second) {
      for (place, lanes) in movement(a, b).enumerated() { sums[place] += (lanes * lanes).sum() }
    }
    return sums.map { ($0 / Double(8 * Self.batches)).squareRoot() }
  }

  /// Annotators of rows, where two or more are known; rows of unknown ones stand alone.
  private static func clusters(_ comparisons: [Comparison]) -> [Int]? {
    guard Set(comparisons.lazy.map(\.annotator).filter { $0 >= 0 }).count >= 2 else { return nil }
    let most = comparisons.reduce(0) { max($0, Int($1.annotator)) }
    return comparisons.enumerated().map { place, row in
      row.annotator >= 0 ? Int(row.annotator) : most + 1 + place
    }
  }
}
