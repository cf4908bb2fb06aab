import Tessera
import Testing

@Suite struct PairSpaceSearchTests {
  /// The definition in plain loops and double precision: the nearest compared pair of each sample, drawn as the library
  /// draws them (512 samples to a stream, both points of a sample in turn).
  func masses(
    _ rows: [[Double]], _ pairs: [[Int]], _ space: some AlternativeSpace, samples: Int, seed: UInt64
  ) -> (pairs: [Double], own: [Double]) {
    var pairHits = [Double](repeating: 0, count: pairs.count)
    var ownHits = [Double](repeating: 0, count: rows.count)
    let d = space.dimension
    let origin = space.origin
    for group in 0..<(samples + 511) / 512 {
      let n = min(512, samples - group * 512)
      var random = RandomStream(seed: seed, for: .pairSpacePoints, number: UInt64(group))
      var offsets = [Float](repeating: 0, count: 2 * n * d)
      offsets.withUnsafeMutableBufferPointer {
        space.sampleOffsets(first: 2 * group * 512, count: 2 * n, into: $0.baseAddress!, using: &random)
      }
      for sample in 0..<n {
        let squares = (0..<2).map { side in
          rows.map { row in
            (0..<d).reduce(0.0) { sum, k in
              let difference = row[k] - origin[k] - Double(offsets[(2 * sample + side) * d + k])
              return sum + difference * difference
            }
          }
        }
        var (best, place) = (Double.infinity, 0)
        for i in rows.indices where squares[0][i] + squares[1][i] < best {
          (best, place) = (squares[0][i] + squares[1][i], pairs.count + i)
        }
        for (number, pair) in pairs.enumerated() {
          let (a, b) = (pair[0], pair[1])
          let sum = min(squares[0][a] + squares[1][b], squares[0][b] + squares[1][a])
          if sum < best { (best, place) = (sum, number) }
        }
        if place < pairs.count { pairHits[place] += 1 } else { ownHits[place - pairs.count] += 1 }
      }
    }
    return (pairHits.map { $0 / Double(samples) }, ownHits.map { $0 / Double(samples) })
  }

  @Test(arguments: [(40, 12, 60), (7, 2, 5), (33, 3, 1)])
  func `Masses are those of plain loops in double precision`(m: Int, d: Int, pairCount: Int) throws {
    var random = RandomStream(seed: 2)
    let rows = (0..<m).map { _ in (0..<d).map { _ in random.normal() } }
    var chosen: Set<[Int]> = []
    while chosen.count < pairCount {
      let (a, b) = (Int(random.uniform() * Double(m)), Int(random.uniform() * Double(m)))
      if a != b { chosen.insert([min(a, b), max(a, b)]) }
    }
    let pairs = chosen.sorted { $0.lexicographicallyPrecedes($1) }
    let counts = PairCounts(
      alternatives: m, pairs: pairs.map { PairCounts.Pair(a: $0[0], b: $0[1], wins: 1) })
    let contexts = try Contexts(Matrix(rows))
    // Not a multiple of the samples of a panel, nor of a stream.
    let samples = 5_003
    let found = try PairSpaceWeights(contexts: contexts, counts: counts, samples: samples, seed: 9)
    let expected = masses(rows, pairs, try BoundingBox(around: contexts), samples: samples, seed: 9)
    // One sample in 5,003 may fall to the other of two sums that agree to some 1e-6: seldom one, never three.
    let few = 2.5 / Double(samples)
    for (number, pair) in pairs.enumerated() {
      let entry = try #require(counts.entry(pair[0], pair[1]))
      #expect(abs(found.pairMass[entry] - expected.pairs[number]) < few)
    }
    for i in 0..<m { #expect(abs(found.ownMass[i] - expected.own[i]) < few) }
    for threads in [1, 2, 3] {
      #expect(
        try PairSpaceWeights(
          contexts: contexts, counts: counts, samples: samples, seed: 9, work: Work(threads: threads))
          == found)
    }
  }

  @Test func `Contexts that are all equal leave one place for all samples`() throws {
    let counts = PairCounts(alternatives: 2, pairs: [PairCounts.Pair(a: 0, b: 1, wins: 1)])
    let found = try PairSpaceWeights(
      contexts: Contexts(Matrix([[3.0, 1], [3, 1]])), counts: counts, samples: 100)
    // Of four ordered pairs of the copies two are the compared one.
    #expect(found.pairMass == [0.5, 0.5] && found.ownMass == [0.25, 0.25])
  }

  @Test func `It stops when it is asked to`() throws {
    let stop = Cancellation()
    stop.cancel()
    let counts = PairCounts(alternatives: 2, pairs: [PairCounts.Pair(a: 0, b: 1, wins: 1)])
    #expect(throws: Cancelled.self) {
      try PairSpaceWeights(
        contexts: Contexts(Matrix([[0.0], [1]])), counts: counts, work: Work(cancellation: stop))
    }
  }
}
