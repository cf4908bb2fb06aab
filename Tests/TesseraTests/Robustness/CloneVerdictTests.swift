import Foundation
import Tessera
import Testing

@Suite struct CloneVerdictTests {
  /// Answers on a grid, moved a little, so that none is near another; copies of the first lie within 0.01 of it.
  func data(
    _ m: Int, copies: Int = 0, votes: Int, seed: UInt64, limit: Int = .max,
    probability: (_ i: Int, _ j: Int) -> Double
  ) throws -> PreferenceDataset {
    var random = RandomStream(seed: seed)
    var rows = (0..<m).map { i in
      [Double(i % 4) + 0.1 * random.uniform(), Double(i / 4) + 0.1 * random.uniform()]
    }
    for _ in 0..<copies { rows.append(rows[0].map { $0 + 0.01 * random.uniform() }) }
    var comparisons: [Comparison] = []
    for i in rows.indices {
      for j in 0..<i where i < m || j < m {
        let (a, b) = (i < m ? i : 0, j < m ? j : 0)
        guard a != b, comparisons.count < limit else { continue }
        var wins = 0.0
        for _ in 0..<votes where random.uniform() < probability(a, b) { wins += 1 }
        if wins > 0 { comparisons.append(Comparison(a: i, b: j, outcome: 1, count: wins)) }
        if wins < Double(votes) {
          comparisons.append(Comparison(a: i, b: j, outcome: 0, count: Double(votes) - wins))
        }
      }
    }
    return try PreferenceDataset(
      alternatives: rows.indices.map { "a\($0)" }, contexts: Contexts(Matrix(rows)), comparisons: comparisons)
  }

  func verdict(_ data: PreferenceDataset, records: Bool = false) throws -> CloneVerdict {
    let fit = RewardFit()
    let standard = try fit.estimate(data, by: Uniform())
    let weighted = try fit.estimate(data, by: Local())
    let held = try HeldOutFit(data, [standard, weighted], fit: fit, seed: 0, work: Work())
    let contexts = try #require(data.contexts)
    let groups = try DuplicateGroups(contexts, ids: data.alternatives.map(\.id)).groups
    return try CloneVerdict(
      data, groups: groups, standard: standard, errors: fit.errors(of: standard, data), weighted: weighted,
      heldOut: held, weightedPlace: held == nil ? nil : 1, contextsAreRecords: records, fit: fit)
  }

  /// True rewards of a Bradley-Terry model: more votes about a copy say the same of the others.
  func consistent(_ i: Int, _ j: Int) -> Double { logistic(0.3 * Double(i * 5 % 12 - j * 5 % 12)) }

  /// Rock, paper, scissors: who is cloned decides who wins.
  func circle(_ i: Int, _ j: Int) -> Double { [0.5, 0.85, 0.15][(j % 3 - i % 3 + 3) % 3] }

  @Test func `Without duplicates there is nothing to mend`() throws {
    for seed in 0..<20 {
      let found = try verdict(data(12, votes: 20, seed: UInt64(seed), probability: consistent))
      #expect(found.answer == .no && found.action == .nothingToMend && found.reasons.contains(.noGroups))
      #expect(found.shiftsTested == 0 && found.gains.isEmpty && found.losses.isEmpty)
    }
  }

  @Test func `Clones with a consistent record change nothing beyond noise`() throws {
    var (kept, squares, shifts) = (0, 0.0, 0)
    for seed in 0..<20 {
      let found = try verdict(data(12, copies: 4, votes: 20, seed: UInt64(seed), probability: consistent))
      #expect(found.shiftsTested == 11)
      if found.answer == .no, case .keepStandard(let look) = found.action {
        kept += 1
        #expect(Set(look) == [0, 12, 13, 14, 15])
      }
      for case .largestShift(let shift, _, _) in found.reasons {
        squares += shift.size * shift.size
        shifts += 1
      }
    }
    // A level of 5 % for a set: more than three in twenty have a chance of 1.6 %.
    #expect(kept >= 17)
    // The largest of 11 standard normal numbers has a mean square of about 4.2 (2.0 for the median of what it could be with
    // shifts that hang together); errors that are half or double what they should be would make it 16 or 1.
    #expect(shifts == 20 && (1.3...9).contains(squares / 20), "\(squares / 20)")
  }

  @Test func `Many clones of one in a circle distort, and the weighted estimate undoes it`() throws {
    var right = 0
    for seed in 0..<20 {
      let found = try verdict(data(12, copies: 20, votes: 20, seed: UInt64(seed), probability: circle))
      guard found.answer == .yes, found.action == .useWeighted else { continue }
      right += 1
      // Those that lose to the cloned class gain when it counts once, and those that beat it lose.
      let (gain, lose) = (circle(0, 1) > 0.5 ? 1 : 2, circle(0, 1) > 0.5 ? 2 : 1)
      #expect(found.gains.allSatisfy { $0.alternative % 3 != lose } && !found.gains.isEmpty)
      #expect(found.losses.allSatisfy { $0.alternative % 3 != gain } && !found.losses.isEmpty)
      #expect((found.gains + found.losses).allSatisfy { $0.size > found.limit })
    }
    #expect(right >= 19)
    // What is alike by its record alone can be equally good.
    let records = try verdict(data(12, copies: 20, votes: 20, seed: 1, probability: circle), records: true)
    #expect(records.answer == .unclear && records.reasons.contains(.contextsAreRecords))
    // Nor do different records rule copies out.
    let apart = try verdict(data(12, votes: 20, seed: 1, probability: consistent), records: true)
    #expect(apart.answer == .unclear && apart.action == .keepStandard(look: []))
  }

  @Test func `Fifteen votes are too little, and the leaders' pairs are named`() throws {
    for seed in 0..<20 {
      let found = try verdict(
        data(8, copies: 1, votes: 1, seed: UInt64(seed), limit: 15, probability: consistent))
      guard case .tooLittleData(let collect) = found.action else {
        Issue.record("\(found.action)")
        continue
      }
      #expect(found.reasons.contains(.tooFewVotes(15)) && !collect.isEmpty && collect.count <= 3)
      #expect(collect.allSatisfy { abs($0.difference) < 2 * $0.error && $0.a != $0.b })
    }
  }

  @Test func `The limit grows with what is looked at`() {
    // exp(-z^2 / 2) for two sides and 5 %.
    #expect(abs(CloneVerdict.limit(of: 1) - 2.716_203_0) < 1e-6)
    #expect(abs(CloneVerdict.limit(of: 70) - 3.984_312_9) < 1e-6)
  }
}
