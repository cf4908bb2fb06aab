import Tessera
import Testing

@Suite struct LinearRewardTests {
  static func data(_ m: Int = 50, dimension d: Int = 5, _ count: Int = 120, seed: UInt64 = 1) throws
    -> PreferenceDataset
  {
    var random = RandomStream(seed: 700 + seed)
    let rows = (0..<m).map { _ in (0..<d).map { _ in random.normal() } }
    let theta = (0..<d).map { _ in random.normal() }
    func reward(_ i: Int) -> Double { zip(rows[i], theta).reduce(0) { $0 + $1.0 * $1.1 } }
    return try PreferenceDataset(
      alternatives: (0..<m).map { "n\($0)" }, contexts: Contexts(Matrix(rows)),
      prompts: (0..<12).map { "p\($0)" },
      comparisons: (0..<count).map { k in
        let a = Int(random.uniform() * Double(m))
        let b = (a + 1 + Int(random.uniform() * Double(m - 1))) % m
        return Comparison(
          a: a, b: b, outcome: random.uniform() < logistic(reward(a) - reward(b)) ? 1 : 0, prompt: k % 12)
      })
  }

  @Test func `The coefficients solve the first-order condition of the objective`() throws {
    let data = try Self.data()
    let contexts = try #require(data.contexts)
    let pairs = try PairWeights(
      products: (0..<50).map { Double(1 + $0 % 3) / 99 }, data.pairCounts, pairs: .count)
    let found = try LinearReward(
      LinearReward.Design(contexts), data.pairCounts, pairs, lambda: 0.05, tolerance: 1e-14)
    // sum_i c_i (sum_j v_ij (p_ij - s_ij) - lambda rho_i r_i) = 0 in every coordinate, and for the constant.
    let counts = data.pairCounts
    let rho = pairs.ridgeMasses
    var gradient = [Double](repeating: 0, count: 6)
    for i in 0..<50 {
      var slope = -0.05 * rho[i] * found.rewards[i]
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let s = logistic(found.rewards[i] - found.rewards[Int(counts.opponents[entry])])
        slope += pairs.mass(ofRow: i, entry: entry) * (counts.rates[entry] - s)
      }
      for k in 0..<5 { gradient[k] += slope * contexts[i, k] }
      gradient[5] += slope
    }
    #expect(gradient.allSatisfy { abs($0) < 1e-9 }, "\(gradient)")
  }

  @Test func `With a coordinate for each alternative it is the estimate of rewards`() throws {
    let rows = votes(9, 200, seed: 96)
    let data = try PreferenceDataset(
      alternatives: (0..<9).map { "n\($0)" },
      contexts: Contexts(Matrix((0..<9).map { i in (0..<9).map { $0 == i ? 1.0 : 0 } })), comparisons: rows)
    let pairs = try PairWeights(uniform: data.pairCounts)
    let fit = try BradleyTerry(lambda: 0.1).fit(data.pairCounts, pairs)
    let linear = try LinearReward(
      LinearReward.Design(#require(data.contexts)), data.pairCounts, pairs, lambda: 0.1, tolerance: 1e-14)
    #expect(largestDifference(fit.rewards, linear.rewards) < 1e-6)
  }

  @Test(arguments: [false, true])
  func `Copies change no reward that is a function of contexts, with a whole record or a part of one`(
    part: Bool
  ) throws {
    let data = try Self.data()
    for clones in [1, 20] {
      // The whole record of alternative 7, or one comparison of it.
      let flooded: PreferenceDataset
      if part {
        let contexts = try #require(data.contexts)
        let rows = (0..<50).map { contexts.row($0) } + Array(repeating: contexts.row(7), count: clones)
        let own = try #require(data.comparisons.first { $0.a == 7 || $0.b == 7 })
        let copies = (0..<clones).map { k in
          Comparison(
            a: own.a == 7 ? 50 + k : Int(own.a), b: own.b == 7 ? 50 + k : Int(own.b), outcome: own.outcome,
            prompt: Int(own.prompt))
        }
        flooded = try PreferenceDataset(
          alternatives: (0..<50 + clones).map { "n\($0)" }, contexts: Contexts(Matrix(rows)),
          prompts: data.prompts,
          comparisons: data.comparisons + copies)
      } else {
        flooded = try CloneInjection(into: data, of: 7, count: clones, distance: 0).dataset
      }
      func rewards(_ data: PreferenceDataset) throws -> [Double] {
        let contexts = try #require(data.contexts)
        // The clones' repeats of a pair are not repeats: each is a pair of its own.
        let local = try LocalComparisonWeights(contexts: contexts, counts: data.pairCounts)
        let pairs = try PairWeights(local, data.pairCounts, pairs: .proportion, groups: contexts.duplicates())
        return try LinearReward(
          LinearReward.Design(contexts), data.pairCounts, pairs, lambda: 0.1, tolerance: 1e-14
        )
        .rewards
      }
      let (before, after) = (try rewards(data), try rewards(flooded))
      // The mean of the contexts has moved, and the constant with it; rewards have not.
      #expect(largestDifference(before, Array(after.prefix(50))) < 1e-7)
      // What it would be without: copies count.
      let pairs = try PairWeights(uniform: flooded.pairCounts, pairs: .count)
      let plain = try LinearReward(
        LinearReward.Design(#require(flooded.contexts)), flooded.pairCounts, pairs, lambda: 0.1)
      let alone = try LinearReward(
        LinearReward.Design(#require(data.contexts)), data.pairCounts,
        PairWeights(uniform: data.pairCounts, pairs: .count),
        lambda: 0.1)
      if clones == 20 { #expect(largestDifference(alone.rewards, Array(plain.rewards.prefix(50))) > 0.02) }
    }
  }

  @Test func `Minibatches of weighed comparisons lead to the same minimum`() throws {
    let data = try Self.data()
    let contexts = try #require(data.contexts)
    let measured = try Local().measure(data)
    guard case .local(let local)? = measured.comparisons else { return }
    let training = RewardTraining(
      hidden: [], steps: 4_000, batchSize: 512, learningRate: 0.01, lambda: 0.1, runs: 1, seed: 0)
    let trained = try training.train(data, weights: measured).scores(of: contexts).mean
    let pairs = try PairWeights(local, data.pairCounts, pairs: .count, groups: contexts.duplicates())
    let exact = try LinearReward(LinearReward.Design(contexts), data.pairCounts, pairs, lambda: 0.1)
    // Adam in single precision on all comparisons at once.
    #expect(largestDifference(trained, exact.rewards) < 2e-3)
  }

  @Test func `Whole prompts can be held out`() throws {
    let data = try Self.data(200, dimension: 4, 600)
    let folds = try #require(Folds(data, predictsNewAlternatives: true, seed: 0))
    #expect(folds.unit == .prompt)
    let curve = try LambdaCurve(
      linear: LinearReward.Design(#require(data.contexts)), folds, data.pairCounts,
      PairWeights(uniform: data.pairCounts, pairs: .count), pairs: .count, lambda: .local, groups: nil)
    #expect(curve.chosen <= 0.1 && (curve.points.map(\.loss).min() ?? 1) < 0.6)
  }
}
