import Tessera
import Testing

@Suite struct LambdaCurveTests {
  /// The curve of the standard estimate, or of weights.
  static func curve(_ data: PreferenceDataset, _ weights: PairWeights? = nil, seed: UInt64 = 0) throws
    -> LambdaCurve
  {
    let folds = try #require(Folds(data, seed: seed))
    let pairs = try weights ?? PairWeights(uniform: data.pairCounts, pairs: .count)
    return try LambdaCurve(
      folds, data.pairCounts, pairs, pairs: .count, lambda: .local,
      groups: weights == nil ? nil : data.contexts?.duplicates())
  }

  /// Votes on alternatives whose rewards have a given spread, without contexts.
  static func board(_ m: Int, _ count: Int, spread: Double, seed: UInt64) throws -> PreferenceDataset {
    var random = RandomStream(seed: 500 + seed)
    let truth = (0..<m).map { _ in spread * random.normal() }
    return try PreferenceDataset(
      alternatives: (0..<m).map { "model \($0)" },
      comparisons: (0..<count).map { k in
        let i = Int(random.uniform() * Double(m))
        let j = (i + 1 + Int(random.uniform() * Double(m - 1))) % m
        return Comparison(
          a: i, b: j, outcome: random.uniform() < logistic(truth[i] - truth[j]) ? 1 : 0, prompt: k % 40)
      })
  }

  @Test func `The loss of every strength is that of plain fits of the folds`() throws {
    let data = try Self.board(12, 300, spread: 1, seed: 1)
    let folds = try #require(Folds(data, seed: 3))
    let curve = try Self.curve(data, seed: 3)
    #expect(curve.unit == .prompt && curve.folds == 5)
    #expect(curve.points.map(\.lambda) == LambdaCurve.grid)
    for point in [curve.points[0], curve.points[5], curve.points[10]] {
      var (loss, total) = (0.0, 0.0)
      for fold in 0..<5 {
        let part = PairCounts(alternatives: 12, comparisons: folds.training[fold])
        let fit = try BradleyTerry(lambda: point.lambda).fit(part, PairWeights(uniform: part, pairs: .count))
        for row in folds.heldOut[fold] {
          loss += row.count * logLoss(fit.rewards[Int(row.a)] - fit.rewards[Int(row.b)], outcome: row.outcome)
          total += row.count
        }
      }
      // Fits of the curve are good to three digits of the rewards.
      #expect(abs(point.loss - loss / total) < 1e-4, "lambda \(point.lambda)")
    }
    #expect(curve.points.allSatisfy { $0.difference >= 0 && $0.error >= 0 })
    #expect(curve.points.first { $0.lambda == curve.chosen }?.difference == 0)
  }

  @Test func `Strong preferences want a weak hold, noise a strong one`() throws {
    let strong = try Self.curve(Self.board(15, 3_000, spread: 2, seed: 2)).chosen
    let noise = try Self.curve(Self.board(15, 300, spread: 0, seed: 3)).chosen
    #expect(strong <= 0.01 && noise >= 1, "\(strong), \(noise)")
  }

  @Test func `Exact copies of a record do not choose the strength`() throws {
    let rows = votes(14, 400, seed: 90)
    let data = try voteData(14, rows)
    for clones in [1, 10, 50] {
      let flooded = try CloneInjection(into: data, of: 3, count: clones, distance: 0).dataset
      let fit = RewardFit()
      let before = try fit.estimate(data, by: Local())
      let after = try fit.estimate(flooded, by: Local())
      #expect(before.lambda == after.lambda)
      for (a, b) in zip(try #require(before.curve).points, try #require(after.curve).points) {
        // Fits of a curve are good to three digits.
        #expect(abs(a.loss - b.loss) < 1e-4)
      }
      #expect(largestDifference(before.rewards, Array(after.rewards.prefix(14))) < 1e-7)
    }
  }

  @Test func `Every fit of a curve goes on from the one before: a few Newton steps each`() throws {
    let data = try Self.board(60, 20_000, spread: 1, seed: 4)
    let curve = try Self.curve(data)
    let pairs = try PairWeights(uniform: data.pairCounts, pairs: .count)
    let plain = try BradleyTerry(lambda: 0.01).fit(data.pairCounts, pairs).iterations
    let fits = curve.folds * curve.points.count
    // From nothing each would take `plain` of them.
    #expect(2 * curve.iterations < plain * fits, "\(curve.iterations) of \(fits) fits, plain \(plain)")
    #expect(curve.iterations >= fits / 2)
  }

  @Test func `The settings' lambda and the curve's are what the estimates have`() throws {
    let data = try voteData(16, votes(16, 300, seed: 91))
    let auto = try RewardFit().run(data)
    for estimate in [auto.standard, try #require(auto.weighted)] {
      #expect(estimate.lambda == estimate.curve?.chosen)
      #expect(estimate.fit.lambda == estimate.lambda)
    }
    var fixed = RewardFit.Settings()
    fixed.lambda = .value(auto.standard.lambda)
    let given = try RewardFit(fixed).run(data)
    #expect(given.standard.curve == nil && given.standard.fit.rewards == auto.standard.fit.rewards)
    // Too little to hold out: the paper's.
    let tiny = try PreferenceDataset(
      alternatives: ["a", "b", "c"],
      comparisons: [Comparison(a: 0, b: 1, outcome: 1), Comparison(a: 1, b: 2, outcome: 1)])
    let few = try RewardFit().run(tiny).standard
    #expect(few.lambda == 0.1 && few.curve == nil)
  }

  @Test func `Where the leaders depend on a strength that the data do not tell, it is said`() throws {
    var depends = 0
    for seed in 0..<8 {
      let data = try Self.board(10, 120, spread: 0.3, seed: 20 + UInt64(seed))
      guard Components(data.pairCounts).count == 1 else { continue }
      let found = try RewardFit().run(data).standard
      let curve = try #require(found.curve)
      // Plain fits at every strength that predicts as well.
      var others: [(Double, [Int])] = []
      for point in curve.points where point.isFlat && point.lambda != curve.chosen {
        let fit = try BradleyTerry(lambda: point.lambda).fit(
          data.pairCounts, PairWeights(uniform: data.pairCounts, pairs: .count))
        let first = fit.rewards.indices.sorted { (fit.rewards[$1], $0) < (fit.rewards[$0], $1) }.prefix(3)
        if Array(first) != found.leaders.leaders { others.append((point.lambda, Array(first))) }
      }
      #expect(found.leaders.others.map(\.lambda) == others.map(\.0))
      #expect(found.leaders.others.map(\.leaders) == others.map(\.1))
      #expect(found.leaders.leaderChanges == others.contains { $0.1[0] != found.leaders.leaders[0] })
      if !others.isEmpty { depends += 1 }
    }
    #expect(depends > 0)
    let data = try Self.board(10, 120, spread: 0.3, seed: 20)
    // With one strength there is nothing to depend on.
    let fixed = try RewardFit(fitSettings()).run(data).standard
    #expect(fixed.leaders.others.isEmpty)
  }

  @Test func `The same curve on any number of cores`() throws {
    let data = try voteData(20, votes(20, 500, seed: 92))
    let one = try RewardFit().run(data, work: Work(threads: 1))
    let many = try RewardFit().run(data, work: Work(threads: 5))
    #expect(one.standard.curve == many.standard.curve && one.weighted?.curve == many.weighted?.curve)
  }
}
