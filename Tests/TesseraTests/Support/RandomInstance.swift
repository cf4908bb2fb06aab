import Tessera

/// Random preference data for properties that must hold of any.
struct RandomInstance {
  let counts: PairCounts
  let weights: [Double]
  var random: RandomStream

  /// - Parameter density: Share of pairs that are compared; 1 for all.
  init(seed: UInt64, alternatives m: Int, density: Double = 1) {
    var random = RandomStream(seed: seed)
    var comparisons: [Comparison] = []
    for i in 0..<m {
      for j in i + 1..<m where density == 1 || random.uniform() < density || j == i + 1 {
        comparisons.append(
          Comparison(a: i, b: j, outcome: random.uniform(), count: 1 + (10 * random.uniform()).rounded()))
      }
    }
    counts = PairCounts(alternatives: m, comparisons: comparisons)
    let raw = (0..<m).map { _ in 0.05 + random.uniform() }
    weights = raw.map { $0 / raw.reduce(0, +) }
    self.random = random
  }

  /// The same pairs with wins and losses in place of soft labels, as near to the rates as whole numbers are.
  var decided: PairCounts {
    PairCounts(
      alternatives: counts.alternatives,
      pairs: counts.pairs.map { pair in
        let wins = pair.softSum.rounded()
        return PairCounts.Pair(a: pair.a, b: pair.b, wins: wins, losses: pair.count - wins)
      })
  }
}

/// Contexts in clusters with a decaying spectrum: cells of many sizes.
func clusteredContexts(_ m: Int, _ d: Int, seed: UInt64) throws -> Contexts {
  var random = RandomStream(seed: seed)
  let centres = (0..<5).map { _ in (0..<d).map { _ in random.normal() } }
  let rows = (0..<m).map { i in
    (0..<d).map { k in
      Float((centres[i % 5][k] + 0.7 * random.normal()) / (1 + Double(k) / 10).squareRoot())
    }
  }
  return try Contexts(Matrix(rows))
}

/// Normal contexts around 3, 0, 0, ... whose spread falls with the coordinate.
func spreadRows(_ m: Int, _ d: Int, seed: UInt64) -> [[Double]] {
  var random = RandomStream(seed: seed)
  return (0..<m).map { _ in (0..<d).map { k in random.normal() / Double(1 + k) + (k == 0 ? 3 : 0) } }
}

/// Shares of random points, by a plan on request.
func sample(
  _ contexts: Contexts, in space: some AlternativeSpace, _ samples: Int, seed: UInt64,
  plan: SamplingPlan? = nil,
  work: Work = Work()
) throws -> AlternativeWeights {
  try VoronoiWeights.weights(
    contexts: contexts, space: space, method: .sampled, samples: samples, seed: seed, plan: plan, work: work)
}
