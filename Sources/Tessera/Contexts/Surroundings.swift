/// Who surrounds some contexts, looked at from one scale after another.
///
/// A look at all contexts leaves behind the near ones of every query. A look from a smaller scale, which asks for no more, goes
/// through those alone and finds the same to the last byte.
struct Surroundings {
  private let search: Distances
  private let queries: [Int32]
  private let asking: PackedContexts
  /// Contexts near each query, by number.
  private var near: [[Near]]
  /// Halves of squared distances below which all are among the near ones.
  private var known: Float = 0
  private let work: Work

  fileprivate struct Near {
    let place: Int32
    /// Half of the squared distance, as products give it.
    let half: Float
  }

  /// Near ones that are kept of a query, at most: 64 MB of 2,048 queries.
  private static let mostKept = 4_096
  /// How far beyond what is asked for they reach, for scales that grow a little.
  private static let margin: Float = 1.25
  private static let pieceRows = 64

  /// - Parameter queries: Numbers of contexts of the search.
  init(_ search: Distances, of queries: [Int32], work: Work) {
    (self.search, self.queries, self.work) = (search.working(work), queries, work)
    asking = PackedContexts(
      search.contexts.selecting(rows: queries.map(Int.init)), packing: search.packed.packing, work: work)
    near = Array(repeating: [], count: queries.count)
  }

  /// For each query: how many contexts lie within about a scale, itself included, and the distance of the nearest one beyond
  /// an eighth of it; infinite where there is none.
  ///
  /// A context within three quarters of the scale counts as one, beyond five quarters as none, and between them in
  /// proportion. Who is beyond the eighth is decided in double precision where single precision cannot.
  ///
  /// - Throws: `Cancelled`.
  /// - Complexity: O(queries x m x d); O(near ones) where the scale is no larger than before.
  mutating func look(from scale: Double) throws -> (crowd: [Double], beyond: [Double]) {
    let view = View(search, scale: scale / search.unit)
    if view.far * 1.0001 < known, let found = try lookAmongNear(view) { return found }
    return try lookAmongAll(view)
  }

  private mutating func lookAmongAll(_ view: View) throws -> (crowd: [Double], beyond: [Double]) {
    let count = search.contexts.count
    let limit = count <= Self.mostKept ? .infinity : view.far * Self.margin
    var (crowd, beyond) = (
      [Double](repeating: 0, count: queries.count), [Double](repeating: 0, count: queries.count)
    )
    var found = [[Near]](repeating: [], count: queries.count)
    let (search, queries) = (search, queries)
    try withPointers(&crowd, &beyond, &found) { crowd, beyond, found in
      try search.pairs(of: asking) { range in
        Looking(rows: range.count, width: Distances.tileWidth)
      } visit: { state, tile, own in
        for row in 0..<tile.queries.count {
          let query = Int(queries[tile.queries.lowerBound + row])
          let asked = max(max(state.sights[row].best, view.far), limit)
          let number = state.candidates.find(in: tile, row: row, own: own[row], limit: asked)
          for candidate in 0..<number {
            let (place, half) = state.candidates[candidate]
            let other = tile.first + place
            if half < limit, state.near[row].count <= Self.mostKept {
              state.near[row].append(Near(place: Int32(other), half: half))
            }
            state.sights[row].take(
              other, half, own: own[row], norm: tile.norms[place], of: query, view, search)
          }
        }
      } finish: { state, range in
        for (row, number) in range.enumerated() {
          crowd[number] = state.sights[row].crowd
          beyond[number] = state.sights[row].distance(of: Int(queries[number]), search)
          found[number] = state.near[row]
        }
      }
    }
    let isKept = found.allSatisfy { $0.count <= Self.mostKept }
    (near, known) = isKept ? (found, limit) : (Array(repeating: [], count: queries.count), 0)
    return (crowd, beyond)
  }

  /// nil where a query has none beyond among its near ones, and others are not known.
  private mutating func lookAmongNear(_ view: View) throws -> (crowd: [Double], beyond: [Double])? {
    var (crowd, beyond) = (
      [Double](repeating: 0, count: queries.count), [Double](repeating: 0, count: queries.count)
    )
    // Those that a smaller scale does not ask for are not gone through again.
    let limit = view.far * Self.margin
    let isComplete = known == .infinity
    let (search, queries, norms) = (search, queries, search.packed.halfNorms)
    let (twice, asking) = (2 * search.packed.meanHalfNorm, asking)
    try withPointers(&crowd, &beyond, &near) { crowd, beyond, near in
      try work.forEach(pieces: (queries.count + Self.pieceRows - 1) / Self.pieceRows) { piece, _ in
        for number in piece * Self.pieceRows..<min((piece + 1) * Self.pieceRows, queries.count) {
          let query = Int(queries[number])
          let own = Float(Double(asking.halfNorms[number]) + twice)
          var sight = Sight()
          for other in near[number] {
            let place = Int(other.place)
            sight.take(place, other.half, own: own, norm: norms[place], of: query, view, search)
          }
          crowd[number] = sight.crowd
          beyond[number] = sight.distance(of: query, search)
          // What is nearest beyond stays among them.
          if sight.best < limit { near[number].removeAll { $0.half >= limit } }
        }
      }
    }
    known = min(known, limit)
    return isComplete || beyond.allSatisfy(\.isFinite) ? (crowd, beyond) : nil
  }
}

/// A scale, as halves of squared distances in units of a search.
private struct View {
  let scale: Double
  /// An eighth of the scale.
  let near: Double
  /// Five quarters of it.
  let far: Float
  /// How far halves are off, as a share of both norms.
  let error: Float

  init(_ search: Distances, scale: Double) {
    self.scale = scale
    near = (scale / 8) * (scale / 8) / 2
    far = Float(1.5625 * scale * scale / 2)
    error = search.largestError
  }
}

/// What a query has seen so far.
private struct Sight {
  private(set) var crowd = 0.0
  /// Of the nearest one beyond the eighth.
  private(set) var best = Float.infinity
  private var place: Int?

  @inline(__always)
  mutating func take(
    _ other: Int, _ half: Float, own: Float, norm: Float, of query: Int, _ view: View, _ search: Distances
  ) {
    guard half < max(best, view.far) else { return }
    if other == query {
      crowd += 1
      return
    }
    let slack = Double(view.error * (own + norm))
    var isBeyond = Double(half) > view.near
    if abs(Double(half) - view.near) <= slack { isBeyond = search.exact.square(query, other) / 2 > view.near }
    if isBeyond, half < best { (best, place) = (half, other) }
    let distance = max(2 * Double(half), 0).squareRoot() / view.scale
    crowd += min(max((1.25 - distance) / 0.5, 0), 1)
  }

  /// Distance of the nearest one beyond, in double precision.
  func distance(of query: Int, _ search: Distances) -> Double {
    place.map { search.exact(query, $0) } ?? .infinity
  }
}

/// Queries of a piece while tiles go by.
private struct Looking {
  var sights: [Sight]
  var near: [[Surroundings.Near]]
  var candidates: Candidates

  init(rows: Int, width: Int) {
    sights = Array(repeating: Sight(), count: rows)
    near = Array(repeating: [], count: rows)
    candidates = Candidates(width: width)
  }
}
