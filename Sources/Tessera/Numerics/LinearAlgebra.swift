import COpenBLAS
import CTesseraKernels

/// The few BLAS and LAPACK calls that the library makes.
///
/// The library splits work among cores itself, in pieces that do not depend on the number of cores. How many threads
/// OpenBLAS uses within a call is a setting of the whole process, so only a program may make it: the command line tool
/// asks for one, so that the same seed gives the same bytes everywhere.
public enum LinearAlgebra {
  /// For the main function of a program, before any other call: OpenBLAS uses one thread per call in the whole process, and those
  /// that it began with end.
  public static func useOneThread() {
    openblas_set_num_threads(1)
    tessera_end_blas_threads()
  }

  /// Columns that one call works on: fixed, so that results do not depend on the number of cores.
  private static let columns = 128

  /// Calls `body(first, count)` for every run of columns of a matrix, on all cores.
  private static func forEachRun(
    of order: Int, work: Work, _ body: @Sendable (_ first: Int, _ count: Int) -> Void
  ) {
    work.forEachWithoutPause(pieces: (order + columns - 1) / columns) { run, _ in
      body(run * columns, min(columns, order - run * columns))
    }
  }

  /// C = A B for row-major square matrices of the given order, A symmetric (its upper triangle is read).
  package static func multiplySymmetric(_ a: [Double], _ b: [Double], order: Int, work: Work) -> [Double] {
    var c = [Double](repeating: 0, count: order * order)
    withPointers(&c) { c in
      withInputs(a, b) { a, b in
        forEachRun(of: order, work: work) { first, count in
          cblas_dsymm(
            CblasRowMajor, CblasLeft, CblasUpper, blasint(order), blasint(count), 1, a.start, blasint(order),
            b[address: first], blasint(order), 0, c[address: first], blasint(order))
        }
      }
    }
    return c
  }

  /// A Cholesky factor of a symmetric positive definite matrix.
  package struct Cholesky {
    private var factor: [Double]
    private let order: Int

    /// Factors `matrix` (row-major, its lower triangle is read); nil when it is not positive definite.
    ///
    /// Cost: order^3 / 3 multiplications.
    package init?(_ matrix: [Double], order: Int) {
      self.order = order
      factor = matrix
      var n = Int32(order)
      var info: Int32 = 0
      // Row-major lower is column-major upper.
      factor.withUnsafeMutableBufferPointer { dpotrf_("U", &n, $0.baseAddress, &n, &info) }
      if info != 0 { return nil }
    }

    package func solve(_ rightHandSide: [Double]) -> [Double] {
      var x = rightHandSide
      var n = Int32(order)
      var one: Int32 = 1
      var info: Int32 = 0
      x.withUnsafeMutableBufferPointer { x in
        factor.withUnsafeBufferPointer {
          dpotrs_("U", &n, &one, $0.baseAddress, &n, x.baseAddress, &n, &info)
        }
      }
      return x
    }

    /// The whole inverse, both triangles filled.
    ///
    /// Cost: 2 / 3 order^3 multiplications, on all cores: the columns from number k on need the factor from row k on alone.
    package func inverse(work: Work) -> [Double] {
      let order = order
      var result = [Double](repeating: 0, count: order * order)
      withPointers(&result) { result in
        factor.withUnsafeBufferPointer { factor in
          let factor = SharedInput(factor)
          forEachRun(of: order, work: work) { first, count in
            let corner = first * order + first
            for k in 0..<count { result[corner + k * order + k] = 1 }
            for transposed in [CblasNoTrans, CblasTrans] {
              cblas_dtrsm(
                CblasRowMajor, CblasLeft, CblasLower, transposed, CblasNonUnit, blasint(order - first),
                blasint(count), 1, factor[address: corner], blasint(order), result[address: corner],
                blasint(order))
            }
          }
        }
        for i in 0..<order {
          for j in 0..<i { result[j * order + i] = result[i * order + j] }
        }
      }
      return result
    }
  }

  /// C = A B for row-major matrices: A is m x k, B is k x n.
  package static func multiply(
    _ a: [Double], rows m: Int, _ b: [Double], columns n: Int, inner k: Int, transposeA: Bool = false
  ) -> [Double] {
    var c = [Double](repeating: 0, count: m * n)
    guard m > 0, n > 0, k > 0 else { return c }
    c.withUnsafeMutableBufferPointer { c in
      cblas_dgemm(
        CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, CblasNoTrans, blasint(m), blasint(n),
        blasint(k), 1,
        a, blasint(transposeA ? m : k), b, blasint(n), 0, c.baseAddress, blasint(n))
    }
    return c
  }

  /// The lower triangle of C = A^T B, of which it is known that it is symmetric: A and B are m x n, row-major. What stands above
  /// blocks of the diagonal is zero.
  ///
  /// - Complexity: some five eighths of the whole product.
  package static func lowerProduct(_ a: [Double], _ b: [Double], rows m: Int, order n: Int, work: Work)
    -> [Double]
  {
    var c = [Double](repeating: 0, count: n * n)
    guard m > 0, n > 0 else { return c }
    let width = max(64, (n + 7) / 8)
    withPointers(&c) { c in
      withInputs(a, b) { a, b in
        work.forEachWithoutPause(pieces: (n + width - 1) / width) { piece, _ in
          let first = piece * width
          cblas_dgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, blasint(n - first), blasint(min(width, n - first)),
            blasint(m),
            1, a[address: first], blasint(n), b[address: first], blasint(n), 0, c[address: first * n + first],
            blasint(n))
        }
      }
    }
    return c
  }

  /// A A^T of a row-major matrix.
  package static func innerProducts(ofRows a: [Double], rows m: Int, columns k: Int) -> [Double] {
    var c = [Double](repeating: 0, count: m * m)
    guard m > 0, k > 0 else { return c }
    c.withUnsafeMutableBufferPointer { c in
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, blasint(m), blasint(m), blasint(k), 1, a, blasint(k), a,
        blasint(k), 0, c.baseAddress, blasint(m))
    }
    return c
  }

  /// Eigenvalues of a symmetric matrix, largest first, and the vectors as rows; nil when LAPACK gives up.
  ///
  /// Signs are fixed: the entry of largest magnitude in each vector is positive.
  package static func eigenvectors(_ matrix: [Double], order: Int) -> (values: [Double], vectors: [Double])? {
    guard order > 0 else { return ([], []) }
    var vectors = matrix
    var values = [Double](repeating: 0, count: order)
    var n = Int32(order)
    var info: Int32 = 0
    var workSize: Int32 = -1
    var integerSize: Int32 = -1
    var work = [0.0]
    var integers: [Int32] = [0]
    dsyevd_("V", "U", &n, &vectors, &n, &values, &work, &workSize, &integers, &integerSize, &info)
    // LAPACK counts its work space in 32 bits: orders up to 32,765.
    guard let size = Int32(exactly: work[0].rounded(.up)) else { return nil }
    workSize = size
    integerSize = integers[0]
    work = Array(repeating: 0, count: Int(workSize))
    integers = Array(repeating: 0, count: Int(integerSize))
    dsyevd_("V", "U", &n, &vectors, &n, &values, &work, &workSize, &integers, &integerSize, &info)
    guard info == 0 else { return nil }
    // Column-major columns are row-major rows; LAPACK sorts ascending.
    var sorted: [Double] = []
    sorted.reserveCapacity(order * order)
    for row in (0..<order).reversed() {
      let vector = vectors[row * order..<(row + 1) * order]
      let largest = vector.max { abs($0) < abs($1) } ?? 1
      sorted.append(contentsOf: largest < 0 ? vector.map { -$0 } : Array(vector))
    }
    return (values.reversed(), sorted)
  }
}
