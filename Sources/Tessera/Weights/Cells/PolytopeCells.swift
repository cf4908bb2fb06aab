import CTesseraCells
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Voronoi cells in a box of three to six dimensions: the corners of the polytope of bisectors and sides, by Qhull, and
/// its volume from the corners.
///
/// As in the plane, an alternative can only cut the cell of another while it is nearer than twice the cell's
/// farthest corner: neighbours are added until that holds of all that are left. The number of corners grows so
/// fast with the dimension that six is the end.
enum PolytopeCells {
  static let dimensions = 3...6

  /// Up to how many alternatives exact cells take about a second on two cores; three where they crowd.
  static func automaticLimit(dimension: Int) -> Int {
    switch dimension {
    case 3: 2_000
    case 4: 400
    case 5: 80
    default: 16
    }
  }

  /// Share of the box nearest to each of different points.
  ///
  /// - Throws: `WeightsError.cellsFailed` when Qhull gives up, or the shares do not add up to 1; `MemoryError` before the
  ///   corners of a cell outgrow what there is.
  /// - Complexity: O(m^2 log m) for the neighbours; the cells decide.
  static func shares(
    points: Contexts, box: Box, work: Work
  ) throws -> [Double] {
    let m = points.count
    // At a size of about 1, by a power of two that rounds nothing: the squared normals of bisectors are fourth powers.
    let size = (0..<box.dimension).reduce(0.0) { max($0, box.upper[$1] - box.lower[$1]) }
    let scale = Double(sign: .plus, exponent: -size.exponent, significand: 1)
    let rows = (0..<m).map { points.row($0).map { $0 * scale } }
    let box = Box(checked: box.lower.map { $0 * scale }, box.upper.map { $0 * scale }, name: box.name)
    var shares = [Double](repeating: 0, count: m)
    // The limit is that of the task, which threads below it do not know.
    let budget = MemoryBudget.current
    let refused = Mutex<(any Error)?>(nil)
    // Waves keep progress on the calling thread.
    let wave = 64
    for start in stride(from: 0, to: m, by: wave) {
      try withPointers(&shares) { shares in
        try work.forEach(pieces: min(wave, m - start)) { piece, _ in
          do {
            shares[start + piece] =
              try share(of: start + piece, rows, box, threads: work.threads, budget) ?? .nan
          } catch { refused.withLock { $0 = error } }
        }
      }
      if let error = refused.withLock({ $0 }) { throw error }
      work.report(Double(min(start + wave, m)) / Double(m))
    }
    let sum = shares.reduce(0, +)
    // Rounding is some 1e-15, and with clones at 1e-9 some 1e-10: their bisector has no more digits. Beyond, Qhull has
    // merged corners that are not one, and the shares would not be exact.
    guard abs(sum - 1) < 1e-9 else { throw WeightsError.cellsFailed(dimension: box.dimension, sum: sum) }
    return shares
  }

  /// The share of one cell; nil when Qhull gives up.
  private static func share(
    of site: Int, _ rows: [[Double]], _ box: Box, threads: Int, _ budget: MemoryBudget
  ) throws -> Double? {
    let d = box.dimension
    let p = rows[site]
    func squaredDistance(_ q: [Double]) -> Double {
      var sum = 0.0
      for k in 0..<d { sum += (q[k] - p[k]) * (q[k] - p[k]) }
      return sum
    }
    let others = rows.indices.filter { $0 != site }.map { (distance: squaredDistance(rows[$0]), index: $0) }
      .sorted { $0.distance < $1.distance }
    // In coordinates where the box is the unit cube, so that a volume is a share.
    let width = (0..<d).map { box.upper[$0] - box.lower[$0] }
    var halfspaces: [Halfspace] = []
    for k in 0..<d {
      var normal = [Double](repeating: 0, count: d)
      normal[k] = 1
      halfspaces.append(Halfspace(normal: normal, offset: 1))
      normal[k] = -1
      halfspaces.append(Halfspace(normal: normal, offset: 0))
    }
    var used = 0
    var wanted = min(others.count, 16 << (d - 3))
    while true {
      while used < wanted {
        let q = rows[others[used].index]
        // (x - (p + q) / 2) . (q - p) <= 0
        var offset = 0.0
        let normal = (0..<d).map { k in
          offset += (q[k] - p[k]) * ((p[k] - box.lower[k]) + (q[k] - box.lower[k])) / 2
          return (q[k] - p[k]) * width[k]
        }
        halfspaces.append(Halfspace(normal: normal, offset: offset).normalized)
        used += 1
      }
      guard let centre = interiorPoint(halfspaces, dimension: d) else { return 0 }
      let moved = halfspaces.flatMap { $0.normal + [$0.offset - $0.dot(centre)] }
      guard let polytope = Polytope(moved, count: halfspaces.count, dimension: d) else { return nil }
      let corners = polytope.corners
      var reach = 0.0
      for corner in stride(from: 0, to: corners.count, by: d) {
        reach = max(
          reach,
          squaredDistance((0..<d).map { box.lower[$0] + width[$0] * (centre[$0] + corners[corner + $0]) }))
      }
      let near = others[used...].prefix { $0.distance < 4 * reach }.count
      if near == 0 {
        return polytope.volume
      }
      wanted = used + min(near, max(used, 32))
      try MemoryNeed(
        "corners of cells in \(d) dimensions",
        bytes: memory(
          halfspaces: halfspaces.count, corners: corners.count / d, more: wanted - used, dimension: d,
          threads: threads)
      ).require(within: budget)
    }
  }

  /// Bytes that the corners of a cell may take with more halfspaces, in every thread: 500 for what Qhull keeps of one (300 to 520
  /// were measured in three to six dimensions), and a bit for every halfspace. Corners grow with halfspaces to the power of half
  /// the dimension at most.
  ///
  /// - SeeAlso: McMullen, "The maximum numbers of faces of a convex polytope", 1970.
  private static func memory(
    halfspaces: Int, corners: Int, more: Int, dimension d: Int, threads: Int
  ) -> Int {
    let growth = Double(halfspaces + more) / Double(halfspaces)
    var most = Double(corners)
    for _ in 0..<d / 2 { most *= growth }
    let bytes = most * (500 + Double(halfspaces + more) / 8) * Double(threads)
    return bytes < 0x1p62 ? Int(bytes) : .max
  }

  /// Corners of halfspaces around the origin, and which of them meet where.
  private struct Polytope {
    let dimension: Int
    let halfspaces: Int
    /// Rows of `dimension` numbers.
    let corners: [Double]
    /// For each halfspace a bit for each corner.
    let incidence: [UInt64]

    /// nil when Qhull gives up.
    init?(_ rows: [Double], count: Int, dimension: Int) {
      var found: UnsafeMutablePointer<Double>?
      var bits: UnsafeMutablePointer<UInt64>?
      var cornerCount: Int32 = 0
      guard
        tessera_polytope_corners(Int32(dimension), Int32(count), rows, &found, &cornerCount, &bits) == 0,
        let found, let bits
      else { return nil }
      defer {
        free(found)
        free(bits)
      }
      self.dimension = dimension
      halfspaces = count
      corners = Array(UnsafeBufferPointer(start: found, count: Int(cornerCount) * dimension))
      incidence = Array(UnsafeBufferPointer(start: bits, count: count * ((Int(cornerCount) + 63) / 64)))
    }

    /// nil where memory is lacking.
    var volume: Double? {
      var volume = 0.0
      let code = tessera_polytope_volume(
        Int32(dimension), Int32(halfspaces), corners, Int32(corners.count / dimension), incidence, &volume)
      return code == 0 ? volume : nil
    }
  }

  /// normal . x <= offset
  struct Halfspace {
    var normal: [Double]
    var offset: Double

    func dot(_ x: [Double]) -> Double {
      var sum = 0.0
      for k in x.indices { sum += normal[k] * x[k] }
      return sum
    }

    /// The same with a normal of length 1.
    var normalized: Halfspace {
      let length = dot(normal).squareRoot()
      return Halfspace(normal: normal.map { $0 / length }, offset: offset / length)
    }
  }

  /// A point well inside a bounded polytope; nil when it has no inside.
  ///
  /// Maximises the smallest slack t by a barrier method: Newton's method on -tau t - sum log(b_i - n_i . x - t) for
  /// growing tau. Normals have length 1, so t is a distance. The first tau is the number of halfspaces, whose minimum lies
  /// within 1 of the largest t: from one of 1 the way is as long as there are halfspaces.
  static func interiorPoint(_ halfspaces: [Halfspace], dimension d: Int) -> [Double]? {
    var x = [Double](repeating: 0.5, count: d)
    func slack(_ x: [Double]) -> Double { halfspaces.reduce(.infinity) { min($0, $1.offset - $1.dot(x)) } }
    var t = slack(x) - 1
    var tau = Double(halfspaces.count)
    let size = d + 1
    for _ in 0..<60 {
      // Only at a minimum do the slacks have a bound.
      var isMinimum = false
      for _ in 0..<100 {
        var gradient = [Double](repeating: 0, count: size)
        var hessian = [Double](repeating: 0, count: size * size)
        gradient[d] = -tau
        for halfspace in halfspaces {
          let inverse = 1 / (halfspace.offset - halfspace.dot(x) - t)
          for i in 0..<size {
            let a = i < d ? halfspace.normal[i] : 1
            gradient[i] += a * inverse
            for j in 0...i {
              hessian[i * size + j] += a * (j < d ? halfspace.normal[j] : 1) * inverse * inverse
            }
          }
        }
        guard let step = LinearAlgebra.Cholesky(hessian, order: size)?.solve(gradient) else { break }
        let decrement = zip(step, gradient).reduce(0) { $0 + $1.0 * $1.1 }
        // A damped step of length 1 / (1 + sqrt(decrement)) stays inside: the barrier is self-concordant.
        let length = decrement < 0.25 ? 1 : 1 / (1 + decrement.squareRoot())
        let nextX = zip(x, step).map { $0 - length * $1 }
        let nextT = t - length * step[d]
        guard slack(nextX) > nextT else { break }
        x = nextX
        t = nextT
        if decrement < 1e-3 {
          isMinimum = true
          break
        }
      }
      // At the minimum for tau, no slack is larger than t + count / tau.
      let best = slack(x)
      let gap = Double(halfspaces.count) / tau
      if best > 0, gap < best { return x }
      if isMinimum, t + gap < 1e-13 { return nil }
      tau *= 8
    }
    return slack(x) > 0 ? x : nil
  }
}
