/// Mean of the middle half of finite values by their votes: quantiles from a quarter to three quarters. nil where none votes.
///
/// - Complexity: O(n log n).
func middleHalfMean(_ values: [Double], votes: [Double]) -> Double? {
  let order = values.indices.filter { values[$0].isFinite }.sorted { (values[$0], $0) < (values[$1], $1) }
  let total = order.reduce(0) { $0 + votes[$1] }
  guard total > 0 else { return nil }
  var (before, sum) = (0.0, 0.0)
  for i in order {
    let after = before + votes[i] / total
    sum += max(0, min(after, 0.75) - max(before, 0.25)) * values[i]
    before = after
  }
  return 2 * sum
}
