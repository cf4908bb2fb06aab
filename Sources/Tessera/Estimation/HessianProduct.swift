/// What the Hessian can be multiplied with: one number an alternative, or eight for eight systems at once.
protocol HessianValue: Sendable {
  static var zero: Self { get }
  static func * (factor: Double, value: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
}

extension Double: HessianValue {}
extension SIMD8<Double>: HessianValue {}

extension BradleyTerry {
  /// product = H x, with the Hessian at the point of an evaluation; returns x . product.
  ///
  /// Rows of weight zero are left alone: they have no part in the system.
  ///
  /// - Complexity: O(pairs), on all cores.
  func multiplyHessian<Value: HessianValue>(
    _ here: Evaluation, by x: [Value], into product: inout [Value], threads: Int?
  ) -> Value {
    var sums = [Value](repeating: .zero, count: pieces.count)
    withRows { rowStarts, opponents, _, _, w in
      here.curvature.withUnsafeBufferPointer { curvature in
        here.diagonal.withUnsafeBufferPointer { diagonal in
          x.withUnsafeBufferPointer { x in
            product.withUnsafeMutableBufferPointer { product in
              sums.withUnsafeMutableBufferPointer { sums in
                let (curvature, diagonal, x) = (SharedInput(curvature), SharedInput(diagonal), SharedInput(x))
                let (product, sums) = (Shared(product), Shared(sums))
                Parallel.forEach(pieces: pieces.count, threads: threads) { piece, _ in
                  var sum = Value.zero
                  for i in pieces[piece] where w[i] > 0 {
                    var row = diagonal[i] * x[i]
                    for entry in rowStarts[i]..<rowStarts[i + 1] {
                      row = row - curvature[entry] * x[Int(opponents[entry])]
                    }
                    product[i] = w[i] * row
                    sum = sum + x[i] * product[i]
                  }
                  sums[piece] = sum
                }
              }
            }
          }
        }
      }
    }
    return sums.reduce(.zero) { $0 + $1 }
  }
}
