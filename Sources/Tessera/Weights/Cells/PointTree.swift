/// The nearest of points in at most three dimensions, by boxes around boxes around points.
///
/// Points lie along a curve that fills the space (Morton, 1966); eight that follow one another make a leaf, and two boxes that
/// follow one another the box above. However the points conspire, it has m / 8 leaves, and a search enters a box only where
/// something nearer can be.
package struct PointTree: Sendable {
  private static let leafSize = 8
  /// Points in the order of the curve, and their numbers; lanes beyond the dimension are zero.
  private let points: [SIMD4<Float>]
  private let numbers: [Int32]
  /// Box of each node: 1 is all, node k has 2 k and 2 k + 1, the second half are leaves. Boxes of nothing are infinitely far.
  private let boxes: [Bounds]

  private struct Bounds {
    var lower = SIMD4<Float>(repeating: .infinity)
    var upper = SIMD4<Float>(repeating: -.infinity)

    mutating func add(_ lowest: SIMD4<Float>, _ highest: SIMD4<Float>) {
      lower.replace(with: lowest, where: lowest .< lower)
      upper.replace(with: highest, where: highest .> upper)
    }

    /// The squared distance of a place.
    @inline(__always)
    func square(_ x: SIMD4<Float>) -> Float {
      let (below, above) = (lower - x, x - upper)
      let beyond = below.replacing(with: above, where: below .< above)
      let outside = beyond.replacing(with: 0, where: beyond .< 0)
      return (outside * outside).sum()
    }
  }

  /// - Complexity: O(m log m) time, O(m) memory.
  package init(_ points: [SIMD4<Float>]) {
    var whole = Bounds()
    for point in points { whole.add(point, point) }
    // Ten bits a lane along the curve; a lane without width, or one too narrow to be divided by, has none to give.
    let (low, width) = (whole.lower, whole.upper - whole.lower)
    let quotient = SIMD4<Float>(repeating: 1_023) / width
    let scale = quotient.replacing(with: 0, where: quotient .== .infinity)
    let order = points.enumerated().map { number, point in
      let cell = (point - low) * scale
      var key: UInt64 = 0
      for lane in 0..<3 { key |= Self.spread(UInt64(max(cell[lane], 0))) << UInt64(lane) }
      return key << 32 | UInt64(number)
    }.sorted()
    numbers = order.map { Int32(truncatingIfNeeded: $0) }
    let sorted = numbers.map { points[Int($0)] }
    self.points = sorted
    var leaves = 1
    while leaves * Self.leafSize < points.count { leaves *= 2 }
    var boxes = [Bounds](repeating: Bounds(), count: 2 * leaves)
    for (place, point) in sorted.enumerated() { boxes[leaves + place / Self.leafSize].add(point, point) }
    for node in (1..<leaves).reversed() {
      for child in [boxes[2 * node], boxes[2 * node + 1]] { boxes[node].add(child.lower, child.upper) }
    }
    self.boxes = boxes
  }

  /// Every third bit.
  private static func spread(_ bits: UInt64) -> UInt64 {
    var x = bits & 0x3ff
    x = (x | x << 16) & 0x30000ff
    x = (x | x << 8) & 0x300f00f
    x = (x | x << 4) & 0x30c30c3
    return (x | x << 2) & 0x9249249
  }

  /// The number of the point nearest to a place; the lowest of equal ones.
  ///
  /// - Returns: With it, how many boxes were entered.
  package func nearest(_ x: SIMD4<Float>) -> (number: Int32, visits: Int) {
    let leaves = boxes.count / 2
    var (best, least, visits) = (Int32.max, Float.infinity, 0)
    withInputs(boxes, points, numbers) { boxes, points, numbers in
      // Depth is below 32, and each level leaves one box aside.
      withUnsafeTemporaryAllocation(of: (node: Int, square: Float).self, capacity: 40) { aside in
        var (count, node, square) = (0, 1, boxes[1].square(x))
        while true {
          // Rounding keeps order, so no point of a box is nearer than the box, also as numbers are computed here.
          if square <= least {
            visits += 1
            if node < leaves {
              let (left, right) = (boxes[2 * node].square(x), boxes[2 * node + 1].square(x))
              let isLeft = left <= right
              aside[count] = isLeft ? (2 * node + 1, right) : (2 * node, left)
              count += 1
              (node, square) = isLeft ? (2 * node, left) : (2 * node + 1, right)
              continue
            }
            let start = (node - leaves) * Self.leafSize
            for place in start..<min(start + Self.leafSize, self.points.count) {
              let difference = points[place] - x
              let distance = (difference * difference).sum()
              if distance < least || (distance == least && numbers[place] < best) {
                (best, least) = (numbers[place], distance)
              }
            }
          }
          guard count > 0 else { return }
          count -= 1
          (node, square) = aside[count]
        }
      }
    }
    return (best, visits)
  }
}
