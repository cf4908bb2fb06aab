import CTesseraKernels

extension Work {
  /// The results of steps that know nothing of one another, in order: as many at once as there are cores, and memory for.
  ///
  /// A step that has a core for itself waits for nobody; one of few has several. Either way its result is the same.
  ///
  /// - Parameters:
  ///   - bytes: What a step holds at most, about.
  ///   - body: Gets the number of a step, and the work that it may use. It reports nothing.
  /// - Throws: What the first step throws that does; `Cancelled`.
  package func sideBySide<R: Sendable>(
    _ count: Int, bytes: Int, _ body: @Sendable (_ number: Int, _ work: Work) throws -> R
  ) throws -> [R] {
    let budget = MemoryBudget.current
    let together = max(1, min(threads, count, Self.room(budget) / max(bytes, 1)))
    let own = Work(threads: max(1, threads / together), cancellation: cancellation)
    guard together > 1 else {
      return try (0..<count).map { number in
        try check()
        report(Double(number) / Double(count))
        return try body(number, own)
      }
    }
    let outer = Work(threads: together, cancellation: cancellation)
    var results: [R] = []
    results.reserveCapacity(count)
    // Those who watch are told on this thread, between runs.
    let run = isWatched ? 8 * together : count
    for first in stride(from: 0, to: count, by: max(run, 1)) {
      report(Double(first) / Double(count))
      let here = min(run, count - first)
      var found = [Result<R, any Error>?](repeating: nil, count: here)
      try withPointers(&found) { found in
        try outer.forEach(pieces: here) { place, _ in
          // The budget is that of the task, which other threads do not know.
          found[place] = MemoryBudget.$current.withValue(budget) { Result { try body(first + place, own) } }
        }
      }
      for result in found { if let result { results.append(try result.get()) } }
    }
    return results
  }

  /// Bytes that steps may take together: half of what a limit leaves, and a quarter of what is free.
  private static func room(_ budget: MemoryBudget) -> Int {
    let free = Int(tessera_free_memory()) / 4
    return budget.limit.map { min(free, max($0.bytes - Int(tessera_used_memory()), 0) / 2) } ?? free
  }
}
