import Tessera
import Testing

@Suite struct CloneAuditTests {
  /// Fifteen answers, and eight near clones of the first with its record.
  static func flooded() throws -> PreferenceDataset {
    let data = try voteData(15, votes(15, 400, seed: 96), dimension: 4)
    return try CloneInjection(into: data, of: 0, count: 8, distance: 1e-4).dataset
  }

  static func settings(_ change: (inout CloneAudit.Settings) -> Void = { _ in }) -> CloneAudit.Settings {
    var settings = CloneAudit.Settings()
    settings.fit = fitSettings()
    (settings.bootstraps, settings.topTargets, settings.cloneCounts, settings.cloneDistances) = (
      8, 2, [1, 10], [0, 0.1]
    )
    change(&settings)
    return settings
  }

  @Test func `The flood is found, shifts the standard estimate and not the weighted ones`() throws {
    let audit = try CloneAudit(Self.flooded(), settings: Self.settings())
    #expect(audit.nearDuplicates.groups == [[0] + Array(15..<23)])
    #expect(audit.nearDuplicates.duplicates == 8)
    let verdict = audit.verdict
    #expect(verdict.schemes.map(\.name) == ["uniform", "voronoi", "horizon"])
    #expect(verdict.groups == 1 && verdict.members == 9 && verdict.alternatives == 23)
    let collapsed = try verdict.schemes.map { try #require($0.collapsedShift) }
    // 8 of 23 equal weights against clones at a ten-thousandth of a distance. Voronoi weights add their sampling error.
    #expect(collapsed[0] > 0.05)
    #expect(collapsed[1] < 0.02 && collapsed[2] < 0.01)
    let attacks = verdict.schemes.map(\.attackShift)
    #expect(attacks[2] < attacks[0] / 4)
    // Equal and horizon weights know no seed.
    #expect(audit.noise[0].largest == 0 && audit.noise[2].largest == 0)
    #expect(audit.resolutions.points.first?.groups == 23 && audit.resolutions.points.last?.groups == 1)
    #expect(audit.bootstraps.allSatisfy { $0.halfWidths.count == 23 && $0.halfWidths.allSatisfy { $0 > 0 } })
    #expect(audit.heldOut?.unit == .pair)
  }

  @Test(arguments: PairConvention.allCases, LambdaConvention.allCases)
  func `An audit's estimates are those of a fit`(pairs: PairConvention, lambda: LambdaConvention) throws {
    let data = try Self.flooded()
    let audit = try CloneAudit(
      data,
      settings: Self.settings { settings in
        (settings.fit.pairs, settings.fit.lambdaConvention) = (PairChoice(pairs), lambda)
        (settings.schemes, settings.topTargets, settings.bootstraps) = ([Uniform(), Horizon()], 0, 0)
      })
    let fit = try RewardFit(
      fitSettings {
        ($0.pairs, $0.lambdaConvention, $0.weights) = (
          PairChoice(pairs), lambda, .scheme(.horizon(distance: nil))
        )
      }
    ).run(data)
    #expect(audit.estimates[0].fit == fit.standard.fit)
    #expect(audit.estimates[1].fit == fit.weighted?.fit)
    #expect(audit.estimates[1].weights == fit.weights)
    #expect(audit.errors[0] == fit.standard.errors)
    #expect(audit.errors[1] == fit.weighted?.errors)
  }

  @Test func `An audit takes a scheme of one's own`() throws {
    struct FirstHalf: WeightScheme {
      let name = "first-half"
      func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
        let kept = (contexts.count + 1) / 2
        return AlternativeWeights(
          values: (0..<contexts.count).map { $0 < kept ? 1 / Double(kept) : 0 },
          provenance: Provenance(scheme: name, method: .exact))
      }
    }
    let audit = try CloneAudit(
      Self.flooded(), settings: Self.settings { ($0.schemes, $0.bootstraps) = ([Uniform(), FirstHalf()], 0) })
    #expect(audit.verdict.schemes.map(\.name) == ["uniform", "first-half"])
    #expect(audit.estimates[1].fit.outcome == .minimum)
  }

  @Test func `The same audit on any number of threads`() throws {
    let data = try Self.flooded()
    func run(_ threads: Int) throws -> CloneAudit {
      try CloneAudit(data, settings: Self.settings(), work: Work(threads: threads))
    }
    let (one, three) = try (run(1), run(3))
    #expect(one.estimates.map(\.fit) == three.estimates.map(\.fit))
    #expect(one.attacks.flatMap(\.shifts) == three.attacks.flatMap(\.shifts))
    #expect(one.bootstraps.map(\.halfWidths) == three.bootstraps.map(\.halfWidths))
    #expect(one.heldOut?.qualities == three.heldOut?.qualities)
    #expect(one.plane == three.plane)
  }

  @Test func `Without contexts there is nothing to audit`() throws {
    let bare = try PreferenceDataset(
      alternatives: ["a", "b"], comparisons: [Comparison(a: 0, b: 1, outcome: 1)])
    #expect(throws: RobustnessError.noContexts) { try CloneAudit(bare) }
  }
}
