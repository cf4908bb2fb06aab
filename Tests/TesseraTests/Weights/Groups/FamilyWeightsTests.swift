import Tessera
import Testing

@Suite struct FamilyWeightsTests {
  static let families = Partition(names: ["x", nil, "y", "x", "x", nil])

  @Test func `Families have equal shares, members equal parts, the others stand alone`() {
    let found = FamilyWeights(Self.families)
    #expect(found.families.groupOf == [0, 1, 2, 0, 0, 3])
    let expected: [Double] = [1 / 12, 1 / 4, 1 / 4, 1 / 12, 1 / 12, 1 / 4]
    for (weight, value) in zip(found.weights.values, expected) { #expect(abs(weight - value) < 1e-15) }
    #expect(found.weights.provenance.scheme == "families")
    #expect(found.weights.provenance.groups == 4)
    #expect(found.weights.standardErrors.allSatisfy { $0 == 0 })
  }

  @Test func `Two spellings of one letter are two families`() {
    #expect(Partition(names: ["\u{E9}", "e\u{301}", "\u{E9}"]).groupOf == [0, 1, 0])
  }

  /// Copies bring their original's votes again and are not compared with one another.
  @Test(arguments: PairConvention.allCases)
  func `Declared copies leave the rewards of all others as they are`(pairs: PairConvention) throws {
    let data = try voteData(8, votes(8, 300, seed: 12))
    let flooded = try CloneInjection(into: data, of: 2, count: 5, distance: 0).dataset
    func rewards(_ data: PreferenceDataset, _ families: Partition) throws -> [Double] {
      let weights = FamilyWeights(families).weights.values
      let pairs = try PairWeights(products: weights, data.pairCounts, pairs: pairs, groups: families)
      return try BradleyTerry().fit(data.pairCounts, pairs).rewards
    }
    let before = try rewards(data, Partition(names: Array(repeating: nil, count: 8)))
    let after = try rewards(
      flooded, Partition(names: (0..<13).map { $0 == 2 || $0 >= 8 ? "copies" : nil }))
    for i in 0..<8 { #expect(abs(before[i] - after[i]) < 1e-8) }
  }

  @Test func `Told by their ids, alternatives keep their families when others are gone and clones come`()
    throws
  {
    let ids = (0..<6).map { "n\($0)" }
    let scheme = Families(Self.families, of: ids)
    func data(_ ids: [String]) throws -> PreferenceDataset {
      try PreferenceDataset(
        alternatives: ids.map { Alternative(id: $0) },
        comparisons: ComparisonTable(
          (1..<ids.count).map { Comparison(a: 0, b: $0, outcome: 1, count: 2) }))
    }
    // n0 and n3 of x, n2 of y, n1 alone, and a clone that nobody declared.
    let found = try scheme.measure(data(["n3", "n2", "clone", "n0", "n1"]))
    #expect(found.groups?.groupOf == [0, 1, 2, 0, 3])
    let all = try scheme.measure(data(ids))
    #expect(all.alternatives.values == FamilyWeights(Self.families).weights.values)
  }

  @Test func `As a scheme: what was not declared stands alone, and too few contexts are refused`() throws {
    let scheme = Families(Self.families)
    func contexts(_ m: Int) throws -> Contexts { try Contexts(Matrix((0..<m).map { [Double($0)] })) }
    #expect(try scheme.weights(of: contexts(6)) == FamilyWeights(Self.families).weights)
    let more = try scheme.weights(of: contexts(8)).values
    #expect(abs(more[7] - 1 / 6) < 1e-15 && abs(more[0] - 1 / 18) < 1e-15)
    #expect(throws: WeightsError.familyCount(found: 6, alternatives: 5)) {
      try scheme.weights(of: contexts(5))
    }
  }
}
