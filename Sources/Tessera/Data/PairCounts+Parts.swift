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

  /// Where each of some comparisons is counted: the entry in the row of its a, and that in the row of its b.
  package struct Places: Sendable {
    fileprivate let entries: [SIMD2<Int32>]
  }

  /// - Parameter comparisons: Those that were counted here.
  /// - Complexity: O(comparisons log(opponents)).
  package func places(of comparisons: [Comparison]) -> Places {
    Places(
      entries: comparisons.map { c in
        SIMD2(Int32(entry(Int(c.a), Int(c.b)) ?? -1), Int32(entry(Int(c.b), Int(c.a)) ?? -1))
      })
  }

  /// The counts of the same comparisons, each so many times: the same to the last bit as if they were counted anew, without those
  /// that are left out.
  ///
  /// - Parameter count: Of the comparison in a place; 0 leaves it out.
  /// - Complexity: O(alternatives + comparisons + pairs).
  package func counting(
    _ comparisons: [Comparison], _ places: Places, count: (_ row: Int) -> Double
  ) -> PairCounts {
    let none = [Double](repeating: 0, count: opponents.count)
    var (sums, counts) = (none, none)
    var ties = tieCounts.isEmpty ? [] : none
    var soft = softLabels.isEmpty ? [] : [SIMD3<Double>](repeating: .zero, count: opponents.count)
    // A count other than 1 makes votes of a soft label, and a count of 1 a soft label of a share of one vote.
    func add(_ entry: Int, _ outcome: Double, _ count: Double) {
      sums[entry] += count * outcome
      counts[entry] += count
      if outcome == 0.5 {
        if ties.isEmpty { ties = none }
        ties[entry] += count
      } else if outcome != 0, outcome != 1, count == 1 {
        if soft.isEmpty { soft = [SIMD3<Double>](repeating: .zero, count: opponents.count) }
        soft[entry] += SIMD3(count, count * outcome, count * outcome * outcome)
      }
    }
    for (row, comparison) in comparisons.enumerated() {
      let count = count(row)
      guard count > 0 else { continue }
      add(Int(places.entries[row][0]), comparison.outcome, count)
      add(Int(places.entries[row][1]), 1 - comparison.outcome, count)
    }
    for entry in sums.indices where counts[entry] > 0 { sums[entry] /= counts[entry] }
    return PairCounts(
      alternatives: alternatives, rowStarts: rowStarts, opponents: opponents, rates: sums, counts: counts,
      ties: ties, soft: soft
    ).keeping { counts[$0] > 0 }
  }

  init(
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
