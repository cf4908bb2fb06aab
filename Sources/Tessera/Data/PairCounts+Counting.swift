extension PairCounts {
  /// What one statement adds to the counts of its pair, from one side.
  struct Said {
    /// Sum of the outcomes; how many; how many of them ties.
    var sum: Double
    var count: Double
    var ties = 0.0
    /// Soft labels: how many, their sum and their sum of squares.
    var soft = SIMD3<Double>.zero

    init(outcome: Double, count: Double) {
      (sum, self.count) = (count * outcome, count)
      if outcome == 0.5 {
        ties = count
      } else if outcome != 0, outcome != 1, count == 1 {
        soft = SIMD3(count, count * outcome, count * outcome * outcome)
      }
    }

    init(_ pair: Pair) {
      (sum, count, ties) = (pair.wins + pair.ties / 2 + pair.softSum, pair.count, pair.ties)
      if pair.soft > 0 { soft = SIMD3(pair.soft, pair.softSum, pair.softSquares) }
    }
  }

  /// Comparisons; valid while their array is held.
  struct StatedComparisons: PairStatements {
    let count: Int
    let all: SharedInput<Comparison>

    @inline(__always)
    func statement(_ position: Int) -> PairOrder.Statement {
      let comparison = all[position]
      let halves = comparison.outcome * 2
      let isPlain = comparison.count == 1 && (halves == 0 || halves == 1 || halves == 2)
      return PairOrder.Statement(
        a: comparison.a, b: comparison.b, plainHalves: isPlain ? UInt64(halves) : nil)
    }

    @inline(__always)
    func said(_ entry: PairOrder.Entry) -> Said {
      if entry.isPlain { return Said(outcome: entry.outcome, count: 1) }
      let comparison = all[entry.position]
      return Said(
        outcome: entry.isSwapped ? 1 - comparison.outcome : comparison.outcome, count: comparison.count)
    }
  }

  /// Counts of pairs; valid while their array is held.
  struct StatedPairs: PairStatements {
    let count: Int
    let all: SharedInput<Pair>

    func statement(_ position: Int) -> PairOrder.Statement {
      PairOrder.Statement(a: Int32(all[position].a), b: Int32(all[position].b), plainHalves: nil)
    }

    func said(_ entry: PairOrder.Entry) -> Said {
      let pair = all[entry.position]
      return Said(entry.isSwapped ? pair.swapped : pair)
    }
  }

  /// Rows that one core counts at a time: of so many entries together.
  private static let run = 1 << 16

  /// Counts statements in the order in which they stand in a row: first how many pairs there are, then what was said of them.
  init<Source: PairStatements>(_ alternatives: Int, _ source: Source, work: Work) {
    let order = PairOrder(alternatives, source, work: work)
    var runs: [Range<Int>] = []
    var first = 0
    for row in 0..<alternatives
    where order.starts[row + 1] - order.starts[first] >= Self.run || row + 1 == alternatives {
      runs.append(first..<row + 1)
      first = row + 1
    }
    let rows = runs
    var rowStarts = [Int](repeating: 0, count: alternatives + 1)
    var kinds = [(ties: Bool, soft: Bool)](repeating: (false, false), count: rows.count)
    withPointers(&rowStarts, &kinds) { rowStarts, kinds in
      work.forEachWithoutPause(pieces: rows.count) { piece, _ in
        var kind = (ties: false, soft: false)
        for row in rows[piece] {
          var opponent: Int32 = -1
          var pairs = 0
          for place in order.starts[row]..<order.starts[row + 1] {
            let said = source.said(order[place])
            guard said.count > 0 else { continue }
            if order[place].opponent != opponent { pairs += 1 }
            opponent = order[place].opponent
            if said.ties > 0 { kind.ties = true }
            if said.soft[0] > 0 { kind.soft = true }
          }
          rowStarts[row + 1] = pairs
        }
        kinds[piece] = kind
      }
    }
    for row in 0..<alternatives { rowStarts[row + 1] += rowStarts[row] }
    let starts = rowStarts
    let entries = starts[alternatives]
    let hasTies = kinds.contains { $0.ties }
    let hasSoft = kinds.contains { $0.soft }
    var opponents = [Int32](repeating: 0, count: entries)
    var rates = [Double](repeating: 0, count: entries)
    var counts = [Double](repeating: 0, count: entries)
    var ties = [Double](repeating: 0, count: hasTies ? entries : 0)
    var soft = [SIMD3<Double>](repeating: .zero, count: hasSoft ? entries : 0)
    withPointers(&opponents, &rates, &counts) { opponents, rates, counts in
      withPointers(&ties, &soft) { ties, soft in
        work.forEachWithoutPause(pieces: rows.count) { piece, _ in
          for row in rows[piece] {
            var entry = starts[row] - 1
            var opponent: Int32 = -1
            for place in order.starts[row]..<order.starts[row + 1] {
              let said = source.said(order[place])
              guard said.count > 0 else { continue }
              if order[place].opponent != opponent {
                entry += 1
                opponent = order[place].opponent
                opponents[entry] = opponent
              }
              rates[entry] += said.sum
              counts[entry] += said.count
              if hasTies { ties[entry] += said.ties }
              if hasSoft { soft[entry] += said.soft }
            }
            for entry in starts[row]..<starts[row + 1] { rates[entry] /= counts[entry] }
          }
        }
      }
    }
    self.init(
      alternatives: alternatives, rowStarts: starts, opponents: opponents, rates: rates, counts: counts,
      ties: ties,
      soft: soft)
  }
}
