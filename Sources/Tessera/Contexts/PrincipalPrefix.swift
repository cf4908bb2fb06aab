/// Contexts seen along their first principal axes, and the length of what is left: a bound on every distance from below.
///
///     |x - y|^2 >= |Px - Py|^2 + (|x - Px| - |y - Py|)^2
///
/// P is the projection on the axes. Embeddings have most of their spread along few axes, so that a tenth of the coordinates rules
/// out nearly all that is not near; what is left is worked out in double precision from the whole contexts. Contexts that spread
/// alike in all directions are not helped: `init` then says so.
struct PrincipalPrefix: Sendable {
  /// m x (width + 1): along the axes, then the length of the rest; seen from the mean, in units of the search.
  let contexts: Contexts

  /// Below these a search is cheap as it is.
  private static let fewContexts = 4_096
  private static let fewCoordinates = 64
  /// Contexts that tell the axes: more of them change little.
  private static let mostForAxes = 4_096
  /// The same where coordinates are many, for the time that eigenvectors take.
  private static let manyCoordinates = 1_024
  /// A distance in double precision costs about as many products of a coordinate, for each of its own.
  private static let exactCost = 40.0

  /// What a search asks: which pairs its bound must let through.
  enum Question {
    /// The nearest other context of each.
    case nearest
    /// All within a distance, in units of the search.
    case within(Double)
  }

  /// - Parameters:
  ///   - mean: Of the contexts.
  ///   - scale: What coordinates are multiplied by, for the search.
  /// - Returns: nil where a search by whole products is cheaper, as some of the contexts tell.
  /// - Throws: `Cancelled`.
  /// - Complexity: O(m d width) time on all cores beside the axes, O(m width) memory.
  init?(_ contexts: Contexts, mean: [Double], scale: Double, for question: Question, work: Work) throws {
    let (m, d) = (contexts.count, contexts.dimension)
    guard m >= Self.fewContexts, d > Self.fewCoordinates else { return nil }
    let seen = Seen(contexts: contexts, mean: mean, scale: scale)
    guard let axes = Self.axes(seen), let width = Self.width(seen, axes, question) else { return nil }
    let chosen = axes.prefix(width)
    let columns = width + 1
    var values = [Float](repeating: 0, count: m * columns)
    let pieces = (m + 511) / 512
    try withPointers(&values) { values in
      try work.forEach(pieces: pieces) { piece, _ in
        let range = piece * 512..<min((piece + 1) * 512, m)
        let rows = seen.rows(Array(range))
        let along = chosen.project(rows, count: range.count)
        for place in 0..<range.count {
          var (whole, kept) = (0.0, 0.0)
          for k in 0..<d { whole += rows[place * d + k] * rows[place * d + k] }
          let target = values[address: (range.lowerBound + place) * columns]
          for j in 0..<width {
            let value = along[place * width + j]
            kept += value * value
            target[j] = Float(value)
          }
          target[width] = Float(max(whole - kept, 0).squareRoot())
        }
      }
    }
    self.contexts = try Contexts(Matrix(rows: m, columns: columns, storage: values))
  }

  /// Contexts from their mean, in units of the search.
  private struct Seen {
    let contexts: Contexts
    let mean: [Double]
    let scale: Double

    func rows(_ chosen: [Int]) -> [Double] {
      let d = contexts.dimension
      var rows = [Double](repeating: 0, count: chosen.count * d)
      for (place, i) in chosen.enumerated() {
        contexts.withRow(i) { k, value in rows[place * d + k] = (value - mean[k]) * scale }
      }
      return rows
    }
  }

  /// Directions at right angles, of length 1.
  private struct Axes {
    /// Coordinate, then axis.
    let columns: [Double]
    let count: Int
    let dimension: Int

    init(_ axes: [[Double]]) {
      (count, dimension) = (axes.count, axes.first?.count ?? 0)
      var columns = [Double](repeating: 0, count: count * dimension)
      for (j, axis) in axes.enumerated() { for k in axis.indices { columns[k * axes.count + j] = axis[k] } }
      self.columns = columns
    }

    func prefix(_ width: Int) -> Axes {
      Axes((0..<width).map { j in (0..<dimension).map { columns[$0 * count + j] } })
    }

    func project(_ rows: [Double], count rowCount: Int) -> [Double] {
      LinearAlgebra.multiply(rows, rows: rowCount, columns, columns: count, inner: dimension)
    }
  }

  /// The first half of the axes, as some of the contexts tell them.
  private static func axes(_ seen: Seen) -> Axes? {
    let (m, d) = (seen.contexts.count, seen.contexts.dimension)
    let most = d <= manyCoordinates ? mostForAxes : manyCoordinates
    let chosen = Array(stride(from: 0, to: m, by: max(m / most, 1)).prefix(most))
    guard let few = try? Contexts(Matrix(rows: chosen.count, columns: d, storage: seen.rows(chosen))),
      // Without room for them the search goes without.
      let found = try? few.principalAxes(
        weights: [Double](repeating: 1 / Double(chosen.count), count: chosen.count),
        wanted: min(d, chosen.count) / 2)
    else { return nil }
    return Axes(found.axes)
  }

  /// As many axes as make the search cheapest, judged by some pairs; nil where whole products do.
  private static func width(_ seen: Seen, _ axes: Axes, _ question: Question) -> Int? {
    let (m, d) = (seen.contexts.count, seen.contexts.dimension)
    let (queries, others) = (48, 2_048)
    let asking = seen.rows((0..<queries).map { $0 * (m / queries) })
    // None of those that ask, which are multiples of an even stride where there are many.
    let asked = seen.rows((0..<others).map { $0 * (m / others) + (m / others > 1 ? 1 : 0) })
    let (x, y) = (axes.project(asking, count: queries), axes.project(asked, count: others))
    func squares(_ rows: [Double], _ count: Int, _ width: Int) -> [Double] {
      (0..<count).map { i in
        rows[i * width..<(i + 1) * width].reduce(0) { $0 + $1 * $1 }
      }
    }
    let (wholeX, wholeY) = (squares(asking, queries, d), squares(asked, others, d))
    // Half of what a pair must not be beyond, for each that asks.
    let limits: [Double] = (0..<queries).map { i in
      switch question {
      case .within(let radius): return radius * radius
      case .nearest:
        var least = Double.infinity
        for j in 0..<others {
          var square = 0.0
          for k in 0..<d {
            let difference = asking[i * d + k] - asked[j * d + k]
            square += difference * difference
          }
          if square > 0 { least = min(least, square) }
        }
        return least
      }
    }
    var best = (cost: Double(d), width: nil as Int?)
    // Squares along the axes so far: of those that ask, of the asked, and of their differences.
    var (keptX, keptY) = ([Double](repeating: 0, count: queries), [Double](repeating: 0, count: others))
    var between = [Double](repeating: 0, count: queries * others)
    var from = 0
    for width in [16, 32, 64, 128, 256, 512] where width <= axes.count {
      for i in 0..<queries {
        for k in from..<width { keptX[i] += x[i * axes.count + k] * x[i * axes.count + k] }
      }
      for j in 0..<others {
        for k in from..<width { keptY[j] += y[j * axes.count + k] * y[j * axes.count + k] }
      }
      var passed = 0
      for i in 0..<queries {
        let rest = max(wholeX[i] - keptX[i], 0).squareRoot()
        for j in 0..<others {
          for k in from..<width {
            let difference = x[i * axes.count + k] - y[j * axes.count + k]
            between[i * others + j] += difference * difference
          }
          let apart = rest - max(wholeY[j] - keptY[j], 0).squareRoot()
          if between[i * others + j] + apart * apart <= limits[i] { passed += 1 }
        }
      }
      from = width
      let share = Double(passed) / Double(queries * others)
      let cost = Double(width + 1) + exactCost * Double(d) * share
      if cost < best.cost { best = (cost, width) }
    }
    return best.width
  }
}
