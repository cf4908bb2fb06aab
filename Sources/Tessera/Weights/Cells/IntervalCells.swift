/// Voronoi cells on an interval: from midpoint to midpoint.
enum IntervalCells {
  /// Share of the interval nearest to each of different points.
  ///
  /// Everything is seen from the interval's lower end before midpoints are rounded: far from zero a midpoint has no
  /// digits left for the place within a short interval.
  ///
  /// - Complexity: O(m log m).
  static func shares(points: [Double], box: Box) -> [Double] {
    let width = box.upper[0] - box.lower[0]
    let places = points.map { $0 - box.lower[0] }
    let order = points.indices.sorted { points[$0] < points[$1] }
    var shares = [Double](repeating: 0, count: points.count)
    var left = 0.0
    for (position, index) in order.enumerated() {
      var right = width
      if position + 1 < order.count {
        let next = places[order[position + 1]]
        right = min(max(places[index] + (next - places[index]) / 2, 0), width)
      }
      shares[index] = (right - left) / width
      left = right
    }
    return shares
  }
}
