import Foundation

/// Carries noise in the win rates over to the rewards, eight draws at a time.
///
/// Noise is held as n_i = sum_j w_j k_ij e_ij. Where w_i > 0 the rewards move by H^-1 (w n); where w_i = 0 by
/// (n_i + sum_j h_ij x_j) / (lambda + sum_j h_ij), the same condition without its factor w_i.
struct NoisePropagation {
  typealias Lanes = SIMD8<Double>

  private let problem: BradleyTerry
  private let here: BradleyTerry.Evaluation
  private let rewards: [Double]
  private let threads: Int?

  init(_ problem: BradleyTerry, _ here: BradleyTerry.Evaluation, rewards: [Double], threads: Int?) {
    self.problem = problem
    self.here = here
    self.rewards = rewards
    self.threads = threads
  }

  private var m: Int { problem.weights.count }

  /// Random signs of the size of each pair's binomial noise: eight draws that have its covariance.
  func independentNoise(batch: Int, seed: UInt64) -> [Lanes] {
    var noise = [Lanes](repeating: .zero, count: m)
    let graph = problem.winRates
    let rewards = rewards
    noise.withUnsafeMutableBufferPointer { buffer in
      let noise = Shared(buffer)
      Parallel.forEach(pieces: problem.pieces.count, threads: threads) { piece, _ in
        for i in problem.pieces[piece] {
          var sum = Lanes.zero
          for entry in graph.rowStarts[i]..<graph.rowStarts[i + 1] {
            let j = Int(graph.opponents[entry])
            let probability = logistic(rewards[i] - rewards[j])
            let deviation = (probability * (1 - probability) / graph.counts[entry]).squareRoot()
            let size = problem.weights[j] * problem.pairFactor(entry) * (i < j ? deviation : -deviation)
            // Both rows of a pair hash to the same signs; e_ji = -e_ij.
            sum += size * signs(UInt64(min(i, j)) << 32 | UInt64(max(i, j)), batch: batch, seed: seed)
          }
          noise[i] = sum
        }
      }
    }
    return noise
  }

  /// Scores of whole annotators: a lane for each of eight annotators, or all of them under random signs.
  func clusteredNoise(
    _ comparisons: [Comparison], _ clusterOf: [Int], batch: Int, oneLanePerCluster: Bool, seed: UInt64
  ) -> [Lanes] {
    var noise = [Lanes](repeating: .zero, count: m)
    for (comparison, cluster) in zip(comparisons, clusterOf) {
      if oneLanePerCluster, cluster / 8 != batch { continue }
      let (i, j) = (Int(comparison.a), Int(comparison.b))
      guard let entry = problem.winRates.entry(i, j) else { continue }
      let score =
        problem.pairFactor(entry) * comparison.count / problem.winRates.counts[entry]
        * (comparison.outcome - logistic(rewards[i] - rewards[j]))
      if oneLanePerCluster {
        noise[i][cluster % 8] += problem.weights[j] * score
        noise[j][cluster % 8] -= problem.weights[i] * score
      } else {
        let signs = signs(UInt64(cluster), batch: batch, seed: seed)
        noise[i] += problem.weights[j] * score * signs
        noise[j] -= problem.weights[i] * score * signs
      }
    }
    return noise
  }

  /// Eight signs fixed by a key: independent between keys, batches and seeds.
  private func signs(_ key: UInt64, batch: Int, seed: UInt64) -> Lanes {
    var hash = (key ^ (seed &* 0xD2B7_4407_B1CE_6E93)) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ (hash >> 32)) &+ UInt64(batch) &* 0xD1B5_4A32_D192_ED03
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    hash ^= hash >> 31
    var signs = Lanes.zero
    for lane in 0..<8 { signs[lane] = hash >> UInt64(lane * 7) & 1 == 0 ? 1 : -1 }
    return signs
  }

  /// Movement of the rewards under eight draws of noise, by conjugate gradients on all eight at once.
  func rewards(movedBy noise: [Lanes], tolerance: Double) -> [Lanes] {
    let w = problem.weights
    var x = [Lanes](repeating: .zero, count: m)
    var residual = x
    var direction = x
    var product = x
    var rho = Lanes.zero
    for i in 0..<m where w[i] > 0 {
      residual[i] = w[i] * noise[i]
      direction[i] = residual[i] / (w[i] * here.diagonal[i])
      rho += residual[i] * direction[i]
    }
    let target = rho * tolerance * tolerance
    for _ in 0..<2_000 where any(rho .> target) {
      let curvature = problem.multiplyHessian(here, by: direction, into: &product, threads: threads)
      // A lane that is done has curvature 0 and must not divide by it.
      let alpha = (rho / curvature).replacing(with: 0, where: curvature .<= 0)
      var next = Lanes.zero
      for i in 0..<m where w[i] > 0 {
        x[i] += alpha * direction[i]
        residual[i] -= alpha * product[i]
        next += residual[i] * residual[i] / (w[i] * here.diagonal[i])
      }
      let beta = (next / rho).replacing(with: 0, where: rho .<= 0)
      for i in 0..<m where w[i] > 0 {
        direction[i] = residual[i] / (w[i] * here.diagonal[i]) + beta * direction[i]
      }
      rho = next
    }
    for i in 0..<m where w[i] == 0 {
      let (curvature, diagonal) = weightlessRow(i)
      var sum = noise[i]
      for (j, h) in curvature { sum += h * x[j] }
      x[i] = sum / diagonal
    }
    return x
  }

  /// h_ij of an alternative without weight, and lambda + their sum.
  private func weightlessRow(_ i: Int) -> (curvature: [(Int, Double)], diagonal: Double) {
    let graph = problem.winRates
    var diagonal = problem.lambda
    var curvature: [(Int, Double)] = []
    for entry in graph.rowStarts[i]..<graph.rowStarts[i + 1] {
      let j = Int(graph.opponents[entry])
      let probability = logistic(rewards[i] - rewards[j])
      let h = problem.weights[j] * problem.pairFactor(entry) * probability * (1 - probability)
      curvature.append((j, h))
      diagonal += h
    }
    return (curvature, diagonal)
  }

  /// Variances of the rewards under independent comparisons, from the whole covariance C = H^-1 Cov(g) H^-1.
  ///
  /// - Complexity: O(active^3). Nil when the Hessian cannot be factored.
  func exactVariances(active: [Int]) -> [Double]? {
    let order = active.count
    guard let factor = LinearAlgebra.Cholesky(problem.denseHessian(here, active: active), order: order) else {
      return nil
    }
    var position = [Int](repeating: -1, count: m)
    for (place, i) in active.enumerated() { position[i] = place }
    let graph = problem.winRates

    func noiseVariance(_ i: Int, _ entry: Int) -> Double {
      let probability = logistic(rewards[i] - rewards[Int(graph.opponents[entry])])
      return probability * (1 - probability) / graph.counts[entry]
    }

    var noise = [Double](repeating: 0, count: order * order)
    for (row, i) in active.enumerated() {
      for entry in graph.rowStarts[i]..<graph.rowStarts[i + 1] {
        let j = Int(graph.opponents[entry])
        guard position[j] >= 0 else { continue }
        let size = problem.weights[i] * problem.weights[j] * problem.pairFactor(entry)
        let variance = size * size * noiseVariance(i, entry)
        noise[row * order + row] += variance
        noise[row * order + position[j]] -= variance
      }
    }
    let inverse = factor.inverse()
    let half = LinearAlgebra.multiplySymmetric(inverse, noise, order: order)
    let weightless = problem.weights.contains(0)
    // Without weightless alternatives only the diagonal of the covariance is asked for.
    let covariance =
      weightless ? LinearAlgebra.multiplySymmetric(inverse, transposed(half, order), order: order) : []

    var variances = [Double](repeating: 0, count: m)
    for (row, i) in active.enumerated() {
      var sum = 0.0
      for column in 0..<order { sum += half[row * order + column] * inverse[row * order + column] }
      variances[i] = max(sum, 0)
    }
    for i in 0..<m where problem.weights[i] == 0 {
      let (curvature, diagonal) = weightlessRow(i)
      var sum = 0.0
      for entry in graph.rowStarts[i]..<graph.rowStarts[i + 1] {
        let size = problem.weights[Int(graph.opponents[entry])] * problem.pairFactor(entry)
        sum += size * size * noiseVariance(i, entry)
      }
      for (j, hj) in curvature where position[j] >= 0 {
        for (k, hk) in curvature where position[k] >= 0 {
          sum += hj * hk * covariance[position[j] * order + position[k]]
        }
      }
      variances[i] = max(sum, 0) / (diagonal * diagonal)
    }
    return variances
  }

  private func transposed(_ matrix: [Double], _ order: Int) -> [Double] {
    var result = matrix
    for i in 0..<order {
      for j in 0..<order { result[j * order + i] = matrix[i * order + j] }
    }
    return result
  }
}
