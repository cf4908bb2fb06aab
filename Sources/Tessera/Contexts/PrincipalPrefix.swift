/// Contexts seen along their first principal axes, and the length of what is left: a bound on every distance from below.
///
///     |x - y|^2 >= |Px - Py|^2 + (|x - Px| - |y - Py|)^2
///
/// P is the projection on the axes. Embeddings have most of their spread along few axes, so that a tenth of the coordinates rules
/// out nearly all that is not near; what is left is worked out in double precision from the whole contexts. Contexts that spread
/// alike in all directions are not helped: `SearchBound` tells.
struct PrincipalPrefix: Sendable {
  /// m x (width + 1): along the axes, then the length of the rest; seen from the mean, in units of the search.
  let contexts: Contexts

  /// Contexts that tell the axes: more of them change little.
  private static let mostForAxes = 4_096
  /// The same where coordinates are many, for the time that eigenvectors take.
  private static let manyCoordinates = 1_024

  /// - Parameters:
  ///   - axes: Of these contexts.
  ///   - width: How many of them, at least one.
  /// - Throws: `ContextsError`, `Cancelled`.
  /// - Complexity: O(m d width) time on all cores, O(m width) memory.
  init(_ seen: SearchBound.Seen, along axes: Axes, width: Int, work: Work) throws {
    let (m, d) = (seen.contexts.count, seen.contexts.dimension)
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
    contexts = try Contexts(Matrix(rows: m, columns: columns, storage: values))
  }

  /// Directions at right angles, of length 1.
  struct Axes {
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

  /// The first half of the axes, as some of the contexts tell them; nil without room for them.
  static func axes(_ seen: SearchBound.Seen) -> Axes? {
    let (m, d) = (seen.contexts.count, seen.contexts.dimension)
    let most = d <= manyCoordinates ? mostForAxes : manyCoordinates
    let chosen = Array(stride(from: 0, to: m, by: max(m / most, 1)).prefix(most))
    guard let few = try? Contexts(Matrix(rows: chosen.count, columns: d, storage: seen.rows(chosen))),
      let found = try? few.principalAxes(
        weights: [Double](repeating: 1 / Double(chosen.count), count: chosen.count),
        wanted: min(d, chosen.count) / 2)
    else { return nil }
    return Axes(found.axes)
  }
}
