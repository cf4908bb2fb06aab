import Tessera
import Testing

@Suite struct CloneInjectionTests {
  @Test func `Clones have their original's record, at the distance asked for`() throws {
    let data = try voteData(10, votes(10, 120, seed: 95), dimension: 5)
    let injected = try CloneInjection(into: data, of: 3, count: 4, distance: 0.25, seed: 2)
    let clones = injected.dataset
    #expect(clones.alternatives.count == 14)
    #expect(Set(clones.alternatives.map(\.id)).count == 14)
    let contexts = try #require(clones.contexts)
    for clone in 10..<14 {
      let distance = zip(contexts.row(clone), contexts.row(3)).reduce(0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
      #expect(abs(distance.squareRoot() - 0.25) < 1e-12)
      for j in 0..<10 where j != 3 {
        let (own, copied) = (clones.pairCounts.pair(3, j), clones.pairCounts.pair(clone, j))
        #expect(own?.wins == copied?.wins && own?.losses == copied?.losses && own?.ties == copied?.ties)
        #expect(own?.soft == copied?.soft && own?.softSum == copied?.softSum)
      }
      for other in 10..<14 { #expect(clones.pairCounts.count(clone, other) == 0) }
      #expect(clones.pairCounts.count(clone, 3) == 0)
    }
    // The originals are as they were.
    for pair in data.pairCounts.pairs { #expect(clones.pairCounts.pair(pair.a, pair.b) == pair) }
    let again = try CloneInjection(into: data, of: 3, count: 4, distance: 0.25, seed: 2)
    #expect(again.dataset.contexts?.row(11) == contexts.row(11))
    let other = try CloneInjection(into: data, of: 3, count: 4, distance: 0.25, seed: 3)
    #expect(other.dataset.contexts?.row(11) != contexts.row(11))
    let bare = try PreferenceDataset(
      alternatives: ["a", "b"], comparisons: [Comparison(a: 0, b: 1, outcome: 1)])
    #expect(throws: RobustnessError.noContexts) {
      try CloneInjection(into: bare, of: 0, count: 1, distance: 0)
    }
  }

  @Test func `A clone with one comparison has the original's first, as one vote`() throws {
    let data = try PreferenceDataset(
      alternatives: ["a", "b", "c"],
      contexts: Contexts(Matrix([[0.0, 0], [1, 0], [0, 1]])),
      comparisons: [
        Comparison(a: 0, b: 2, outcome: 1), Comparison(a: 0, b: 1, outcome: 0, count: 3),
        Comparison(a: 1, b: 2, outcome: 0.25),
      ])
    let clones = try CloneInjection(into: data, of: 1, count: 2, distance: 0, record: .oneComparison).dataset
    for clone in 3..<5 {
      let copied = clones.pairCounts.pair(clone, 0)
      #expect(copied?.wins == 1 && copied?.count == 1)
      #expect(clones.pairCounts.comparisons(of: clone) == 1)
    }
    for pair in data.pairCounts.pairs { #expect(clones.pairCounts.pair(pair.a, pair.b) == pair) }
    let whole = try CloneInjection(into: data, of: 1, count: 2, distance: 0).dataset
    #expect(whole.pairCounts.comparisons(of: 3) == 4)
  }
}
