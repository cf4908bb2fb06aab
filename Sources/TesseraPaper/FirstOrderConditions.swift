import Foundation
import Tessera

/// Theorems 2.5 and 4.4, Corollary 4.5 and Theorem 4.6 on random instances.
enum FirstOrderConditions {
  static func section(instances: Int, seed: UInt64) throws -> PaperSection {
    var standardResidual = 0.0
    var weightedResidual = 0.0
    var disorder = 0
    var pairs = 0
    var spaceDifference = 0.0
    var random = RandomStream(seed: seed, stream: 3)
    for instance in 0..<instances {
      let m = 3 + instance % 20
      let points = (0..<m).map { _ in [random.uniform(), random.uniform()] }
      let p = randomWinRates(m, &random)
      let lambda = [0.01, 0.1, 1][instance % 3]
      let weights = try VoronoiWeights.weights(
        contexts: Contexts(Matrix(points)), space: UnitCube(dimension: 2), method: .exact
      ).values
      for (values, weighted) in [(Array(repeating: 1 / Double(m), count: m), false), (weights, true)] {
        let r = try rewards(WinRates(complete: p), weights: values, lambda: lambda)
        let averages = (0..<m).map { i in (0..<m).reduce(0) { $0 + values[$1] * p[i][$1] } }
        // The condition written out anew: nothing here comes from the solver but the rewards.
        for i in 0..<m {
          let fitted = (0..<m).reduce(0) { $0 + values[$1] * logistic(r[i] - r[$1]) }
          let residual = abs(averages[i] - lambda * r[i] - fitted)
          if weighted {
            weightedResidual = max(weightedResidual, residual)
          } else {
            standardResidual = max(standardResidual, residual)
          }
          for j in 0..<i {
            pairs += 1
            if (r[i] > r[j]) != (averages[i] > averages[j]) { disorder += 1 }
          }
        }
      }
      if instance < max(1, instances / 10) {
        spaceDifference = max(spaceDifference, try spaceEstimateDifference(points, p, lambda: lambda))
      }
    }
    return PaperSection(
      name: "3", title: "What the estimates are (Theorems 2.5, 4.4, 4.6, Corollary 4.5)",
      paragraphs: [
        "Random contexts in the unit square, random win rates, three values of lambda: \(instances) instances of 3 to 22 alternatives, every condition written out anew from the rewards."
      ],
      claims: [
        .atMost(
          "Theorem 2.5",
          "Standard estimate: average win rate in the data = lambda r + average win rate under r; largest residual",
          bound: 1e-9, found: standardResidual),
        .atMost(
          "Theorem 4.4", "Weighted estimate: the same with weighted averages; largest residual", bound: 1e-9,
          found: weightedResidual),
        .atMost(
          "Corollary 4.5", "Rewards rank as (weighted) average win rates: pairs out of order among \(pairs)",
          bound: 0,
          found: Double(disorder)),
        .atMost(
          "Theorem 4.6",
          "The weighted estimate is the standard estimate over a grid of the whole space in which every point answers as its nearest alternative; largest difference",
          bound: 1e-8, found: spaceDifference),
      ],
      figures: [])
  }

  private static func randomWinRates(_ m: Int, _ random: inout RandomStream) -> [[Double]] {
    var p = Array(repeating: Array(repeating: 0.5, count: m), count: m)
    for i in 0..<m {
      for j in 0..<i {
        p[i][j] = random.uniform()
        p[j][i] = 1 - p[i][j]
      }
    }
    return p
  }

  /// The space as a grid of points, each an alternative with the win rates of its nearest original: their standard
  /// estimate against the weighted one whose weights are shares of the same grid.
  private static func spaceEstimateDifference(_ points: [[Double]], _ p: [[Double]], lambda: Double) throws
    -> Double
  {
    let side = 16
    let nearest = (0..<side * side).map { cell -> Int in
      let x = (Double(cell % side) + 0.5) / Double(side)
      let y = (Double(cell / side) + 0.5) / Double(side)
      let distances = points.map { ($0[0] - x) * ($0[0] - x) + ($0[1] - y) * ($0[1] - y) }
      return distances.indices.min { distances[$0] < distances[$1] } ?? 0
    }
    var weights = [Double](repeating: 0, count: points.count)
    for i in nearest { weights[i] += 1 / Double(nearest.count) }
    let weighted = try rewards(WinRates(complete: p), weights: weights, lambda: lambda)
    let all = try rewards(WinRates(complete: nearest.map { i in nearest.map { p[i][$0] } }), lambda: lambda)
    return largestShift(all, nearest.map { weighted[$0] })
  }
}
