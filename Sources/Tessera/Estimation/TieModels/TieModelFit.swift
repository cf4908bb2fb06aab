#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Rewards under a model of ties, by maximum likelihood with the same weights and the same ridge as the estimate.
///
///     F(r, t) = sum_{i<j} v_ij [ W_ij loss_win + T_ij loss_tie + L_ij loss_loss ] / n_ij + (lambda / 2) sum_i rho_i r_i^2
///
/// with W, T, L the wins, ties and losses of n comparisons; a soft label counts as so much of a win and of a loss. F is convex
/// in the rewards and the inner parameter t (log nu, log theta), which is not held back.
///
///     let fit = try TieModelFit(.davidson, counts, pairs, lambda: estimate.lambda)
///     fit.rewards      // log-odds of decided comparisons
///     fit.parameter    // nu
///
/// Alternatives without weight have no reward here. The certificate is the largest |gradient| of F, divided by an alternative's
/// weight, or by the sum of all v for t.
public struct TieModelFit: Sendable, Equatable {
  public let model: TieModel
  /// One for each alternative; nil where no comparison with mass says anything.
  public let rewards: [Double?]
  /// nu, or theta.
  public let parameter: Double
  public let certificate: Double
  public let iterations: Int
  /// The lambda of the objective.
  public let lambda: Double
  /// The inner parameter.
  let t: Double

  /// Beyond this many alternatives nothing is fitted: the Hessian is a dense matrix.
  public static let alternativeLimit = 1_500
  public static let tolerance = 1e-10

  /// - Parameters:
  ///   - pairs: What every pair weighs; made for these counts.
  ///   - start: Rewards to start from; nil for zeros.
  /// - Throws: `TieModelError`, `EstimationError`, `Cancelled`.
  /// - Complexity: some ten Newton steps of O(m^3).
  public init(
    _ model: TieModel, _ counts: PairCounts, _ pairs: PairWeights, lambda: Double, start: [Double]? = nil,
    work: Work = Work()
  ) throws {
    let problem = try TieProblem(model, counts, pairs, lambda: lambda)
    let n = problem.active.count
    var x = problem.active.map { start?[$0] ?? 0 } + [model.start(ties: problem.tieShare)]
    var here = problem.evaluate(x)
    var iterations = 0
    while here.certificate > Self.tolerance, iterations < 100 {
      try work.check()
      guard let step = LinearAlgebra.Cholesky(here.hessian, order: n + 1)?.solve(here.gradient) else { break }
      var length = 1.0
      var next: (x: [Double], value: TieProblem.Evaluation)?
      while length > 1e-12 {
        let x = zip(x, step).map { $0 - length * $1 }
        if model.isValid(x[n]) {
          let value = problem.evaluate(x)
          // Near the minimum rounding hides the decrease, and the certificate decides.
          if value.objective <= here.objective + 1e-13 * abs(here.objective) {
            next = (x, value)
            break
          }
        }
        length /= 2
      }
      guard let next else { break }
      (x, here) = next
      iterations += 1
    }
    guard here.certificate <= Self.tolerance else {
      throw TieModelError.notConverged(model: model, certificate: here.certificate)
    }
    var rewards = [Double?](repeating: nil, count: counts.alternatives)
    for (place, i) in problem.active.enumerated() { rewards[i] = x[place] }
    self.model = model
    self.rewards = rewards
    t = x[n]
    parameter = model.parameter(x[n])
    certificate = here.certificate
    self.iterations = iterations
    self.lambda = lambda
  }

  /// -log of the probability of an outcome between a and b: 1 for a, 0 for b, one half for a tie; nil where one has no reward.
  public func logLoss(_ a: Int, _ b: Int, outcome: Double) -> Double? {
    guard let x = rewards[a], let y = rewards[b] else { return nil }
    return model.loss(x - y, t, outcome: outcome).value
  }

  /// Standard errors of the rewards: the sandwich H^-1 B H^-1, with B the sum of squares of the scores of single comparisons, or
  /// of all comparisons of an annotator where two or more are known, times G / (G - 1) for G of them.
  ///
  /// Unlike `StandardErrors` it takes squares of single outcomes as they are: where pairs have few comparisons, it is a little
  /// too small.
  ///
  /// - Parameters:
  ///   - comparisons: The rows behind the counts.
  /// - Throws: `TieModelError`, `EstimationError`.
  /// - Complexity: O(m^3), and O(k^2) for an annotator who saw k alternatives.
  public func errors(_ counts: PairCounts, _ pairs: PairWeights, comparisons: [Comparison]) throws
    -> RewardErrors
  {
    let problem = try TieProblem(model, counts, pairs, lambda: lambda)
    let n = problem.active.count
    try MemoryNeed("covariances of the rewards", rows: n + 1, columns: n + 1, copies: 6).require()
    let x = problem.active.map { rewards[$0] ?? 0 } + [t]
    let noise = problem.noise(x, comparisons)
    guard
      let inverse = LinearAlgebra.Cholesky(problem.evaluate(x).hessian, order: n + 1)?.inverse(work: Work())
    else {
      throw TieModelError.notConverged(model: model, certificate: certificate)
    }
    let half = LinearAlgebra.multiply(inverse, rows: n + 1, noise, columns: n + 1, inner: n + 1)
    let covariance = LinearAlgebra.multiply(half, rows: n + 1, inverse, columns: n + 1, inner: n + 1)
    let m = counts.alternatives
    var all = [Double](repeating: 0, count: m * m)
    var values = [Double?](repeating: nil, count: m)
    for (row, i) in problem.active.enumerated() {
      values[i] = max(covariance[row * (n + 1) + row], 0).squareRoot()
      for (column, j) in problem.active.enumerated() { all[i * m + j] = covariance[row * (n + 1) + column] }
    }
    return RewardErrors(values: values, covariances: all)
  }
}

/// The objective of a model of ties.
struct TieProblem {
  let model: TieModel
  let active: [Int]
  /// Share of ties in the mass of all pairs.
  let tieShare: Double
  private let pairs: [(a: Int, b: Int, size: SIMD3<Double>)]
  private let weights: [Double]
  private let ridge: [Double]
  private let mass: Double
  private let place: [Int]
  private let counts: PairCounts
  private let pairWeights: PairWeights

  /// - Throws: `TieModelError` for too many alternatives, no ties, or nothing but ties; `EstimationError.lambda`.
  init(_ model: TieModel, _ counts: PairCounts, _ pairs: PairWeights, lambda: Double) throws {
    let problem = try Objective(counts, pairs, lambda: lambda)
    let active = problem.active
    guard active.count <= TieModelFit.alternativeLimit else {
      throw TieModelError.tooMany(alternatives: active.count)
    }
    var place = [Int](repeating: -1, count: counts.alternatives)
    for (row, i) in active.enumerated() { place[i] = row }
    var list: [(a: Int, b: Int, size: SIMD3<Double>)] = []
    var sums = SIMD3<Double>.zero
    for i in active {
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] where counts.opponents[entry] > i {
        let v = pairs.mass(ofRow: i, entry: entry)
        let j = place[Int(counts.opponents[entry])]
        guard v > 0, j >= 0 else { continue }
        let pair = counts.pair(ofRow: i, entry: entry)
        let size =
          v / pair.count * SIMD3(pair.wins + pair.softSum, pair.ties, pair.losses + pair.soft - pair.softSum)
        sums += size
        list.append((place[i], j, size))
      }
    }
    guard sums[1] > 0 else { throw TieModelError.noTies }
    guard sums[0] + sums[2] > 0 else { throw TieModelError.onlyTies }
    self.model = model
    self.active = active
    self.pairs = list
    self.place = place
    (self.counts, pairWeights) = (counts, pairs)
    tieShare = sums[1] / sums.sum()
    mass = sums.sum()
    weights = active.map { pairs.weights[$0] }
    let ridgeMasses = pairs.ridgeMasses
    ridge = active.map { lambda * ridgeMasses[$0] }
  }

  struct Evaluation {
    var objective: Double
    var gradient: [Double]
    /// Row-major, both triangles.
    var hessian: [Double]
    var certificate: Double
  }

  /// F at the rewards of the active alternatives and t behind them.
  func evaluate(_ x: [Double]) -> Evaluation {
    let n = active.count
    let order = n + 1
    var here = Evaluation(
      objective: 0, gradient: Array(repeating: 0, count: order),
      hessian: Array(repeating: 0, count: order * order), certificate: 0)
    for (row, rho) in ridge.enumerated() {
      here.objective += rho / 2 * x[row] * x[row]
      here.gradient[row] = rho * x[row]
      here.hessian[row * order + row] = rho
    }
    for (a, b, size) in pairs {
      let three = model.losses(x[a] - x[b], x[n])
      let sum = size[0] * three.win + (size[1] * three.tie + size[2] * three.loss)
      here.objective += sum.value
      here.gradient[a] += sum.d
      here.gradient[b] -= sum.d
      here.gradient[n] += sum.t
      here.hessian[a * order + a] += sum.dd
      here.hessian[b * order + b] += sum.dd
      here.hessian[a * order + b] -= sum.dd
      here.hessian[b * order + a] -= sum.dd
      for (row, slope) in [(a, sum.dt), (b, -sum.dt)] {
        here.hessian[row * order + n] += slope
        here.hessian[n * order + row] += slope
      }
      here.hessian[n * order + n] += sum.tt
    }
    for row in 0..<n { here.certificate = max(here.certificate, abs(here.gradient[row]) / weights[row]) }
    here.certificate = max(here.certificate, abs(here.gradient[n]) / mass)
    return here
  }

  /// B: squares of the scores, of annotators where two or more are known, else of single comparisons.
  func noise(_ x: [Double], _ comparisons: [Comparison]) -> [Double] {
    let n = active.count
    let order = n + 1
    let known = Set(comparisons.lazy.map(\.annotator).filter { $0 >= 0 })
    let byAnnotator = known.count >= 2
    var matrix = [Double](repeating: 0, count: order * order)
    var clusters = 0.0
    var score = [Double](repeating: 0, count: order)
    var touched: [Int] = []
    func close(times count: Double) {
      for i in touched { for j in touched { matrix[i * order + j] += count * score[i] * score[j] } }
      for i in touched { score[i] = 0 }
      touched.removeAll(keepingCapacity: true)
      clusters += count
    }
    func add(_ row: Comparison, times count: Double) -> Bool {
      let (i, j) = (Int(row.a), Int(row.b))
      guard let entry = counts.entry(i, j), place[i] >= 0, place[j] >= 0 else { return false }
      let v = pairWeights.mass(ofRow: i, entry: entry)
      guard v > 0 else { return false }
      let loss =
        count * v / counts.counts[entry] * model.loss(x[place[i]] - x[place[j]], x[n], outcome: row.outcome)
      for (at, value) in [(place[i], loss.d), (place[j], -loss.d), (n, loss.t)] {
        if !touched.contains(at) { touched.append(at) }
        score[at] += value
      }
      return true
    }
    let sorted = comparisons.indices.sorted {
      (comparisons[$0].annotator, $0) < (comparisons[$1].annotator, $1)
    }
    var last: Int32 = -1
    for k in sorted {
      let row = comparisons[k]
      if !byAnnotator {
        // So many equal votes, each on its own.
        if add(row, times: 1) { close(times: row.count) }
        continue
      }
      if row.annotator != last || row.annotator < 0 { if !touched.isEmpty { close(times: 1) } }
      last = row.annotator
      _ = add(row, times: row.count)
    }
    if !touched.isEmpty { close(times: 1) }
    let factor = clusters > 1 ? clusters / (clusters - 1) : 1
    return matrix.map { $0 * factor }
  }
}
