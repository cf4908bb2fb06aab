import Tessera
import Testing

@Suite struct SideBySideTests {
  private struct Odd: Error, Equatable { let number: Int }

  @Test(arguments: [1, 2, 5])
  func `Results are in order, and the first failure is the one that is told`(threads: Int) throws {
    let work = Work(threads: threads)
    #expect(try work.sideBySide(37, bytes: 1) { number, _ in number * number } == (0..<37).map { $0 * $0 })
    #expect(try work.sideBySide(0, bytes: 1) { number, _ in number }.isEmpty)
    #expect(throws: Odd(number: 3)) {
      try work.sideBySide(9, bytes: 1) { number, _ -> Int in
        if number % 3 == 0, number > 0 { throw Odd(number: number) }
        return number
      }
    }
    // What needs all memory goes one by one, on all cores.
    #expect(try work.sideBySide(3, bytes: .max) { _, work in work.threads } == [threads, threads, threads])
  }

  @Test func `Steps know the limit of memory, and stop when asked`() throws {
    let limit = MemoryBudget(limit: MemoryLimit(bytes: 64 << 20))
    #expect(throws: MemoryError.self) {
      try MemoryBudget.$current.withValue(limit) {
        try Work(threads: 2).sideBySide(4, bytes: 1) { _, _ in
          try MemoryNeed("more than there may be", bytes: 1 << 30).require()
        }
      }
    }
    let stop = Cancellation()
    stop.cancel()
    for threads in [1, 2] {
      #expect(throws: Cancelled.self) {
        try Work(threads: threads, cancellation: stop).sideBySide(4, bytes: 1) { number, _ in number }
      }
    }
  }

  @Test func `The lower triangle of a symmetric product is that of the whole`() {
    var random = RandomStream(seed: 8)
    for (m, n) in [(1, 1), (40, 63), (30, 64), (200, 257), (700, 600)] {
      let a = (0..<m * n).map { _ in random.normal() }
      // B = D A with D diagonal, so that A' B is symmetric.
      let b = a.indices.map { a[$0] * Double($0 / n % 5 + 1) }
      let whole = LinearAlgebra.multiply(a, rows: n, b, columns: n, inner: m, transposeA: true)
      let lower = LinearAlgebra.lowerProduct(a, b, rows: m, order: n, work: Work(threads: 2))
      for i in 0..<n {
        for j in 0...i { #expect(abs(lower[i * n + j] - whole[i * n + j]) < 1e-12 * Double(5 * m + 20)) }
      }
      #expect(LinearAlgebra.lowerProduct(a, b, rows: m, order: n, work: Work(threads: 1)) == lower)
    }
  }
}
