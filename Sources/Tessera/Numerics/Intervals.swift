#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The score interval for a share that was seen in n independent trials (Wilson, 1927).
///
/// Near zero it stays above it and does not collapse.
///
/// - Parameter z: Quantile of the normal distribution: 1.96 for 95 %.
package func wilsonInterval(share: Double, of n: Double, z: Double = 1.959964) -> ClosedRange<Double> {
  let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
  let half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
  return max(0, share == 0 ? 0 : centre - half)...min(1, centre + half)
}

/// The z that a standard normal number exceeds with this probability, by bisection.
///
/// - Parameter upperTail: Above 0, at most a half; 0.025 gives 1.96.
package func normalQuantile(upperTail: Double) -> Double {
  var (low, high) = (0.0, 40.0)
  while true {
    let middle = (low + high) / 2
    guard middle > low, middle < high else { return middle }
    if erfc(middle / 2.0.squareRoot()) / 2 > upperTail { low = middle } else { high = middle }
  }
}

/// The probability that a standard normal number is as far from zero as this.
package func normalTails(_ z: Double) -> Double { erfc(abs(z) / 2.0.squareRoot()) }
