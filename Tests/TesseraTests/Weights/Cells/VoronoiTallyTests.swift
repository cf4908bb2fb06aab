import Foundation
import Tessera
import Testing

@Suite struct VoronoiTallyTests {
  @Test(arguments: [3, 9, 70])
  func `Parts that were counted anywhere add up to the whole`(dimension: Int) throws {
    let own = try clusteredContexts(80, dimension, seed: 3)
    let contexts = own.selecting(rows: Array(0..<80) + [5, 5])
    let space = try BoundingBox(around: own)
    let samples = 3 * VoronoiTally.unit + 777
    let whole = try sample(contexts, in: space, samples, seed: 4)
    func count(_ range: Range<Int>, seed: UInt64 = 4) throws -> VoronoiTally {
      try VoronoiTally(
        counting: range, contexts: contexts, space: space, samples: samples, method: .sampled, seed: seed)
    }
    let parts = try (0..<3).compactMap { part in
      try VoronoiTally.range(ofPart: part, of: 3, samples: samples).map { try count($0) }
    }
    let carried = try parts.map {
      try JSONDecoder().decode(VoronoiTally.self, from: JSONEncoder().encode($0))
    }
    #expect(carried == parts)
    let weights = try VoronoiTally.merge(carried.reversed()).weights()
    #expect(weights.values == whole.values)
    #expect(weights.standardErrors == whole.standardErrors)
    #expect(weights.provenance.samples == samples)

    #expect(throws: TallyError.self) { try parts[0].weights() }
    #expect(throws: TallyError.self) { try VoronoiTally.merge([parts[0], parts[2]]) }
    #expect(throws: TallyError.self) { try VoronoiTally.merge(parts + [parts[1]]) }
    #expect(throws: TallyError.self) { try count(100..<samples) }
    let other = try count(0..<VoronoiTally.unit, seed: 5)
    #expect {
      try VoronoiTally.merge([other] + parts.dropFirst())
    } throws: { error in
      if case TallyError.otherData = error { true } else { false }
    }
    #expect(throws: TallyError.self) { try VoronoiTally.merge([]) }
  }

  @Test func `Numbers that no count can give are refused`() throws {
    let own = try clusteredContexts(40, 9, seed: 3)
    let part = try VoronoiTally(
      counting: 0..<20_000, contexts: own, space: BoundingBox(around: own), samples: 20_000, method: .sampled)
    let whole = try #require(
      JSONSerialization.jsonObject(with: JSONEncoder().encode(part)) as? [String: Any])
    func isRefused(_ change: (inout [String: Any]) -> Void) throws -> Bool {
      var json = whole
      change(&json)
      let data = try JSONSerialization.data(withJSONObject: json)
      do {
        _ = try JSONDecoder().decode(VoronoiTally.self, from: data)
        return false
      } catch is DecodingError {
        return true
      }
    }
    #expect(try !isRefused { _ in })
    for key in ["groups", "lastSize", "groupSize", "total", "first", "count", "outside"] {
      for value in [Int.max, Int.min, -4] {
        #expect(try isRefused { $0[key] = value }, "\(key) \(value)")
      }
    }
    #expect(try isRefused { $0["groups"] = 0 })
    #expect(try isRefused { $0["lastHits"] = [[Int]]() })
    for value in [0, Int.max] {
      #expect(
        try isRefused {
          var squares = $0["squares"] as? [Int] ?? []
          squares[0] = value
          $0["squares"] = squares
        }, "\(value)")
    }
  }

  @Test(arguments: [false, true])
  func `Rounds until a target error are those of one run`(isRelative: Bool) throws {
    let contexts = try clusteredContexts(60, 9, seed: 3)
    let space = try BoundingBox(around: contexts)
    let target = try TargetError(isRelative ? 0.02 : 4e-4, isRelative: isRelative)
    let whole = try VoronoiWeights.weights(
      contexts: contexts, space: space, method: .sampled, target: target, seed: 4)
    let sampler = try VoronoiTally.Sampler(
      contexts: contexts, space: space, samples: nil, method: .sampled, seed: 4)
    var sum: VoronoiTally?
    var rounds = 0
    while let range = VoronoiTally.round(after: sum?.count ?? 0) {
      rounds += 1
      let cut = range.lowerBound + VoronoiTally.unit
      let parts =
        cut < range.upperBound
        ? [try sampler.count(cut..<range.upperBound), try sampler.count(range.lowerBound..<cut)]
        : [try sampler.count(range)]
      let next = try VoronoiTally.join(parts + (sum.map { [$0] } ?? []))
      sum = next
      if next.error(target) <= target.value { break }
      #expect(throws: TallyError.self) { try next.weights(until: target) }
    }
    #expect(rounds > 10)
    let found = try #require(sum)
    #expect(try found.weights(until: target) == whole)
    #expect(throws: TallyError.self) { try found.weights() }
    let later = try sampler.count(VoronoiTally.unit..<2 * VoronoiTally.unit)
    #expect(throws: TallyError.self) { try later.weights(until: target) }
    #expect(VoronoiTally.round(after: VoronoiWeights.sampleLimit) == nil)
  }

  @Test(arguments: [false, true])
  func `A tally is read again from its bytes, and only from them`(hasCopies: Bool) throws {
    let own = try clusteredContexts(300, 9, seed: 3)
    let contexts = hasCopies ? own.selecting(rows: Array(0..<300) + [7, 7]) : own
    let part = try VoronoiTally(
      counting: VoronoiTally.unit..<40_001, contexts: contexts, space: BoundingBox(around: own),
      samples: 40_001,
      method: .sampled, seed: UInt64.max)
    let bytes = part.bytes
    #expect(try VoronoiTally(bytes: bytes) == part)
    for count in [0, 10, 16, 60, bytes.count / 2, bytes.count - 1] {
      #expect(throws: TallyError.self) { try VoronoiTally(bytes: bytes.prefix(count)) }
    }
    #expect(throws: TallyError.self) { try VoronoiTally(bytes: bytes + [0]) }
    // A length, a count or a hit that is another one.
    var refused = 0
    for place in stride(from: 0, to: bytes.count, by: 7) {
      var changed = bytes
      changed[place] ^= 0x41
      do { if try VoronoiTally(bytes: changed) != part { refused += 1 } } catch { refused += 1 }
    }
    #expect(refused == (bytes.count + 6) / 7)
  }

  @Test func `Exact cells have no samples to divide`() throws {
    let flat = try contexts([[0, 0], [1, 1], [0.5, 0.2]])
    #expect(throws: TallyError.self) {
      try VoronoiTally(counting: 0..<1_000, contexts: flat, space: UnitCube(dimension: 2), samples: 1_000)
    }
  }
}
