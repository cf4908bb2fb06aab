extension PairCounts {
  /// The counts of some of the pairs, of the same alternatives.
  ///
  /// - Parameter isKept: Of an entry; the same for both entries of a pair.
  /// - Complexity: O(alternatives + pairs): nothing is sorted again.
  func keeping(_ isKept: (_ entry: Int) -> Bool) -> PairCounts {
    var starts = [0]
    starts.reserveCapacity(rowStarts.count)
    var (opponents, rates, counts) = ([Int32](), [Double](), [Double]())
    var (ties, soft) = ([Double](), [SIMD3<Double>]())
    opponents.reserveCapacity(self.opponents.count)
    rates.reserveCapacity(self.opponents.count)
    counts.reserveCapacity(self.opponents.count)
    for i in 0..<alternatives {
      for entry in rowStarts[i]..<rowStarts[i + 1] where isKept(entry) {
        opponents.append(self.opponents[entry])
        rates.append(self.rates[entry])
        counts.append(self.counts[entry])
        if !tieCounts.isEmpty { ties.append(tieCounts[entry]) }
        if !softLabels.isEmpty { soft.append(softLabels[entry]) }
      }
      starts.append(opponents.count)
    }
    return PairCounts(
      alternatives: alternatives, rowStarts: starts, opponents: opponents, rates: rates, counts: counts,
      ties: ties.contains { $0 != 0 } ? ties : [], soft: soft.contains { $0 != .zero } ? soft : [])
  }

  private init(
    alternatives: Int, rowStarts: [Int], opponents: [Int32], rates: [Double], counts: [Double],
    ties: [Double], soft: [SIMD3<Double>]
  ) {
    self.alternatives = alternatives
    self.rowStarts = rowStarts
    self.opponents = opponents
    self.rates = rates
    self.counts = counts
    (tieCounts, softLabels) = (ties, soft)
  }

  /// The entry of each comparison in the row of its `a`; -1 for one that is not counted here.
  ///
  /// - Complexity: O(comparisons log(opponents)), on all cores.
  func entries(of comparisons: [Comparison], work: Work) -> [Int32] {
    var found = [Int32](repeating: -1, count: comparisons.count)
    let block = 16_384
    withPointers(&found) { found in
      work.forEachWithoutPause(pieces: (comparisons.count + block - 1) / block) { piece, _ in
        for row in piece * block..<min((piece + 1) * block, comparisons.count) {
          if let entry = entry(Int(comparisons[row].a), Int(comparisons[row].b)) { found[row] = Int32(entry) }
        }
      }
    }
    return found
  }

  /// Values of entries, for the entries of some of the comparisons of the same alternatives.
  ///
  /// - Parameter part: Entries that are not here get 0.
  /// - Complexity: O(pairs log(opponents)).
  func restricted(_ values: [Double], to part: PairCounts) -> [Double] {
    var found = [Double](repeating: 0, count: part.opponents.count)
    for i in 0..<part.alternatives {
      for place in part.rowStarts[i]..<part.rowStarts[i + 1] {
        if let entry = entry(i, Int(part.opponents[place])) { found[place] = values[entry] }
      }
    }
    return found
  }
}
