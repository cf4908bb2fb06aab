import Tessera
import Testing

@Suite struct CellTallyTests {
  @Test func `Intervals are honest`() throws {
    // 95 % intervals over many seeds must hold the true weight between 93 % and 97 % of the time.
    for (blocks, d, samples) in [(16, 40, 8_192), (32, 64, 6_000), (1, 40, 4_096)] {
      let contexts = try clusteredContexts(40, d, seed: 9)
      let space = try BoundingBox(around: contexts)
      let plan = SamplingPlan(kind: blocks == 1 ? .independent : .reflections, blocks: blocks)
      let truth = try sample(
        contexts, in: space, 2_000_000, seed: 1 << 40, plan: SamplingPlan(kind: .reflections, blocks: 32))
      var inside = 0
      var total = 0
      for seed in 0..<200 as Range<UInt64> {
        let weights = try sample(contexts, in: space, samples, seed: seed, plan: plan)
        for i in 0..<40 where truth.values[i] * Double(samples) > 5 {
          let interval = weights.confidenceInterval(of: i)
          total += 1
          if interval.contains(truth.values[i]) { inside += 1 }
        }
      }
      let coverage = Double(inside) / Double(total)
      #expect(total > 5_000)
      #expect(coverage > 0.93 && coverage < 0.97, "\(blocks) blocks: \(coverage)")
    }
  }

  @Test func `An unhit cell still has an interval`() throws {
    let contexts = try Contexts(Matrix<Float>([[0, 0, 0, 0], [1, 1, 1, 1], [40, 40, 40, 40]]))
    let weights = try sample(contexts, in: UnitCube(dimension: 4), 1_000, seed: 1)
    #expect(weights.values[2] == 0)
    let interval = weights.confidenceInterval(of: 2)
    #expect(interval.lowerBound == 0)
    #expect(interval.upperBound > 0.002 && interval.upperBound < 0.01)
  }

  @Test func `A last group that is not full is counted`() throws {
    let contexts = try clusteredContexts(30, 48, seed: 2)
    let space = try BoundingBox(around: contexts)
    for samples in [4_096, 4_100, 9_999, 4_159] {
      let weights = try sample(contexts, in: space, samples, seed: 1)
      #expect(weights.provenance.samples == samples)
      #expect(abs(weights.values.reduce(0, +) - 1) < 1e-12)
      for value in weights.values {
        let hits = value * Double(samples)
        #expect(abs(hits - hits.rounded()) < 1e-6)
      }
    }
  }
}
