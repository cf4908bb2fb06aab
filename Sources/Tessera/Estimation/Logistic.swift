import Foundation

/// s(a) = 1 / (1 + exp(-a)), without overflow.
@inlinable
public func logistic(_ a: Double) -> Double {
  let small = exp(-abs(a))
  return a >= 0 ? 1 / (1 + small) : small / (1 + small)
}
