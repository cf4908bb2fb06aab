/// Nearest alternatives in at most three dimensions, by a tree whose leaves know the few candidates.
///
/// A node is a box and the alternatives that can be nearest to some point of it. Halving a box along every axis
/// gives its children; an alternative is dropped from a child when the one nearest to the child's centre is
/// nearer everywhere in the child, which one look at the corner of the bisector tells. Points inside a leaf
/// are compared with its candidates only. Where dividing would cost more than looking for what comes, as about the centre of a
/// sphere of contexts, a leaf keeps none, and its points go through a `PointTree` of all; so does the rare point outside the
/// root's box. Distances come from differences of coordinates: products, as in `Distances`, would lose the digits that tell
/// near clones apart.
package struct CellTree: Sendable {
  private static let leafSize = 4
  /// What a search of the tree of all points costs, in looks at a candidate: with fewer candidates a leaf keeps them.
  private static let searchCost = 64
  /// Points beyond do not make boxes smaller.
  private static let mostSamples = 1 << 22

  private let dimension: Int
  /// Contexts as offsets from the box's centre; lanes beyond the dimension are zero, here and in queries.
  private let points: [SIMD4<Float>]
  /// Node: first child if inner, or the range of its candidates if leaf.
  private let nodes: [Node]
  private let candidates: [Int32]
  private let halfWidths: SIMD4<Float>
  private let all: PointTree
  /// Looks at a candidate that dividing took.
  package let looks: Int

  private struct Node {
    /// Index of the first of 2^d children; 0 for a leaf.
    var firstChild: Int32 = 0
    var start: Int32 = 0
    /// 0 where points are searched for among all.
    var count: Int32 = 0
  }

  /// Points that tell how a space spreads its samples.
  private static let pilots = 4_096

  /// - Parameters:
  ///   - contexts: Different contexts, at least one.
  ///   - samples: About how many points will be looked up: a box is divided where that costs less than searching for those that
  ///     reach it. What is nearest does not depend on it.
  /// - Throws: `MemoryError`, before the tree outgrows what there is, which only growing tells.
  /// - Complexity: O(m log m) time and memory for contexts without structure; O(m log m + samples) in any case.
  package init(contexts: Contexts, space: any AlternativeSpace, samples: Int) throws {
    let d = space.dimension
    try MemoryNeed("a tree of cells", bytes: contexts.count * 150).require()
    dimension = d
    let origin = space.origin
    let box = space.enclosure
    let exact = (0..<contexts.count).flatMap { i in (0..<d).map { contexts[i, $0] - origin[$0] } }
    points = (0..<contexts.count).map { i in Self.lanes(d) { Float(exact[i * d + $0]) } }
    // Symmetric about the origin, and a little wider than the enclosure: rounding must not lead outside.
    let half = (0..<d).map { 1.0001 * max(box.upper[$0] - origin[$0], origin[$0] - box.lower[$0]) }
    halfWidths = Self.lanes(d) { Float(half[$0]) }
    all = PointTree(points)

    var looks = 0
    var nodes = [Node()]
    var candidates: [Int32] = []
    // Deep enough for leaves of one alternative each when they are spread evenly, and a few levels more where
    // they crowd.
    var depthLimit = 4
    while depthLimit < 20, Double(1 << min(d * (depthLimit - 4), 60)) < Double(contexts.count) {
      depthLimit += 1
    }
    let drawn = space.sample(count: min(Self.pilots, space.pointCount ?? Self.pilots), seed: 0)
    let samples = Double(min(samples, Self.mostSamples))
    let weight = samples / Double(drawn.rows)
    var pending: [(node: Int, centre: [Double], half: [Double], list: [Int32], pilots: [Int], depth: Int)] = [
      (
        0, Array(repeating: 0, count: d), half, (0..<Int32(contexts.count)).map { $0 }, Array(0..<drawn.rows),
        0
      )
    ]
    // Arrays double: as much as they hold again, and that once more while they are copied.
    func size() -> Int {
      nodes.count * MemoryLayout<Node>.stride + candidates.count * MemoryLayout<Int32>.stride
    }
    var granted = max(size(), 1 << 20)
    while let (node, centre, half, list, reached, depth) = pending.popLast() {
      if size() > granted {
        granted *= 2
        try MemoryNeed("a tree of cells", bytes: granted).require()
      }
      let kept = Self.possible(list, exact, centre, half)
      looks += 2 * list.count
      let here = reached.filter { i in
        (0..<d).allSatisfy { abs(drawn[i, $0] - origin[$0] - centre[$0]) <= half[$0] }
      }
      // Where no pilot comes, one of them at most stands for what does.
      let expected =
        here.isEmpty
        ? min(weight, samples / Double(1 << min(d * depth, 60))) : Double(here.count) * weight
      // Every child looks at all that is kept, twice.
      let cost = Double(min(kept.count, Self.searchCost)) * expected
      if kept.count <= Self.leafSize || depth == depthLimit || cost < Double(kept.count << (d + 1)) {
        if kept.count <= Self.searchCost {
          nodes[node].start = Int32(candidates.count)
          nodes[node].count = Int32(kept.count)
          candidates.append(contentsOf: kept)
        }
        continue
      }
      nodes[node].firstChild = Int32(nodes.count)
      let quarter = half.map { $0 / 2 }
      for child in 0..<1 << d {
        let middle = (0..<d).map { centre[$0] + (child >> $0 & 1 == 1 ? quarter[$0] : -quarter[$0]) }
        pending.append((nodes.count, middle, quarter, kept, here, depth + 1))
        nodes.append(Node())
      }
    }
    self.nodes = nodes
    self.candidates = candidates
    self.looks = looks
  }

  /// The alternatives of `list` that are not beaten everywhere in a box by the one nearest to its centre.
  private static func possible(
    _ list: [Int32], _ points: [Double], _ centre: [Double], _ half: [Double]
  ) -> [Int32] {
    let d = centre.count
    func squaredDistance(_ i: Int32) -> Double {
      var sum = 0.0
      for k in 0..<d {
        let difference = points[Int(i) * d + k] - centre[k]
        sum += difference * difference
      }
      return sum
    }
    var champion = list[0]
    var least = squaredDistance(champion)
    for i in list.dropFirst() {
      let distance = squaredDistance(i)
      if distance < least { (champion, least) = (i, distance) }
    }
    return list.filter { i in
      // |x - c|^2 - |x - champion|^2 is linear in x; its smallest value over the box is at a corner. A little
      // slack keeps what rounding to Float could prefer.
      var gap = squaredDistance(i) - least
      var scale = abs(gap) + least
      for k in 0..<d {
        let slope = 2 * abs(points[Int(i) * d + k] - points[Int(champion) * d + k]) * half[k]
        gap -= slope
        scale += slope
      }
      return gap <= 1e-6 * scale
    }
  }

  @inline(__always)
  private static func lanes(_ dimension: Int, _ value: (Int) -> Float) -> SIMD4<Float> {
    var lanes = SIMD4<Float>.zero
    if dimension > 0 { lanes[0] = value(0) }
    if dimension > 1 { lanes[1] = value(1) }
    if dimension > 2 { lanes[2] = value(2) }
    return lanes
  }

  /// The alternative nearest to an offset inside the box; the first of equal ones.
  @inline(__always)
  private func nearest(
    _ x: SIMD4<Float>, _ nodes: UnsafePointer<Node>, _ candidates: UnsafePointer<Int32>,
    _ points: UnsafePointer<SIMD4<Float>>
  ) -> Int32 {
    if any(x .> halfWidths) || any(x .< -halfWidths) { return all.nearest(x).number }
    var node = nodes[0]
    var centre = SIMD4<Float>.zero
    var half = halfWidths
    while node.firstChild > 0 {
      half *= 0.5
      let above = x .> centre
      centre += half.replacing(with: -half, where: .!above)
      let child = (above[0] ? 1 : 0) + (above[1] ? 2 : 0) + (above[2] ? 4 : 0)
      node = nodes[Int(node.firstChild) + child]
    }
    if node.count == 0 { return all.nearest(x).number }
    var best = candidates[Int(node.start)]
    if node.count == 1 { return best }
    var least = Float.infinity
    for position in Int(node.start)..<Int(node.start + node.count) {
      let difference = points[Int(candidates[position])] - x
      let distance = (difference * difference).sum()
      if distance < least { (best, least) = (candidates[position], distance) }
    }
    return best
  }

  /// Candidates of all leaves: what the tree holds beside its nodes.
  package var candidateCount: Int { candidates.count }

  /// The nearest alternatives of a run of random points: groups of 256 have a stream each.
  package func nearest(
    space: any AlternativeSpace, firstSample: Int, samples: Int, seed: UInt64, work: Work
  ) throws -> [Int32] {
    let group = 256
    precondition(firstSample % group == 0)
    var result = [Int32](repeating: 0, count: samples)
    try withInputs(nodes, candidates, points) { nodes, candidates, points in
      try withPointers(&result) { result in
        let groupsAPiece = 32
        let groups = (samples + group - 1) / group
        try work.forEach(pieces: (groups + groupsAPiece - 1) / groupsAPiece) { piece, _ in
          withUnsafeTemporaryAllocation(of: Float.self, capacity: group * dimension) { offsets in
            guard let offsets = offsets.baseAddress else { return }
            for number in piece * groupsAPiece..<min((piece + 1) * groupsAPiece, groups) {
              var random = RandomStream(
                seed: seed, for: .spacePoints, number: UInt64(firstSample / group + number))
              let count = min(group, samples - number * group)
              space.sampleOffsets(
                first: firstSample + number * group, count: count, into: offsets, using: &random)
              for point in 0..<count {
                let x = Self.lanes(dimension) { offsets[point * dimension + $0] }
                result[number * group + point] = nearest(
                  x, nodes[address: 0], candidates[address: 0], points[address: 0])
              }
            }
          }
        }
      }
    }
    return result
  }
}
