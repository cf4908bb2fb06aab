import Tessera
import Testing

@Suite struct FoldsTests {
  static func data(
    _ m: Int = 10, _ count: Int = 200, prompts: Int? = nil, annotators: Int? = nil,
    contexts: [[Double]]? = nil
  ) throws -> PreferenceDataset {
    try PreferenceDataset(
      alternatives: (0..<m).map { "n\($0)" }, contexts: contexts.map { try Contexts(Matrix($0)) },
      annotators: (0..<(annotators ?? 0)).map { "worker \($0)" },
      prompts: (0..<(prompts ?? 0)).map { "prompt \($0)" },
      comparisons: (0..<count).map { k in
        let a = k % m
        return Comparison(
          a: a, b: (a + 1 + (k / m) % (m - 1)) % m, outcome: k % 3 == 0 ? 0 : 1,
          annotator: annotators.map { k % $0 },
          prompt: prompts.map { (k / 2) % $0 })
      })
  }

  /// What is held out and what remains are all comparisons, in every fold; every vote is held out once.
  func divides(_ folds: Folds, _ data: PreferenceDataset) {
    var held = 0.0
    for fold in 0..<folds.count {
      let (out, rest) = (folds.heldOut[fold], folds.training[fold])
      #expect(!out.isEmpty && !rest.isEmpty && folds.clusters[fold].count == out.count)
      held += out.reduce(0) { $0 + $1.count }
      #expect(abs((out + rest).reduce(0) { $0 + $1.count } - data.totalComparisons) < 1e-9)
      #expect(folds.clusters[fold].allSatisfy { $0 >= 0 && Int($0) < folds.clusterCount })
    }
    #expect(abs(held - data.totalComparisons) < 1e-9)
  }

  @Test func `Whole prompts, else annotators, else pairs, else votes`() throws {
    for (data, unit) in [
      (try Self.data(prompts: 12, annotators: 9), Folds.Unit.prompt),
      (try Self.data(annotators: 9), .annotator),
      (try Self.data(), .pair), (try Self.data(4), .vote), (try Self.data(prompts: 3), .pair),
    ] {
      let folds = try #require(Folds(data, seed: 1))
      #expect(folds.unit == unit && folds.count == 5)
      divides(folds, data)
      guard unit != .vote else { continue }
      // What belongs together is in one fold.
      var foldOf: [String: Int] = [:]
      for fold in 0..<folds.count {
        for row in folds.heldOut[fold] {
          let name =
            switch unit {
            case .prompt: "\(row.prompt)"
            case .annotator: "\(row.annotator)"
            default: "\(row.a) \(row.b)"
            }
          #expect(foldOf.updateValue(fold, forKey: name) ?? fold == fold)
        }
      }
    }
  }

  @Test func `Answers to one prompt alone cannot be predicted from other prompts, unless by their contexts`()
    throws
  {
    // Every prompt has answers of its own.
    let rows = (0..<60).map { k in Comparison(a: 2 * (k / 3), b: 2 * (k / 3) + 1, outcome: 1, prompt: k / 3) }
    let data = try PreferenceDataset(
      alternatives: (0..<40).map { "n\($0)" }, prompts: (0..<20).map { "p\($0)" }, comparisons: rows)
    #expect(Folds(data, seed: 0)?.unit == .pair)
    #expect(Folds(data, predictsNewAlternatives: true, seed: 0)?.unit == .prompt)
  }

  @Test func `Copies join the fold of their original, and move nobody`() throws {
    let contexts = (0..<30).map { [Double($0), Double($0 * $0 % 7)] }
    let data = try Self.data(30, 300, contexts: contexts)
    let flooded = try CloneInjection(into: data, of: 4, count: 7, distance: 0).dataset
    let (before, after) = (try #require(Folds(data, seed: 5)), try #require(Folds(flooded, seed: 5)))
    #expect(before.unit == .pair)
    for fold in 0..<5 {
      #expect(Array(after.heldOut[fold].filter { $0.a < 30 && $0.b < 30 }) == before.heldOut[fold])
      for row in after.heldOut[fold] where row.b >= 30 {
        let (a, b) = (min(row.a, 4), max(row.a, 4))
        #expect(after.heldOut[fold].contains { $0.a == a && $0.b == b })
      }
    }
  }

  @Test func `Votes are divided to the last one, also very many`() throws {
    let data = try PreferenceDataset(
      alternatives: ["a", "b", "c"],
      comparisons: [
        Comparison(a: 0, b: 1, outcome: 1, count: 1_000_003),
        Comparison(a: 1, b: 2, outcome: 0.5, count: 17.5),
        Comparison(a: 0, b: 2, outcome: 0, count: 40),
      ])
    let folds = try #require(Folds(data, seed: 2))
    #expect(folds.unit == .vote)
    divides(folds, data)
    let other = try #require(Folds(data, seed: 3))
    #expect(folds.heldOut != other.heldOut && folds.heldOut == Folds(data, seed: 2)?.heldOut)
  }

  @Test func `Counts of the others are those of their comparisons, ties and soft labels too`() throws {
    var random = RandomStream(seed: 8)
    func data(_ outcomes: [Double], contexts: [[Double]]? = nil) throws -> PreferenceDataset {
      try PreferenceDataset(
        alternatives: (0..<40).map { "n\($0)" },
        contexts: contexts.map { try Contexts(Matrix(rows: 40, columns: 1, storage: $0.flatMap { $0 })) },
        comparisons: (0..<900).map { _ in
          let a = Int(random.uniform() * 40)
          let b = (a + 1 + Int(random.uniform() * 39)) % 40
          return Comparison(a: a, b: b, outcome: outcomes[Int(random.uniform() * Double(outcomes.count))])
        })
    }
    // With copies, pairs of different names are one group.
    let copies = (0..<40).map { [Double($0 / 2)] }
    for data in [try data([0, 1]), try data([0, 1, 0.5, 0.3]), try data([0, 1, 0.5], contexts: copies)] {
      let folds = try #require(Folds(data, seed: 4))
      #expect(folds.unit == .pair)
      for fold in 0..<folds.count {
        let training = folds.training(of: fold)
        #expect(folds.trainingCounts(of: fold) == PairCounts(alternatives: 40, comparisons: training))
        #expect(training.count + folds.heldOut(of: fold).count == data.comparisons.count)
      }
    }
  }

  @Test func `Too little is not divided`() throws {
    #expect(Folds(try Self.data(4, 19), seed: 0) == nil)
    #expect(Folds(try Self.data(4, 20), seed: 0) != nil)
  }
}
