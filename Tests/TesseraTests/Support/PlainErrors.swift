import Tessera

/// Covariance of rewards after the formulas that stand in `StandardErrors` and `PairNoise`, by plain loops and an inverse by
/// elimination: for small problems without weightless alternatives, whose ridge is worth less than a fifth of a comparison.
struct PlainErrors {
  let covariance: [[Double]]

  /// - Parameters:
  ///   - outcomes: Of every compared pair, from the side of the first: one for each comparison.
  ///   - mass: v_ij of a pair; `ridge`: lambda rho_i.
  init(
    _ outcomes: [(a: Int, b: Int, outcomes: [Double])], rewards r: [Double], mass: (Int, Int) -> Double,
    ridge: [Double]
  ) {
    let m = r.count
    var hessian = [[Double]](repeating: Array(repeating: 0, count: m), count: m)
    for i in 0..<m { hessian[i][i] = ridge[i] }
    func add(_ size: Double, _ a: Int, _ b: Int, to matrix: inout [[Double]]) {
      matrix[a][a] += size
      matrix[b][b] += size
      matrix[a][b] -= size
      matrix[b][a] -= size
    }
    func model(_ a: Int, _ b: Int) -> Double { logistic(r[a] - r[b]) * logistic(r[b] - r[a]) }
    for pair in outcomes { add(mass(pair.a, pair.b) * model(pair.a, pair.b), pair.a, pair.b, to: &hessian) }
    let inverse = Self.inverse(hessian)

    // R and D of each pair, then phi: what all pairs say of the outcomes' spread beside the model's, and one comparison of
    // which nothing is known, whose variance is a quarter.
    var (found, expected) = (0.25, 0.25)
    var terms: [(residual: Double, freedom: Double)] = []
    for pair in outcomes {
      let (a, b, n) = (pair.a, pair.b, Double(pair.outcomes.count))
      let p = pair.outcomes.reduce(0, +) / n
      let within = pair.outcomes.reduce(0) { $0 + ($1 - p) * ($1 - p) } / n
      let distance = p - logistic(r[a] - r[b])
      let leverage = mass(a, b) * model(a, b) * (inverse[a][a] + inverse[b][b] - 2 * inverse[a][b])
      let term = (residual: n * within + distance * distance, freedom: n - 1 + (1 - leverage) / n)
      found += term.residual
      expected += term.freedom * model(a, b)
      terms.append(term)
    }
    let phi = found / expected
    var noise = [[Double]](repeating: Array(repeating: 0, count: m), count: m)
    for (pair, term) in zip(outcomes, terms) {
      let (v, n) = (mass(pair.a, pair.b), Double(pair.outcomes.count))
      let variance = (term.residual + 4 * phi * model(pair.a, pair.b)) / ((term.freedom + 4) * n)
      add(v * v * variance, pair.a, pair.b, to: &noise)
    }
    covariance = Self.product(Self.product(inverse, noise), inverse)
  }

  /// Of the difference of i and j.
  func variance(_ i: Int, _ j: Int) -> Double { covariance[i][i] + covariance[j][j] - 2 * covariance[i][j] }

  static func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    a.map { row in b[0].indices.map { column in row.indices.reduce(0) { $0 + row[$1] * b[$1][column] } } }
  }

  /// By elimination with pivots.
  static func inverse(_ matrix: [[Double]]) -> [[Double]] {
    let n = matrix.count
    var rows = matrix.enumerated().map { i, row in row + (0..<n).map { $0 == i ? 1 : 0 } }
    for column in 0..<n {
      let pivot = (column..<n).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
      rows.swapAt(column, pivot)
      let scale = rows[column][column]
      rows[column] = rows[column].map { $0 / scale }
      for i in 0..<n where i != column {
        let factor = rows[i][column]
        if factor != 0 { for k in 0..<2 * n { rows[i][k] -= factor * rows[column][k] } }
      }
    }
    return rows.map { Array($0[n...]) }
  }
}
