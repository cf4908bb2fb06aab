#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Numbers q with q_i + q_j near the variance of the difference of i and j (Firth and de Menezes, 2004): they minimise the
/// sum over pairs of (log(q_i + q_j) - log V_ij)^2.
package struct QuasiVariances {
  package let values: [Double]
  /// Largest relative error of sqrt(q_i + q_j) as the standard error of a difference.
  package let worstRelativeError: Double

  /// Of the alternatives of each component that has two of them or more.
  ///
  /// - Parameter covariances: m x m.
  static func byComponent(_ covariances: [Double], isKnown: [Bool], _ components: Components) -> (
    values: [Double?], worstRelativeError: Double?
  ) {
    let m = isKnown.count
    var quasi = [Double?](repeating: nil, count: m)
    var worst: Double?
    var members = [[Int]](repeating: [], count: components.count)
    for i in 0..<m where isKnown[i] { members[components.of[i]].append(i) }
    for group in members where group.count >= 2 {
      let found = QuasiVariances {
        covariances[group[$0] * m + group[$1]]
      } of: {
        group.count
      }
      for (place, i) in group.enumerated() { quasi[i] = found.values[place] }
      worst = max(worst ?? 0, found.worstRelativeError)
    }
    return (quasi, worst)
  }

  /// - Parameters:
  ///   - covariance: Of i and j.
  package init(_ covariance: (Int, Int) -> Double, of count: () -> Int) {
    let n = count()
    func difference(_ i: Int, _ j: Int) -> Double {
      max(covariance(i, i) + covariance(j, j) - 2 * covariance(i, j), .leastNormalMagnitude)
    }
    let v = (0..<n).map { i in (0..<n).map { j in i == j ? 0 : difference(i, j) } }
    // Least squares on the variances themselves has a closed form: a start.
    let sums = v.map { $0.reduce(0, +) }
    let total = sums.reduce(0, +) / Double(2 * (n - 1))
    var q = n > 2 ? sums.map { ($0 - total) / Double(n - 2) } : [v[0][1] / 2, v[0][1] / 2]
    func loss(_ q: [Double]) -> Double {
      var sum = 0.0
      for i in 0..<n {
        for j in 0..<i {
          guard q[i] + q[j] > 0 else { return .infinity }
          let miss = log((q[i] + q[j]) / v[i][j])
          sum += miss * miss
        }
      }
      return sum
    }
    if !loss(q).isFinite { q = sums.map { $0 / Double(2 * (n - 1)) } }
    // Gauss and Newton: rows of the Jacobian are 1 / (q_i + q_j) at i and j.
    var here = loss(q)
    for _ in 0..<50 where n > 2 {
      var matrix = [Double](repeating: 0, count: n * n)
      var right = [Double](repeating: 0, count: n)
      for i in 0..<n {
        for j in 0..<i {
          let sum = q[i] + q[j]
          let miss = log(sum / v[i][j]) / sum
          let size = 1 / (sum * sum)
          matrix[i * n + i] += size
          matrix[j * n + j] += size
          matrix[i * n + j] += size
          matrix[j * n + i] += size
          right[i] -= miss
          right[j] -= miss
        }
      }
      guard let step = LinearAlgebra.Cholesky(matrix, order: n)?.solve(right) else { break }
      var length = 1.0
      var next = q
      while length > 1e-6 {
        next = zip(q, step).map { $0 + length * $1 }
        if loss(next) <= here { break }
        length /= 2
      }
      let after = loss(next)
      guard after < here else { break }
      let done = here - after <= 1e-14 * max(here, 1e-30)
      (q, here) = (next, after)
      if done { break }
    }
    values = q
    var worst = 0.0
    for i in 0..<n { for j in 0..<i { worst = max(worst, abs(((q[i] + q[j]) / v[i][j]).squareRoot() - 1)) } }
    worstRelativeError = worst
  }
}
