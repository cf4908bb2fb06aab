import Foundation

/// How much a compared pair counts in the objective: k_ij.
public enum PairConvention: String, Sendable, CaseIterable {
  /// Every compared pair counts once, however often it was compared, as in the paper.
  case proportion
  /// A pair counts in proportion to its comparisons, with mean 1 over compared pairs.
  case count
}

/// What the regularisation strength means.
public enum LambdaConvention: String, Sendable, CaseIterable {
  /// The lambda of `BradleyTerry`, the same for both estimates.
  case normalized
  /// The paper's Equation 1 has no 1/m, so its lambda is m times the normalized one in the standard estimate.
  /// Equation 2 has weights that sum to one, so there it is the same.
  case paper

  /// The normalized lambda of the standard estimate of `alternatives` alternatives.
  public func standardLambda(_ lambda: Double, alternatives: Int) -> Double {
    switch self {
    case .normalized: lambda
    case .paper: lambda / Double(alternatives)
    }
  }
}

/// The regularised, weighted Bradley-Terry objective: Equations 1 and 2 of the paper in one form.
///
///     F(r) = - sum_{i<j} w_i w_j k_ij [ p_ij log s(r_i - r_j) + p_ji log s(r_j - r_i) ]
///            + (lambda / 2) sum_i w_i r_i^2,          s(a) = 1 / (1 + exp(-a))
///
/// With w = 1/m it is the standard regularised maximum likelihood, with the weights of Definition 4.1 the
/// weighted one. F is strongly convex with modulus lambda min w (Lemma E.1). Its gradient is -w_i R_i with
///
///     R_i = sum_j w_j k_ij (p_ij - s(r_i - r_j)) - lambda r_i
///
/// R = 0 is the first-order condition (Theorems 2.5 and 4.4); it defines r_i for w_i = 0 as well.
public struct BradleyTerry: Sendable {
  public let winRates: WinRates
  /// One for each alternative; not negative, sum 1.
  public let weights: [Double]
  /// Strength of the regularisation, positive.
  public let lambda: Double
  public let pairs: PairConvention
  /// k_ij is this times n_ij under `.count`.
  let countScale: Double
  /// A further factor of k_ij for each entry of the win rates; nil for 1.
  let factors: [Double]?
  /// Rows in runs of similar work: fixed by the data, so sums do not depend on the number of cores.
  let pieces: [Range<Int>]

  /// - Throws: `EstimationError` when lambda is not a positive number, or the weights are negative, not
  ///   finite, all zero or of another number than the alternatives.
  ///
  /// - Parameter pairFactors: A factor of k_ij for each entry of `winRates`, symmetric; nil for 1. `PairSpaceWeights`
  ///   has such.
  public init(
    winRates: WinRates, weights: [Double], lambda: Double = 0.1, pairs: PairConvention = .proportion,
    pairFactors: [Double]? = nil
  ) throws {
    precondition(pairFactors.map { $0.count == winRates.opponents.count } ?? true)
    factors = pairFactors
    guard lambda.isFinite, lambda > 0 else { throw EstimationError.lambda(found: lambda) }
    guard weights.count == winRates.alternatives else {
      throw EstimationError.weightCount(found: weights.count, alternatives: winRates.alternatives)
    }
    if let bad = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw EstimationError.weight(alternative: bad, found: weights[bad])
    }
    guard weights.contains(where: { $0 > 0 }) else { throw EstimationError.weight(alternative: 0, found: 0) }
    self.winRates = winRates
    self.weights = weights
    self.lambda = lambda
    self.pairs = pairs
    countScale = Double(winRates.opponents.count) / max(winRates.counts.reduce(0, +), .leastNormalMagnitude)

    var pieces: [Range<Int>] = []
    var first = 0
    for row in 0..<winRates.alternatives {
      let work = winRates.rowStarts[row + 1] - winRates.rowStarts[first] + (row + 1 - first)
      if work >= 16_384 || row + 1 == winRates.alternatives {
        pieces.append(first..<row + 1)
        first = row + 1
      }
    }
    self.pieces = pieces
  }

  /// k_ij of an entry of the win rates.
  @inline(__always)
  func pairFactor(_ entry: Int) -> Double {
    (pairs == .proportion ? 1 : winRates.counts[entry] * countScale) * (factors.map { $0[entry] } ?? 1)
  }

  /// Everything Newton's method asks about a point.
  struct Evaluation {
    /// F(r).
    var value = 0.0
    /// R_i; zero where w_i = 0.
    var residuals: [Double]
    /// w_j k_ij s'(r_i - r_j) for each entry: row i of the Hessian divided by -w_i.
    var curvature: [Double]
    /// lambda + the sum of a row's curvature: the Hessian's diagonal divided by w_i.
    var diagonal: [Double]

    init(_ problem: BradleyTerry) {
      residuals = Array(repeating: 0, count: problem.weights.count)
      curvature = Array(repeating: 0, count: problem.winRates.opponents.count)
      diagonal = Array(repeating: 0, count: problem.weights.count)
    }

    /// Largest |R_i|.
    var certificate: Double { residuals.reduce(0) { max($0, abs($1)) } }
  }

  /// Fills `result` with value, residuals and curvature at `rewards`.
  ///
  /// - Complexity: O(pairs), on all cores.
  func evaluate(at rewards: [Double], into result: inout Evaluation, threads: Int? = nil) {
    var values = [Double](repeating: 0, count: pieces.count)
    let counting = pairs == .count
    let (scale, lambda) = (countScale, lambda)
    withRows { rowStarts, opponents, rates, counts, w in
      rewards.withUnsafeBufferPointer { r in
        withPointers(&result.residuals, &result.curvature, &result.diagonal, &values) {
          residuals, curvature, diagonal, values in
          let r = SharedInput(r)
          Parallel.forEach(pieces: pieces.count, threads: threads) { piece, _ in
            var value = 0.0
            for i in pieces[piece] where w[i] > 0 {
              var residual = -lambda * r[i]
              var diagonalSum = lambda
              var rowValue = lambda / 2 * r[i] * r[i]
              for entry in rowStarts[i]..<rowStarts[i + 1] {
                let j = Int(opponents[entry])
                let factor = counting ? w[j] * counts[entry] * scale : w[j]
                let difference = r[i] - r[j]
                let small = exp(-abs(difference))
                let inverse = 1 / (1 + small)
                let probability = difference >= 0 ? inverse : small * inverse
                let slope = factor * small * inverse * inverse
                residual += factor * (rates[entry] - probability)
                curvature[entry] = slope
                diagonalSum += slope
                if j > i {
                  let loss = difference >= 0 ? (1 - rates[entry]) * difference : -rates[entry] * difference
                  rowValue += factor * (log1p(small) + loss)
                }
              }
              residuals[i] = residual
              diagonal[i] = diagonalSum
              value += w[i] * rowValue
            }
            values[piece] = value
          }
        }
      }
    }
    result.value = values.reduce(0, +)
  }

  /// Hands out plain pointers to the sparse graph, for loops that run once per pair.
  func withRows<R>(
    _ body: (
      SharedInput<Int>, SharedInput<Int32>, SharedInput<Double>, SharedInput<Double>, SharedInput<Double>
    ) -> R
  ) -> R {
    winRates.rowStarts.withUnsafeBufferPointer { rowStarts in
      winRates.opponents.withUnsafeBufferPointer { opponents in
        winRates.rates.withUnsafeBufferPointer { rates in
          winRates.counts.withUnsafeBufferPointer { counts in
            weights.withUnsafeBufferPointer { weights in
              body(
                SharedInput(rowStarts), SharedInput(opponents), SharedInput(rates),
                SharedInput(counts), SharedInput(weights))
            }
          }
        }
      }
    }
  }
}

/// What can be wrong with a request for an estimate.
public enum EstimationError: Error, Equatable, CustomStringConvertible {
  case lambda(found: Double)
  case weightCount(found: Int, alternatives: Int)
  case weight(alternative: Int, found: Double)
  case startCount(found: Int, alternatives: Int)

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
