import CTesseraKernels

/// Distances among many contexts by blocks of products on all cores; nothing of size m x m is kept.
///
/// The verbs `nearest`, `neighbours` and `nearestNeighbours`, and below them the products themselves, tile by tile. Contexts
/// are brought to a size of about 1 by a power of two, so their scale changes no digit of what is found. Products are in
/// single precision or of bytes (`SearchBound`) and rule out what is surely farther; which of two distances is smaller is decided
/// in double precision. Only `nearest`, of points, goes by single precision alone, and can be wrong in the seventh digit of the
/// squared size of the contexts.
package struct Distances: Sendable {
  package let contexts: Contexts
  /// The same distances in double precision.
  package let exact: ExactDistances
  let packed: PackedContexts
  private let rows: Rows
  /// Half norms of the contexts, infinite in places beyond the last.
  private let norms: [Float]
  private(set) var work: Work

  private static let pieceRows = 64
  private static let tilePanels = 16
  /// Contexts of a tile, at most.
  static var tileWidth: Int { tilePanels * Int(TESSERA_PANEL) }

  /// - Throws: `ContextsError.scale` for contexts whose squared distances no `Double` holds.
  /// - Complexity: O(m d) time and memory.
  package init(_ contexts: Contexts, work: Work = Work()) throws {
    self.init(try PackedContexts(contexts, work: work), work: work)
  }

  /// Among some of the contexts that a packing was made for.
  init(_ contexts: Contexts, packing: Packing, work: Work) {
    self.init(PackedContexts(contexts, packing: packing, work: work), work: work)
  }

  private init(_ packed: PackedContexts, exact: ExactDistances? = nil, inBytes: Bool = false, work: Work) {
    (self.packed, contexts, self.work) = (packed, packed.contexts, work)
    if inBytes {
      (rows, norms) = (.bytes(ByteRows(packed, work: work)), packed.paddedNorms(0..<packed.count))
    } else {
      let panels = packed.panels(0..<packed.count, work: work)
      (rows, norms) = (.numbers(panels.numbers), panels.norms)
    }
    self.exact = exact ?? ExactDistances(packed.contexts, scale: packed.scale)
  }

  /// The same distances in double precision, with products that bound them from below: for a search that works out what they do
  /// not rule out. Itself where that is not faster.
  ///
  /// - Parameter alongAxes: Whether contexts may be seen along few axes: those of other contexts are not seen along them.
  /// - Throws: `Cancelled`.
  func bounded(for question: SearchBound.Question, alongAxes: Bool = true) throws -> Distances {
    guard SearchBound.isWorthwhile(for: contexts), alongAxes || ByteRows.isFast else { return self }
    let packing = packed.packing
    let seen = SearchBound.Seen(contexts: contexts, mean: packing.mean, scale: packing.scale)
    let axes = alongAxes ? PrincipalPrefix.axes(seen) : nil
    let bound = SearchBound(seen, along: axes, for: question, bytes: ByteRows.isFast)
    guard let axes, let width = bound.width else {
      return bound.isOfBytes ? Distances(packed, exact: exact, inBytes: true, work: work) : self
    }
    let prefix = try PrincipalPrefix(seen, along: axes, width: width, work: work.silent)
    let origin = [Double](repeating: 0, count: prefix.contexts.dimension)
    return Distances(
      PackedContexts(
        prefix.contexts, centring: Packing(mean: origin, origin: origin, scale: 1, blocks: 1) { _ in 0 },
        work: work),
      exact: exact, inBytes: bound.isOfBytes, work: work)
  }

  /// The same distances for other work.
  func working(_ work: Work) -> Distances {
    var copy = self
    copy.work = work
    return copy
  }

  /// Squares of tiles are in units of this, squared.
  package var unit: Double { exact.unit }

  /// Distance of two contexts, in double precision and the contexts' own units.
  package func distance(_ i: Int, _ j: Int) -> Double { exact(i, j) }

  /// For each point the nearest context; of equally near ones the first.
  ///
  /// - Precondition: At least one context, and points of as many coordinates.
  /// - Throws: `Cancelled`.
  /// - Complexity: O(points x m x d).
  package func nearest(of points: Contexts) throws -> [Int32] {
    precondition(points.dimension == contexts.dimension && contexts.count > 0)
    var places = [Int32](repeating: -1, count: points.count)
    try withPointers(&places) { places in
      // Every piece writes its own points' places.
      try tiles(points.count) { query, target in
        packed.write(points, query, to: target)
      } state: { range in
        (
          best: [Float](repeating: .infinity, count: range.count),
          candidates: Candidates(width: Self.tileWidth)
        )
      } visit: { state, tile in
        for row in 0..<tile.queries.count {
          let found = state.candidates.find(in: tile, row: row, own: 0, limit: state.best[row])
          for number in 0..<found {
            let (place, score) = state.candidates[number]
            guard score < state.best[row] || places[tile.queries.lowerBound + row] < 0 else { continue }
            state.best[row] = score
            places[tile.queries.lowerBound + row] = Int32(tile.first + place)
          }
        }
      } finish: { _, _ in
      }
    }
    return places
  }

  /// Inner products of some queries with some contexts, seen from the mean; of a bounded search they may be larger.
  struct Tile {
    let queries: Range<Int>
    /// Number of the first context, and how many there are; those beyond the last have an infinite norm.
    let first: Int
    let width: Int
    /// Row of a query, then context; rows are `stride` apart.
    let products: UnsafePointer<Float>
    let stride: Int
    /// |c|^2 / 2 of the contexts, less the same for all.
    let norms: UnsafePointer<Float>
  }

  /// Visits all contexts for each of all contexts, or of others of the same packing.
  ///
  /// `visit` gets a number for each query besides: with it, half the squared distance of a query and a context, in
  /// squared units, is own + norm - product. `largestError` says how far that is off.
  ///
  /// - Throws: `Cancelled`.
  func pairs<State>(
    of queries: PackedContexts? = nil, state: @Sendable (Range<Int>) -> State,
    visit: @Sendable (inout State, Tile, _ own: [Float]) -> Void,
    finish: @Sendable (State, Range<Int>) -> Void
  ) throws {
    let queries = queries ?? packed
    try tiles(queries.count) { query, target in
      packed.write(queries.contexts, query, to: target)
    } state: { range in
      (
        state(range),
        range.map { Float(Double(queries.halfNorms[$0]) + 2 * packed.meanHalfNorm) }
      )
    } visit: { own, tile in
      visit(&own.0, tile, own.1)
    } finish: { own, range in
      finish(own.0, range)
    }
  }

  /// A bound on the error of half a squared distance from `pairs`, as a share of own + norm.
  ///
  /// A product of d terms is off by at most (d + 2) u |x| |c| for rounded x and c, u = 2^-24, and |x| |c| is at most
  /// |x|^2 / 2 + |c|^2 / 2; norms and sums add a few u, and so does the length of what is beyond a `PrincipalPrefix`. Products of
  /// bytes are exact sums.
  var largestError: Float {
    switch rows {
    case .numbers: Float(contexts.dimension + 16) * 0x1p-24
    case .bytes: 48 * 0x1p-24
    }
  }

  private func tiles<State>(
    _ queries: Int, copy: @Sendable (Int, UnsafeMutablePointer<Float>) -> Void,
    state: @Sendable (Range<Int>) -> State, visit: @Sendable (inout State, Tile) -> Void,
    finish: @Sendable (State, Range<Int>) -> Void
  ) throws {
    let d = contexts.dimension
    let (panel, tile) = (Int(TESSERA_PANEL), Self.tilePanels)
    let panels = norms.count / panel
    let pieces = (queries + Self.pieceRows - 1) / Self.pieceRows
    try norms.withUnsafeBufferPointer { norms in
      let norms = SharedInput(norms)
      try work.forEach(pieces: pieces) { piece, _ in
        let range = piece * Self.pieceRows..<min((piece + 1) * Self.pieceRows, queries)
        // Scratch of this piece alone.
        var offsets = [Float](repeating: 0, count: max(range.count * d, 1))
        withPointers(&offsets) { offsets in
          for (row, query) in range.enumerated() where d > 0 { copy(query, offsets[address: row * d]) }
        }
        let asking = rows.queries(offsets, columns: d)
        let products = UnsafeMutablePointer<Float>.allocate(capacity: range.count * Self.tileWidth)
        defer { products.deallocate() }
        var own = state(range)
        for start in stride(from: 0, to: panels, by: tile) {
          // A piece can take long among very many contexts; what it leaves behind is thrown away with the rest.
          if work.isCancelled { return }
          let here = min(tile, panels - start)
          rows.multiply(asking, count: range.count, columns: d, panels: start..<start + here, into: products)
          visit(
            &own,
            Tile(
              queries: range, first: start * panel, width: here * panel, products: products,
              stride: Self.tileWidth, norms: norms[address: start * panel]))
        }
        finish(own, range)
      }
    }
  }
}

/// The contexts of a search as its products see them.
private enum Rows: Sendable {
  case numbers([Float])
  /// Products are not below those of the contexts.
  case bytes(ByteRows)

  /// Some queries as the products see them.
  enum Queries {
    case numbers([Float])
    case bytes(ByteRows.Quantised)
  }

  func queries(_ offsets: [Float], columns: Int) -> Queries {
    switch self {
    case .numbers: .numbers(offsets)
    case .bytes: .bytes(ByteRows.Quantised(offsets, columns: columns))
    }
  }

  /// Writes the products of queries with the contexts of some panels, in rows of `Distances.tileWidth`.
  func multiply(
    _ queries: Queries, count: Int, columns: Int, panels: Range<Int>,
    into products: UnsafeMutablePointer<Float>
  ) {
    let panel = Int(TESSERA_PANEL)
    switch (self, queries) {
    case (.numbers(let numbers), .numbers(let offsets)):
      withInputs(numbers, offsets) { numbers, offsets in
        tessera_products(
          offsets[address: 0], Int32(count), Int32(columns),
          numbers[address: panels.lowerBound * columns * panel], panels.count, products, Distances.tileWidth)
      }
    case (.bytes(let bytes), .bytes(let queries)):
      bytes.multiply(queries, panels: panels, into: products, stride: Distances.tileWidth)
    default: preconditionFailure("queries of other rows")
    }
  }
}
