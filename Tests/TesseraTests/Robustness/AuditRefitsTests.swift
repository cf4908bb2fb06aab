import Tessera
import Testing

/// Refits of an audit start from what is known of the whole; what they say is what fits from nothing say.
@Suite struct AuditRefitsTests {
  static let schemes: [any WeightScheme] = [Uniform(), Local(), Voronoi(samples: 2_000), Horizon()]

  /// Sixty answers, of which some are copies of a best one and some its near-copies.
  static func audit() throws -> CloneAudit {
    let data = try voteData(60, votes(60, 900, seed: 5), dimension: 8, copies: true)
    let flooded = try CloneInjection(into: data, of: 3, count: 4, distance: 0.01, seed: 2).dataset
    let settings = CloneAuditTests.settings {
      $0.schemes = schemes
      ($0.bootstraps, $0.looksForTopics) = (0, false)
    }
    return try CloneAudit(flooded, settings: settings)
  }

  /// Largest change of a reward up to the level of all: everything hangs together here.
  static func shift(_ before: [Double], _ after: [Double]) -> Double {
    let changes = zip(before, after).map { $1 - $0 }
    let level = changes.reduce(0, +) / Double(changes.count)
    return changes.reduce(0) { max($0, abs($1 - level)) }
  }

  @Test func `Simulated clones`() throws {
    let audit = try Self.audit()
    #expect(audit.components.count == 1 && audit.attacks.count == 8)
    for attack in audit.attacks {
      let attacked = try CloneInjection(
        into: audit.dataset, of: attack.target, count: attack.clones,
        distance: attack.distance * audit.nearDuplicates.medianDistance, seed: audit.settings.fit.seed
      ).dataset
      for (number, before) in audit.estimates.enumerated() {
        let after = try RewardFit(audit.settings.fit).estimate(
          attacked, by: before.scheme, lambda: before.lambda)
        let expected = Self.shift(before.rewards, Array(after.rewards.prefix(before.rewards.count)))
        // What the searches leave open.
        #expect(
          abs(attack.shifts[number].largest - expected) < 1e-7, "\(before.scheme.name), \(attack.clones)")
      }
    }
  }

  @Test func `Groups that go`() throws {
    let audit = try Self.audit()
    #expect(audit.influences.contains { $0.members.count > 4 })
    let data = audit.dataset
    for influence in audit.influences {
      let kept = data.alternatives.indices.filter { !influence.members.contains($0) }
      var places = [Int?](repeating: nil, count: data.alternatives.count)
      for (new, old) in kept.enumerated() { places[old] = new }
      let rest = try PreferenceDataset(
        alternatives: kept.map { data.alternatives[$0].id }, contexts: data.contexts?.selecting(rows: kept),
        comparisons: data.comparisons.compactMap { c in
          guard let a = places[Int(c.a)], let b = places[Int(c.b)] else { return nil }
          return Comparison(a: a, b: b, outcome: c.outcome, count: c.count)
        })
      for (number, before) in audit.estimates.enumerated() {
        let after = try RewardFit(audit.settings.fit).estimate(rest, by: before.scheme, lambda: before.lambda)
        let removed = try #require(influence.removed[number])
        let expected = Self.shift(kept.map { before.rewards[$0] }, after.rewards)
        #expect(abs(removed.largest - expected) < 1e-7, "\(before.scheme.name), \(influence.members)")
      }
    }
  }
}
