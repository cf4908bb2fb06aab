import CTesseraKernels

/// Votes that a fit did not see, and what each weighs in the fit of all.
struct HeldOutVotes {
  private var a: [Int32]
  private var b: [Int32]
  private var outcomes: [Double]
  /// Of each: the votes that it stands for, and their share of the pair's weight.
  private(set) var counts: [Double]
  private(set) var mass: [Double]

  private static let block = 16_384

  /// - Parameters:
  ///   - full: Counts of all comparisons.
  ///   - weights: Made for these.
  init(_ rows: [Comparison], _ full: PairCounts, _ weights: PairWeights, work: Work) {
    (a, b, outcomes) = (rows.map(\.a), rows.map(\.b), rows.map(\.outcome))
    counts = rows.map(\.count)
    mass = zip(rows, full.entries(of: rows, work: work)).map { row, place in
      let entry = Int(place)
      guard entry >= 0, full.counts[entry] > 0 else { return 0 }
      return max(weights.mass(ofRow: Int(row.a), entry: entry), 0) * row.count / full.counts[entry]
    }
  }

  /// The log loss of each under rewards, times its mass, in nats.
  ///
  /// - Complexity: O(votes), on all cores.
  func losses(_ rewards: [Double], work: Work) -> [Double] {
    var losses = [Double](repeating: 0, count: a.count)
    withPointers(&losses) { losses in
      withInputs(a, b, outcomes, mass) { a, b, outcomes, mass in
        rewards.withUnsafeBufferPointer { rewards in
          let rewards = SharedInput(rewards)
          work.forEachWithoutPause(pieces: (self.a.count + Self.block - 1) / Self.block) { piece, _ in
            let first = piece * Self.block
            tessera_losses(
              rewards.start, a[address: first], b[address: first], outcomes[address: first],
              mass[address: first], min(Self.block, self.a.count - first), losses[address: first])
          }
        }
      }
    }
    return losses
  }
}
