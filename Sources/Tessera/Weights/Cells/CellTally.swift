/// How often each alternative was nearest, counted by independent groups of samples.
///
/// Samples inside a group may hang together, so errors come from the variance between groups: with x_g hits
/// among the n_g samples of group g, the share w = sum x_g / sum n_g has the squared error
///
///     G / (G - 1) * sum_g (x_g - w n_g)^2 / (sum n_g)^2
///
/// Sums of whole numbers do not depend on their order, so workers may count in any.
struct CellTally: Sendable, Equatable {
  /// sum_g x_g of each alternative.
  private(set) var hits: [Int]
  private(set) var samples = 0
  /// sum_g x_g^2.
  private(set) var squares: [Int]
  private(set) var groups = 0
  let groupSize: Int
  /// The last group may have fewer samples than the others.
  private(set) var lastSize = 0
  private(set) var lastHits: [Int: Int] = [:]

  init(alternatives: Int, groupSize: Int) {
    hits = Array(repeating: 0, count: alternatives)
    squares = hits
    self.groupSize = groupSize
  }

  /// Adds the nearest alternatives of a run of samples that begins with a new group.
  ///
  /// Only the last run may end inside a group.
  mutating func add(_ nearest: [Int32], work: Work) {
    let m = hits.count
    let total = nearest.count
    let size = groupSize
    let newGroups = (total + size - 1) / size
    let runs = max(1, min(work.threads, total / 50_000))
    var partHits = [Int](repeating: 0, count: runs * m)
    var partSquares = partHits
    // The group in which an alternative was last hit, and how often in it.
    var lastGroup = [Int](repeating: -1, count: runs * m)
    var inGroup = partHits
    nearest.withUnsafeBufferPointer { nearest in
      withPointers(&partHits, &partSquares, &lastGroup, &inGroup) { hits, squares, lastGroup, inGroup in
        let nearest = SharedInput(nearest)
        work.forEachWithoutPause(pieces: runs) { run, _ in
          for group in newGroups * run / runs..<newGroups * (run + 1) / runs {
            for sample in group * size..<min((group + 1) * size, total) {
              let i = run * m + Int(nearest[sample])
              if lastGroup[i] != group {
                lastGroup[i] = group
                inGroup[i] = 0
              }
              hits[i] += 1
              // (x + 1)^2 - x^2
              squares[i] += 2 * inGroup[i] + 1
              inGroup[i] += 1
            }
          }
        }
      }
    }
    for index in partHits.indices {
      hits[index % m] += partHits[index]
      squares[index % m] += partSquares[index]
    }
    samples += total
    groups += newGroups
    lastSize = total - (newGroups - 1) * size
    lastHits = [:]
    for sample in (newGroups - 1) * size..<total { lastHits[Int(nearest[sample]), default: 0] += 1 }
  }

  /// A tally from its numbers.
  init(
    hits: [Int], squares: [Int], samples: Int, groups: Int, groupSize: Int, lastSize: Int,
    lastHits: [Int: Int]
  ) {
    (self.hits, self.squares, self.samples) = (hits, squares, samples)
    (self.groups, self.groupSize, self.lastSize, self.lastHits) = (groups, groupSize, lastSize, lastHits)
  }

  /// Adds the tally of the samples that come after these; these end with a whole group.
  mutating func append(_ next: CellTally) {
    for i in hits.indices {
      hits[i] += next.hits[i]
      squares[i] += next.squares[i]
    }
    samples += next.samples
    groups += next.groups
    (lastSize, lastHits) = (next.lastSize, next.lastHits)
  }

  /// Share of samples nearest to each alternative.
  var shares: [Double] { hits.map { Double($0) / Double(samples) } }

  /// Standard error of each share.
  var standardErrors: [Double] {
    guard groups > 1 else { return shares.map { ($0 * (1 - $0) / Double(max(samples, 1))).squareRoot() } }
    let n = Double(samples)
    let size = Double(groupSize)
    let short = Double(lastSize) - size
    let sizeSquares = Double(groups - 1) * size * size + Double(lastSize * lastSize)
    let correction = Double(groups) / Double(groups - 1)
    return hits.indices.map { i in
      let share = Double(hits[i]) / n
      let products = size * Double(hits[i]) + short * Double(lastHits[i] ?? 0)
      let sum = Double(squares[i]) - 2 * share * products + share * share * sizeSquares
      return (correction * max(sum, 0)).squareRoot() / n
    }
  }
}
