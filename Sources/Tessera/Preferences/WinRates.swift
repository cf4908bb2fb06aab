/// p_ij and n_ij for every pair that was compared: a sparse graph, stored row by row with sorted neighbours.
///
/// Every pair stands twice, once in the row of either alternative, so that each alternative's sum over its
/// opponents is one run through memory. 40 bytes a pair.
public struct WinRates: Sendable {
  /// Number of alternatives m.
  public let alternatives: Int
  /// The opponents of alternative i are entries `rowStarts[i]..<rowStarts[i + 1]`.
  public let rowStarts: [Int]
  /// Opponent of each entry, ascending within a row.
  public let opponents: [Int32]
  /// p_ij: share of the comparisons of i and j that i won, ties counting half.
  public let rates: [Double]
  /// n_ij: how many comparisons of i and j there were.
  public let counts: [Double]

  /// Pools comparisons of the same pair, whoever made them.
  ///
  /// - Parameter comparisons: Indices below `alternatives`; order does not matter beyond rounding.
  /// - Complexity: O(alternatives + comparisons).
  public init(alternatives: Int, comparisons: [Comparison]) {
    self.alternatives = alternatives
    // A two-pass counting sort: first by opponent, then stably by row.
    let entryCount = 2 * comparisons.count
    var byOpponent = [Int32](repeating: 0, count: entryCount)
    var starts = [Int](repeating: 0, count: alternatives + 1)
    for comparison in comparisons {
      starts[Int(comparison.a) + 1] += 1
      starts[Int(comparison.b) + 1] += 1
    }
    for i in 0..<alternatives { starts[i + 1] += starts[i] }
    // An entry is a comparison's position, bit-inverted where the row is `b` and the opponent `a`.
    var fill = starts
    for (position, comparison) in comparisons.enumerated() {
      byOpponent[fill[Int(comparison.b)]] = Int32(position)
      fill[Int(comparison.b)] += 1
      byOpponent[fill[Int(comparison.a)]] = ~Int32(position)
      fill[Int(comparison.a)] += 1
    }
    var order = [Int32](repeating: 0, count: entryCount)
    fill = starts
    for entry in byOpponent {
      let row = entry >= 0 ? comparisons[Int(entry)].a : comparisons[Int(~entry)].b
      order[fill[Int(row)]] = entry
      fill[Int(row)] += 1
    }

    var rowStarts = [0]
    rowStarts.reserveCapacity(alternatives + 1)
    var opponents: [Int32] = []
    var rates: [Double] = []
    var counts: [Double] = []
    opponents.reserveCapacity(entryCount)
    rates.reserveCapacity(entryCount)
    counts.reserveCapacity(entryCount)
    for row in 0..<alternatives {
      let first = opponents.count
      for entry in order[starts[row]..<starts[row + 1]] {
        let comparison = comparisons[Int(entry >= 0 ? entry : ~entry)]
        let opponent = entry >= 0 ? comparison.b : comparison.a
        let wins = comparison.count * (entry >= 0 ? comparison.outcome : 1 - comparison.outcome)
        if opponents.count > first, opponents[opponents.count - 1] == opponent {
          rates[rates.count - 1] += wins
          counts[counts.count - 1] += comparison.count
        } else {
          opponents.append(opponent)
          rates.append(wins)
          counts.append(comparison.count)
        }
      }
      for entry in first..<opponents.count { rates[entry] /= counts[entry] }
      rowStarts.append(opponents.count)
    }
    self.rowStarts = rowStarts
    self.opponents = opponents
    self.rates = rates
    self.counts = counts
  }

  /// Win rates known as numbers, every pair compared: `rates[i][j]` is p_ij, the diagonal is not read.
  ///
  /// For populations written down rather than sampled. Pass p_ij with p_ij + p_ji = 1.
  public init(complete rates: [[Double]]) {
    var comparisons: [Comparison] = []
    for i in rates.indices {
      for j in rates.indices where j > i {
        comparisons.append(Comparison(a: i, b: j, outcome: rates[i][j]))
      }
    }
    self.init(alternatives: rates.count, comparisons: comparisons)
  }

  /// Different pairs that were compared.
  public var pairs: Int { opponents.count / 2 }

  /// p_ij, or nil when i and j were never compared; p_ii is 1/2.
  public func rate(_ i: Int, _ j: Int) -> Double? {
    if i == j { return 0.5 }
    return entry(i, j).map { rates[$0] }
  }

  /// n_ij, 0 when i and j were never compared.
  public func count(_ i: Int, _ j: Int) -> Double {
    entry(i, j).map { counts[$0] } ?? 0
  }

  /// Comparisons in which alternative i took part.
  public func comparisons(of i: Int) -> Double {
    counts[rowStarts[i]..<rowStarts[i + 1]].reduce(0, +)
  }

  package func entry(_ i: Int, _ j: Int) -> Int? {
    var low = rowStarts[i]
    var high = rowStarts[i + 1]
    while low < high {
      let middle = (low + high) / 2
      if opponents[middle] < j { low = middle + 1 } else { high = middle }
    }
    return low < rowStarts[i + 1] && opponents[low] == j ? low : nil
  }
}
