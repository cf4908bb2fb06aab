import CTesseraKernels

/// Distances among compared pairs: how far one comparison is from saying the same as another.
///
///     delta({a, b}, {a', b'})^2 = min(|a - a'|^2 + |b - b'|^2, |a - b'|^2 + |b - a'|^2)
///
/// With s = a + b and u = a - b this is (|s - s'|^2 + min(|u - u'|^2, |u + u'|^2)) / 2: two products for a pair of pairs give
/// both orientations. Coordinates are turned so that the first ones tell most; those alone are a lower bound that rules out
/// nearly all, and what is left is worked out in double precision from the contexts.
struct ComparisonDistances: Sendable {
  /// Two alternatives.
  typealias Point = SIMD2<Int32>

  private let exact: ExactDistances
  private let points: [Point]
  /// Coordinates that the bound looks at.
  private let width: Int
  /// s and u of every point, in the coordinates of the bound and in units of `exact.unit`.
  private let sums: [Float]
  private let differences: [Float]
  /// (|s|^2 + |u|^2) / 2 of the same coordinates.
  private let norms: [Float]
  private let sumPanels: [Float]
  private let differencePanels: [Float]
  private let paddedNorms: [Float]

  private static let pieceRows = 64
  private static let tilePanels = 16

  /// - Parameters:
  ///   - points: Different pairs of alternatives; (a, b) and (b, a) are the same.
  ///   - radius: The largest distance that will be asked about; it decides how many coordinates the bound looks at.
  ///   - asked: How many of the points will be asked about.
  /// - Throws: `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O((m + points) d) time, O(points x 128) memory.
  init(_ contexts: Contexts, points: [Point], radius: Double, asked: Int, work: Work) throws {
    let mean = contexts.mean(work: work)
    let scale = try contexts.unitScale(around: mean, work: work)
    exact = ExactDistances(contexts, scale: scale)
    self.points = points
    let d = contexts.dimension
    let turned = try Self.turned(contexts, mean, scale, work)
    let width = Self.chooseWidth(turned, d, points, radius: radius * scale, asked: asked)
    self.width = width
    let n = points.count
    let panel = Int(TESSERA_PANEL)
    let panels = (n + panel - 1) / panel
    var sums = [Float](repeating: 0, count: max(n * width, 1))
    var differences = sums
    var norms = [Float](repeating: 0, count: n)
    var sumPanels = [Float](repeating: 0, count: max(panels * width * panel, 1))
    var differencePanels = sumPanels
    try withPointers(&sums, &differences, &norms) { sums, differences, norms in
      try withPointers(&sumPanels, &differencePanels) { sumPanels, differencePanels in
        try withInputs(turned, points) { turned, points in
          try work.forEach(pieces: panels) { number, _ in
            for i in number * panel..<min((number + 1) * panel, n) {
              let (a, b) = (Int(points[i].x), Int(points[i].y))
              var square = 0.0
              for k in 0..<width {
                let (x, y) = (turned[a * d + k], turned[b * d + k])
                let (s, u) = (x + y, x - y)
                sums[i * width + k] = s
                differences[i * width + k] = u
                sumPanels[(number * width + k) * panel + i % panel] = s
                differencePanels[(number * width + k) * panel + i % panel] = u
                square += Double(s) * Double(s) + Double(u) * Double(u)
              }
              norms[i] = Float(square / 2)
            }
          }
        }
      }
    }
    (self.sums, self.differences, self.norms) = (sums, differences, norms)
    (self.sumPanels, self.differencePanels) = (sumPanels, differencePanels)
    paddedNorms = norms + [Float](repeating: .infinity, count: panels * panel - n)
  }

  /// The contexts seen from their mean, turned into their principal axes where there are many coordinates.
  ///
  /// A rotation changes no distance; one that is off by rounding changes the bound by as little, which `slack` allows for.
  private static func turned(_ contexts: Contexts, _ mean: [Double], _ scale: Double, _ work: Work) throws
    -> [Float]
  {
    let (m, d) = (contexts.count, contexts.dimension)
    var rows = [Float](repeating: 0, count: max(m * d, 1))
    // Beyond some thousand coordinates the axes cost more than they save.
    guard d > 64, d <= 4_096 else {
      for i in 0..<m {
        contexts.withRow(i) { k, value in rows[i * d + k] = Float((value - mean[k]) * scale) }
      }
      return rows
    }
    // Axes need not be exact to be of use: some thousand contexts tell them.
    let chosen = stride(from: 0, to: m, by: max(m / 4_096, 1)).map { $0 }
    let few = contexts.selecting(rows: chosen)
    let weights = [Double](repeating: 1 / Double(few.count), count: few.count)
    guard let (_, axes) = LinearAlgebra.eigenvectors(few.covariance(weights: weights).1, order: d) else {
      for i in 0..<m {
        contexts.withRow(i) { k, value in rows[i * d + k] = Float((value - mean[k]) * scale) }
      }
      return rows
    }
    let panel = Int(TESSERA_PANEL)
    let panels = (d + panel - 1) / panel
    // Axis j is column j: the products of a context with the axes are one call.
    var columns = [Float](repeating: 0, count: panels * d * panel)
    for j in 0..<d {
      for k in 0..<d { columns[(j / panel * d + k) * panel + j % panel] = Float(axes[j * d + k]) }
    }
    let pieces = (m + 255) / 256
    try withPointers(&rows) { rows in
      try columns.withUnsafeBufferPointer { columns in
        let columns = SharedInput(columns)
        try work.forEach(pieces: pieces) { piece, _ in
          let range = piece * 256..<min((piece + 1) * 256, m)
          let padded = panels * panel
          // Scratch of this piece alone.
          let own = UnsafeMutablePointer<Float>.allocate(capacity: range.count * (d + padded))
          defer { own.deallocate() }
          let products = own + range.count * d
          for i in range {
            contexts.withRow(i) { k, value in
              own[(i - range.lowerBound) * d + k] = Float((value - mean[k]) * scale)
            }
          }
          tessera_products(
            own, Int32(range.count), Int32(d), columns[address: 0], panels, products, padded)
          for i in range {
            rows[address: i * d].update(from: products + (i - range.lowerBound) * padded, count: d)
          }
        }
      }
    }
    return rows
  }

  /// As many coordinates as make the whole search cheapest, judged by some pairs of pairs: few of them where the search is
  /// short, which choosing would else outlast.
  private static func chooseWidth(
    _ turned: [Float], _ d: Int, _ points: [Point], radius: Double, asked: Int
  ) -> Int {
    guard d > 64, points.count > 1 else { return d }
    let n = points.count
    let rows = min(n, 48)
    let others = min(n, max(min(asked * n / (512 * rows), 1_536), 64))
    var best = (cost: Double.infinity, width: d)
    var squares = [SIMD2<Float>](repeating: .zero, count: rows * others)
    var from = 0
    for width in [d / 8, d / 4, d / 2, d].map({ max(($0 + 7) / 8 * 8, 16) }) {
      var passed = 0
      for row in 0..<rows {
        let p = points[row * (n / rows)]
        let (a, b) = (Int(p.x) * d, Int(p.y) * d)
        for column in 0..<others {
          let q = points[column * (n / others)]
          let (c, e) = (Int(q.x) * d, Int(q.y) * d)
          var (straight, crossed) = (Float(0), Float(0))
          for k in from..<min(width, d) {
            let (x, y, z, w) = (turned[a + k], turned[b + k], turned[c + k], turned[e + k])
            straight += (x - z) * (x - z) + (y - w) * (y - w)
            crossed += (x - w) * (x - w) + (y - z) * (y - z)
          }
          squares[row * others + column] += SIMD2(straight, crossed)
          let sum = squares[row * others + column]
          if Double(min(sum.x, sum.y)) < radius * radius { passed += 1 }
        }
      }
      from = min(width, d)
      // A distance in double precision costs some forty times a product of as many coordinates.
      let cost = 2 * Double(from) + 40 * Double(d) * Double(passed) / Double(rows * others)
      if cost < best.cost { best = (cost, from) }
    }
    return best.width
  }

  /// Distance of two points, in the contexts' own units.
  func distance(_ i: Int, _ j: Int) -> Double {
    Self.distance(points[i], points[j], exact)
  }

  /// The same for points at hand.
  static func distance(_ p: Point, _ q: Point, _ exact: ExactDistances) -> Double {
    let (a, b, c, e) = (Int(p.x), Int(p.y), Int(q.x), Int(q.y))
    let straight = exact.square(a, c) + exact.square(b, e)
    let crossed = exact.square(a, e) + exact.square(b, c)
    return min(straight, crossed).squareRoot() * exact.unit
  }

  /// Calls `found(worker, i, j, length)` for every pair of points i > j closer than a radius whose i is in `rows`.
  ///
  /// - Parameter found: No two calls with the same worker overlap.
  /// - Throws: `Cancelled`.
  /// - Complexity: O(rows x points x d) at most, on all cores.
  func join(
    rows: Range<Int>, within radius: Double, work: Work,
    found: @Sendable (_ worker: Int, _ i: Int, _ j: Int, _ length: Double) -> Void
  ) throws {
    let (panel, width) = (Int(TESSERA_PANEL), width)
    let size = Float((radius / exact.unit) * (radius / exact.unit))
    // Rounding of products, sums and of the rotation: see `Distances.largestError`.
    let error = Float(4 * width + 64) * 0x1p-24
    let pieces = (rows.count + Self.pieceRows - 1) / Self.pieceRows
    try withInputs(sums, differences, paddedNorms) { sums, differences, norms in
      try withInputs(sumPanels, differencePanels) { sumPanels, differencePanels in
        try work.forEach(pieces: pieces) { number, worker in
          // The rows that meet most others come first.
          let piece = pieces - 1 - number
          let first = rows.lowerBound + piece * Self.pieceRows
          let range = first..<min(first + Self.pieceRows, rows.upperBound)
          let span = Self.tilePanels * panel
          // Scratch of this piece alone.
          let scratch = UnsafeMutablePointer<Float>.allocate(capacity: 2 * range.count * span)
          defer { scratch.deallocate() }
          let crossed = scratch + range.count * span
          var candidates = Candidates(width: span)
          let panels = (range.upperBound + panel - 1) / panel
          for start in stride(from: 0, to: panels, by: Self.tilePanels) {
            if work.isCancelled { return }
            let here = min(Self.tilePanels, panels - start)
            if width > 0 {
              tessera_products(
                sums[address: range.lowerBound * width], Int32(range.count), Int32(width),
                sumPanels[address: start * width * panel], here, scratch, span)
              tessera_products(
                differences[address: range.lowerBound * width], Int32(range.count), Int32(width),
                differencePanels[address: start * width * panel], here, crossed, span)
            } else {
              scratch.update(repeating: 0, count: 2 * range.count * span)
            }
            for row in range {
              let place = (row - range.lowerBound) * span
              let limit = min(here * panel, row - start * panel)
              // Whole panels; what is not below the row's own number is left out.
              let panels = (max(limit, 0) + panel - 1) / panel
              let count = candidates.find(
                norms: norms[address: start * panel], products: scratch + place, crossed: crossed + place,
                width: panels * panel, own: norms[row], error: error, rounding: 0, limit: size)
              for number in 0..<count {
                let column = candidates[number].place
                guard column < limit else { break }
                let length = distance(row, start * panel + column)
                if length < radius { found(worker, row, start * panel + column, length) }
              }
            }
          }
        }
      }
    }
  }
}
