import Tessera
import Testing

/// What every estimate promises: pairs that count once or by their comparisons, the three meanings of lambda, equal and
/// other weights, whatever the outcomes are, in one component and in several.
@Suite struct EstimatorLaws {
  enum Outcomes: String, Sendable, CaseIterable { case decided, ties, soft }
  enum Weights: String, Sendable, CaseIterable { case equal, uneven, someZero }

  struct Case: Sendable, CustomTestStringConvertible {
    let pairs: PairConvention
    let convention: LambdaConvention
    let weighing: Weights
    let outcomes: Outcomes
    let components: Int

    var testDescription: String {
      "\(pairs), \(convention), \(weighing) weights, \(outcomes) outcomes, \(components) components"
    }

    static let alternatives = 14
    /// The lambda of the objective.
    var lambda: Double {
      let lambda = convention == .paper ? 0.7 : 0.05
      return weighing == .equal ? convention.standardLambda(lambda, alternatives: Self.alternatives) : lambda
    }

    /// Rows of random comparisons, several to a pair, in either order; every third alternative is of one component where
    /// there are three.
    var rows: [Comparison] {
      let m = Self.alternatives
      var random = RandomStream(seed: 77)
      let truth = (0..<m).map { _ in random.normal() }
      let componentOf = (0..<m).map { components == 1 ? 0 : $0 % components }
      var rows: [Comparison] = []
      func compare(_ i: Int, _ j: Int) {
        for _ in 0..<1 + Int(random.uniform() * 4) {
          var outcome = random.uniform() < logistic(truth[i] - truth[j]) ? 1.0 : 0
          if outcomes != .decided, random.uniform() < 0.3 { outcome = 0.5 }
          if outcomes == .soft, random.uniform() < 0.5 { outcome = random.uniform() }
          // A share with a count is one of so many votes; without, it is a soft label.
          rows.append(Comparison(a: i, b: j, outcome: outcome, count: 1 + (3 * random.uniform()).rounded()))
        }
      }
      // A chain in each component, and a third of the other pairs.
      for i in 0..<m {
        for j in 0..<m where i != j && componentOf[i] == componentOf[j] {
          if j == i + components || random.uniform() < 0.15 { compare(i, j) }
        }
      }
      return rows
    }

    var weights: [Double] {
      let m = Self.alternatives
      if weighing == .equal { return Array(repeating: 1 / Double(m), count: m) }
      var random = RandomStream(seed: 78)
      let raw = (0..<m).map { i in
        let w = 0.05 + random.uniform()
        return weighing == .someZero && i % 5 == 2 ? 0 : w
      }
      return raw.map { $0 / raw.reduce(0, +) }
    }

    func fit(
      _ rows: [Comparison], _ weights: [Double], groups: Partition? = nil, work: Work = Work()
    ) throws -> RewardEstimate {
      let counts = PairCounts(alternatives: weights.count, comparisons: rows)
      let pairs = try PairWeights(products: weights, counts, pairs: pairs, lambda: convention, groups: groups)
      return try BradleyTerry(lambda: lambda, tolerance: 1e-12).fit(counts, pairs, work: work)
    }
  }

  static let all: [Case] = PairConvention.allCases.flatMap { pairs in
    LambdaConvention.allCases.flatMap { convention in
      Weights.allCases.flatMap { weighing in
        Outcomes.allCases.flatMap { outcomes in
          [1, 3].map {
            Case(pairs: pairs, convention: convention, weighing: weighing, outcomes: outcomes, components: $0)
          }
        }
      }
    }
  }

  @Test(arguments: all)
  func `The rewards meet the first-order condition, written down anew`(law: Case) throws {
    let (rows, weights) = (law.rows, law.weights)
    let estimate = try law.fit(rows, weights)
    #expect(estimate.outcome == .minimum)
    #expect(estimate.certificate <= 1e-11)
    #expect(estimate.undetermined == [])
    let condition = FirstOrderCondition(rows, weights: weights, pairs: law.pairs, convention: law.convention)
    #expect(condition.violation(estimate.rewards, lambda: law.lambda) < 1e-11)
    #expect(Components(PairCounts(alternatives: weights.count, comparisons: rows)).count == law.components)
  }

  @Test(arguments: all)
  func `Clones with split weights change nothing`(law: Case) throws {
    let (rows, weights) = (law.rows, law.weights)
    let m = weights.count
    let before = try law.fit(rows, weights).rewards
    for (original, parts) in [(3, [0.5, 0.5]), (6, [0.2, 0.7, 0.1]), (2, [0.6, 0.4])] {
      let copies = parts.count - 1
      var (cloned, shared, groupOf) = (rows, weights, Array(0..<m))
      for copy in 0..<copies {
        for row in rows where Int(row.a) == original || Int(row.b) == original {
          let isFirst = Int(row.a) == original
          cloned.append(
            Comparison(
              a: isFirst ? m + copy : Int(row.a), b: isFirst ? Int(row.b) : m + copy, outcome: row.outcome,
              count: row.count))
        }
        // Copies meet as well: every second time, and win as often as they lose.
        if copy % 2 == 0 {
          cloned += [0, 1].map { Comparison(a: original, b: m + copy, outcome: $0, count: 2) }
        }
        shared.append(weights[original] * parts[copy + 1])
        groupOf.append(original)
      }
      shared[original] *= parts[0]
      let groups = Partition(groupOf: groupOf, representatives: Array(0..<m))
      guard law.pairs == .proportion || law.convention == .local else {
        // Counts are divided by their mean over pairs, which copies move: lambda then means more or less. Under the local
        // ridge the mean cancels.
        continue
      }
      let after = try law.fit(cloned, shared, groups: groups).rewards
      #expect(largestDifference(Array(after.prefix(m)), before) < 1e-9)
      for copy in 0..<copies { #expect(abs(after[m + copy] - before[original]) < 1e-9) }
    }
  }

  @Test(arguments: all.filter { $0.convention == .local })
  func `Unrelated pairs change nothing but the share of the others' weight`(law: Case) throws {
    let (rows, weights) = (law.rows, law.weights)
    let m = weights.count
    let before = try law.fit(rows, weights).rewards
    for (unrelated, share) in [(2, 0.3), (40, 0.97)] {
      var all = rows
      for k in 0..<unrelated / 2 {
        all.append(Comparison(a: m + 2 * k, b: m + 2 * k + 1, outcome: 1, count: 1 + Double(k % 3)))
      }
      let wider =
        weights.map { $0 * (1 - share) } + Array(repeating: share / Double(unrelated), count: unrelated)
      let after = Array(try law.fit(all, wider).rewards.prefix(m))
      // Nothing of the others is left but 1 - W_i: R_i of the old data with lambda (1 - W_i) / (1 - W_i (1 - share)).
      let condition = FirstOrderCondition(
        rows, weights: weights, pairs: law.pairs, convention: law.convention)
      for i in 0..<m {
        let lambda = law.lambda * (1 - weights[i]) / (1 - weights[i] * (1 - share))
        #expect(abs(condition.residual(i, after, lambda: lambda)) < 1e-9)
      }
      // A ridge that is smaller by a factor of 1 - W at most moves a reward by less than a part W of it, W below 1/4 here.
      #expect(zip(after, before).allSatisfy { abs($0 - $1) < 0.25 * (1 + abs($1)) })
    }
  }

  @Test(arguments: all)
  func `Permuting alternatives permutes rewards`(law: Case) throws {
    let (rows, weights) = (law.rows, law.weights)
    var random = RandomStream(seed: 79)
    let place = weights.indices.shuffled(using: &random)
    let moved = rows.shuffled(using: &random).map { row in
      // Half of them named from the other side.
      random.uniform() < 0.5
        ? Comparison(a: place[Int(row.a)], b: place[Int(row.b)], outcome: row.outcome, count: row.count)
        : Comparison(a: place[Int(row.b)], b: place[Int(row.a)], outcome: 1 - row.outcome, count: row.count)
    }
    var permuted = weights
    for (i, to) in place.enumerated() { permuted[to] = weights[i] }
    let (before, after) = (try law.fit(rows, weights).rewards, try law.fit(moved, permuted).rewards)
    #expect(largestDifference(place.map { after[$0] }, before) < 1e-9)
  }

  @Test(arguments: all)
  func `The same bytes on any number of threads`(law: Case) throws {
    let one = try law.fit(law.rows, law.weights, work: Work(threads: 1))
    for threads in [2, 3, 5] {
      #expect(try law.fit(law.rows, law.weights, work: Work(threads: threads)) == one)
    }
  }
}
