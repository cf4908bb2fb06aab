extension Fingerprint {
  package mutating func add(_ contexts: Contexts) {
    add(contexts.count)
    add(contexts.dimension)
    for row in 0..<contexts.count { contexts.withRow(row) { _, value in add(value) } }
  }

  package mutating func add(_ comparisons: [Comparison]) {
    add(comparisons.count)
    for comparison in comparisons {
      add(UInt64(UInt32(bitPattern: comparison.a)) << 32 | UInt64(UInt32(bitPattern: comparison.b)))
      add(comparison.outcome)
      add(comparison.count)
    }
  }
}
