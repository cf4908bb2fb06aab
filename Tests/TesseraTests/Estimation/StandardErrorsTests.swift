import Foundation
import Tessera
import Testing

@Suite struct StandardErrorsTests {
  /// Comparisons drawn from known rewards, `n` for each pair that `density` lets through.
  func draw(_ truth: [Double], perPair n: Int, seed: UInt64, density: Double = 1) -> PairCounts {
    var random = RandomStream(seed: seed)
    var chosen = RandomStream(seed: 999)
    var pairs: [PairCounts.Pair] = []
    for i in truth.indices {
      for j in i + 1..<truth.count where chosen.uniform() < density || j == i + 1 {
        let p = logistic(truth[i] - truth[j])
        let wins = (0..<n).count { _ in random.uniform() < p }
        pairs.append(PairCounts.Pair(a: i, b: j, wins: Double(wins), losses: Double(n - wins)))
      }
    }
    return PairCounts(alternatives: truth.count, pairs: pairs)
  }

  @Test func `Errors match the spread of repeated studies`() throws {
    let truth = [1.0, 0.4, 0, -0.3, -0.8, -0.3]
    let weights = [0.3, 0.1, 0.2, 0.15, 0.25, 0.0]
    let lambda = 0.05
    let studies = 600
    var sums = [Double](repeating: 0, count: 6)
    var squares = sums
    var predicted = sums
    for study in 0..<studies {
      let counts = draw(truth, perPair: 60, seed: UInt64(study))
      let pairs = try pairWeights(counts, weights: weights)
      let estimate = try BradleyTerry(lambda: lambda).fit(counts, pairs)
      let errors = try StandardErrors(of: estimate, counts, pairs)
      #expect(errors.computation == .exact)
      for i in 0..<6 {
        sums[i] += estimate.rewards[i]
        squares[i] += estimate.rewards[i] * estimate.rewards[i]
        predicted[i] += (errors.values[i] ?? .nan) / Double(studies)
      }
    }
    for i in 0..<6 {
      let mean = sums[i] / Double(studies)
      let spread = (squares[i] / Double(studies) - mean * mean).squareRoot()
      // A standard deviation from 600 draws has a relative error of 1/sqrt(1200) = 2.9 %; four of those, and
      // a little for the curvature that a first-order error leaves out.
      #expect(abs(predicted[i] / spread - 1) < 0.13)
    }
  }

  @Test func `Simulated errors agree with exact ones`() throws {
    let instance = RandomInstance(seed: 4, alternatives: 80, density: 0.3)
    var weights = instance.weights
    weights[10] = 0
    let scale = weights.reduce(0, +)
    let counts = instance.decided
    let pairs = try pairWeights(counts, weights: weights.map { $0 / scale })
    let estimate = try BradleyTerry().fit(counts, pairs)
    let exact = try StandardErrors(of: estimate, counts, pairs).values
    let simulated = try StandardErrors(of: estimate, counts, pairs, draws: 2_000, denseLimit: 0)
    #expect(simulated.computation == .simulated)
    for i in 0..<80 {
      // 2,000 draws: relative error 1/sqrt(4000) = 1.6 %; 80 values at four standard errors.
      #expect(abs((simulated.values[i] ?? 0) / (exact[i] ?? 0) - 1) < 0.065)
    }
  }

  @Test func `Counted pairs and equal weights give the inverse Hessian of the likelihood`() throws {
    // With k_ij proportional to n_ij and no ridge to speak of, H^-1 Cov(g) H^-1 is (N H)^-1 on differences of
    // rewards: compare the error of r_a - r_b for two alternatives, where it is 1 / sqrt(n s').
    let n = 400.0
    let counts = PairCounts(alternatives: 2, pairs: [PairCounts.Pair(a: 0, b: 1, wins: 280, losses: 120)])
    let pairs = try pairWeights(counts, pairs: .count)
    let estimate = try BradleyTerry(lambda: 1e-9).fit(counts, pairs)
    let errors = try StandardErrors(of: estimate, counts, pairs)
    // r_a = -r_b = half the difference; one reward is fitted to the n outcomes, which leaves n - 1 to tell their spread.
    let expected = 0.5 / ((n - 1) * 0.7 * 0.3).squareRoot()
    #expect(abs((errors.values[0] ?? 0) / expected - 1) < 1e-6)
  }

  @Test func `Annotators who repeat themselves count once`() throws {
    // Every annotator says the same thing 25 times: the clustered error knows, the independent one does not.
    var random = RandomStream(seed: 12)
    var comparisons: [Comparison] = []
    for annotator in 0..<60 {
      for (i, j, p) in [(0, 1, 0.7), (1, 2, 0.6), (0, 2, 0.8)] {
        comparisons.append(
          Comparison(a: i, b: j, outcome: random.uniform() < p ? 1 : 0, count: 25, annotator: annotator))
      }
    }
    let counts = PairCounts(alternatives: 3, comparisons: comparisons)
    let pairs = try pairWeights(counts, weights: [0.3, 0.3, 0.4])
    let estimate = try BradleyTerry().fit(counts, pairs)
    let independent = try StandardErrors(of: estimate, counts, pairs)
    let clustered = try StandardErrors(of: estimate, counts, pairs, comparisons: comparisons)
    #expect(clustered.noise == .annotators)
    #expect(clustered.clusters == 60)
    for i in 0..<3 {
      // 25 copies: sqrt(25) = 5 times the error, give or take 1/sqrt(2 * 60) = 9 % of it.
      #expect(abs((clustered.values[i] ?? 0) / (independent.values[i] ?? 0) / 5 - 1) < 0.3)
    }
  }

  @Test func `One annotator is not a cluster`() throws {
    let comparisons = [Comparison(a: 0, b: 1, outcome: 1, annotator: 0)]
    let counts = PairCounts(alternatives: 2, comparisons: comparisons)
    let pairs = try pairWeights(counts)
    let estimate = try BradleyTerry().fit(counts, pairs)
    let errors = try StandardErrors(of: estimate, counts, pairs, comparisons: comparisons)
    #expect(errors.noise == .independent)
    #expect(errors.clusters == 0)
    #expect(try errors == StandardErrors(of: estimate, counts, pairs))
  }

  @Test func `Many annotators are simulated and agree`() throws {
    var random = RandomStream(seed: 13)
    var comparisons: [Comparison] = []
    for annotator in 0..<700 {
      let i = Int(random.uniform() * 20)
      let j = (i + 1 + Int(random.uniform() * 19)) % 20
      comparisons.append(
        Comparison(a: i, b: j, outcome: random.uniform() < 0.5 ? 1 : 0, annotator: annotator))
    }
    let counts = PairCounts(alternatives: 20, comparisons: comparisons)
    let pairs = try pairWeights(counts)
    let estimate = try BradleyTerry().fit(counts, pairs)
    let simulated = try StandardErrors(of: estimate, counts, pairs, comparisons: comparisons)
    let independent = try StandardErrors(of: estimate, counts, pairs)
    #expect(simulated.noise == .annotators)
    #expect(simulated.computation == .simulated)
    let ratio = zip(simulated.values, independent.values).reduce(0) { $0 + ($1.0 ?? 0) / ($1.1 ?? 0) } / 20
    // One comparison each: clustered and independent errors estimate the same thing.
    #expect(abs(ratio - 1) < 0.15)
  }

  /// Three small examples whose errors fell apart at a small lambda.
  static let examples: [(name: String, alternatives: Int, pairs: [PairCounts.Pair])] = [
    (
      "three alternatives", 3,
      [
        PairCounts.Pair(a: 0, b: 1, wins: 3, losses: 1), PairCounts.Pair(a: 1, b: 2, wins: 3, losses: 2),
        PairCounts.Pair(a: 0, b: 2, wins: 4, losses: 1),
      ]
    ),
    (
      // American League East 1987: Agresti, Categorical Data Analysis, Table 10.11. Wins of the row, in both parks.
      "baseball", 7,
      [
        [0, 7, 9, 7, 7, 9, 11], [6, 0, 7, 5, 11, 9, 9], [4, 6, 0, 7, 7, 8, 12], [6, 8, 6, 0, 6, 7, 10],
        [6, 2, 6, 7, 0, 7, 12], [4, 4, 5, 6, 6, 0, 6], [2, 4, 1, 3, 1, 7, 0],
      ].enumerated().flatMap { i, row in
        row.indices.filter { $0 > i }.map { j in
          PairCounts.Pair(a: i, b: j, wins: Double(row[j]), losses: 13 - Double(row[j]))
        }
      }
    ),
    (
      "a ring with ties", 6,
      (0..<6).map { i in
        PairCounts.Pair(a: i, b: (i + 1) % 6, wins: Double(2 + i), losses: Double(7 - i), ties: 3)
      }
    ),
  ]

  @Test(arguments: 0..<3, [LambdaConvention.local, .normalized])
  func `Errors do not fall apart at a small lambda`(example: Int, convention: LambdaConvention) throws {
    let (_, m, written) = Self.examples[example]
    let counts = PairCounts(alternatives: m, pairs: written)
    for pairs in PairConvention.allCases {
      let weights = try PairWeights(uniform: counts, pairs: pairs, lambda: convention)
      let found = try [1e-8, 1e-9, 1e-10, 1e-11, 1e-12].map { lambda in
        let estimate = try BradleyTerry(lambda: lambda, tolerance: 1e-13).fit(counts, weights)
        let errors = try StandardErrors(of: estimate, counts, weights, reference: 0)
        #expect(errors.computation == .exact)
        return (errors.values + (errors.differences ?? [])).map { $0 ?? .nan }
      }
      for errors in found {
        for (x, y) in zip(errors, found[0]) { #expect(abs(x - y) <= 1e-5 * y) }
        #expect(errors[1] > 0.1)
      }
    }
  }

  struct Study: Sendable, CustomTestStringConvertible {
    let deviation: Double
    let lambda: Double
    let hasTies: Bool
    var testDescription: String {
      "rewards of deviation \(deviation), lambda \(lambda)\(hasTies ? ", ties" : "")"
    }
  }

  static let studies: [Study] = [1.0, 3.0].flatMap { deviation in
    [1e-4, 0.1].flatMap { lambda in
      [false, true].map { Study(deviation: deviation, lambda: lambda, hasTies: $0) }
    }
  }

  @Test(arguments: studies)
  func `Reported errors are the true ones`(study: Study) throws {
    let m = 20
    var random = RandomStream(seed: 61)
    let truth = (0..<m).map { _ in study.deviation * random.normal() }
    let asked = (0..<m).flatMap { i in (i + 1..<m).map { (i, $0, 5 + Int(random.uniform() * 75)) } }
    let repeats = 400
    var (sums, squares, reported) = ([Double](repeating: 0, count: m), 0.0, 0.0)
    for number in 0..<repeats {
      var draws = RandomStream(seed: 62, stream: UInt64(number))
      let counts = PairCounts(
        alternatives: m,
        pairs: asked.map { i, j, n in
          let s = logistic(truth[i] - truth[j])
          // A tie takes from wins and losses alike: the mean stays.
          let tie = study.hasTies ? 0.8 * min(s, 1 - s) : 0
          var pair = PairCounts.Pair(a: i, b: j)
          for _ in 0..<n {
            let u = draws.uniform()
            if u < tie { pair.ties += 1 } else if u < tie / 2 + s { pair.wins += 1 } else { pair.losses += 1 }
          }
          return pair
        })
      let pairs = try PairWeights(uniform: counts)
      let estimate = try BradleyTerry(lambda: study.lambda, tolerance: 1e-8).fit(
        counts, pairs, work: Work(threads: 1))
      let errors = try StandardErrors(of: estimate, counts, pairs, work: Work(threads: 1))
      for i in 0..<m {
        sums[i] += estimate.rewards[i]
        squares += estimate.rewards[i] * estimate.rewards[i]
        reported += (errors.values[i] ?? .nan) * (errors.values[i] ?? .nan)
      }
    }
    let n = Double(repeats)
    let spread = (squares - sums.reduce(0) { $0 + $1 * $1 / n }) / (n - 1)
    let ratio = (reported / n / spread).squareRoot()
    // The spread of 19 free rewards over 400 repeats is known to 1 / sqrt(2 x 19 x 400) = 0.8 %, more where few of them
    // have most of it; 3 % are promised.
    #expect(ratio > 0.97 && ratio < 1.03)
  }

  @Test func `Who was never compared has no error`() throws {
    let data = try PreferenceDataset(
      alternatives: ["a", "b", "never"],
      comparisons: [Comparison(a: 0, b: 1, outcome: 1, count: 3), Comparison(a: 0, b: 1, outcome: 0)])
    let pairs = try PairWeights(uniform: data.pairCounts)
    let estimate = try BradleyTerry().fit(data.pairCounts, pairs)
    #expect(estimate.undetermined == [2])
    #expect(estimate.known[2] == nil && estimate.known[0] != nil)
    let errors = try StandardErrors(of: estimate, data.pairCounts, pairs, reference: 0)
    #expect(errors.values[2] == nil && (errors.values[0] ?? 0) > 0)
    #expect(errors.differences?[2] == .some(nil))
    #expect(errors.quasiVariances?[2] == .some(nil))
    let result = try RewardFit(fitSettings()).run(data)
    #expect(result.standard.rewards[2] == nil)
    #expect(result.standard.errors.values[2] == nil)
    #expect(result.standard.winRates[2] == nil)
    #expect(result.ranks(result.standard.rewards) == [1, 2, nil])
  }

  /// Eight alternatives, wins, losses, ties and soft labels, two pairs left out.
  func mixed() -> [(a: Int, b: Int, outcomes: [Double])] {
    var random = RandomStream(seed: 63)
    let truth = (0..<8).map { _ in 0.7 * random.normal() }
    return (0..<8).flatMap { i in (i + 1..<8).map { (i, $0) } }.filter { $0 != (0, 5) && $0 != (2, 3) }.map {
      i, j in
      let n = 4 + Int(random.uniform() * 20)
      return (
        i, j,
        (0..<n).map { k in
          let s = logistic(truth[i] - truth[j])
          return k % 5 == 4 ? 0.5 : k % 7 == 6 ? random.uniform() : random.uniform() < s ? 1 : 0
        }
      )
    }
  }

  @Test(arguments: PairConvention.allCases, [LambdaConvention.local, .normalized])
  func `Errors, differences and quasi-variances are those of the whole covariance`(
    convention: PairConvention, lambda: LambdaConvention
  ) throws {
    let outcomes = mixed()
    let comparisons = outcomes.flatMap { pair in
      pair.outcomes.map { Comparison(a: pair.a, b: pair.b, outcome: $0) }
    }
    let counts = PairCounts(alternatives: 8, comparisons: comparisons)
    var random = RandomStream(seed: 64)
    let raw = (0..<8).map { _ in 0.5 + random.uniform() }
    let pairs = try PairWeights(
      products: raw.map { $0 / raw.reduce(0, +) }, counts, pairs: convention, lambda: lambda)
    // Worth less than a fifth of a comparison, so that the errors are about these very rewards.
    let estimate = try BradleyTerry(lambda: 1e-3, tolerance: 1e-13).fit(counts, pairs)
    let plain = PlainErrors(
      outcomes, rewards: estimate.rewards,
      mass: { a, b in counts.entry(a, b).map { pairs.mass(ofRow: a, entry: $0) } ?? 0 },
      ridge: pairs.ridgeMasses.map { 1e-3 * $0 })
    for reference in 0..<8 {
      let errors = try StandardErrors(of: estimate, counts, pairs, reference: reference)
      for i in 0..<8 {
        #expect(abs((errors.values[i] ?? 0) / plain.covariance[i][i].squareRoot() - 1) < 1e-8)
        let difference = try #require(errors.differences?[i])
        if i == reference {
          #expect(difference == 0)
        } else {
          #expect(abs(difference / plain.variance(i, reference).squareRoot() - 1) < 1e-8)
        }
      }
      // q minimises sum (log(q_i + q_j) - log V_ij)^2: its derivatives are zero.
      let q = try #require(errors.quasiVariances).map { $0 ?? .nan }
      var worst = 0.0
      for i in 0..<8 {
        var slope = 0.0
        for j in 0..<8 where j != i {
          let ratio = (q[i] + q[j]) / plain.variance(i, j)
          slope += log(ratio) / (q[i] + q[j])
          worst = max(worst, abs(ratio.squareRoot() - 1))
        }
        #expect(abs(slope * q[i]) < 1e-5)
      }
      #expect(abs(worst - (errors.quasiError ?? 0)) < 1e-8)
    }
  }
}
