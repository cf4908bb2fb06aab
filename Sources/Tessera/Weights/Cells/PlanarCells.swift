/// Voronoi cells in a rectangle, by clipping it with the bisectors of each point and its neighbours.
///
/// Neighbours come from a k-d tree, near ones first. A point q can only cut the cell of p while it is nearer
/// than twice the farthest corner of the cell, so after a few cuts nearly all of the tree is ruled out.
enum PlanarCells {
  /// Share of the rectangle nearest to each of different points.
  ///
  /// - Complexity: O(m log m) when cells have few neighbours, as they do except for points on a circle.
  static func shares(points: Contexts, box: Box, work: Work = Work()) throws -> [Double] {
    let tree = PlanarTree(
      x: (0..<points.count).map { points[$0, 0] }, y: (0..<points.count).map { points[$0, 1] })
    let area = (box.upper[0] - box.lower[0]) * (box.upper[1] - box.lower[1])
    var shares = [Double](repeating: 0, count: points.count)
    let pieceSize = 512
    try withPointers(&shares) { shares in
      try work.forEach(pieces: (points.count + pieceSize - 1) / pieceSize) { piece, _ in
        let cell = PlanarCell()
        for position in piece * pieceSize..<min((piece + 1) * pieceSize, points.count) {
          tree.cut(cell, of: position, in: box)
          shares[tree.order[position]] = cell.area / area
        }
      }
    }
    return shares
  }

  /// Corners of the cell of each of different points.
  static func corners(points: Contexts, box: Box) -> [[(x: Double, y: Double)]] {
    let tree = PlanarTree(
      x: (0..<points.count).map { points[$0, 0] }, y: (0..<points.count).map { points[$0, 1] })
    var corners = [[(x: Double, y: Double)]](repeating: [], count: points.count)
    let cell = PlanarCell()
    for position in 0..<points.count {
      tree.cut(cell, of: position, in: box)
      let centre = SIMD2(tree.x[position], tree.y[position])
      corners[tree.order[position]] = cell.polygon.map { ($0.x + centre.x, $0.y + centre.y) }
    }
    return corners
  }
}

/// A convex polygon around a point, in coordinates relative to that point.
///
/// Corners live in plain memory, since clipping is all that the exact weights do.
final class PlanarCell {
  private var capacity = 64
  private var count = 0
  /// Corners as x, y pairs; the second buffer takes the corners of the next polygon.
  private var corners: UnsafeMutablePointer<SIMD2<Double>>
  private var next: UnsafeMutablePointer<SIMD2<Double>>
  /// Squared distance of the farthest corner; 0 when nothing is left.
  private(set) var reach = 0.0

  init() {
    corners = .allocate(capacity: capacity)
    next = .allocate(capacity: capacity)
  }

  deinit {
    corners.deallocate()
    next.deallocate()
  }

  func reset(left: Double, right: Double, bottom: Double, top: Double) {
    corners[0] = [left, bottom]
    corners[1] = [right, bottom]
    corners[2] = [right, top]
    corners[3] = [left, top]
    count = 4
    measureReach()
  }

  /// Keeps the part that is at least as near to the point as to the one at `q`.
  func clip(_ q: SIMD2<Double>) {
    // x . q <= |q|^2 / 2, scaled so that the nearest clone does not underflow.
    let normal = q / max(abs(q.x), abs(q.y))
    let offset = (normal * q).sum() / 2
    var cut = false
    for corner in 0..<count where (normal * corners[corner]).sum() > offset {
      cut = true
      break
    }
    guard cut else { return }
    if count + 1 >= capacity { grow() }
    var kept = 0
    var from = corners[count - 1]
    var previous = (normal * from).sum() - offset
    for corner in 0..<count {
      let to = corners[corner]
      let current = (normal * to).sum() - offset
      if (previous > 0) != (current > 0) {
        next[kept] = from + (previous / (previous - current)) * (to - from)
        kept += 1
      }
      if current <= 0 {
        next[kept] = to
        kept += 1
      }
      from = to
      previous = current
    }
    swap(&corners, &next)
    count = kept
    measureReach()
  }

  private func grow() {
    let larger = UnsafeMutablePointer<SIMD2<Double>>.allocate(capacity: 2 * capacity)
    larger.update(from: corners, count: count)
    corners.deallocate()
    next.deallocate()
    capacity *= 2
    corners = larger
    next = .allocate(capacity: capacity)
  }

  private func measureReach() {
    reach = 0
    for corner in 0..<count { reach = max(reach, (corners[corner] * corners[corner]).sum()) }
  }

  /// Corners relative to the point, counterclockwise.
  var polygon: [SIMD2<Double>] { (0..<count).map { corners[$0] } }

  var area: Double {
    guard count >= 3 else { return 0 }
    var twice = 0.0
    for corner in 1..<count - 1 {
      let a = corners[corner] - corners[0]
      let b = corners[corner + 1] - corners[0]
      twice += a.x * b.y - b.x * a.y
    }
    return max(twice / 2, 0)
  }
}

/// A balanced k-d tree over points of the plane, stored in the order of its leaves.
struct PlanarTree: Sendable {
  private static let leafSize = 6
  /// Index of the point at each position.
  let order: [Int]
  let x: [Double]
  let y: [Double]
  /// Bounding rectangle of every node: left, right, bottom, top. Node n has children 2n + 1 and 2n + 2.
  private let rectangles: [SIMD4<Double>]

  init(x pointsX: [Double], y pointsY: [Double]) {
    var order = Array(pointsX.indices)
    var rectangles: [SIMD4<Double>] = []
    var pending = [(node: 0, range: 0..<pointsX.count)]
    while let (node, range) = pending.popLast() {
      var rectangle = SIMD4(Double.infinity, -Double.infinity, Double.infinity, -Double.infinity)
      for index in order[range] {
        rectangle[0] = min(rectangle[0], pointsX[index])
        rectangle[1] = max(rectangle[1], pointsX[index])
        rectangle[2] = min(rectangle[2], pointsY[index])
        rectangle[3] = max(rectangle[3], pointsY[index])
      }
      while rectangles.count <= node { rectangles.append(rectangle) }
      rectangles[node] = rectangle
      if range.count > Self.leafSize {
        let middle = Self.middle(of: range)
        let keys = rectangle[1] - rectangle[0] >= rectangle[3] - rectangle[2] ? pointsX : pointsY
        partition(&order, range, at: middle, by: keys)
        pending.append((2 * node + 1, range.lowerBound..<middle))
        pending.append((2 * node + 2, middle..<range.upperBound))
      }
    }
    self.order = order
    x = order.map { pointsX[$0] }
    y = order.map { pointsY[$0] }
    self.rectangles = rectangles
  }

  private static func middle(of range: Range<Int>) -> Int { range.lowerBound + range.count / 2 }

  /// Makes `cell` the Voronoi cell of the point at `position`, within a rectangle.
  func cut(_ cell: PlanarCell, of position: Int, in box: Box) {
    let px = x[position]
    let py = y[position]
    cell.reset(
      left: box.lower[0] - px, right: box.upper[0] - px, bottom: box.lower[1] - py, top: box.upper[1] - py)
    descend(0, 0..<x.count, position, px, py, cell)
  }

  private func distance(_ node: Int, _ px: Double, _ py: Double) -> Double {
    let r = rectangles[node]
    let dx = max(r[0] - px, px - r[1], 0)
    let dy = max(r[2] - py, py - r[3], 0)
    return dx * dx + dy * dy
  }

  private func descend(
    _ node: Int, _ range: Range<Int>, _ position: Int, _ px: Double, _ py: Double, _ cell: PlanarCell
  ) {
    if range.count <= Self.leafSize {
      for other in range where other != position {
        let qx = x[other] - px
        let qy = y[other] - py
        if qx * qx + qy * qy < 4 * cell.reach { cell.clip([qx, qy]) }
      }
      return
    }
    let middle = Self.middle(of: range)
    let left = distance(2 * node + 1, px, py)
    let right = distance(2 * node + 2, px, py)
    // Within a point's own subtree both are 0; its own side goes first.
    let leftFirst = left < right || (left == right && position < middle)
    for step in 0..<2 {
      let goLeft = (step == 0) == leftFirst
      if (goLeft ? left : right) < 4 * cell.reach {
        descend(
          goLeft ? 2 * node + 1 : 2 * node + 2,
          goLeft ? range.lowerBound..<middle : middle..<range.upperBound, position, px, py, cell)
      }
    }
  }
}

/// Reorders a range so that everything before `middle` has a key no larger than anything after it.
private func partition(_ order: inout [Int], _ range: Range<Int>, at middle: Int, by keys: [Double]) {
  var low = range.lowerBound
  var high = range.upperBound - 1
  while low < high {
    let pivot = keys[order[low + (high - low) / 2]]
    var i = low
    var j = high
    while i <= j {
      while keys[order[i]] < pivot { i += 1 }
      while keys[order[j]] > pivot { j -= 1 }
      if i <= j {
        order.swapAt(i, j)
        i += 1
        j -= 1
      }
    }
    if middle <= j { high = j } else if middle >= i { low = i } else { return }
  }
}
