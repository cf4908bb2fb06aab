import Foundation
import Tessera
import Testing

@Suite struct FairTransformTests {
  @Test func `Transforms are fitted once and applied alike`() throws {
    let rows = spreadRows(80, 5, seed: 10)
    let all = try Contexts(Matrix(rows))
    let transform = try ContextTransform(fitting: all, normalizes: true, components: 3)
    let reduced = try transform.apply(to: all)
    #expect(reduced.dimension == 3)
    // One row alone comes out as it does among the others.
    let single = try transform.apply(to: Contexts(Matrix([rows[4]])))
    #expect(largestDifference(single.row(0), reduced.row(4)) < 1e-12)
    // Axes are orthonormal.
    for a in 0..<3 {
      for b in 0..<3 {
        let product = zip(transform.axes[a], transform.axes[b]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (a == b ? 1 : 0)) < 1e-10)
      }
    }
    let stored = try JSONDecoder().decode(ContextTransform.self, from: JSONEncoder().encode(transform))
    #expect(stored == transform)
    #expect(throws: ContextsError.axes(found: "6", expected: "1 to 5, the dimensions of the contexts")) {
      try ContextTransform(fitting: all, components: 6)
    }
    #expect(throws: ContextsError.noDirection(alternative: 1)) {
      try ContextTransform(fitting: all, normalizes: true).apply(
        to: Contexts(Matrix([[1, 1, 1, 1, 1], [0, 0, 0, 0, 0.0]])))
    }
    let centred = try ContextTransform(
      fitting: all, centers: true, weights: Array(repeating: 1.0 / 80, count: 80)
    ).apply(to: all)
    for k in 0..<5 { #expect(abs((0..<80).reduce(0.0) { $0 + centred[$1, k] }) < 1e-10) }
  }

  @Test func `Principal axes do not follow clones`() throws {
    let rows = spreadRows(60, 6, seed: 11)
    let clones = (0..<30).map { _ in rows[3] }
    func axis(_ rows: [[Double]], fair: Bool) throws -> [Double] {
      let m = rows.count
      let uniform = fair ? nil : [Double](repeating: 1 / Double(m), count: m)
      return try ContextTransform(fitting: Contexts(Matrix(rows)), components: 2, weights: uniform).axes[1]
    }
    func angle(_ fair: Bool) throws -> Double {
      let product = try zip(axis(rows, fair: fair), axis(rows + clones, fair: fair)).reduce(0) {
        $0 + $1.0 * $1.1
      }
      return acos(min(1, abs(product)))
    }
    #expect(try angle(true) < 1e-6)
    #expect(try angle(false) > 0.01)
  }
}
