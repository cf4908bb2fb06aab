/// Voronoi cells on an interval: from midpoint to midpoint.
enum IntervalCells {
  /// Share of the interval nearest to each of different points.
  ///
  /// - Complexity: O(m log m).
  static func shares(points: [Double], box: Box) -> [Double] {
    let lower = box.lower[0]
    let upper = box.upper[0]
    let order = points.indices.sorted { points[$0] < points[$1] }
    var shares = [Double](repeating: 0, count: points.count)
    var left = lower
    for (position, index) in order.enumerated() {
      var right = upper
      if position + 1 < order.count {
        let next = points[order[position + 1]]
        right = min(max(points[index] + (next - points[index]) / 2, lower), upper)
      }
      shares[index] = (right - left) / (upper - lower)
      left = right
    }
    return shares
  }
}
