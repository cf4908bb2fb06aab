import Tessera

/// Rewards under products of weights, by default with the ridge of Equation 2 to the letter.
func solve(
  _ counts: PairCounts, weights: [Double]? = nil, lambda: Double = 0.1, pairs: PairConvention = .proportion,
  convention: LambdaConvention = .normalized, denseLimit: Int = 256, work: Work = Work()
) throws -> RewardEstimate {
  try BradleyTerry(lambda: lambda, denseLimit: denseLimit).fit(
    counts, pairWeights(counts, weights: weights, pairs: pairs, convention: convention), work: work)
}

func pairWeights(
  _ counts: PairCounts, weights: [Double]? = nil, pairs: PairConvention = .proportion,
  convention: LambdaConvention = .normalized
) throws -> PairWeights {
  let m = counts.alternatives
  return try PairWeights(
    products: weights ?? Array(repeating: 1 / Double(m), count: m), counts, pairs: pairs, lambda: convention)
}

func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}

/// Rows and columns of numbers with the same contexts.
func contexts(_ rows: [[Double]]) throws -> Contexts { try Contexts(Matrix(rows)) }
