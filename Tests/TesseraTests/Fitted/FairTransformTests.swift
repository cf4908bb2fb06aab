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

  @Test func `Few wide contexts have the axes of their covariance, without it being made`() throws {
    let rows = spreadRows(6, 9, seed: 12)
    let contexts = try Contexts(Matrix(rows))
    let weights = [0.3, 0.1, 0.2, 0.15, 0.05, 0.2]
    let found = try #require(try contexts.principalAxes(weights: weights, wanted: 9))
    let (mean, covariance) = contexts.covariance(weights: weights)
    let (values, vectors) = try #require(LinearAlgebra.eigenvectors(covariance, order: 9))
    #expect(largestDifference(found.mean, mean) == 0)
    // Six contexts about their mean span five axes; rounding of products, then of roots.
    for k in 0..<5 {
      #expect(abs(found.variances[k] - values[k]) < 1e-12 * values[0])
      #expect(largestDifference(found.axes[k], Array(vectors[k * 9..<(k + 1) * 9])) < 1e-8)
    }
    // The rest are at right angles to them and to one another.
    for a in 0..<9 {
      for b in 0..<9 {
        let product = zip(found.axes[a], found.axes[b]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (a == b ? 1 : 0)) < 1e-9)
      }
    }
    for k in 5..<9 { #expect(found.variances[k] == 0) }
    // A covariance of 40,000 x 40,000 numbers would take 12 GB.
    let wide = try Contexts(Matrix(spreadRows(3, 40_000, seed: 13)))
    let transform = try ContextTransform(fitting: wide, components: 2, weights: [0.2, 0.3, 0.5])
    #expect(transform.axes.count == 2 && transform.axes[0].count == 40_000)
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
