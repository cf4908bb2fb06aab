import Tessera
import Testing

@Suite struct TopicsTests {
  /// Clouds of radius 1 about corners, each in a dimension of its own.
  static func clouds(_ sizes: [Int], apart: Double = 6, dimension d: Int = 8, seed: UInt64 = 1) -> [[Double]]
  {
    var random = RandomStream(seed: seed)
    return sizes.enumerated().flatMap { cloud, size in
      (0..<size).map { _ in (0..<d).map { ($0 == cloud ? apart : 0) + random.normal() } }
    }
  }

  @Test(arguments: [[200, 200, 200], [400, 100, 100], [120, 100, 80, 60]])
  func `Clouds apart are topics, and share equally`(sizes: [Int]) throws {
    let topics = try Topics(contexts(Self.clouds(sizes)))
    #expect(topics.groups.sizes() == sizes)
    #expect(topics.isStable && topics.agreement == 1 && topics.ratio > 1.5)
    let weights = topics.weights()
    for (i, topic) in topics.groups.groupOf.enumerated() {
      #expect(abs(weights.values[i] - 1 / Double(sizes.count * sizes[topic])) < 1e-15)
    }
    #expect(weights.provenance.groups == sizes.count)
    #expect(weights.provenance.choice.hasPrefix("\(sizes.count) stable topics, ratio of heights "))
  }

  /// Normal, uniform and stretched clouds, of few answers and of many.
  @Test(arguments: [30, 60, 80, 120, 400], [1, 2, 8, 64])
  func `A cloud has no topics, and its answers weigh alike`(m: Int, d: Int) throws {
    for kind in 0..<3 {
      for seed in UInt64(0)..<4 {
        var random = RandomStream(seed: seed, stream: UInt64(kind))
        let rows = (0..<m).map { _ in
          (0..<d).map { k in kind == 0 ? random.normal() : random.uniform() * (kind == 2 && k == 0 ? 5 : 1) }
        }
        let topics = try Topics(contexts(rows), seed: seed)
        #expect(!topics.isStable, "\(topics.groups.count) at \(topics.agreement), kind \(kind), seed \(seed)")
        let weights = topics.weights()
        #expect(weights.values.allSatisfy { $0 == 1 / Double(m) })
        #expect(weights.provenance.groups == nil)
        #expect(weights.provenance.choice.hasPrefix("no topic weights: \(topics.groups.count) topics, ratio"))
      }
    }
  }

  @Test func `Copies change nothing: neither the topics nor the weight of their original`() throws {
    let rows = Self.clouds([150, 100, 50])
    let before = try Topics(contexts(rows))
    let after = try Topics(contexts(Array(repeating: rows[7], count: 400) + rows))
    #expect(Array(after.groups.groupOf.suffix(300)) == before.groups.groupOf)
    #expect(after.ratio == before.ratio && after.agreement == before.agreement)
    let (old, new) = (before.weights().values, after.weights().values)
    for i in rows.indices where i != 7 { #expect(new[400 + i] == old[i]) }
    #expect(abs(new.prefix(400).reduce(0, +) + new[407] - old[7]) < 1e-15)
  }

  @Test func `A flood of near copies takes cells, and the topics stay`() throws {
    let rows = Self.clouds([200, 200, 200])
    var random = RandomStream(seed: 5)
    let flood = (0..<1_500).map { _ in rows[0].map { $0 + 0.01 * random.normal() } }
    let topics = try Topics(contexts(rows + flood))
    #expect(topics.groups.sizes() == [1_700, 200, 200])
    #expect(topics.isStable)
  }

  /// In 64 dimensions each lies farther from everything than the clouds from one another.
  @Test func `Answers by themselves are no topics`() throws {
    let rows = Self.clouds([500, 500, 500], apart: 8, dimension: 64)
    var random = RandomStream(seed: 9)
    let outliers = (0..<3).map { _ in (0..<64).map { _ in 3 * random.normal() } }
    let topics = try Topics(contexts(rows + outliers))
    #expect(topics.groups.count == 3)
    #expect(topics.isStable)
    #expect(Array(topics.groups.sizes()).allSatisfy { $0 >= 500 })
  }

  @Test func `Few, equal and no numbers have one topic, or none that is stable`() throws {
    let some = Self.clouds([3, 2])
    for rows in [
      [some[0]], Array(repeating: some[0], count: 50), Array(some.prefix(2)),
      Array(repeating: [Double](), count: 4),
    ] {
      let topics = try Topics(contexts(rows))
      #expect(topics.groups.count == 1 && topics.ratio == 1 && topics.agreement == 0 && !topics.isStable)
      #expect(topics.weights().values.allSatisfy { abs($0 - 1 / Double(rows.count)) < 1e-15 })
      #expect(topics.weights().provenance.choice.contains("1 topic, "))
    }
    // Fewer answers than cells: every answer is a cell.
    let few = try Topics(contexts(Self.clouds([8, 8], apart: 40)))
    #expect(few.groups.sizes() == [8, 8] && few.ratio > 5 && few.agreement == 0 && !few.isStable)
    let enough = try Topics(contexts(Self.clouds([40, 40], apart: 40)))
    #expect(enough.groups.sizes() == [40, 40] && enough.isStable)
    // Two places: no join within one.
    let two = try Topics(contexts([some[0], some[1], some[0], some[1]]))
    #expect(two.groups.count == 1)
  }

  @Test func `Order, cores and scale change nothing, another seed only the draws`() throws {
    let rows = Self.clouds([120, 90, 60], apart: 3)
    let before = try Topics(contexts(rows), seed: 4)
    for threads in [1, 2, 7] {
      #expect(try Topics(contexts(rows), seed: 4, work: Work(threads: threads)) == before)
    }
    var random = RandomStream(seed: 2)
    let order = rows.indices.shuffled(using: &random)
    let after = try Topics(contexts(order.map { rows[$0] }), seed: 4)
    #expect(after.ratio == before.ratio && after.agreement == before.agreement)
    #expect(AdjustedRandIndex(after.groups.groupOf, order.map { before.groups.groupOf[$0] }).value == 1)
    let scaled = try Topics(contexts(rows.map { $0.map { $0 * 0x1p80 } }), seed: 4)
    #expect(scaled.groups == before.groups && scaled.agreement == before.agreement)
    let other = try Topics(contexts(rows), seed: 5)
    #expect(other.ratio != before.ratio)
    #expect(AdjustedRandIndex(other.groups.groupOf, before.groups.groupOf).value > 0.8)
  }

  @Test func `The work can be stopped, and no contexts have no weights`() throws {
    let stop = Cancellation()
    stop.cancel()
    #expect(throws: Cancelled.self) {
      try Topics(contexts(Self.clouds([300, 300])), work: Work(cancellation: stop))
    }
    #expect(throws: WeightsError.noContexts) {
      try TopicScheme().weights(of: Contexts(Matrix<Double>(rows: 0, columns: 3)))
    }
  }
}
