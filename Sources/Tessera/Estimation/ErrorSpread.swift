/// Sums of squares of movements.
struct ErrorSpread {
  var variances: [Double]
  /// Of differences from the reference; empty where there is none.
  var differences: [Double]
  /// m x m; nil where they are not wanted.
  var covariances: [Double]?
  let reference: Int?

  init(_ m: Int, reference: Int?, all: Bool) {
    variances = Array(repeating: 0, count: m)
    differences = reference == nil ? [] : variances
    covariances = all ? Array(repeating: 0, count: m * m) : nil
    self.reference = reference
  }

  mutating func add(_ moved: [NoisePropagation.Lanes]) {
    let m = variances.count
    for i in 0..<m { variances[i] += (moved[i] * moved[i]).sum() }
    if let reference {
      for i in 0..<m {
        let difference = moved[i] - moved[reference]
        differences[i] += (difference * difference).sum()
      }
    }
    if covariances != nil {
      for i in 0..<m { for j in 0..<m { covariances?[i * m + j] += (moved[i] * moved[j]).sum() } }
    }
  }

  mutating func scale(by factor: Double) {
    variances = variances.map { $0 * factor }
    differences = differences.map { $0 * factor }
    covariances = covariances?.map { $0 * factor }
  }

  /// Puts a pair's variance in place of the squares of its residuals.
  ///
  /// The correction can be negative; where it takes all of a variance, the one of independent comparisons stands.
  mutating func correct(
    by propagation: NoisePropagation, _ noise: PairNoise, active: [Int], denseLimit: Int, draws: Int,
    seed: UInt64, work: Work
  ) throws {
    func exactly(_ variance: (Int, Int) -> Double) throws -> ErrorSpread? {
      guard active.count <= denseLimit,
        let found = try propagation.exactly(
          active: active, reference: reference, all: covariances != nil, clipped: false, variance: variance)
      else { return nil }
      var spread = self
      spread.take(found)
      return spread
    }
    func simulated(_ variances: [Double], batches: Int?) throws -> SimulatedErrors {
      try SimulatedErrors(
        propagation, variances: variances, reference: reference, all: covariances != nil, draws: draws,
        batches: batches,
        seed: seed, work: work)
    }
    var rows = try exactly(noise.variance)
    var squares = try rows == nil ? nil : exactly(noise.squares)
    if rows == nil || squares == nil {
      let drawn = try simulated(noise.variances, batches: nil)
      rows = drawn.spread
      // The same signs for both, so that their noise falls away in the difference.
      squares = try simulated(noise.allSquares, batches: drawn.batches).spread
    }
    guard let rows, let squares else { return }
    func put(_ own: [Double], _ rows: [Double], _ squares: [Double]) -> [Double] {
      own.indices.map { i in
        let corrected = own[i] + rows[i] - squares[i]
        return corrected > 0 ? corrected : rows[i]
      }
    }
    variances = put(variances, rows.variances, squares.variances)
    differences = put(differences, rows.differences, squares.differences)
    if let own = covariances, let a = rows.covariances, let b = squares.covariances {
      covariances = own.indices.map { own[$0] + a[$0] - b[$0] }
      for i in variances.indices { covariances?[i * variances.count + i] = variances[i] }
    }
  }

  mutating func take(_ exact: NoisePropagation.Exact) {
    variances = exact.variances
    if covariances != nil { covariances = exact.all }
    if let reference {
      differences = variances.indices.map {
        $0 == reference ? 0 : variances[$0] + variances[reference] - 2 * exact.withReference[$0]
      }
    }
  }
}
