/// Solves systems with the Hessian of a `BradleyTerry` objective by preconditioned conjugate gradients.
///
/// The Hessian is diag(lambda w) plus a graph Laplacian with edge weights w_i w_j k_ij s'(r_i - r_j): sparse,
/// symmetric and positive definite. The preconditioner is its diagonal.
struct SparseHessian {
  private let problem: BradleyTerry
  private let threads: Int?
  private var residual: [Double]
  private var direction: [Double]
  private var product: [Double]

  init(_ problem: BradleyTerry, threads: Int?) {
    self.problem = problem
    self.threads = threads
    residual = Array(repeating: 0, count: problem.weights.count)
    direction = residual
    product = residual
  }

  /// x with H x = b, up to a residual of `tolerance` relative to b in the preconditioner's norm.
  ///
  /// - Parameter rightHandSide: Zero where the weight is zero; so is the solution.
  mutating func solve(
    _ here: BradleyTerry.Evaluation, rightHandSide: [Double], tolerance: Double
  ) -> [Double] {
    let m = rightHandSide.count
    var x = [Double](repeating: 0, count: m)
    residual = rightHandSide
    var rho = 0.0
    for i in 0..<m where problem.weights[i] > 0 {
      direction[i] = residual[i] / (problem.weights[i] * here.diagonal[i])
      rho += residual[i] * direction[i]
    }
    let target = rho * tolerance * tolerance
    for _ in 0..<2_000 where rho > target && rho > 0 {
      let curvature = problem.multiplyHessian(here, by: direction, into: &product, threads: threads)
      guard curvature > 0 else { break }
      let alpha = rho / curvature
      var next = 0.0
      for i in 0..<m where problem.weights[i] > 0 {
        x[i] += alpha * direction[i]
        residual[i] -= alpha * product[i]
        next += residual[i] * residual[i] / (problem.weights[i] * here.diagonal[i])
      }
      let beta = next / rho
      for i in 0..<m where problem.weights[i] > 0 {
        direction[i] = residual[i] / (problem.weights[i] * here.diagonal[i]) + beta * direction[i]
      }
      rho = next
    }
    return x
  }
}
