/// Variances of rewards from simulated noise of independent pairs.
///
/// Noise n moves the rewards by x = H^-1 (w n). The first step of Jacobi's iteration towards that is y_i = n_i / d_i, with
/// the Hessian's diagonal w_i d_i, and its variance is known:
///
///     Var(y_i) = sum_j a_ij^2 Var(e_ij) / d_i^2
///
/// So Var(x_i) = Var(y_i) + E(x_i^2 - y_i^2), and only the difference is left to the draws (a control variate: unbiased
/// with any number of them). Where alternatives have many opponents x and y are nearly the same; two alternatives that only
/// met each other are right with a single draw. Draws go on until they tell as much as so many plain ones would.
struct SimulatedErrors {
  /// What is left in a solution by conjugate gradients, relative: far below what draws leave.
  static let tolerance = 1e-4
  /// At most this share of the alternatives may have an error twice as uncertain as was asked for.
  static let uncertainShare = 0.01

  let spread: ErrorSpread
  /// Root of the mean squared relative standard error of the errors themselves, measured between draws.
  let relativeError: Double
  /// Eight draws each.
  let batches: Int

  /// - Parameters:
  ///   - variances: Of the mean of the outcomes of each entry.
  ///   - reference: Alternative whose differences from the others are wanted.
  ///   - all: Whether covariances are wanted; then no draw is spared.
  ///   - draws: As good as so many plain draws, and no more of them; rounded up to a multiple of 8.
  ///   - batches: So many whatever they tell; nil for as many as it takes.
  /// - Complexity: one sparse solve for eight draws.
  init(
    _ propagation: NoisePropagation, variances: [Double], reference: Int?, all: Bool, draws: Int,
    batches: Int? = nil,
    seed: UInt64, work: Work
  ) throws {
    let first = FirstStep(propagation, variances: variances)
    let m = first.inverse.count
    let most = batches ?? (max(draws, 1) + 7) / 8
    let asked = 1 / Double(16 * most).squareRoot()
    var values = Remainder(known: first.variances)
    var differences = reference.map {
      Remainder(known: first.differences(from: $0, propagation, variances: variances))
    }
    let everybody = [Bool](repeating: true, count: m)
    let compared = reference.map { Self.compared(with: $0, propagation.problem) } ?? everybody
    var plain = ErrorSpread(all ? m : 0, reference: nil, all: all)
    var done = 0
    var relativeError = 0.0
    while done < most {
      work.report(Double(done) / Double(most))
      let moved = try propagation.rewards(
        movedBy: propagation.independentNoise(batch: done, seed: seed, variances: variances),
        tolerance: Self.tolerance)
      // The same once more: what a solve takes is not held twice meanwhile, 64 bytes an alternative.
      let noise = try propagation.independentNoise(batch: done, seed: seed, variances: variances)
      for i in 0..<m { values.add(i, moved[i], first.inverse[i] * noise[i]) }
      if let reference {
        let (x, y) = (moved[reference], first.inverse[reference] * noise[reference])
        for i in 0..<m { differences?.add(i, moved[i] - x, first.inverse[i] * noise[i] - y) }
      }
      if all { plain.add(moved) }
      done += 1
      var found = [values.uncertainty(draws: 8 * done, asked, everybody)]
      if let differences { found.append(differences.uncertainty(draws: 8 * done, asked, compared)) }
      relativeError = found.reduce(0) { max($0, $1.relativeError) }
      if batches == nil, !all,
        found.allSatisfy({ $0.relativeError <= asked && $0.share <= Self.uncertainShare })
      {
        break
      }
    }
    var spread = ErrorSpread(m, reference: reference, all: false)
    spread.variances = values.variances(draws: 8 * done)
    if let differences { spread.differences = differences.variances(draws: 8 * done) }
    if let covariances = plain.covariances {
      // Correlations of the draws with the variances that are known better: as definite as they were.
      let scale = (0..<m).map { i in
        plain.variances[i] > 0 ? (spread.variances[i] / plain.variances[i]).squareRoot() : 0
      }
      spread.covariances = covariances.indices.map { covariances[$0] * scale[$0 / m] * scale[$0 % m] }
    }
    self.spread = spread
    self.relativeError = (relativeError * relativeError + Self.tolerance * Self.tolerance).squareRoot()
    self.batches = done
  }

  /// Whose difference from an alternative means anything: those of its part, and those without weight.
  private static func compared(with reference: Int, _ problem: Objective) -> [Bool] {
    guard problem.isActive[reference],
      let part = problem.parts.first(where: { $0.contains(Int32(reference)) })
    else { return Array(repeating: true, count: problem.isActive.count) }
    var compared = problem.isActive.map { !$0 }
    for i in part { compared[Int(i)] = true }
    return compared
  }

  /// y_i = n_i / d_i, and what is known of it.
  private struct FirstStep {
    /// 1 / d_i; zero where nothing moves an alternative.
    let inverse: [Double]
    /// Var(y_i).
    let variances: [Double]

    init(_ propagation: NoisePropagation, variances: [Double]) {
      let (problem, m) = (propagation.problem, propagation.problem.isActive.count)
      let (rowStarts, mass) = (problem.counts.rowStarts, problem.pairs.opponentMass)
      var inverse = [Double](repeating: 0, count: m)
      var known = inverse
      for i in 0..<m {
        let diagonal = propagation.diagonal(i)
        guard diagonal > 0 else { continue }
        var sum = 0.0
        for entry in rowStarts[i]..<rowStarts[i + 1] { sum += mass[entry] * mass[entry] * variances[entry] }
        inverse[i] = 1 / diagonal
        known[i] = sum / (diagonal * diagonal)
      }
      (self.inverse, self.variances) = (inverse, known)
    }

    /// Var(y_i - y_r): the two share the noise of their own pair, with opposite signs.
    func differences(from r: Int, _ propagation: NoisePropagation, variances: [Double]) -> [Double] {
      let (counts, mass) = (propagation.problem.counts, propagation.problem.pairs.opponentMass)
      var result = self.variances.map { $0 + self.variances[r] }
      for entry in counts.rowStarts[r]..<counts.rowStarts[r + 1] {
        let i = Int(counts.opponents[entry])
        guard let mirror = counts.entry(i, r) else { continue }
        result[i] += 2 * inverse[i] * inverse[r] * mass[entry] * mass[mirror] * variances[entry]
      }
      result[r] = 0
      return result
    }
  }

  /// E(x^2 - y^2) beside a known E y^2.
  private struct Remainder {
    let known: [Double]
    /// Sums over the draws of x^2 - y^2, of its square, and of x^2.
    private var sums, squares, plain: [Double]

    init(known: [Double]) {
      self.known = known
      sums = Array(repeating: 0, count: known.count)
      (squares, plain) = (sums, sums)
    }

    mutating func add(_ i: Int, _ x: NoisePropagation.Lanes, _ y: NoisePropagation.Lanes) {
      let left = x * x - y * y
      sums[i] += left.sum()
      squares[i] += (left * left).sum()
      plain[i] += (x * x).sum()
    }

    /// Jacobi's step is at most twice too long in the Hessian's own norm, so its variance at most four times: where the draws
    /// say much less than a fourth, it is their noise that speaks, and x alone is asked.
    private func variance(_ i: Int, _ n: Double) -> Double {
      let found = known[i] + sums[i] / n
      return found > known[i] / 16 ? found : plain[i] / n
    }

    func variances(draws: Int) -> [Double] { known.indices.map { variance($0, Double(draws)) } }

    /// Root mean square of the relative errors of the errors; share of them above twice what was asked for.
    ///
    /// - Parameter counts: Whose errors are told to anybody.
    func uncertainty(draws: Int, _ asked: Double, _ counts: [Bool]) -> (relativeError: Double, share: Double)
    {
      let n = Double(draws)
      var (sum, count, above) = (0.0, 0, 0)
      for i in known.indices where counts[i] {
        let variance = variance(i, n)
        guard variance > 0 else { continue }
        let spread = max(squares[i] - sums[i] * sums[i] / n, 0) / (n * (n - 1))
        // Half of the variance's own: sqrt(V) moves by half of what V does.
        let relative = spread / (4 * variance * variance)
        sum += relative
        count += 1
        if relative > 4 * asked * asked { above += 1 }
      }
      return count > 0 ? ((sum / Double(count)).squareRoot(), Double(above) / Double(count)) : (0, 0)
    }
  }
}
