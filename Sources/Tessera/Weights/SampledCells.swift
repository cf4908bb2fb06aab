/// Voronoi shares by random points: the nearest alternative of each point, found by blocked matrix products.
///
/// |x - c|^2 = |x|^2 - 2 (x . c - |c|^2 / 2), so the nearest alternative has the largest x . c - |c|^2 / 2. The
/// products of a block of points with a block of alternatives are one matrix product; the table of all
/// points against all alternatives never exists.
enum SampledCells {
  /// Points of one group, which has a random stream of its own.
  static let groupSize = 256
  /// Alternatives of one product: with `groupSize`, a block that stays in the second-level cache.
  private static let blockSize = 512

  /// How many of `samples` uniform points lie nearest to each of different contexts.
  ///
  /// - Complexity: O(samples m d).
  static func counts(
    contexts: Contexts, space: some AlternativeSpace, samples: Int, seed: UInt64, threads: Int?,
    progress: ((Double) throws -> Void)?
  ) throws -> [Int] {
    let m = contexts.count
    let d = contexts.dimension
    let offsets = contexts.offsets(from: space.origin)
    let halfNorms = (0..<m).map { i in Float(offsets.row(i).reduce(0.0) { $0 + Double($1) * Double($1) } / 2)
    }
    let workers = max(1, threads ?? Parallel.defaultThreads)
    let groups = (samples + groupSize - 1) / groupSize
    var counts = [Int](repeating: 0, count: workers * m)
    // Waves keep progress on the calling thread; which groups share a wave changes no result.
    let wave = max(workers * 4, groups / 200)
    var start = 0
    while start < groups {
      let count = min(wave, groups - start)
      counts.withUnsafeMutableBufferPointer { buffer in
        offsets.withUnsafeBufferPointer { offsets in
          halfNorms.withUnsafeBufferPointer { halfNorms in
            let (counts, rows, norms, first) = (
              Shared(buffer), SharedInput(offsets), SharedInput(halfNorms), start
            )
            Parallel.forEach(pieces: count, threads: workers) { piece, worker in
              let group = first + piece
              let points = min(groupSize, samples - group * groupSize)
              var random = RandomStream(seed: seed, stream: UInt64(group))
              tally(
                rows[address: 0], norms[address: 0], m, d, points: points, counts: counts[address: worker * m]
              ) { space.sampleOffsets(count: points, into: $0, using: &random) }
            }
          }
        }
      }
      start += count
      try progress?(Double(start) / Double(groups))
    }
    return (0..<m).map { i in (0..<workers).reduce(0) { $0 + counts[$1 * m + i] } }
  }

  /// Adds the nearest alternative of each of a group's points to `counts`.
  private static func tally(
    _ contexts: UnsafePointer<Float>, _ halfNorms: UnsafePointer<Float>, _ m: Int, _ d: Int, points: Int,
    counts: UnsafeMutablePointer<Int>, sample: (UnsafeMutablePointer<Float>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: groupSize * (d + blockSize + 1)) { scratch in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: groupSize) { nearest in
        guard let u = scratch.baseAddress else { return }
        let products = u + groupSize * d
        let best = products + groupSize * blockSize
        sample(u)
        for point in 0..<points {
          best[point] = -.infinity
          nearest[point] = 0
        }
        for block in stride(from: 0, to: m, by: blockSize) {
          let width = min(blockSize, m - block)
          LinearAlgebra.multiplyTransposed(
            u, rows: points, stride: d, contexts + block * d, rows: width, stride: d, inner: d,
            into: products, stride: blockSize)
          for point in 0..<points {
            let row = products + point * blockSize
            var top = best[point]
            var index = nearest[point]
            findLarger(row, halfNorms + block, width, &top, &index, base: Int32(block))
            best[point] = top
            nearest[point] = index
          }
        }
        for point in 0..<points { counts[Int(nearest[point])] += 1 }
      }
    }
  }

  /// The largest `products[j] - halfNorms[j]`, if it is above `top`; the first of equal ones.
  @inline(__always)
  private static func findLarger(
    _ products: UnsafePointer<Float>, _ halfNorms: UnsafePointer<Float>, _ width: Int, _ top: inout Float,
    _ index: inout Int32, base: Int32
  ) {
    typealias Lanes = SIMD8<Float>
    var j = 0
    var lanesTop = Lanes(repeating: top)
    var lanesIndex = SIMD8<Int32>(repeating: -1)
    var here = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7) &+ base
    while j + 8 <= width {
      let score =
        UnsafeRawPointer(products + j).loadUnaligned(as: Lanes.self)
        - UnsafeRawPointer(halfNorms + j).loadUnaligned(as: Lanes.self)
      let larger = score .> lanesTop
      lanesTop.replace(with: score, where: larger)
      lanesIndex.replace(with: here, where: larger)
      here = here &+ 8
      j += 8
    }
    for lane in 0..<8 where lanesIndex[lane] >= 0 {
      if lanesTop[lane] > top || (lanesTop[lane] == top && lanesIndex[lane] < index) {
        top = lanesTop[lane]
        index = lanesIndex[lane]
      }
    }
    while j < width {
      let score = products[j] - halfNorms[j]
      if score > top {
        top = score
        index = base + Int32(j)
      }
      j += 1
    }
  }
}
