import Foundation
import Tessera

/// How well schemes find a truth that is known: annotators of three types with smooth rewards over the unit cube. The truth
/// is the estimate over the space itself, a thousand uniform points with weight, the alternatives without.
struct RecoveryStudy {
  let dimension: Int
  let comparisons: Int
  let instances: Int

  private static let lambda = 0.1

  func run() throws {
    print("\n### Generated data with a known truth, \(dimension) dimensions, \(comparisons) comparisons\n")
    print(
      "60 alternatives, 45 of them paraphrases of three; three annotator types with smooth rewards. Truth: the estimate over 1,000 uniform points of the space, lambda \(Self.lambda) throughout. Root mean square error of the rewards, mean over \(instances) instances ± standard error; \"exact win rates\" shows the bias alone.\n"
    )
    print("| weights | error, exact win rates | error, from comparisons |")
    print(rule(columns: 3))
    var errors: [String: (exact: Mean, drawn: Mean)] = [:]
    var order: [String] = []
    for instance in try inParallel(instances, { try Self.errors(Instance(number: $0, self)) }) {
      for one in instance {
        if errors[one.name] == nil { order.append(one.name) }
        errors[one.name, default: (Mean(), Mean())].exact.values.append(one.exact)
        errors[one.name, default: (Mean(), Mean())].drawn.values.append(one.drawn)
      }
    }
    for name in order {
      guard let found = errors[name] else { continue }
      print("| \(name) | \(found.exact.spelled(digits: 3)) | \(found.drawn.spelled(digits: 3)) |")
    }
  }

  /// Alternatives, what is true of them, and comparisons.
  private struct Instance {
    let contexts: Contexts
    let truth: [Double]
    let exact: PreferenceDataset
    let drawn: PreferenceDataset

    init(number: Int, _ study: RecoveryStudy) throws {
      let dimension = study.dimension
      var random = RandomStream(seed: UInt64(number), for: .paperInstances, number: 57)
      func point() -> [Double] { (0..<dimension).map { _ in random.uniform() } }
      let bases = (0..<15).map { _ in point() }
      var rows = bases
      for i in 0..<45 {
        rows.append(bases[i % 3].map { min(max($0 + 0.01 * random.normal(), 0), 1) })
      }
      let types = (0..<3).map { _ in (0..<dimension + 3).map { _ in 2 * random.normal() } }
      func reward(_ t: [Double], _ x: [Double]) -> Double {
        let linear = zip(t, x).reduce(0) { $0 + $1.0 * $1.1 }
        let waves = t[dimension] * sin(4 * x[0]) + t[dimension + 1] * cos(4 * x[1])
        return linear + waves + t[dimension + 2] * x[0] * x[1]
      }
      let everything = rows + (0..<1_000).map { _ in point() }
      let values = types.map { t in everything.map { reward(t, $0) } }
      func p(_ i: Int, _ j: Int) -> Double {
        values.reduce(0) { $0 + logistic($1[i] - $1[j]) } / Double(types.count)
      }
      let (m, all) = (rows.count, everything.count)
      let known = PairCounts(complete: (0..<all).map { i in (0..<all).map { i == $0 ? 0.5 : p(i, $0) } })
      truth = try BradleyTerry(lambda: RecoveryStudy.lambda).fit(
        known, PairWeights(products: (0..<all).map { $0 < m ? 0 : 1 / 1_000 }, known, lambda: .normalized)
      ).rewards
      let contexts = try Contexts(Matrix(rows))
      func dataset(_ comparisons: [Comparison]) throws -> PreferenceDataset {
        try PreferenceDataset(
          alternatives: (0..<m).map { "\($0)" }, contexts: contexts, comparisons: comparisons)
      }
      exact = try dataset(
        (0..<m).flatMap { i in (i + 1..<m).map { Comparison(a: i, b: $0, outcome: p(i, $0)) } })
      drawn = try dataset(
        (0..<study.comparisons).map { _ in
          let a = min(Int(random.uniform() * Double(m)), m - 1)
          let b = (a + 1 + min(Int(random.uniform() * Double(m - 1)), m - 2)) % m
          return Comparison(a: a, b: b, outcome: random.uniform() < p(a, b) ? 1 : 0)
        })
      self.contexts = contexts
    }
  }

  private static func errors(_ instance: Instance) throws -> [(name: String, exact: Double, drawn: Double)] {
    let m = instance.contexts.count
    let work = Work(threads: 1)
    // Among so many paraphrases the median neighbour is a paraphrase: five times that still tells the bases apart.
    let median = try 5 * instance.contexts.medianNeighbourDistance(work: work)
    var settings = RewardFit.Settings()
    settings.pairs = .proportion
    let fit = RewardFit(settings)
    return try generatedSchemes(median, alternatives: m).map { scheme in
      let measuring = scheme.scheme(Sampling(samples: 200_000))
      let measured = scheme.isLocal ? nil : try measuring.measure(instance.exact, work: work)
      func error(_ data: PreferenceDataset) throws -> Double {
        let found = try fit.estimate(data, by: measuring, measured: measured, lambda: lambda, work: work)
        return deviation((0..<m).map { found.rewards[$0] - instance.truth[$0] })
      }
      return (label(scheme), try error(instance.exact), try error(instance.drawn))
    }
  }
}
