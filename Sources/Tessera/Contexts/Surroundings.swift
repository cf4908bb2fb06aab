/// Who surrounds some contexts, looked at from one scale after another.
///
/// A look at all contexts leaves behind what products say of the near ones of every query. A look from a smaller scale, which
/// asks for no more, goes through those alone and finds the same to the last byte.
struct Surroundings {
  private let search: Distances
  private let queries: [Int32]
  private let asking: PackedContexts
  /// What half a squared distance has of each query beside the norm of the other and the product.
  private let own: [Float]
  private let work: Work
  private var looks = 0
  /// Halves of squared distances of all contexts from each query, after a first look where there are few.
  private var all: [Float] = []
  /// Those below `limit` alone, after a later look; nil where there are too many.
  private var near: (lists: [Near], limit: Float)?

  /// Contexts near a query, in ascending order, and halves of their squared distances.
  private struct Near: Sendable {
    var places: [Int32] = []
    var halves: [Float] = []
  }

  /// Contexts of which all are kept, and near ones that are kept of a query: 32 MB of 2,048 queries.
  private static let mostKept = 4_096
  /// How far beyond what is asked for near ones reach, for scales that grow a little.
  private static let margin: Float = 1.25
  private static let pieceRows = 64

  /// - Parameter queries: Numbers of contexts of the search.
  init(_ search: Distances, of queries: [Int32], work: Work) {
    (self.search, self.queries, self.work) = (search.working(work), queries, work)
    let asking = PackedContexts(
      search.contexts.selecting(rows: queries.map(Int.init)), packing: search.packed.packing, work: work)
    self.asking = asking
    own = asking.halfNorms.map { Float(Double($0) + 2 * search.packed.meanHalfNorm) }
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
    let view = View(scale: scale / search.unit, search)
    looks += 1
    if let near, view.far * 1.0001 < near.limit, let found = try look(among: near.lists, view) {
      return found
    }
    let limit = view.far * Self.margin
    if !all.isEmpty {
      let (found, lists) = try lookAmongKept(view, limit)
      near = (lists, limit)
      return found
    }
    if search.contexts.count <= Self.mostKept {
      let found: (crowd: [Double], beyond: [Double])
      (found, all) = try lookKeepingAll(view)
      return found
    }
    // A first look is from far: nearly all would be near.
    let (found, lists) = try lookAmongAll(view, limit, keeps: looks > 1)
    near = lists.map { ($0, limit) }
    return found
  }

  private func look(among lists: [Near], _ view: View) throws -> (crowd: [Double], beyond: [Double])? {
    let found = try forEachQuery { number, query in
      var sight = Sight()
      sight.look(at: lists[number].places, lists[number].halves, of: query, own[number], view)
      return sight
    }
    // Who has none beyond among those has one farther off.
    return found.beyond.allSatisfy(\.isFinite) ? found : nil
  }

  private func lookAmongKept(_ view: View, _ limit: Float) throws -> (
    found: (crowd: [Double], beyond: [Double]), near: [Near]
  ) {
    let m = search.contexts.count
    var lists = [Near](repeating: Near(), count: queries.count)
    let found = try withPointers(&lists) { lists in
      try all.withUnsafeBufferPointer { all in
        let all = SharedInput(all)
        return try forEachQuery { number, query in
          let row = all[address: number * m]
          var near = Near()
          for place in 0..<m where row[place] < limit {
            near.places.append(Int32(place))
            near.halves.append(row[place])
          }
          var sight = Sight()
          sight.look(at: near.places, near.halves, of: query, own[number], view)
          if sight.place == nil {
            sight = Sight()
            sight.look(at: row, count: m, itself: query, of: query, own[number], view) { $0 }
          }
          lists[number] = near
          return sight
        }
      }
    }
    return (found, lists)
  }

  private func forEachQuery(_ body: @Sendable (_ number: Int, _ query: Int) -> Sight) throws -> (
    crowd: [Double], beyond: [Double]
  ) {
    var crowd = [Double](repeating: 0, count: queries.count)
    var beyond = crowd
    try withPointers(&crowd, &beyond) { crowd, beyond in
      try work.forEach(pieces: (queries.count + Self.pieceRows - 1) / Self.pieceRows) { piece, _ in
        for number in piece * Self.pieceRows..<min((piece + 1) * Self.pieceRows, queries.count) {
          let query = Int(queries[number])
          let sight = body(number, query)
          crowd[number] = sight.crowd
          beyond[number] = sight.distance(of: query, search)
        }
      }
    }
    return (crowd, beyond)
  }

  /// A look that leaves all halves behind, query by query.
  private func lookKeepingAll(_ view: View) throws -> (
    found: (crowd: [Double], beyond: [Double]), all: [Float]
  ) {
    let m = search.contexts.count
    var all = [Float](repeating: 0, count: queries.count * m)
    try withPointers(&all) { all in
      try search.pairs(of: asking) { _ in
        Candidates(width: Distances.tileWidth)
      } visit: { candidates, tile, _ in
        for row in 0..<tile.queries.count {
          let number = tile.queries.lowerBound + row
          // Without a limit all are candidates, but those that fill the last panel.
          let count = candidates.find(in: tile, row: row, own: own[number], limit: .infinity)
          candidates.withFound(count) { _, halves in
            all[address: number * m + tile.first].update(from: halves, count: count)
          }
        }
      } finish: { _, _ in
      }
    }
    let found = try all.withUnsafeBufferPointer { all in
      let all = SharedInput(all)
      return try forEachQuery { number, query in
        var sight = Sight()
        sight.look(at: all[address: number * m], count: m, itself: query, of: query, own[number], view) { $0 }
        return sight
      }
    }
    return (found, all)
  }

  /// A look that leaves those below a limit behind; nil where they are too many.
  private func lookAmongAll(_ view: View, _ limit: Float, keeps: Bool) throws -> (
    found: (crowd: [Double], beyond: [Double]), near: [Near]?
  ) {
    var sights = [Sight](repeating: Sight(), count: queries.count)
    var lists = [Near](repeating: Near(), count: queries.count)
    try withPointers(&sights, &lists) { sights, lists in
      try search.pairs(of: asking) { range in
        (
          sights: [Sight](repeating: Sight(), count: range.count),
          near: [Near](repeating: Near(), count: range.count),
          candidates: Candidates(width: Distances.tileWidth)
        )
      } visit: { state, tile, _ in
        for row in 0..<tile.queries.count {
          let number = tile.queries.lowerBound + row
          let query = Int(queries[number])
          let asked = max(state.sights[row].best, keeps ? limit : view.far)
          let count = state.candidates.find(in: tile, row: row, own: own[number], limit: asked)
          let candidates = state.candidates
          candidates.withFound(count) { places, halves in
            let itself = Self.position(of: query - tile.first, in: places, count)
            state.sights[row].look(at: halves, count: count, itself: itself, of: query, own[number], view) {
              tile.first + Int(places[$0])
            }
            guard keeps, state.near[row].places.count <= Self.mostKept else { return }
            for place in 0..<count where halves[place] < limit {
              state.near[row].places.append(Int32(tile.first) + places[place])
              state.near[row].halves.append(halves[place])
            }
          }
        }
      } finish: { state, range in
        for (row, number) in range.enumerated() {
          sights[number] = state.sights[row]
          lists[number] = state.near[row]
        }
      }
    }
    let found = try forEachQuery { [sights] number, _ in sights[number] }
    return (found, keeps && lists.allSatisfy { $0.places.count <= Self.mostKept } ? lists : nil)
  }

  /// Where a number stands among ascending ones.
  fileprivate static func position(of number: Int, in places: UnsafePointer<Int32>, _ count: Int) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if Int(places[middle]) < number { low = middle + 1 } else { high = middle }
    }
    return low < count && Int(places[low]) == number ? low : nil
  }
}

/// A scale, as halves of squared distances in units of a search.
private struct View: Sendable {
  let scale: Double
  /// An eighth of the scale.
  let near: Double
  /// Five quarters of it.
  let far: Float
  /// How far halves are off, as a share of both norms.
  let error: Float
  let norms: [Float]
  let exact: ExactDistances

  init(scale: Double, _ search: Distances) {
    self.scale = scale
    near = (scale / 8) * (scale / 8) / 2
    far = Float(1.5625 * scale * scale / 2)
    (error, norms, exact) = (search.largestError, search.packed.halfNorms, search.exact)
  }
}

/// What a query has seen so far.
private struct Sight: Sendable {
  private(set) var crowd = 0.0
  /// Half of the squared distance of the nearest one beyond the eighth, and its number.
  private(set) var best = Float.infinity
  private(set) var place: Int?

  mutating func look(at places: [Int32], _ halves: [Float], of query: Int, _ own: Float, _ view: View) {
    let count = places.count
    places.withUnsafeBufferPointer { places in
      halves.withUnsafeBufferPointer { halves in
        guard let places = places.baseAddress, let halves = halves.baseAddress else { return }
        let itself = Surroundings.position(of: query, in: places, count)
        look(at: halves, count: count, itself: itself, of: query, own, view) { Int(places[$0]) }
      }
    }
  }

  /// Takes some contexts in, in ascending order.
  ///
  /// - Parameter itself: Where the query stands among them.
  @inline(__always)
  mutating func look(
    at halves: UnsafePointer<Float>, count: Int, itself: Int?, of query: Int, _ own: Float, _ view: View,
    place: (Int) -> Int
  ) {
    let seesItself = itself.map { halves[$0] < max(best, view.far) } ?? false
    for i in 0..<count where halves[i] < best && i != itself {
      let (half, other) = (Double(halves[i]), place(i))
      let slack = Double(view.error * (own + view.norms[other]))
      let isClear = abs(half - view.near) > slack
      if isClear ? half > view.near : view.exact.square(query, other) / 2 > view.near {
        (best, self.place) = (halves[i], other)
      }
    }
    for start in stride(from: 0, to: count, by: 8) {
      let here = min(8, count - start)
      var block = SIMD8<Float>(repeating: .infinity)
      if here == 8 {
        block = UnsafeRawPointer(halves + start).loadUnaligned(as: SIMD8<Float>.self)
      } else {
        for lane in 0..<here { block[lane] = halves[start + lane] }
      }
      let own = itself.flatMap { $0 >= start && $0 < start + 8 ? $0 - start : nil }
      guard block.min() < view.far || own != nil else { continue }
      let half = SIMD8<Double>(block)
      var square = 2 * half
      square.replace(with: 0, where: square .< 0)
      var share = (1.25 - square.squareRoot() / view.scale) / 0.5
      share.replace(with: 0, where: share .< 0 .| half .>= Double(view.far))
      share.replace(with: 1, where: share .> 1)
      if let own { share[own] = seesItself ? 1 : 0 }
      // One after another, in the order of the contexts.
      for lane in 0..<8 { crowd += share[lane] }
    }
  }

  /// Distance of the nearest one beyond, in double precision.
  func distance(of query: Int, _ search: Distances) -> Double {
    place.map { search.exact(query, $0) } ?? .infinity
  }
}
