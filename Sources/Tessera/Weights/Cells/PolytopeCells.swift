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
/// farthest corner, and does where a corner lies beyond the bisector: neighbours are added until none does of those that
/// are left, and bisectors that no corner lies on any more are dropped. The number of corners grows so fast with the
/// dimension that six is the end.
enum PolytopeCells {
  static let dimensions = 3...6

  /// Up to how many alternatives exact cells take less than a second on two cores; more than ten where every
  /// cell meets every other.
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
    let rows = (0..<m).flatMap { points.row($0).map { $0 * scale } }
    let box = Box(checked: box.lower.map { $0 * scale }, box.upper.map { $0 * scale }, name: box.name)
    let rounds = Rounds(rows: rows, box: box, work: work)
    var cells = [Cell](repeating: Cell(), count: m)
    try rounds.measure(Array(0..<m), into: &cells, moved: false)
    // Rounding is some 1e-15, and with clones at 1e-9 some 1e-10: their bisector has no more digits. Beyond, Qhull has
    // merged corners that are not one, and the shares would not be exact.
    func isWhole() -> Bool { abs(cells.reduce(0) { $0 + $1.share } - 1) < 1e-9 }
    if !isWhole() {
      // Near-copies at one distance from a place, as on a sphere: thin cells whose corners nearly meet those of others. With
      // bounds moved a little none is merged. Cells without such corners are exact as they are.
      try rounds.measure(cells.indices.filter { !cells[$0].isSimple }, into: &cells, moved: true)
    }
    guard isWhole() else {
      throw WeightsError.cellsFailed(dimension: box.dimension, sum: cells.reduce(0) { $0 + $1.share })
    }
    return cells.map(\.share)
  }

  private struct Cell {
    /// nan when Qhull gives up.
    var share = Double.nan
    /// Whether no corner may be several.
    var isSimple = false
  }

  private struct Rounds {
    /// All points, in turn.
    let rows: [Double]
    let box: Box
    let work: Work

    /// Measures some cells.
    ///
    /// - Parameter moved: Whether bounds are moved a little, so that no corners are merged.
    func measure(_ sites: [Int], into cells: inout [Cell], moved: Bool) throws {
      // The limit is that of the task, which threads below it do not know.
      let budget = MemoryBudget.current
      let refused = Mutex<(any Error)?>(nil)
      // Waves keep progress on the calling thread.
      let wave = 64
      for start in stride(from: 0, to: sites.count, by: wave) {
        let end = min(start + wave, sites.count)
        try withPointers(&cells) { cells in
          try work.forEach(pieces: end - start) { piece, _ in
            do {
              let site = sites[start + piece]
              cells[site] = try cell(of: site, rows, box, moved: moved, threads: work.threads, budget)
            } catch { refused.withLock { $0 = error } }
          }
        }
        if let error = refused.withLock({ $0 }) { throw error }
        work.report(Double(end) / Double(sites.count))
      }
    }
  }

  /// - Parameter rows: All points, in turn.
  private static func cell(
    of site: Int, _ rows: [Double], _ box: Box, moved: Bool, threads: Int, _ budget: MemoryBudget
  ) throws -> Cell {
    let d = box.dimension
    let p = Array(rows[site * d..<(site + 1) * d])
    let others = neighbours(of: site, rows, dimension: d)
    // In coordinates where the box is the unit cube, so that a volume is a share.
    let width = (0..<d).map { box.upper[$0] - box.lower[$0] }
    let start = (0..<d).map { p[$0] - box.lower[$0] }
    func bisector(_ other: Int) -> Halfspace {
      // (x - (p + q) / 2) . (q - p) <= 0
      var offset = 0.0
      let normal = (0..<d).map { k in
        let q = rows[other * d + k]
        offset += (q - p[k]) * (start[k] + (q - box.lower[k])) / 2
        return (q - p[k]) * width[k]
      }
      return Halfspace(normal: normal, offset: offset).normalized
    }
    var cell = Halfspaces(dimension: d)
    for k in 0..<d {
      var normal = [Double](repeating: 0, count: d)
      normal[k] = 1
      cell.append(Halfspace(normal: normal, offset: 1))
      normal[k] = -1
      cell.append(Halfspace(normal: normal, offset: 0))
    }
    var used = min(others.count, 16 << (d - 3))
    for other in others[..<used] { cell.append(bisector(other.index)) }
    while true {
      guard let centre = interiorPoint(cell) else { return Cell(share: 0, isSimple: true) }
      guard let polytope = Polytope(cell, around: centre, moved: moved) else { return Cell() }
      let reach = polytope.farthestSquare(from: start, width: width)
      // A cell only gets smaller: what cuts nothing of it now never will. Corners that may be several tell nothing of that.
      var cutting: [Halfspace] = []
      let most = max(cell.count, 32)
      for other in others[used...].prefix(while: { $0.distance < 4 * reach }) where cutting.count < most {
        used += 1
        let halfspace = bisector(other.index)
        if !polytope.isSimple || polytope.reaches(beyond: halfspace) { cutting.append(halfspace) }
      }
      if cutting.isEmpty { return Cell(share: polytope.volume ?? .nan, isSimple: polytope.isSimple) }
      if polytope.isSimple { cell = cell.keeping { polytope.touches($0) } }
      try MemoryNeed(
        "corners of cells in \(d) dimensions",
        bytes: memory(
          halfspaces: cell.count, corners: polytope.count, more: cutting.count, dimension: d,
          threads: threads)
      ).require(within: budget)
      for halfspace in cutting { cell.append(halfspace) }
    }
  }

  /// All others by their squared distance from a point, the nearest first.
  private static func neighbours(
    of site: Int, _ rows: [Double], dimension d: Int
  ) -> [(distance: Double, index: Int)] {
    let m = rows.count / d
    var others = [(distance: Double, index: Int)]()
    others.reserveCapacity(m)
    rows.withUnsafeBufferPointer { rows in
      for other in 0..<m where other != site {
        var sum = 0.0
        for k in 0..<d {
          let x = rows[other * d + k] - rows[site * d + k]
          sum += x * x
        }
        others.append((sum, other))
      }
    }
    others.sort { $0.distance < $1.distance }
    return others
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

  /// Corners of halfspaces around a point inside, and which of them meet where.
  private struct Polytope {
    let dimension: Int
    let halfspaces: Int
    private let centre: [Double]
    /// Rows of `dimension` numbers, seen from the centre.
    private let corners: [Double]
    /// For each halfspace a bit for each corner.
    private let incidence: [UInt64]
    /// Whether no more than `dimension` bounds meet in any corner, so that corners are as exact as numbers are.
    let isSimple: Bool

    /// Corners.
    var count: Int { corners.count / dimension }

    /// nil when Qhull gives up.
    init?(_ halfspaces: Halfspaces, around centre: [Double], moved: Bool) {
      let d = halfspaces.dimension
      var found: UnsafeMutablePointer<Double>?
      var bits: UnsafeMutablePointer<UInt64>?
      var (cornerCount, simple) = (Int32(0), Int32(0))
      guard
        tessera_polytope_corners(
          Int32(d), Int32(halfspaces.count), halfspaces.rows(from: centre), moved ? 1 : 0, &found,
          &cornerCount, &bits, &simple) == 0,
        let found, let bits
      else { return nil }
      defer {
        free(found)
        free(bits)
      }
      dimension = d
      self.halfspaces = halfspaces.count
      self.centre = centre
      isSimple = simple != 0
      corners = Array(UnsafeBufferPointer(start: found, count: Int(cornerCount) * d))
      incidence = Array(
        UnsafeBufferPointer(start: bits, count: halfspaces.count * ((Int(cornerCount) + 63) / 64)))
    }

    /// nil where memory is lacking.
    var volume: Double? {
      var volume = 0.0
      let code = tessera_polytope_volume(
        Int32(dimension), Int32(halfspaces), corners, Int32(count), incidence, &volume)
      return code == 0 ? volume : nil
    }

    /// The square of the largest distance of a corner from a point, both in units of their own along each axis.
    func farthestSquare(from start: [Double], width: [Double]) -> Double {
      var farthest = 0.0
      for corner in 0..<count {
        var sum = 0.0
        for k in 0..<dimension {
          let x = width[k] * (centre[k] + corners[corner * dimension + k]) - start[k]
          sum += x * x
        }
        farthest = max(farthest, sum)
      }
      return farthest
    }

    /// Whether a halfspace leaves a corner out.
    func reaches(beyond halfspace: Halfspace) -> Bool {
      let offset = halfspace.offset - halfspace.dot(centre)
      let d = dimension
      return corners.withUnsafeBufferPointer { corners in
        halfspace.normal.withUnsafeBufferPointer { normal in
          for corner in stride(from: 0, to: corners.count, by: d) {
            var sum = 0.0
            for k in 0..<d { sum += normal[k] * corners[corner + k] }
            if sum > offset { return true }
          }
          return false
        }
      }
    }

    /// Whether a corner lies on a halfspace's bound.
    func touches(_ halfspace: Int) -> Bool {
      let words = (count + 63) / 64
      return incidence[halfspace * words..<(halfspace + 1) * words].contains { $0 != 0 }
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

  /// Halfspaces as rows: the normal, of length 1, and the offset.
  struct Halfspaces {
    let dimension: Int
    private var rows: [Double] = []

    init(dimension: Int) { self.dimension = dimension }

    var count: Int { rows.count / (dimension + 1) }

    mutating func append(_ halfspace: Halfspace) {
      rows += halfspace.normal
      rows.append(halfspace.offset)
    }

    func keeping(_ isKept: (Int) -> Bool) -> Halfspaces {
      var kept = Halfspaces(dimension: dimension)
      let size = dimension + 1
      for i in 0..<count where isKept(i) { kept.rows += rows[i * size..<(i + 1) * size] }
      return kept
    }

    /// The same rows as they are seen from a point.
    func rows(from centre: [Double]) -> [Double] {
      var moved = rows
      for row in stride(from: 0, to: moved.count, by: dimension + 1) {
        for k in 0..<dimension { moved[row + dimension] -= moved[row + k] * centre[k] }
      }
      return moved
    }

    /// The distance of a point from the nearest bound; below 0 outside.
    func slack(_ x: [Double]) -> Double {
      var least = Double.infinity
      forEach(from: x) { _, slack in least = min(least, slack) }
      return least
    }

    /// Calls `body` with each row and the distance of a point from its bound.
    @inline(__always)
    func forEach(from x: [Double], _ body: (UnsafePointer<Double>, _ slack: Double) -> Void) {
      let d = dimension
      rows.withUnsafeBufferPointer { rows in
        x.withUnsafeBufferPointer { x in
          guard var row = rows.baseAddress else { return }
          for _ in 0..<rows.count / (d + 1) {
            var slack = row[d]
            for k in 0..<d { slack -= row[k] * x[k] }
            body(row, slack)
            row += d + 1
          }
        }
      }
    }
  }

  /// A point well inside a bounded polytope; nil when it has no inside.
  ///
  /// Maximises the smallest slack t by a barrier method: Newton's method on -tau t - sum log(b_i - n_i . x - t) for
  /// growing tau. Normals have length 1, so t is a distance. The first tau is the number of halfspaces, whose minimum lies
  /// within 1 of the largest t: from one of 1 the way is as long as there are halfspaces.
  static func interiorPoint(_ halfspaces: Halfspaces) -> [Double]? {
    let d = halfspaces.dimension
    var x = [Double](repeating: 0.5, count: d)
    var t = halfspaces.slack(x) - 1
    var tau = Double(halfspaces.count)
    for _ in 0..<60 {
      // Only at a minimum do the slacks have a bound.
      var isMinimum = false
      for _ in 0..<100 {
        let (gradient, hessian) = barrier(halfspaces, x, t, tau)
        guard let step = LinearAlgebra.Cholesky(hessian, order: d + 1)?.solve(gradient) else { break }
        let decrement = zip(step, gradient).reduce(0) { $0 + $1.0 * $1.1 }
        // A damped step of length 1 / (1 + sqrt(decrement)) stays inside: the barrier is self-concordant.
        let length = decrement < 0.25 ? 1 : 1 / (1 + decrement.squareRoot())
        let nextX = zip(x, step).map { $0 - length * $1 }
        let nextT = t - length * step[d]
        guard halfspaces.slack(nextX) > nextT else { break }
        x = nextX
        t = nextT
        if decrement < 1e-3 {
          isMinimum = true
          break
        }
      }
      // At the minimum for tau, no slack is larger than t + count / tau.
      let best = halfspaces.slack(x)
      let gap = Double(halfspaces.count) / tau
      if best > 0, gap < best { return x }
      if isMinimum, t + gap < 1e-13 { return nil }
      tau *= 8
    }
    return halfspaces.slack(x) > 0 ? x : nil
  }

  /// First derivatives, and second ones (the lower triangle), of the barrier along x and t.
  private static func barrier(
    _ halfspaces: Halfspaces, _ x: [Double], _ t: Double, _ tau: Double
  ) -> (gradient: [Double], hessian: [Double]) {
    let d = halfspaces.dimension
    let size = d + 1
    var gradient = [Double](repeating: 0, count: size)
    var hessian = [Double](repeating: 0, count: size * size)
    gradient[d] = -tau
    gradient.withUnsafeMutableBufferPointer { gradient in
      hessian.withUnsafeMutableBufferPointer { hessian in
        halfspaces.forEach(from: x) { normal, slack in
          let inverse = 1 / (slack - t)
          let square = inverse * inverse
          for i in 0..<d {
            gradient[i] += normal[i] * inverse
            for j in 0...i { hessian[i * size + j] += normal[i] * normal[j] * square }
            hessian[d * size + i] += normal[i] * square
          }
          gradient[d] += inverse
          hessian[d * size + d] += square
        }
      }
    }
    return (gradient, hessian)
  }
}
