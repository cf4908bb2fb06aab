import Tessera
import Testing

/// What is asked of memory before work begins.
@Suite struct MemoryNeedTests {
  private func limited<Value>(_ bytes: Int, _ work: () throws -> Value) throws -> Value {
    try MemoryBudget.$current.withValue(
      MemoryBudget(limit: MemoryLimit(bytes: bytes)), operation: work)
  }

  private func contexts(_ m: Int, _ d: Int) throws -> Contexts {
    var random = RandomStream(seed: 1, for: .bootstrap)
    return try Contexts(
      Matrix(rows: m, columns: d, storage: (0..<m * d).map { _ in Float(random.normal()) }))
  }

  @Test func `Sizes are spelled with units, and anything else is none`() {
    let sizes = [
      ("4GiB", 4 << 30), ("500MB", 500_000_000), ("1.5kib", 1_536), ("2 B", nil), ("7b", 7), ("4", nil),
      ("-1GB", nil), ("0GB", nil), ("GB", nil), ("1e3MB", nil), ("99999999TiB", nil), ("", nil),
      ("3XB", nil),
    ]
    for (text, bytes) in sizes { #expect(MemoryLimit(name: text)?.bytes == bytes, "\(text)") }
  }

  @Test func `A need that no number can say is still one`() {
    let need = MemoryNeed("distances", rows: 1 << 40, columns: 1 << 40)
    #expect(need.bytes == .max)
    // More than any machine has.
    let error = #expect(throws: MemoryError.self) { try need.require(within: MemoryBudget()) }
    #expect(error?.kind.exitCode == 71)
    #expect("\(error.map(\.description) ?? "")".contains("which is free here"))
  }

  @Test func `A need within the limit passes, one beyond says how much it would be`() throws {
    let budget = MemoryBudget(limit: MemoryLimit(bytes: 1 << 40))
    try MemoryNeed("a little", bytes: 2 << 20).require(within: budget)
    let error = #expect(throws: MemoryError.self) {
      try MemoryNeed("distances", rows: 1 << 20, columns: 1 << 20).require(within: budget)
    }
    let words = error?.description ?? ""
    #expect(
      words.hasPrefix("distances (1048576 x 1048576 numbers) would need 8.0 TiB, 8.0 TiB with"), "\(words)")
    #expect(words.hasSuffix("expected 1.0 TiB at most, the limit of memory"), "\(words)")
  }

  @Test func `What only growing tells is refused when it has grown`() throws {
    let little = 1 << 20
    let cloud = try contexts(4_000, 2)
    let circle = try cloud.normalized()
    // A cloud's tree takes less than a megabyte, a circle's twenty.
    _ = try limited(little) {
      try CellTree(contexts: cloud, space: BoundingBox(around: cloud), samples: 1_000_000)
    }
    let error = #expect(throws: MemoryError.self) {
      try limited(little) {
        try CellTree(contexts: circle, space: BoundingBox(around: circle), samples: 1_000_000)
      }
    }
    #expect(error?.description.hasPrefix("a tree of cells would need") == true)
    // On a sphere all are neighbours of all: corners grow from round to round.
    let sphere = try contexts(200, 5).normalized()
    let corners = #expect(throws: MemoryError.self) {
      try limited(little) { try Voronoi(Sampling(method: .exact)).weights(of: sphere) }
    }
    #expect(corners?.description.hasPrefix("corners of cells in 5 dimensions would need") == true)
  }

  @Test func `Work of known size is refused before it begins`() throws {
    // Below what any process has in use: every need of more than a megabyte is too much.
    let little = 1 << 20
    let wide = try contexts(2_000, 400)
    let votes = (0..<2_000).map { Comparison(a: $0, b: ($0 + 1) % 2_000, outcome: $0 % 3 == 0 ? 1 : 0) }
    let few = try PreferenceDataset(
      alternatives: (0..<2_000).map { "\($0)" }, contexts: wide, comparisons: votes)
    for (what, work) in [
      ("principal axes", { _ = try ContextTransform(fitting: wide, components: 2, weights: nil) }),
      ("cells", { _ = try Voronoi(Sampling()).weights(of: wide) }),
      ("linkage", { _ = try LinkageWeights.weights(contexts: wide) }),
      ("a Gaussian", { _ = try Gaussian(fitting: wide, weights: Array(repeating: 1 / 2_000, count: 2_000)) }),
      ("standard errors", { _ = try RewardFit().run(few) }),
    ] as [(String, () throws -> Void)] {
      #expect(throws: MemoryError.self, "\(what)") { try limited(little, work) }
    }
  }
}
