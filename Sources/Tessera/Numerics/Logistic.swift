#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// s(a) = 1 / (1 + exp(-a)), without overflow.
@inlinable
public func logistic(_ a: Double) -> Double {
  let small = exp(-abs(a))
  return a >= 0 ? 1 / (1 + small) : small / (1 + small)
}

/// -p log s(a) - (1 - p) log s(-a), the loss of a difference of rewards a under an outcome p, without overflow.
@inlinable
public func logLoss(_ difference: Double, outcome p: Double) -> Double {
  log1p(exp(-abs(difference))) + (difference >= 0 ? (1 - p) * difference : -p * difference)
}
