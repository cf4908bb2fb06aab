import CTesseraKernels

/// The regularised, weighted Bradley-Terry objective: Equations 1 and 2 of the paper in one form.
///
///     F(r) = - sum_{i<j} v_ij [ p_ij log s(r_i - r_j) + p_ji log s(r_j - r_i) ]
///            + (lambda / 2) sum_i rho_i r_i^2,          s(a) = 1 / (1 + exp(-a))
///
/// F is strongly convex on the alternatives that have mass, with modulus lambda min rho (Lemma E.1). Its gradient is
/// -w_i R_i with
///
///     R_i = sum_j a_ij (p_ij - s(r_i - r_j)) - lambda c_i r_i          a_ij = v_ij / w_i, c_i = rho_i / w_i
///
/// R = 0 is the first-order condition (Theorems 2.5 and 4.4); it defines r_i for w_i = 0 as well.
struct Objective: Sendable {
  let counts: PairCounts
  let pairs: PairWeights
  let lambda: Double
  /// Whether an alternative has a place in the system: weight, and a pair with mass.
  let isActive: [Bool]
  /// Active alternatives that hang together by pairs with mass. Within each, sum_i rho_i r_i = 0 at the minimum: the
  /// loss does not change when all of them move alike, so the ridge alone decides.
  let parts: [[Int32]]
  /// Rows in runs of similar work: fixed by the data, so sums do not depend on the number of cores.
  let pieces: [Range<Int>]
  /// Largest sum of an active row's a_ij; 1 at least.
  let largestRowMass: Double
  /// Smallest sum of an active row's a_ij; nil where no row is active.
  let smallestRowMass: Double?

  /// - Throws: `EstimationError.lambda` when lambda is not a positive number.
  init(_ counts: PairCounts, _ pairs: PairWeights, lambda: Double) throws {
    guard lambda.isFinite, lambda > 0 else { throw EstimationError.lambda(found: lambda) }
    guard pairs.weights.count == counts.alternatives, pairs.opponentMass.count == counts.opponents.count
    else {
      throw EstimationError.weightCount(found: pairs.weights.count, alternatives: counts.alternatives)
    }
    self.counts = counts
    self.pairs = pairs
    self.lambda = lambda
    let m = counts.alternatives
    var active = [Bool](repeating: false, count: m)
    var pieces: [Range<Int>] = []
    var first = 0
    var (largest, smallest) = (1.0, Double.infinity)
    for row in 0..<m {
      if pairs.weights[row] > 0 {
        var sum = 0.0
        for entry in counts.rowStarts[row]..<counts.rowStarts[row + 1] {
          if pairs.opponentMass[entry] > 0 { active[row] = true }
          sum += pairs.opponentMass[entry]
        }
        if active[row] { (largest, smallest) = (max(largest, sum), min(smallest, sum)) }
      }
      let work = counts.rowStarts[row + 1] - counts.rowStarts[first] + (row + 1 - first)
      if work >= 16_384 || row + 1 == m {
        pieces.append(first..<row + 1)
        first = row + 1
      }
    }
    isActive = active
    self.pieces = pieces
    largestRowMass = largest
    smallestRowMass = smallest.isFinite ? smallest : nil

    var seen = [Bool](repeating: false, count: m)
    var unseen = active.count { $0 }
    var parts: [[Int32]] = []
    var stack: [Int32] = []
    for start in 0..<m where active[start] && !seen[start] {
      seen[start] = true
      unseen -= 1
      stack.append(Int32(start))
      var part: [Int32] = []
      while let i = stack.popLast() {
        part.append(i)
        // Where many pairs are compared, a few rows have named everybody.
        if unseen == 0 { continue }
        for entry in counts.rowStarts[Int(i)]..<counts.rowStarts[Int(i) + 1]
        where pairs.opponentMass[entry] > 0 {
          let j = Int(counts.opponents[entry])
          if active[j], !seen[j] {
            seen[j] = true
            unseen -= 1
            stack.append(Int32(j))
          }
        }
      }
      parts.append(part.sorted())
    }
    self.parts = parts
  }

  /// The same with another strength of the regularisation: what hangs together stays.
  ///
  /// - Throws: `EstimationError.lambda`, as above.
  func with(lambda: Double) throws -> Objective { try Objective(self, lambda: lambda) }

  /// The same with another ridge for each alternative, in place of lambda times its coverage.
  func with(ridge: [Double]) throws -> Objective {
    try Objective(
      self, lambda: 1,
      pairs: PairWeights(weights: pairs.weights, opponentMass: pairs.opponentMass, coverage: ridge))
  }

  private init(_ other: Objective, lambda: Double, pairs: PairWeights? = nil) throws {
    guard lambda.isFinite, lambda > 0 else { throw EstimationError.lambda(found: lambda) }
    self.lambda = lambda
    (counts, isActive, parts) = (other.counts, other.isActive, other.parts)
    self.pairs = pairs ?? other.pairs
    (pieces, largestRowMass, smallestRowMass) = (other.pieces, other.largestRowMass, other.smallestRowMass)
  }

  /// Alternatives with a place in the system.
  var active: [Int] { isActive.indices.filter { isActive[$0] } }

  /// Everything Newton's method asks about a point.
  struct Evaluation {
    /// F(r).
    var value = 0.0
    /// R_i; zero where the alternative is not active.
    var residuals: [Double]
    /// a_ij s'(r_i - r_j) for each entry: row i of the Hessian divided by -w_i.
    var curvature: [Double]
    /// lambda c_i + the sum of a row's curvature: the Hessian's diagonal divided by w_i.
    var diagonal: [Double]

    init(_ problem: Objective) {
      residuals = Array(repeating: 0, count: problem.isActive.count)
      curvature = Array(repeating: 0, count: problem.counts.opponents.count)
      diagonal = Array(repeating: 0, count: problem.isActive.count)
    }

    /// Largest |R_i|.
    var certificate: Double { residuals.reduce(0) { max($0, abs($1)) } }
  }

  /// How far the rewards of a point are from the minimum at most: max |R_i| / (lambda c_i).
  ///
  /// The difference from the minimum is H^-1 g for the mean Hessian H on the way there; H is a Laplacian and lambda rho on
  /// its diagonal, so the largest entry of H^-1 g is at most that of g / (lambda rho). With a small lambda the bound is far
  /// from tight.
  func distanceBound(_ point: Evaluation) -> Double {
    var bound = 0.0
    for i in isActive.indices where isActive[i] && point.residuals[i] != 0 {
      bound = max(bound, abs(point.residuals[i]) / (lambda * pairs.coverage[i]))
    }
    return bound
  }

  /// Value, residuals and curvature at a point.
  func evaluation(at rewards: [Double], work: Work) throws -> Evaluation {
    var result = Evaluation(self)
    try evaluate(at: rewards, into: &result, work: work)
    return result
  }

  /// Fills `result` with value, residuals and curvature at `rewards`; nil for zeros, which take no exponentials.
  ///
  /// - Complexity: O(pairs), on all cores.
  func evaluate(at rewards: [Double]?, into result: inout Evaluation, work: Work) throws {
    var values = [Double](repeating: 0, count: pieces.count)
    let lambda = lambda
    try withGraph { graph in
      try withInputs(rewards ?? [], counts.rates) { r, rates in
        try withPointers(&result.residuals, &result.curvature, &result.diagonal, &values) {
          residuals, curvature, diagonal, values in
          try work.forEach(pieces: pieces.count) { piece, _ in
            let rows = pieces[piece]
            values[piece] = withUnsafePointer(to: graph.rows) {
              tessera_pair_terms(
                $0, rates.start, rewards == nil ? nil : r.start, lambda, rows.lowerBound, rows.upperBound,
                residuals.start,
                curvature.start, diagonal.start)
            }
          }
        }
      }
    }
    result.value = values.reduce(0, +)
  }

  /// Whether the rewards of all alternatives are in the cache of a core.
  var isCached: Bool { isActive.count <= 1 << 16 }

  /// The sparse graph as kernels take it.
  struct Graph: @unchecked Sendable {
    // Read only, and valid while `withGraph` runs: it holds the arrays.
    let rows: tessera_graph
  }

  func withGraph<R>(_ body: (Graph) throws -> R) rethrows -> R {
    try withInputs(counts.rowStarts, counts.opponents, pairs.opponentMass) { rowStarts, opponents, mass in
      try withInputs(pairs.weights, pairs.coverage, isActive) { weights, coverage, isActive in
        try body(
          Graph(
            rows: tessera_graph(
              row_starts: rowStarts.start, opponents: opponents.start, mass: mass.start,
              weights: weights.start, coverage: coverage.start, is_active: isActive.start,
              ahead: isCached ? 0 : 32)))
      }
    }
  }

  /// Moves every part to where sum_i rho_i r_i = 0 within it, as at the minimum.
  func level(_ rewards: inout [Double]) {
    for part in parts {
      var (sum, total) = (0.0, 0.0)
      for i in part {
        let rho = pairs.weights[Int(i)] * pairs.coverage[Int(i)]
        sum += rho * rewards[Int(i)]
        total += rho
      }
      guard total > 0 else { continue }
      let mean = sum / total
      for i in part { rewards[Int(i)] -= mean }
    }
  }

  /// The root of R_i = 0 for an alternative of weight zero, and what is left of R_i there.
  ///
  /// R_i falls strictly in r_i, from above zero to below it on [-b, b] with b = sum_j a_ij / (lambda c_i), so a Newton
  /// step that leaves the bracket is replaced by its middle.
  func rewardWithoutWeight(of i: Int, given rewards: [Double]) -> (reward: Double, residual: Double) {
    let entries = counts.rowStarts[i]..<counts.rowStarts[i + 1]
    let ridge = lambda * pairs.coverage[i]
    func residual(_ x: Double) -> (value: Double, slope: Double) {
      var value = -ridge * x
      var slope = -ridge
      for entry in entries {
        let difference = x - rewards[Int(counts.opponents[entry])]
        let (probability, complement) = (logistic(difference), logistic(-difference))
        value +=
          pairs.opponentMass[entry]
          * (counts.rates[entry] * complement - (1 - counts.rates[entry]) * probability)
        slope -= pairs.opponentMass[entry] * probability * complement
      }
      return (value, slope)
    }
    // Without a ridge, an alternative between its copies: 50 is beyond any win rate that a number can hold.
    let reach = ridge > 0 ? entries.reduce(0) { $0 + pairs.opponentMass[$1] } / ridge : .infinity
    let known = entries.map { abs(rewards[Int(counts.opponents[$0])]) }.max() ?? 0
    var high = reach.isFinite ? reach : known + 50
    var low = -high
    var x = 0.0
    var best = (reward: x, residual: residual(x).value)
    for _ in 0..<200 {
      let (value, slope) = residual(x)
      if abs(value) < abs(best.residual) { best = (x, value) }
      if value == 0 || high - low <= abs(x) * 1e-16 { break }
      if value > 0 { low = x } else { high = x }
      let newton = x - value / slope
      let next = newton > low && newton < high ? newton : low + (high - low) / 2
      if next == x { break }
      x = next
    }
    return best
  }
}

/// What can be wrong with a request for an estimate.
public enum EstimationError: KindedError, Equatable {
  case lambda(found: Double)
  case weightCount(found: Int, alternatives: Int)
  case weight(alternative: Int, found: Double)
  case startCount(found: Int, alternatives: Int)

  public var kind: ErrorKind { .option }

  public var description: String {
    switch self {
    case .lambda(let found): "lambda is \(found); expected a positive number"
    case .weightCount(let found, let alternatives):
      "there are \(found) weights for \(alternatives) alternatives; expected one each"
    case .weight(let alternative, let found):
      "the weight of alternative number \(alternative) is \(found); expected weights that are not negative and not all zero"
    case .startCount(let found, let alternatives):
      "there are \(found) starting rewards for \(alternatives) alternatives; expected one each"
    }
  }
}
