import Tessera
import Testing

@Suite struct SampledCellsTests {
  @Test(arguments: [1, 2, 4, 8, 16, 32, 64])
  func `Reflections agree with independent points`(blocks: Int) throws {
    let contexts = try clusteredContexts(120, 70, seed: 1)
    let space = try BoundingBox(around: contexts, margin: 0.1)
    let n = 200_000
    let plain = try sample(contexts, in: space, n, seed: 1, plan: SamplingPlan(kind: .independent, blocks: 1))
    let reflected = try sample(
      contexts, in: space, n, seed: 2, plan: SamplingPlan(kind: .reflections, blocks: blocks))
    // Sum of squared differences in units of both variances: 120 terms, mean 1, standard deviation sqrt(2/120).
    var sum = 0.0
    for i in 0..<120 {
      let (a, b) = (plain.standardErrors[i], reflected.standardErrors[i])
      let difference = plain.values[i] - reflected.values[i]
      sum += difference * difference / max(a * a + b * b, 1e-18)
    }
    let limit: Double = 1 + 4.5 * (2.0 / 120).squareRoot()
    #expect(sum / 120 < limit)
    #expect(abs(reflected.values.reduce(0, +) - 1) < 1e-12)
  }

  /// Contexts beyond 1 GiB are packed some at a time: here 1,024 rows of 5,000.
  @Test(arguments: [1, 8, 64])
  func `Contexts packed some at a time give the same samples to the last bit`(blocks: Int) throws {
    let contexts = try clusteredContexts(5_000, 70, seed: 3)
    let space = try BoundingBox(around: contexts, margin: 0.1)
    let plan = SamplingPlan(kind: blocks == 1 ? .independent : .reflections, blocks: blocks)
    let whole = SampledCells(contexts: contexts, space: space, plan: plan, seed: 2)
    let some = SampledCells(contexts: contexts, space: space, plan: plan, seed: 2, held: { $0 / 4 })
    #expect(!whole.prefersLargeRuns && some.prefersLargeRuns)
    let (expected, found) = (
      try whole.nearest(firstPoint: 3, samples: 3_000), try some.nearest(firstPoint: 3, samples: 3_000)
    )
    #expect(found.indices == expected.indices)
    #expect(found.scores == expected.scores)
    // Alternatives of every part are nearest to something.
    #expect((0..<5).allSatisfy { part in found.indices.contains { Int($0) / 1_024 == part } })
    // Up to 1 GiB of numbers is held whole, 256 MiB of more.
    #expect(SampledCells.held(of: 1 << 28) == 1 << 28)
    #expect(SampledCells.held(of: (1 << 28) + 1) == 1 << 26)
  }

  @Test func `Every plan finds the nearest alternative`() throws {
    // The same points drawn again and searched one by one, in Double.
    for d in [1, 2, 3, 4, 7, 33] {
      let contexts = try clusteredContexts(300, d, seed: UInt64(d))
      let space = try BoundingBox(around: contexts, margin: 0.2)
      let n = 4_096
      // The tree gives a stream to 256 points, the kernels one to each.
      let inStream = d <= 3 ? 256 : 1
      let weights = try sample(
        contexts, in: space, n, seed: 3,
        plan: SamplingPlan(kind: d <= 3 ? .cellTree : .independent, blocks: 1))
      var counts = [Double](repeating: 0, count: 300)
      let offsets = UnsafeMutablePointer<Float>.allocate(capacity: d * inStream)
      defer { offsets.deallocate() }
      for point in 0..<n {
        if point % inStream == 0 {
          var random = RandomStream(seed: 3, for: .spacePoints, number: UInt64(point / inStream))
          space.sampleOffsets(first: point, count: inStream, into: offsets, using: &random)
        }
        let offset = offsets + point % inStream * d
        let x = (0..<d).map { space.origin[$0] + Double(offset[$0]) }
        var (best, least) = (0, Double.infinity)
        for i in 0..<300 {
          var distance = 0.0
          for k in 0..<d {
            let difference = contexts[i, k] - x[k]
            distance += difference * difference
          }
          if distance < least { (best, least) = (i, distance) }
        }
        counts[best] += 1
      }
      // Ties within rounding may fall either way; there are none here beyond a sample or two.
      var moved = 0.0
      for i in 0..<300 { moved += abs(counts[i] - weights.values[i] * Double(n)) }
      #expect(moved <= 2)
    }
  }

  @Test func `Reflections are as accurate as independent points`() throws {
    // Variance over 150 seeds, summed over the alternatives, against the binomial one.
    let contexts = try clusteredContexts(60, 64, seed: 12)
    let space = try BoundingBox(around: contexts)
    let n = 4_096
    var sums = [Double](repeating: 0, count: 60)
    var squares = sums
    for seed in 0..<150 as Range<UInt64> {
      let weights = try sample(
        contexts, in: space, n, seed: seed, plan: SamplingPlan(kind: .reflections, blocks: 16))
      for i in 0..<60 {
        sums[i] += weights.values[i]
        squares[i] += weights.values[i] * weights.values[i]
      }
    }
    var measured = 0.0
    var binomial = 0.0
    for i in 0..<60 {
      let mean = sums[i] / 150
      measured += (squares[i] / 150 - mean * mean) * 150 / 149
      binomial += mean * (1 - mean) / Double(n)
    }
    // Some 60 x 149 degrees of freedom, fewer where few cells dominate; measured before: 0.89 to 1.11.
    #expect(measured / binomial > 0.8 && measured / binomial < 1.25)
  }

  @Test func `Same bytes for any plan on any number of threads`() throws {
    for (d, m) in [(2, 3_000), (3, 500), (9, 700), (40, 2_500), (300, 90)] {
      let contexts = try clusteredContexts(m, d, seed: UInt64(d))
      let space = try BoundingBox(around: contexts)
      let one = try sample(contexts, in: space, 20_000, seed: 3, work: Work(threads: 1))
      for threads in [2, 3] {
        #expect(try sample(contexts, in: space, 20_000, seed: 3, work: Work(threads: threads)) == one)
      }
      // Nor does watching change anything.
      let seen = Recorder<Double>()
      let watched = try sample(
        contexts, in: space, 20_000, seed: 3,
        work: Work { share, what in
          seen.add(share)
          #expect(what == "")
        })
      #expect(watched == one)
      #expect(seen.values == seen.values.sorted())
      #expect(seen.values.last == 1)
    }
  }
}
