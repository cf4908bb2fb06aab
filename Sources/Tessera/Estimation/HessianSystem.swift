import CTesseraKernels

/// What the Hessian can be multiplied with: one number an alternative, or eight for eight systems at once.
protocol HessianValue: Sendable {
  static var zero: Self { get }
  static func * (factor: Double, value: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  /// a / b; zero where b is not positive, as in a lane that is done.
  static func quotient(_ a: Self, _ b: Self) -> Self
  /// Whether any lane is above another's.
  func exceeds(_ other: Self) -> Bool
  /// product = H x in some rows, by a kernel; their part of x . product.
  static func multiply(
    _ graph: Objective.Graph, _ curvature: SharedInput<Double>, _ diagonal: SharedInput<Double>,
    _ x: SharedInput<Self>, rows: Range<Int>, into product: Shared<Self>
  ) -> Self
}

extension Double: HessianValue {
  static func quotient(_ a: Double, _ b: Double) -> Double { b > 0 ? a / b : 0 }
  func exceeds(_ other: Double) -> Bool { self > other }

  static func multiply(
    _ graph: Objective.Graph, _ curvature: SharedInput<Double>, _ diagonal: SharedInput<Double>,
    _ x: SharedInput<Double>, rows: Range<Int>, into product: Shared<Double>
  ) -> Double {
    withUnsafePointer(to: graph.rows) {
      tessera_hessian_product(
        $0, curvature.start, diagonal.start, x.start, rows.lowerBound, rows.upperBound, product.start)
    }
  }
}

extension SIMD8<Double>: HessianValue {
  static func quotient(_ a: Self, _ b: Self) -> Self { (a / b).replacing(with: 0, where: b .<= 0) }
  func exceeds(_ other: Self) -> Bool { any(self .> other) }

  static func multiply(
    _ graph: Objective.Graph, _ curvature: SharedInput<Double>, _ diagonal: SharedInput<Double>,
    _ x: SharedInput<Self>, rows: Range<Int>, into product: Shared<Self>
  ) -> Self {
    var sums = Self.zero
    withUnsafePointer(to: graph.rows) { graph in
      withUnsafeMutableBytes(of: &sums) { sums in
        // Eight numbers side by side, one vector behind the other: what the kernel expects.
        tessera_hessian_products(
          graph, curvature.start, diagonal.start,
          UnsafeRawPointer(x.start)?.assumingMemoryBound(to: Double.self), rows.lowerBound, rows.upperBound,
          UnsafeMutableRawPointer(product.start)?.assumingMemoryBound(to: Double.self),
          sums.baseAddress?.assumingMemoryBound(to: Double.self))
      }
    }
    return sums
  }
}

/// Systems with the Hessian of an `Objective` at a point.
///
/// The Hessian is diag(lambda rho) plus a graph Laplacian with edge weights v_ij s'(r_i - r_j): sparse, symmetric and
/// positive definite. As lambda falls to zero it becomes singular, with one constant for every part of the graph. The
/// right-hand sides here come from differences, which add up to zero within a part; then the exact solution has
/// sum_i rho_i x_i = 0 there, whatever lambda is, and adding a multiple of rho rho^T to the matrix changes nothing but
/// its condition. So errors and steps are as good at lambda = 1e-12 as at 0.1.
struct HessianSystem {
  private let problem: Objective
  private let here: Objective.Evaluation
  private let work: Work

  init(_ problem: Objective, _ here: Objective.Evaluation, work: Work) {
    self.problem = problem
    self.here = here
    self.work = work
  }

  /// product = H x; returns x . product. Rows that are not active are left alone.
  ///
  /// - Complexity: O(pairs), on all cores.
  private func multiply<Value: HessianValue>(by x: [Value], into product: inout [Value]) throws -> Value {
    var sums = [Value](repeating: .zero, count: problem.pieces.count)
    try problem.withGraph { graph in
      try withInputs(here.curvature, here.diagonal, x) { curvature, diagonal, x in
        try withPointers(&product, &sums) { product, sums in
          try work.forEach(pieces: problem.pieces.count) { piece, _ in
            sums[piece] = Value.multiply(
              graph, curvature, diagonal, x, rows: problem.pieces[piece], into: product)
          }
        }
      }
    }
    return sums.reduce(.zero) { $0 + $1 }
  }

  /// x with H x = b by conjugate gradients, preconditioned by the diagonal, up to a residual of `tolerance` relative to b
  /// in the preconditioner's norm.
  ///
  /// - Parameter rightHandSide: Zero where alternatives are not active; so is the solution.
  func solve<Value: HessianValue>(_ rightHandSide: consuming [Value], tolerance: Double) throws -> [Value] {
    // What is left of it is written in its place, where nobody else has it.
    var residual = rightHandSide
    let m = residual.count
    // The preconditioner; zero where alternatives are not active.
    let inverse = (0..<m).map { i in
      problem.isActive[i] ? 1 / (problem.pairs.weights[i] * here.diagonal[i]) : 0
    }
    var x = [Value](repeating: .zero, count: m)
    balance(&residual)
    var direction = [Value](repeating: .zero, count: m)
    var product = [Value](repeating: .zero, count: m)
    var rho = Value.zero
    for i in 0..<m where problem.isActive[i] {
      direction[i] = inverse[i] * residual[i]
      rho = rho + residual[i] * direction[i]
    }
    let target = tolerance * tolerance * rho
    for _ in 0..<2_000 where rho.exceeds(target) {
      let alpha = Value.quotient(rho, try multiply(by: direction, into: &product))
      let next = try step(&x, &residual, alpha, direction, product, inverse)
      let beta = Value.quotient(next, rho)
      try turn(&direction, beta, residual, inverse)
      // No lane goes on: the residual has stopped falling.
      if !rho.exceeds(.zero) { break }
      rho = next
    }
    level(&x)
    return x
  }

  /// x + alpha direction, and what that leaves of the residual: its square in the preconditioner's norm.
  private func step<Value: HessianValue>(
    _ x: inout [Value], _ residual: inout [Value], _ alpha: Value, _ direction: [Value], _ product: [Value],
    _ inverse: [Double]
  ) throws -> Value {
    var sums = [Value](repeating: .zero, count: problem.pieces.count)
    try withInputs(direction, product, inverse) { direction, product, inverse in
      try withPointers(&x, &residual, &sums) { x, residual, sums in
        try work.forEach(pieces: problem.pieces.count) { piece, _ in
          var sum = Value.zero
          for i in problem.pieces[piece] {
            x[i] = x[i] + alpha * direction[i]
            let left = residual[i] - alpha * product[i]
            residual[i] = left
            sum = sum + inverse[i] * (left * left)
          }
          sums[piece] = sum
        }
      }
    }
    return sums.reduce(.zero) { $0 + $1 }
  }

  /// The next direction: the preconditioned residual and beta times the last one.
  private func turn<Value: HessianValue>(
    _ direction: inout [Value], _ beta: Value, _ residual: [Value], _ inverse: [Double]
  ) throws {
    try withInputs(residual, inverse) { residual, inverse in
      try withPointers(&direction) { direction in
        try work.forEach(pieces: problem.pieces.count) { piece, _ in
          for i in problem.pieces[piece] {
            direction[i] = inverse[i] * residual[i] + beta * direction[i]
          }
        }
      }
    }
  }

  /// Takes from a right-hand side what rounding has left of its sum in every part.
  private func balance<Value: HessianValue>(_ b: inout [Value]) {
    for part in problem.parts {
      var sum = Value.zero
      var total = 0.0
      for i in part {
        sum = sum + b[Int(i)]
        total += problem.pairs.weights[Int(i)] * problem.pairs.coverage[Int(i)]
      }
      guard total > 0 else { continue }
      for i in part {
        b[Int(i)] =
          b[Int(i)] - (problem.pairs.weights[Int(i)] * problem.pairs.coverage[Int(i)] / total) * sum
      }
    }
  }

  /// Moves a solution to where sum_i rho_i x_i = 0 in every part.
  private func level<Value: HessianValue>(_ x: inout [Value]) {
    for part in problem.parts {
      var sum = Value.zero
      var total = 0.0
      for i in part {
        let rho = problem.pairs.weights[Int(i)] * problem.pairs.coverage[Int(i)]
        sum = sum + rho * x[Int(i)]
        total += rho
      }
      guard total > 0 else { continue }
      let mean = (1 / total) * sum
      for i in part { x[Int(i)] = x[Int(i)] - mean }
    }
  }

  /// The Hessian of the active alternatives, row-major, with a multiple of rho rho^T for every part, as large as the
  /// part's share of the trace: well conditioned at any lambda.
  func denseMatrix(_ active: [Int]) -> [Double] {
    let order = active.count
    var position = [Int](repeating: -1, count: problem.isActive.count)
    for (place, i) in active.enumerated() { position[i] = place }
    let (counts, w) = (problem.counts, problem.pairs.weights)
    var matrix = [Double](repeating: 0, count: order * order)
    for (row, i) in active.enumerated() {
      matrix[row * order + row] += problem.lambda * w[i] * problem.pairs.coverage[i]
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let column = position[Int(counts.opponents[entry])]
        // Each pair once: at a small lambda its rows must add up to zero to the last bit.
        guard column > row else { continue }
        let edge = w[i] * here.curvature[entry]
        matrix[row * order + row] += edge
        matrix[column * order + column] += edge
        matrix[row * order + column] -= edge
        matrix[column * order + row] -= edge
      }
    }
    for part in problem.parts {
      var (trace, squares) = (0.0, 0.0)
      for i in part {
        let rho = w[Int(i)] * problem.pairs.coverage[Int(i)]
        trace += w[Int(i)] * here.diagonal[Int(i)]
        squares += rho * rho
      }
      guard squares > 0 else { continue }
      let scale = trace / Double(part.count) / squares
      for i in part {
        let rho = scale * w[Int(i)] * problem.pairs.coverage[Int(i)]
        let row = position[Int(i)]
        guard row >= 0 else { continue }
        for j in part where position[Int(j)] >= 0 {
          matrix[row * order + position[Int(j)]] += rho * w[Int(j)] * problem.pairs.coverage[Int(j)]
        }
      }
    }
    return matrix
  }

  /// A factor of that matrix; nil where rounding has taken its definiteness.
  func cholesky(_ active: [Int]) -> LinearAlgebra.Cholesky? {
    active.isEmpty ? nil : LinearAlgebra.Cholesky(denseMatrix(active), order: active.count)
  }

  /// x with H x = b by a dense factor; nil where there is none.
  func solveDensely(_ rightHandSide: [Double], _ active: [Int]) -> [Double]? {
    guard let factor = cholesky(active) else { return nil }
    var b = rightHandSide
    balance(&b)
    let solution = factor.solve(active.map { b[$0] })
    var x = [Double](repeating: 0, count: rightHandSide.count)
    for (place, i) in active.enumerated() { x[i] = solution[place] }
    level(&x)
    return x.allSatisfy(\.isFinite) ? x : nil
  }
}
