import CTesseraKernels

/// Places of a tile that a bound in single precision cannot rule out: most rows of a tile have none.
///
/// The scan is a kernel, compiled for the widest vectors of the processor; it takes less time than the tile's products.
struct Candidates: Sendable {
  /// Ascending; the first of them are those of the last search.
  private(set) var places: [Int32]
  /// Lower bounds of half of the squared distances.
  private(set) var bounds: [Float]

  /// - Parameter width: Places of the widest tile.
  init(width: Int) {
    places = Array(repeating: 0, count: width)
    bounds = Array(repeating: 0, count: width)
  }

  subscript(number: Int) -> (place: Int, bound: Float) { (Int(places[number]), bounds[number]) }

  /// Takes a candidate out of what was found: no limit, not even infinity, admits its bound.
  mutating func drop(_ number: Int) { bounds[number] = .nan }

  /// Calls `body` with the first places and their bounds.
  func withFound(_ count: Int, _ body: (UnsafePointer<Int32>, UnsafePointer<Float>) -> Void) {
    places.withUnsafeBufferPointer { places in
      bounds.withUnsafeBufferPointer { bounds in
        guard count > 0, let places = places.baseAddress, let bounds = bounds.baseAddress else { return }
        body(places, bounds)
      }
    }
  }

  /// Finds the places of one query whose bound is at most a limit.
  ///
  /// - Parameters:
  ///   - own: What half a squared distance has beside the tile's norms and the product.
  ///   - error: What the bound is lower by, as a share of own + norm.
  ///   - rounding: The same as a share of own + |norm|.
  /// - Returns: How many there are.
  mutating func find(
    in tile: Distances.Tile, row: Int, own: Float, error: Float = 0, rounding: Float = 0, limit: Float
  ) -> Int {
    find(
      norms: tile.norms, products: tile.products + row * tile.stride, width: tile.width, own: own,
      error: error, rounding: rounding, limit: limit)
  }

  /// - Parameters:
  ///   - crossed: Second products, whose sizes are taken off as well; nil for none.
  ///   - width: Numbers behind each pointer: a multiple of `TESSERA_PANEL`, at most the width of these candidates.
  mutating func find(
    norms: UnsafePointer<Float>, products: UnsafePointer<Float>, crossed: UnsafePointer<Float>? = nil,
    width: Int, own: Float, error: Float, rounding: Float, limit: Float
  ) -> Int {
    precondition(width <= places.count)
    return places.withUnsafeMutableBufferPointer { places in
      bounds.withUnsafeMutableBufferPointer { bounds in
        guard let places = places.baseAddress, let bounds = bounds.baseAddress else { return 0 }
        return tessera_within(
          norms, products, crossed, width, own, error, rounding, limit, places, bounds)
      }
    }
  }
}
