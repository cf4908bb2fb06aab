import Tessera
import Testing

@Suite struct NearDuplicateFrequencyTests {
  /// Clusters of several widths, so that all levels have members; the first of each cluster has a near-copy.
  func rows(_ m: Int, _ d: Int, seed: UInt64) -> [[Double]] {
    var random = RandomStream(seed: seed)
    var rows: [[Double]] = []
    while rows.count < m {
      let centre = (0..<d).map { _ in 3 * random.normal() }
      let width = 0.01 + random.uniform()
      for k in 0..<5 {
        let length = k == 1 ? 1e-7 : width
        rows.append((k == 1 ? rows[rows.count - 1] : centre).map { $0 + length * random.normal() })
      }
    }
    return Array(rows.prefix(m))
  }

  func pairs(_ m: Int, _ compared: [(Int, Int)]) -> PairCounts {
    PairCounts(alternatives: m, comparisons: compared.map { Comparison(a: $0.0, b: $0.1, outcome: 1) })
  }

  func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  // Counts with and without a rest beside whole panels and pieces; one coordinate, and more than a vector holds.
  @Test(arguments: [(2, 1), (40, 1), (64, 3), (129, 40), (700, 17)])
  func `Shares are those of plain loops`(m: Int, d: Int) throws {
    var rows = rows(m, d, seed: 3)
    // Some copies, one group of three.
    if m > 10 { (rows[7], rows[9], rows[m - 1], rows[m - 2]) = (rows[2], rows[2], rows[4], rows[5]) }
    let prompts: [String?] = (0..<m).map { $0 % 7 == 6 ? nil : "\($0 / 10)" }
    let compared = stride(from: 0, to: m - 1, by: 2).map { ($0, $0 + 1) }
    let found = try NearDuplicateFrequency(
      Contexts(Matrix(rows)), counts: pairs(m, compared), prompts: prompts)

    // All others at the least distance, for each.
    let nearest = rows.indices.map { i -> (distance: Double, ones: [Int]) in
      let others = rows.indices.filter { $0 != i }
      let least = others.map { distance(rows[i], rows[$0]) }.min() ?? .infinity
      return (least, others.filter { distance(rows[i], rows[$0]) == least })
    }
    let distinct = rows.indices.filter { i in !rows[..<i].contains(rows[i]) }
    let middles = distinct.map { i in
      distinct.filter { $0 != i }.map { distance(rows[i], rows[$0]) }.min() ?? .infinity
    }.sorted()
    let median = middles[middles.count / 2]
    // Sums of squares in another order.
    #expect(abs(found.median - median) < 1e-13 * median)
    #expect(found.copies.alternatives == nearest.count { $0.distance == 0 } && found.copies.of == m)
    #expect(found.within.map(\.distance) == [0.1, 0.25, 0.5])
    for level in found.within {
      #expect(level.portion.alternatives == nearest.count { $0.distance <= level.distance * median })
    }
    let partners = rows.indices.count { i in
      nearest[i].ones.contains { $0 / 2 == i / 2 && max($0, i) < 2 * compared.count }
    }
    #expect(found.partner == .init(alternatives: partners, of: 2 * compared.count))
    let same = rows.indices.count { i in
      prompts[i] != nil && nearest[i].ones.contains { prompts[$0] == prompts[i] }
    }
    let known = prompts.count { $0 != nil }
    #expect(found.samePrompt == (m > 10 ? .init(alternatives: same, of: known) : nil))
  }

  @Test func `A near-copy is the nearest far from the mean too, where single precision sees none`() throws {
    // Coordinates near 1000 with differences of 1e-6: products in single precision lose all of them.
    var rows = rows(60, 8, seed: 5).map { $0.map { 1_000 + 1e-3 * $0 } }
    rows += rows.map { $0.map { -$0 } }
    let search = try Distances(Contexts(Matrix(rows))).nearestNeighbours()
    for i in rows.indices {
      let least = rows.indices.filter { $0 != i }.map { distance(rows[i], rows[$0]) }.min() ?? 0
      // Rounding of coordinates of 1000 is the same in both.
      #expect(abs(search.distances[i] - least) <= 1e-12 * least)
    }
    #expect(try Distances(Contexts(Matrix(rows)), work: Work(threads: 1)).nearestNeighbours() == search)
  }

  @Test func `Points that are the same, one point and two`() throws {
    let same = try NearDuplicateFrequency(
      Contexts(Matrix([[Double]](repeating: [1, 2], count: 5))), counts: pairs(5, [(0, 1)]),
      prompts: ["p", "p", "q", nil, nil])
    #expect(same.median == 0 && same.copies == .init(alternatives: 5, of: 5))
    #expect(same.within.allSatisfy { $0.portion.alternatives == 5 })
    #expect(same.partner == .init(alternatives: 2, of: 2))
    #expect(same.samePrompt == .init(alternatives: 2, of: 3))

    let one = try NearDuplicateFrequency(Contexts(Matrix([[1.0]])), counts: pairs(1, []))
    #expect(one.median == 0 && one.copies.alternatives == 0 && one.partner.share == 0)
    #expect(one.within.allSatisfy { $0.portion.alternatives == 0 } && one.samePrompt == nil)

    // Each other's nearest, at the median: near nothing.
    let two = try NearDuplicateFrequency(Contexts(Matrix([[0.0], [1]])), counts: pairs(2, [(0, 1)]))
    #expect(two.median == 1 && two.within[2].portion.alternatives == 0 && two.partner.share == 1)
  }

  @Test func `An alternative's prompt is its own, or the one of all its comparisons`() throws {
    let contexts = try Contexts(Matrix([[0.0], [1], [10], [11], [30]]))
    let data = try PreferenceDataset(
      alternatives: ["a", "b", "c", "d", "e"], contexts: contexts, prompts: ["p", "q"],
      comparisons: [
        Comparison(a: 0, b: 1, outcome: 1, prompt: 0), Comparison(a: 2, b: 3, outcome: 1, prompt: 1),
        Comparison(a: 2, b: 4, outcome: 1, prompt: 1), Comparison(a: 4, b: 0, outcome: 1, prompt: 0),
      ])
    // e was compared under both prompts, so it answers neither.
    let found = try NearDuplicateFrequency(data)
    #expect(found.samePrompt == .init(alternatives: 4, of: 4))
    #expect(found.partner == .init(alternatives: 4, of: 5))
    let bare = try PreferenceDataset(
      alternatives: ["a", "b"], comparisons: [Comparison(a: 0, b: 1, outcome: 1)])
    #expect(throws: RobustnessError.noContexts) { try NearDuplicateFrequency(bare) }
  }

  @Test func `More copies of an answer move neither the median nor who else is near`() throws {
    let rows = rows(50, 6, seed: 9)
    let flood = rows + [[Double]](repeating: rows[3], count: 40)
    let before = try NearDuplicateFrequency(Contexts(Matrix(rows)), counts: pairs(50, [(0, 1)]))
    let after = try NearDuplicateFrequency(Contexts(Matrix(flood)), counts: pairs(90, [(0, 1)]))
    // The mean, which contexts are seen from, has moved: distances are worked out without it.
    #expect(abs(after.median - before.median) < 1e-14 && after.copies.alternatives == 41)
    for (old, new) in zip(before.within, after.within) {
      #expect((40...41).contains(new.portion.alternatives - old.portion.alternatives))
    }
    #expect(after.partner == before.partner)
  }
}
