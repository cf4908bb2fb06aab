import Tessera
import TesseraFormats
import TesseraWorkbench
import Testing

/// What a study answers is what a fit of the same data gives.
@Suite struct LiveStudyTests {
  private static let study: LiveStudy = {
    do { return try LiveStudy(Votes.dataset(), contexts: "given") } catch { fatalError("\(error)") }
  }()

  /// A fit from the beginning, as `tessera fit --weights SCHEME --lambda NUMBER` makes it.
  private func fitted(
    _ scheme: SchemeSpecification, lambda: Double, _ data: PreferenceDataset? = nil,
    families: Partition? = nil
  ) throws -> RewardFit.Result {
    var settings = RewardFit.Settings()
    (settings.weights, settings.lambda) = (.scheme(scheme), .value(lambda))
    settings.pairs = PairChoice(Self.study.result.choice.pairs)
    return try RewardFit(settings).run(data ?? Votes.dataset(), aids: RewardFit.Aids(families: families))
  }

  private static let resolved: [(Question, SchemeSpecification)] = [
    (Question(.local, lambda: 0.1), .local(scale: nil)),
    (
      Question(.local, resolution: 0.3, lambda: 0.02),
      .local(scale: 0.3 / LocalComparisonWeights.resolutionShare)
    ),
    (
      Question(.local, resolution: 0.6, lambda: 1),
      .local(scale: 0.6 / LocalComparisonWeights.resolutionShare)
    ),
    (Question(.linkage, resolution: 0.2, lambda: 0.1), .linkage(resolution: 0.2)),
    (Question(.horizon, lambda: 0.3), .horizon(distance: nil)),
    (Question(.removeDuplicates, resolution: 0.1, lambda: 0.1), .removeDuplicates(threshold: 0.1)),
    (Question(.voronoi, lambda: 0.1), .voronoi),
  ]

  @Test(arguments: resolved)
  func `An answer has the rewards of a fit with the same settings`(
    question: Question, scheme: SchemeSpecification
  ) throws {
    let lambda = try #require(question.lambda)
    let expected = try fitted(scheme, lambda: lambda)
    let answer = try Self.study.answer(question)
    // Both searches end within 1e-6 of the one minimum (`NewtonSolver.rewardTolerance`).
    for (found, wanted) in zip(answer.weighted.rewards, try #require(expected.weighted).fit.rewards) {
      #expect(abs(found - wanted) < 4e-6)
    }
    for (found, wanted) in zip(answer.standard.rewards, expected.standard.fit.rewards) {
      #expect(abs(found - wanted) < 4e-6)
    }
    #expect(answer.weighted.fit.outcome == .minimum)
  }

  @Test func `What nobody asked is the fit itself`() throws {
    let study = Self.study
    let answer = try study.answer(study.standard)
    let own = try #require(study.result.weighted)
    for (found, wanted) in zip(answer.weighted.rewards, own.fit.rewards) {
      #expect(abs(found - wanted) < 4e-6)
    }
    #expect(answer.weighted.lambda == own.lambda)
    #expect(answer.standard.lambda == study.result.standard.lambda)
  }

  @Test func `Moving a slider there and back changes nothing`() throws {
    let first = try Self.study.answer(Question(.horizon, resolution: 0.1, lambda: 0.1))
    _ = try Self.study.answer(Question(.horizon, resolution: 0.9, lambda: 5))
    _ = try Self.study.answer(Question(.horizon, resolution: 0, lambda: 0.001))
    let again = try Self.study.answer(Question(.horizon, resolution: 0.1, lambda: 0.1))
    for (a, b) in zip(first.weighted.rewards, again.weighted.rewards) { #expect(abs(a - b) < 4e-6) }
    #expect(first.groups == again.groups)
  }

  private static let cloned: [(ClonedStudy.Clones, Question, SchemeSpecification)] = [
    (.init(of: 4, count: 3), Question(.horizon, lambda: 0.1), .horizon(distance: nil)),
    (.init(of: 4, count: 3, distance: 0.3), Question(.horizon, lambda: 0.1), .horizon(distance: nil)),
    (
      .init(of: 2, count: 5, distance: 0.5, record: .oneComparison), Question(.linkage, lambda: 0.1),
      .linkage(resolution: 0)
    ),
    (.init(of: 8, count: 2), Question(.voronoi, lambda: 0.1), .voronoi),
    (.init(of: 1, count: 4), Question(.local, lambda: 0.1), .local(scale: nil)),
  ]

  @Test(arguments: cloned)
  func `Copies that are added to a study are those of a fit of data with copies`(
    clones: ClonedStudy.Clones, question: Question, scheme: SchemeSpecification
  ) throws {
    let found = try Self.study.adding(clones, question)
    let median = try DuplicateGroups(try #require(Votes.dataset().contexts), ids: Votes.ids).median
    let data = try CloneInjection(
      into: Votes.dataset(), of: clones.original, count: clones.count, distance: clones.distance * median,
      record: clones.record
    ).dataset
    let expected = try fitted(scheme, lambda: 0.1, data)
    for (a, b) in zip(found.weighted.rewards, try #require(expected.weighted).fit.rewards) {
      #expect(abs(a - b) < 4e-6)
    }
    for (a, b) in zip(found.standard.rewards, expected.standard.fit.rewards) { #expect(abs(a - b) < 4e-6) }
  }

  @Test func `Exact copies move the standard estimate of others, and the weighted one not`() throws {
    let found = try Self.study.adding(.init(of: 6, count: 20), Question(.horizon, lambda: 0.1))
    func shift(_ before: WeightedEstimate, _ after: WeightedEstimate) -> Double {
      let others = Votes.ids.indices.filter { $0 != 6 }
      let raw = others.map { after.rewards[$0] - before.rewards[$0] }
      let level = raw.reduce(0, +) / Double(raw.count)
      return raw.reduce(0) { max($0, abs($1 - level)) }
    }
    #expect(shift(found.before.standard, found.standard) > 0.01)
    #expect(shift(found.before.weighted, found.weighted) < 1e-5)
  }

  @Test func `Families that are declared are those of a fit with families`() throws {
    let study = try LiveStudy(Votes.dataset(), contexts: "given")
    #expect(!study.schemes.contains(.families))
    let families = try LiveStudy.families(
      [("m0", "x"), ("m9", "x"), ("m10", "x"), ("m11", "x")], of: study.data)
    study.declare(families)
    #expect(study.schemes.contains(.families))
    let answer = try study.answer(Question(.families, lambda: 0.1))
    let expected = try fitted(.families, lambda: 0.1, families: families)
    for (a, b) in zip(answer.weighted.rewards, try #require(expected.weighted).fit.rewards) {
      #expect(abs(a - b) < 4e-6)
    }
    for (pairs, field) in [
      ([("m0", "x"), ("m0", "y")], "families[1].id"), ([("nobody", "x")], "families[0].id"),
      ([("m1", "")], "families[0].family"),
    ] {
      do {
        _ = try LiveStudy.families(pairs, of: study.data)
        Issue.record("\(pairs) was taken")
      } catch WorkbenchProblem.setting(let name, _, _) {
        #expect(name == field)
      }
    }
  }

  @Test(arguments: [
    Question(.local, resolution: 0), Question(.local, resolution: 99), Question(.linkage, resolution: -1),
    Question(.linkage, resolution: .nan), Question(.horizon, lambda: 0),
    Question(.horizon, lambda: .infinity),
    Question(.families),
  ])
  func `Settings that cannot be are refused by name`(question: Question) throws {
    do {
      _ = try Self.study.answer(question)
      Issue.record("\(question) was answered")
    } catch WorkbenchProblem.setting(let name, _, let expected) {
      #expect(["resolution", "lambda", "scheme"].contains(name))
      #expect(!expected.isEmpty)
    }
  }

  @Test func `A resolution is a cut of the tree, coarser with its length`() throws {
    let groups = try [0, 0.05, 0.5].map {
      try #require(Self.study.answer(Question(.linkage, resolution: $0)).groups)
    }
    // One exact copy; then all three copies of the first; then no others.
    #expect(groups == [11, 9, 9])
  }

  @Test func `Votes alone are studied by their records`() throws {
    let bare = try PreferenceDataset(
      alternatives: Votes.ids.map { Alternative(id: $0) },
      comparisons: ComparisonTable(Votes.dataset().comparisons))
    let study = try LiveStudy(bare, contexts: "none")
    #expect(study.standard.scheme == .horizon)
    var settings = RewardFit.Settings()
    settings.profiles = true
    let expected = try #require(RewardFit(settings).run(bare).weighted)
    for (a, b) in zip(try study.answer(study.standard).weighted.rewards, expected.fit.rewards) {
      #expect(abs(a - b) < 4e-6)
    }
    #expect(throws: WorkbenchProblem.self) { try study.duplicates(all: true) }
  }
}
