import Tessera
import Testing

@Suite struct FamilyRankingTests {
  @Test func `Means and best members, each with its place`() {
    let families = Partition(names: ["x", "y", "x", nil, "z", "y"])
    let components = Components(
      PairCounts(
        alternatives: 6,
        pairs: [(0, 1), (1, 2), (2, 3), (3, 5)].map { PairCounts.Pair(a: $0.0, b: $0.1, wins: 1) }))
    let ranking = FamilyRanking(
      families, rewards: [3, 1.5, -1, 1.25, nil, 1.5], standardErrors: [0.3, 0.1, 0.4, 0.2, nil, 0.1],
      components: components)
    #expect(ranking.families.map(\.number) == [1, 2, 0])
    #expect(ranking.families.map(\.mean) == [1.5, 1.25, 1])
    #expect(ranking.families.map(\.rankOfBest) == [2, 3, 1])
    #expect(ranking.families.map(\.best) == [1, 3, 0])
    #expect(ranking.families.allSatisfy { $0.isComparable })
    #expect(ranking.errors == .members)
    // (0.3^2 + 0.4^2)^(1/2) / 2
    #expect(abs((ranking.families[2].standardError ?? 0) - 0.25) < 1e-15)
    let bare = FamilyRanking(families, rewards: [3, 1.5, -1, 1.25, nil, 1.5], components: components)
    #expect(bare.errors == .none && bare.families.allSatisfy { $0.standardError == nil })
  }

  @Test func `The error of a mean is that of the members' mean when the votes are drawn again`() throws {
    // Three families of three, 30 votes a pair; the votes are drawn 400 times from the same truth.
    let truth: [Double] = [0.4, 0.5, 0.6, 0, 0.1, -0.1, -0.5, -0.4, -0.6]
    let families = Partition(names: (0..<9).map { "\($0 / 3)" })
    var means: [[Double]] = []
    var errors = [Double](repeating: 0, count: 3)
    let draws = 400
    for draw in 0..<draws {
      var random = RandomStream(seed: 77, stream: UInt64(draw))
      var pairs: [PairCounts.Pair] = []
      for a in 0..<9 {
        for b in a + 1..<9 {
          let wins = (0..<30).count { _ in random.uniform() < logistic(truth[a] - truth[b]) }
          pairs.append(PairCounts.Pair(a: a, b: b, wins: Double(wins), losses: Double(30 - wins)))
        }
      }
      let counts = PairCounts(alternatives: 9, pairs: pairs)
      let weights = try PairWeights(uniform: counts)
      let fit = try BradleyTerry(lambda: 0.01).fit(counts, weights)
      let ranking = try FamilyRanking(families, of: fit, counts, weights)
      #expect(ranking.errors == .covariances)
      let ordered = ranking.families.sorted { $0.number < $1.number }
      means.append(ordered.map(\.mean))
      for k in 0..<3 { errors[k] += (ordered[k].standardError ?? .nan) / Double(draws) }
    }
    for k in 0..<3 {
      let mean = means.reduce(0) { $0 + $1[k] } / Double(draws)
      let spread = (means.reduce(0) { $0 + ($1[k] - mean) * ($1[k] - mean) } / Double(draws - 1)).squareRoot()
      // A standard deviation of 400 draws has a relative error of 1 / sqrt(800) = 3.5 %; five of them.
      #expect(abs(errors[k] / spread - 1) < 0.18, "\(errors[k]) beside \(spread)")
    }
  }
}
