import Foundation
import Tessera

/// Random preference data for properties that must hold of any.
struct RandomInstance {
  let winRates: WinRates
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
    winRates = WinRates(alternatives: m, comparisons: comparisons)
    let raw = (0..<m).map { _ in 0.05 + random.uniform() }
    weights = raw.map { $0 / raw.reduce(0, +) }
    self.random = random
  }
}

func solve(
  _ winRates: WinRates, weights: [Double]? = nil, lambda: Double = 0.1, pairs: PairConvention = .proportion,
  denseLimit: Int = 256
) throws -> RewardEstimate {
  var solver = NewtonSolver()
  solver.denseLimit = denseLimit
  let m = winRates.alternatives
  return try solver.solve(
    BradleyTerry(
      winRates: winRates, weights: weights ?? Array(repeating: 1 / Double(m), count: m), lambda: lambda,
      pairs: pairs))
}

func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
