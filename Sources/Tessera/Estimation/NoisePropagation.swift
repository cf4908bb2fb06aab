import CTesseraKernels

/// Carries noise in the win rates over to the rewards, eight draws at a time.
///
/// Noise is held as n_i = sum_j a_ij e_ij. Where an alternative is active the rewards move by H^-1 (w n); where it has no
/// weight by (n_i + sum_j h_ij x_j) / (lambda c_i + sum_j h_ij), the same condition without its factor w_i.
struct NoisePropagation {
  typealias Lanes = SIMD8<Double>

  let problem: Objective
  private let here: Objective.Evaluation
  private let rewards: [Double]
  private let work: Work

  init(_ problem: Objective, _ here: Objective.Evaluation, rewards: [Double], work: Work) {
    self.problem = problem
    self.here = here
    self.rewards = rewards
    self.work = work
  }

  private var m: Int { problem.isActive.count }

  /// Random signs of the size of each pair's noise: eight draws that have its covariance.
  ///
  /// - Parameter variances: Of the mean of the outcomes of each entry.
  func independentNoise(batch: Int, seed: UInt64, variances: [Double]) throws -> [Lanes] {
    var noise = [Lanes](repeating: .zero, count: m)
    try problem.withGraph { graph in
      try variances.withUnsafeBufferPointer { variances in
        let variances = SharedInput(variances)
        try withPointers(&noise) { noise in
          try work.forEach(pieces: problem.pieces.count) { piece, _ in
            let rows = problem.pieces[piece]
            withUnsafePointer(to: graph.rows) { graph in
              // Eight numbers side by side, one vector behind the other: what the kernel expects.
              tessera_noise(
                graph, variances.start, seed, UInt64(batch), rows.lowerBound, rows.upperBound,
                UnsafeMutableRawPointer(noise.start)?.assumingMemoryBound(to: Double.self))
            }
          }
        }
      }
    }
    return noise
  }

  /// Scores of whole clusters: a lane for each of eight, or all of them under random signs.
  ///
  /// - Parameter residual: What a comparison's outcome differs by from what was to be expected, for an entry of row a.
  func clusteredNoise(
    _ comparisons: [Comparison], _ clusterOf: [Int], batch: Int, oneLanePerCluster: Bool, seed: UInt64,
    residual: (_ comparison: Comparison, _ entry: Int) -> Double
  ) -> [Lanes] {
    var noise = [Lanes](repeating: .zero, count: m)
    let (counts, mass) = (problem.counts, problem.pairs.opponentMass)
    for (comparison, cluster) in zip(comparisons, clusterOf) {
      if oneLanePerCluster, cluster / 8 != batch { continue }
      let (i, j) = (Int(comparison.a), Int(comparison.b))
      guard let entry = counts.entry(i, j), let mirror = counts.entry(j, i) else { continue }
      let score = comparison.count / counts.counts[entry] * residual(comparison, entry)
      if oneLanePerCluster {
        noise[i][cluster % 8] += mass[entry] * score
        noise[j][cluster % 8] -= mass[mirror] * score
      } else {
        let signs = signs(UInt64(cluster), batch: batch, seed: seed)
        noise[i] += mass[entry] * score * signs
        noise[j] -= mass[mirror] * score * signs
      }
    }
    return noise
  }

  /// Eight signs fixed by a key: independent between keys, batches and seeds.
  func signs(_ key: UInt64, batch: Int, seed: UInt64) -> Lanes {
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
  ///
  /// - Parameter levels: How far each part of the graph moves as a whole, sum rho_i x_i / sum rho_i; nil for not at all, as
  ///   where only win rates change.
  func rewards(movedBy noise: consuming [Lanes], levels: [Lanes]? = nil, tolerance: Double) throws -> [Lanes]
  {
    var noise = noise
    let weightless = (0..<m).filter { !problem.isActive[$0] }
    let own = weightless.map { noise[$0] }
    let w = problem.pairs.weights
    for i in 0..<m { noise[i] = problem.isActive[i] ? w[i] * noise[i] : .zero }
    var x = try HessianSystem(problem, here, work: work).solve(noise, tolerance: tolerance)
    if let levels {
      for (part, level) in zip(problem.parts, levels) { for i in part { x[Int(i)] += level } }
    }
    for (place, i) in weightless.enumerated() {
      let (curvature, diagonal) = weightlessRow(i)
      guard diagonal > 0 else { continue }
      var sum = own[place]
      for (j, h) in curvature { sum += h * x[j] }
      x[i] = (1 / diagonal) * sum
    }
    return x
  }

  /// The Hessian's diagonal divided by w_i, also of an alternative without weight; zero where nothing moves it.
  func diagonal(_ i: Int) -> Double { problem.isActive[i] ? here.diagonal[i] : weightlessRow(i).diagonal }

  /// h_ij of an alternative without weight, and lambda c_i + their sum; zero where no pair has mass.
  private func weightlessRow(_ i: Int) -> (curvature: [(Int, Double)], diagonal: Double) {
    let counts = problem.counts
    var diagonal = problem.lambda * problem.pairs.coverage[i]
    var curvature: [(Int, Double)] = []
    for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] where problem.pairs.opponentMass[entry] > 0 {
      let j = Int(counts.opponents[entry])
      let probability = logistic(rewards[i] - rewards[j])
      let h = problem.pairs.opponentMass[entry] * probability * (1 - probability)
      curvature.append((j, h))
      diagonal += h
    }
    return curvature.isEmpty ? ([], 0) : (curvature, diagonal)
  }

  /// What the whole covariance C = H^-1 Cov(g) H^-1 says of the rewards: variances, covariances with one alternative, and
  /// all of them where they are asked for.
  struct Exact {
    var variances: [Double]
    /// Covariances with the reference; empty where there is none.
    var withReference: [Double]
    /// m x m; empty where it was not asked for.
    var all: [Double]
  }

  /// Independent pairs, by dense matrices.
  ///
  /// - Parameter variance: Of the mean of the outcomes of an entry of row i.
  /// - Returns: nil when the Hessian cannot be factored.
  /// - Complexity: O(active^3).
  func exactly(
    active: [Int], reference: Int?, all: Bool, clipped: Bool = true,
    variance: (_ i: Int, _ entry: Int) -> Double
  ) throws -> Exact? {
    let order = active.count
    // The Hessian, its inverse, the noise and two products.
    try MemoryNeed("covariances of the rewards", rows: order, columns: order, copies: all ? 6 : 5).require()
    guard let factor = HessianSystem(problem, here, work: work).cholesky(active) else { return nil }
    var position = [Int](repeating: -1, count: m)
    for (place, i) in active.enumerated() { position[i] = place }
    let (counts, pairs) = (problem.counts, problem.pairs)

    var noise = [Double](repeating: 0, count: order * order)
    for (row, i) in active.enumerated() {
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let column = position[Int(counts.opponents[entry])]
        // Each pair once: both of its rows must add up to zero to the last bit.
        guard column > row else { continue }
        let size = pairs.mass(ofRow: i, entry: entry)
        let spread = size * size * variance(i, entry)
        noise[row * order + row] += spread
        noise[column * order + column] += spread
        noise[row * order + column] -= spread
        noise[column * order + row] -= spread
      }
    }
    try work.check()
    let inverse = factor.inverse(work: work)
    let half = LinearAlgebra.multiplySymmetric(inverse, noise, order: order, work: work)
    let weightless = (0..<m).filter { !problem.isActive[$0] && weightlessRow($0).diagonal > 0 }
    // Without weightless alternatives only the diagonal of the covariance is mostly asked for.
    let needsAll = all || !weightless.isEmpty
    let covariance =
      needsAll
      ? LinearAlgebra.multiplySymmetric(inverse, transposed(half, order), order: order, work: work) : []

    var result = Exact(
      variances: Array(repeating: 0, count: m), withReference: [],
      all: all ? Array(repeating: 0, count: m * m) : [])
    for (row, i) in active.enumerated() {
      var sum = 0.0
      for column in 0..<order { sum += half[row * order + column] * inverse[row * order + column] }
      result.variances[i] = clipped ? max(sum, 0) : sum
      if all {
        for (column, j) in active.enumerated() { result.all[i * m + j] = covariance[row * order + column] }
      }
    }
    // An alternative without weight follows the others by h_ij / diagonal, and has noise of its own, which moves nobody.
    var followed: [Int: (curvature: [(Int, Double)], diagonal: Double)] = [:]
    for i in weightless {
      let (curvature, diagonal) = weightlessRow(i)
      followed[i] = (curvature, diagonal)
      var sum = 0.0
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let size = pairs.opponentMass[entry]
        if size > 0 { sum += size * size * variance(i, entry) }
      }
      for (j, hj) in curvature where position[j] >= 0 {
        for (k, hk) in curvature where position[k] >= 0 {
          sum += hj * hk * covariance[position[j] * order + position[k]]
        }
      }
      result.variances[i] = (clipped ? max(sum, 0) : sum) / (diagonal * diagonal)
    }
    func between(_ i: Int, _ j: Int) -> Double {
      if i == j { return result.variances[i] }
      func parts(_ i: Int) -> [(Int, Double)] {
        if position[i] >= 0 { return [(position[i], 1)] }
        guard let row = followed[i] else { return [] }
        return row.curvature.filter { position[$0.0] >= 0 }.map { (position[$0.0], $0.1 / row.diagonal) }
      }
      var sum = 0.0
      for (a, x) in parts(i) {
        for (b, y) in parts(j) {
          if needsAll {
            sum += x * y * covariance[a * order + b]
          } else {
            var product = 0.0
            for k in 0..<order { product += half[a * order + k] * inverse[b * order + k] }
            sum += x * y * product
          }
        }
      }
      return sum
    }
    if all {
      for i in weightless {
        for j in 0..<m {
          let value = between(i, j)
          result.all[i * m + j] = value
          result.all[j * m + i] = value
        }
      }
    }
    if let reference { result.withReference = (0..<m).map { between($0, reference) } }
    return result
  }

  private func transposed(_ matrix: [Double], _ order: Int) -> [Double] {
    var result = matrix
    for i in 0..<order {
      for j in 0..<order { result[j * order + i] = matrix[i * order + j] }
    }
    return result
  }
}
