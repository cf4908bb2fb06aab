import Tessera
import Testing

@Suite struct MergedDuplicatesTests {
  @Test func `Merging pools the data of copies`() throws {
    let contexts = try Contexts(Matrix([[0.0], [1], [1], [2]]))
    let dataset = try PreferenceDataset(
      alternatives: ["a", "b", "b2", "c"], contexts: contexts,
      comparisons: [
        Comparison(a: 0, b: 1, outcome: 1), Comparison(a: 0, b: 2, outcome: 0, count: 3),
        Comparison(a: 1, b: 2, outcome: 1), Comparison(a: 2, b: 3, outcome: 1),
      ])
    let merged = try #require(try MergedDuplicates(dataset))
    #expect(merged.dataset.alternatives.map(\.id) == ["a", "b", "c"])
    #expect(merged.dataset.pairCounts.rate(0, 1) == 0.25)
    #expect(merged.dataset.pairCounts.count(1, 0) == 4)
    #expect(merged.droppedComparisons == 1)
  }

  /// a, b and c around clones of c; every clone brings its original's votes again.
  func cloned(_ clones: Int) throws -> PreferenceDataset {
    let m = 3 + clones
    var comparisons = [
      Comparison(a: 0, b: 1, outcome: 1, count: 4), Comparison(a: 0, b: 1, outcome: 0, count: 6),
    ]
    for c in 2..<m {
      comparisons += [
        Comparison(a: 0, b: c, outcome: 1, count: 3), Comparison(a: 0, b: c, outcome: 0, count: 7),
        Comparison(a: 1, b: c, outcome: 1, count: 12), Comparison(a: 1, b: c, outcome: 0, count: 4),
      ]
    }
    let rows = [[0, 0], [1, 0.2]] + Array(repeating: [0.4, 1.0], count: 1 + clones)
    return try PreferenceDataset(
      alternatives: (0..<m).map { "\($0)" }, contexts: Contexts(Matrix(rows)), comparisons: comparisons)
  }

  @Test(arguments: PairConvention.allCases, LambdaConvention.allCases)
  func `Merged clones change no difference of rewards`(pairs: PairConvention, convention: LambdaConvention)
    throws
  {
    var settings = fitSettings()
    (settings.pairs, settings.lambdaConvention, settings.mergeDuplicates) = (
      PairChoice(pairs), convention, true
    )
    let differences = try [0, 1, 5, 20].map { clones in
      let result = try RewardFit(settings).run(cloned(clones))
      #expect(result.merged?.dataset.alternatives.count == 3)
      return try [result.standard, #require(result.weighted)].map { estimate in
        let r = estimate.fit.rewards
        #expect(largestDifference(Array(r[2...]), Array(repeating: r[2], count: 1 + clones)) == 0)
        return r[0] - r[1]
      }
    }
    for found in differences {
      // Certificates of 1e-10 over a curvature of some hundredths.
      #expect(largestDifference(found, differences[0]) < 1e-8)
      #expect(abs(found[1]) > 0.05)
    }
  }
}
