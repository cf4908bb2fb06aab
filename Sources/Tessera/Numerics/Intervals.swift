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
