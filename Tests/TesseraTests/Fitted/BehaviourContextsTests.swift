import Tessera
import Testing

@Suite struct BehaviourContextsTests {
  @Test func `Behaviour draws the unknown towards the fit`() throws {
    let graph = PairCounts(
      alternatives: 3,
      comparisons: [
        Comparison(a: 0, b: 1, outcome: 1, count: 30), Comparison(a: 1, b: 2, outcome: 0.5, count: 2),
      ])
    let contexts = try BehaviourContexts.contexts(graph, rewards: [1, 0, 0], prior: 10)
    let drawn: Double = (30 + 10 * logistic(1)) / 40
    #expect(abs(contexts[0, 1] - drawn) < 1e-12)
    #expect(abs(contexts[0, 2] - logistic(1)) < 1e-12)
    #expect(contexts[1, 1] == 0.5)
    #expect(abs(contexts[1, 0] + contexts[0, 1] - 1) < 1e-12)
  }

  @Test func `Equal weights of the columns scale all distances alike`() throws {
    let counts = PairCounts(alternatives: 6, comparisons: votes(6, 200, seed: 7))
    let rewards: [Double] = [0.1, 0.5, -0.3, 0, 0.2, -0.5]
    let plain = try BehaviourContexts.contexts(counts, rewards: rewards)
    let weighted = try BehaviourContexts.contexts(
      counts, rewards: rewards, weights: Array(repeating: 1 / 6, count: 6))
    for i in 0..<6 {
      for j in 0..<6 { #expect(abs(plain[i, j] / 6.0.squareRoot() - weighted[i, j]) < 1e-15) }
    }
  }

  /// A board, and the same with ten copies of the record of its third alternative.
  static func boards(pairs: PairConvention) throws -> (
    before: PreferenceDataset, after: PreferenceDataset, fit: RewardFit
  ) {
    let before = try voteData(14, votes(14, 900, seed: 21))
    let after = try CloneInjection(into: before, of: 2, count: 10, distance: 0).dataset
    return (before, after, RewardFit(fitSettings { $0.pairs = PairChoice(pairs) }))
  }

  static func distance(_ contexts: Contexts, _ i: Int, _ j: Int) -> Double {
    zip(contexts.row(i), contexts.row(j)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  @Test(arguments: PairConvention.allCases, [1, 2, 5])
  func `Copies of a record leave distances, weights and rewards of the others as they were`(
    pairs: PairConvention, rounds: Int
  ) throws {
    let (before, after, fit) = try Self.boards(pairs: pairs)
    let one = try BehaviourWeights(of: before, by: Horizon(), fit: fit, rounds: rounds, tolerance: 0)
    let many = try BehaviourWeights(of: after, by: Horizon(), fit: fit, rounds: rounds, tolerance: 0)
    #expect(one.rounds == rounds && many.rounds == rounds)
    for i in 0..<14 {
      for j in 0..<i {
        // Rewards are good to 1e-10, and so are profiles.
        #expect(abs(Self.distance(one.contexts, i, j) - Self.distance(many.contexts, i, j)) < 1e-8)
      }
      if i != 2 { #expect(abs(one.weights.values[i] - many.weights.values[i]) < 1e-7) }
      #expect(abs(one.estimate.rewards[i] - many.estimate.rewards[i]) < 1e-6)
    }
    let group = many.weights.values[2] + many.weights.values[14...].reduce(0, +)
    #expect(abs(group - one.weights.values[2]) < 1e-7)
  }

  @Test func `Without weights of the columns the same copies change distances by a tenth and more`() throws {
    let (before, after, fit) = try Self.boards(pairs: .count)
    func plain(_ data: PreferenceDataset) throws -> Contexts {
      let standard = try fit.estimate(data, by: Uniform())
      return try BehaviourContexts.contexts(data.pairCounts, rewards: standard.rewards)
    }
    let (one, many) = try (plain(before), plain(after))
    var worst = 0.0
    for i in 0..<14 {
      for j in 0..<i where i != 2 && j != 2 {
        worst = max(worst, abs(Self.distance(many, i, j) / Self.distance(one, i, j) - 1))
      }
    }
    #expect(worst > 0.1, "\(worst)")
  }

  @Test func `Records are the same to the last vote, or not at all`() throws {
    let (before, after, _) = try Self.boards(pairs: .count)
    #expect(!BehaviourContexts.copies(in: before.pairCounts).hasDuplicates)
    let found = BehaviourContexts.copies(in: after.pairCounts)
    #expect(found.count == 14 && found.groupOf[14...].allSatisfy { $0 == 2 })
    let more = PairCounts(
      alternatives: 24, comparisons: after.comparisons + [Comparison(a: 15, b: 0, outcome: 1)])
    #expect(BehaviourContexts.copies(in: more).count == 15)
    #expect(BehaviourContexts.copies(in: PairCounts(alternatives: 3, comparisons: [])).count == 3)
  }

  @Test func `The rounds settle on a board`() throws {
    let (before, _, fit) = try Self.boards(pairs: .count)
    let found = try BehaviourWeights(of: before, by: Horizon(), fit: fit, rounds: 30, tolerance: 1e-3)
    #expect(found.isSettled, "\(found.change) after \(found.rounds) rounds")
  }
}
