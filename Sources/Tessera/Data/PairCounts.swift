/// What was said of every pair that was compared: wins, losses, ties and soft labels, counted once.
///
/// A sparse graph, stored row by row with sorted neighbours. Every pair stands twice, once in the row of either
/// alternative, so that each alternative's sum over its opponents is one run through memory. 40 bytes a pair; ties and
/// soft labels take room only where there are any.
public struct PairCounts: Sendable, Equatable {
  /// Number of alternatives m.
  public let alternatives: Int
  /// The opponents of alternative i are entries `rowStarts[i]..<rowStarts[i + 1]`.
  public let rowStarts: [Int]
  /// Opponent of each entry, ascending within a row.
  public let opponents: [Int32]
  /// p_ij: share of the comparisons of i and j that i won, ties counting half, soft labels as they are.
  public let rates: [Double]
  /// n_ij: how many comparisons of i and j there were.
  public let counts: [Double]
  /// How many of them were ties, for each entry; empty where there is no tie at all.
  let tieCounts: [Double]
  /// Soft labels of each entry: how many, their sum and their sum of squares from i's side; empty where there are none.
  let softLabels: [SIMD3<Double>]

  /// The counts of one pair, as a person would write them down.
  public struct Pair: Sendable, Equatable, Codable {
    public var a: Int
    public var b: Int
    /// Decided comparisons that a won, and lost.
    public var wins: Double
    public var losses: Double
    public var ties: Double
    /// Soft labels: how many, and the sums of a's share and of its square.
    public var soft: Double
    public var softSum: Double
    public var softSquares: Double

    public init(
      a: Int, b: Int, wins: Double = 0, losses: Double = 0, ties: Double = 0, soft: Double = 0,
      softSum: Double = 0, softSquares: Double = 0
    ) {
      (self.a, self.b, self.wins, self.losses, self.ties) = (a, b, wins, losses, ties)
      (self.soft, self.softSum, self.softSquares) = (soft, softSum, softSquares)
    }

    /// n: all comparisons of the pair.
    public var count: Double { wins + losses + ties + soft }

    /// The same pair seen from the other side.
    var swapped: Pair {
      Pair(
        a: b, b: a, wins: losses, losses: wins, ties: ties, soft: soft, softSum: soft - softSum,
        softSquares: soft - 2 * softSum + softSquares)
    }
  }

  /// Pools comparisons of the same pair, whoever made them.
  ///
  /// A soft label is one statement with an outcome between 0 and 1. A share with a count other than 1 stands for so many
  /// votes of which that share was won: they are wins and losses.
  ///
  /// - Parameters:
  ///   - comparisons: Indices below `alternatives`; order does not matter beyond rounding.
  ///   - work: The same counts on any number of cores.
  /// - Complexity: O(alternatives + comparisons).
  public init(alternatives: Int, comparisons: [Comparison], work: Work = Work(threads: 1)) {
    self = comparisons.withUnsafeBufferPointer {
      PairCounts(alternatives, StatedComparisons(count: $0.count, all: SharedInput($0)), work: work)
    }
  }

  /// Counts written down pair by pair; pairs that stand several times are added up.
  ///
  /// - Precondition: a and b of every pair differ and are below `alternatives`.
  public init(alternatives: Int, pairs: [Pair]) {
    self = pairs.withUnsafeBufferPointer {
      PairCounts(alternatives, StatedPairs(count: $0.count, all: SharedInput($0)), work: Work(threads: 1))
    }
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
  public var pairCount: Int { opponents.count / 2 }

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

  /// How many of them were ties.
  public func ties(of i: Int) -> Double {
    (rowStarts[i]..<rowStarts[i + 1]).reduce(0) { $0 + ties(at: $1) }
  }

  /// All that was said of i and j; nil when they were never compared.
  public func pair(_ i: Int, _ j: Int) -> Pair? { entry(i, j).map { pair(ofRow: i, entry: $0) } }

  /// Every pair once, a below b.
  public var pairs: [Pair] {
    (0..<alternatives).flatMap { i in
      (rowStarts[i]..<rowStarts[i + 1]).filter { opponents[$0] > i }.map { pair(ofRow: i, entry: $0) }
    }
  }

  /// An entry in words.
  package func pair(ofRow i: Int, entry: Int) -> Pair {
    let (ties, soft) = (ties(at: entry), softLabels.isEmpty ? .zero : softLabels[entry])
    let decided = counts[entry] - ties - soft[0]
    // Counts of wins are mostly whole, and a rate loses a last bit of them.
    let raw = rates[entry] * counts[entry] - ties / 2 - soft[1]
    let whole = raw.rounded()
    let wins = min(max(abs(raw - whole) <= 1e-9 * max(counts[entry], 1) ? whole : raw, 0), max(decided, 0))
    return Pair(
      a: i, b: Int(opponents[entry]), wins: wins, losses: max(decided - wins, 0), ties: ties, soft: soft[0],
      softSum: soft[1], softSquares: soft[2])
  }

  /// Whether every comparison was won or lost: no tie, no soft label.
  var isDecided: Bool { tieCounts.isEmpty && softLabels.isEmpty }

  /// Ties of an entry.
  package func ties(at entry: Int) -> Double { tieCounts.isEmpty ? 0 : tieCounts[entry] }

  /// Mean of (y - q)^2 over the outcomes y of an entry.
  package func meanSquare(at entry: Int, around q: Double) -> Double {
    let (n, p) = (counts[entry], rates[entry])
    if isDecided { return p * (1 - q) * (1 - q) + (1 - p) * q * q }
    let (ties, soft) = (ties(at: entry), softLabels.isEmpty ? .zero : softLabels[entry])
    let wins = max(p * n - ties / 2 - soft[1], 0)
    let losses = max(n - ties - soft[0] - wins, 0)
    let ofSoft = max(soft[2] - 2 * q * soft[1] + q * q * soft[0], 0)
    return (wins * (1 - q) * (1 - q) + losses * q * q + ties * (0.5 - q) * (0.5 - q) + ofSoft) / n
  }

  /// Alternatives that were never compared.
  public var uncompared: [Int] { (0..<alternatives).filter { rowStarts[$0] == rowStarts[$0 + 1] } }

  /// Alternatives that have been compared and won everything, and those that lost everything.
  public var unbeaten: (won: [Int], lost: [Int]) {
    var result: (won: [Int], lost: [Int]) = ([], [])
    for i in 0..<alternatives where rowStarts[i] < rowStarts[i + 1] {
      let row = rates[rowStarts[i]..<rowStarts[i + 1]]
      if row.allSatisfy({ $0 == 1 }) { result.won.append(i) }
      if row.allSatisfy({ $0 == 0 }) { result.lost.append(i) }
    }
    return result
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

extension PairCounts: Codable {
  private enum CodingKeys: String, CodingKey { case alternatives, pairs }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(alternatives, forKey: .alternatives)
    try container.encode(pairs, forKey: .pairs)
  }

  /// - Throws: `DecodingError` for pairs of alternatives that are not there, or counts that are none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let alternatives = try container.decode(Int.self, forKey: .alternatives)
    let pairs = try container.decode([Pair].self, forKey: .pairs)
    let holds = pairs.allSatisfy { pair in
      pair.a != pair.b && pair.a >= 0 && pair.b >= 0 && pair.a < alternatives && pair.b < alternatives
        && [pair.wins, pair.losses, pair.ties, pair.soft, pair.softSum, pair.softSquares].allSatisfy {
          $0 >= 0 && $0.isFinite
        } && pair.softSum <= pair.soft && pair.softSquares <= pair.softSum && pair.count.isFinite
    }
    guard alternatives >= 0, alternatives < Int(Int32.max), holds else {
      throw DecodingError.dataCorruptedError(
        forKey: .pairs, in: container,
        debugDescription:
          "expected pairs of different alternatives below \(alternatives) with counts of zero or more")
    }
    self.init(alternatives: alternatives, pairs: pairs)
  }
}
