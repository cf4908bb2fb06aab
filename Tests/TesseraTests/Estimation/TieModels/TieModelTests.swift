import Foundation
import Tessera
import TestSupport
import Testing

@Suite struct TieModelTests {
  struct Reference: Decodable, CustomTestStringConvertible {
    let name: String
    let alternatives: Int
    let rows: [[Double]]
    let model: TieModel
    let lambda: Double
    let rewards: [Double]
    let parameter: Double
    let standardErrors: [Double]
    var testDescription: String { name }

    var comparisons: [Comparison] {
      rows.map { Comparison(a: Int($0[0]), b: Int($0[1]), outcome: $0[2], count: $0[3]) }
    }
  }

  @Test(arguments: try References.cases("ties.json", as: Reference.self))
  func `Rewards, parameter and errors are those of the bare probabilities`(reference: Reference) throws {
    let counts = PairCounts(alternatives: reference.alternatives, comparisons: reference.comparisons)
    let pairs = try PairWeights(uniform: counts, pairs: .count, lambda: .normalized)
    let fit = try TieModelFit(reference.model, counts, pairs, lambda: reference.lambda)
    #expect(fit.certificate <= TieModelFit.tolerance)
    // Certificates of 1e-10 at most, over curvatures of a thousandth at least.
    #expect(largestDifference(fit.rewards.map { $0 ?? .nan }, reference.rewards) < 1e-6)
    #expect(abs(fit.parameter / reference.parameter - 1) < 1e-6)
    let errors = try fit.errors(counts, pairs, comparisons: reference.comparisons)
    for (found, expected) in zip(errors.values, reference.standardErrors) {
      // Their Hessian is a difference over 2e-5.
      #expect(abs((found ?? .nan) / expected - 1) < 1e-5)
    }
  }

  /// F from probabilities that are written out here.
  func objective(
    _ model: TieModel, _ rewards: [Double], _ parameter: Double, _ counts: PairCounts, _ pairs: PairWeights,
    _ lambda: Double
  ) -> Double {
    var sum = 0.0
    for i in 0..<counts.alternatives {
      sum += lambda / 2 * pairs.ridgeMasses[i] * rewards[i] * rewards[i]
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] where counts.opponents[entry] > i {
        let j = Int(counts.opponents[entry])
        guard let pair = counts.pair(i, j) else { continue }
        let (x, y) = (exp(rewards[i]), exp(rewards[j]))
        let (win, tie, loss): (Double, Double, Double)
        switch model {
        case .davidson:
          let middle = parameter * (x * y).squareRoot()
          (win, tie, loss) = (x / (x + y + middle), middle / (x + y + middle), y / (x + y + middle))
        case .raoKupper:
          (win, loss) = (x / (x + parameter * y), y / (y + parameter * x))
          tie = 1 - win - loss
        }
        let own = pair.wins * log(win) + pair.ties * log(tie) + pair.losses * log(loss)
        sum -= pairs.mass(ofRow: i, entry: entry) / pair.count * own
      }
    }
    return sum
  }

  @Test(arguments: TieModel.allCases)
  func `At the fit no step of one reward or of the parameter lowers the objective`(model: TieModel) throws {
    let counts = PairCounts(
      alternatives: 4, comparisons: votes(4, 200, seed: 5).filter { [0, 0.5, 1].contains($0.outcome) })
    let pairs = try PairWeights(products: [0.4, 0.1, 0.3, 0.2], counts, pairs: .count)
    let fit = try TieModelFit(model, counts, pairs, lambda: 0.02)
    let rewards = fit.rewards.map { $0 ?? .nan }
    let step = 1e-4
    for k in 0...4 {
      func value(_ step: Double) -> Double {
        var moved = rewards
        if k < 4 { moved[k] += step }
        return objective(model, moved, fit.parameter * (k == 4 ? exp(step) : 1), counts, pairs, 0.02)
      }
      let here = value(0)
      #expect(value(step) > here && value(-step) > here)
      // Central differences are good to step^2 times a third derivative below 10.
      #expect(abs(value(step) - value(-step)) / (2 * step) < 1e-7)
    }
  }

  @Test(arguments: TieModel.allCases)
  func `The three outcomes have probabilities that add up to one, and a swap of sides swaps them`(
    model: TieModel
  ) throws {
    let counts = PairCounts(
      alternatives: 2, pairs: [PairCounts.Pair(a: 0, b: 1, wins: 5, losses: 2, ties: 3)])
    let fit = try TieModelFit(model, counts, PairWeights(uniform: counts), lambda: 1e-9)
    func p(_ a: Int, _ b: Int, _ outcome: Double) -> Double {
      exp(-(fit.logLoss(a, b, outcome: outcome) ?? .nan))
    }
    #expect(abs(p(0, 1, 1) + p(0, 1, 0.5) + p(0, 1, 0) - 1) < 1e-12)
    #expect(abs(p(0, 1, 1) - p(1, 0, 0)) < 1e-12)
    // One pair and two free numbers: the shares themselves.
    #expect(abs(p(0, 1, 1) - 0.5) < 1e-6 && abs(p(0, 1, 0.5) - 0.3) < 1e-6)
  }

  @Test func `Nothing but ties, or none, is refused`() throws {
    let none = PairCounts(alternatives: 2, pairs: [PairCounts.Pair(a: 0, b: 1, wins: 5, losses: 2)])
    let only = PairCounts(alternatives: 2, pairs: [PairCounts.Pair(a: 0, b: 1, ties: 2)])
    #expect(throws: TieModelError.noTies) {
      try TieModelFit(.davidson, none, PairWeights(uniform: none), lambda: 1)
    }
    #expect(throws: TieModelError.onlyTies) {
      try TieModelFit(.raoKupper, only, PairWeights(uniform: only), lambda: 1)
    }
  }

  @Test func `An annotator who says everything twice says it once`() throws {
    var once: [Comparison] = []
    for (k, row) in votes(5, 120, seed: 9).filter({ [0, 0.5, 1].contains($0.outcome) }).enumerated() {
      once.append(Comparison(a: Int(row.a), b: Int(row.b), outcome: row.outcome, annotator: k))
    }
    func errors(_ rows: [Comparison]) throws -> [Double?] {
      let counts = PairCounts(alternatives: 5, comparisons: rows)
      let pairs = try PairWeights(uniform: counts, pairs: .count)
      return try TieModelFit(.davidson, counts, pairs, lambda: 0.01).errors(counts, pairs, comparisons: rows)
        .values
    }
    for (a, b) in zip(try errors(once), try errors(once + once)) {
      #expect(abs((a ?? 0) / (b ?? 1) - 1) < 1e-8)
    }
  }
}
