import CTesseraKernels

/// Nearest neighbours among contexts by brute force: blocks of products on all cores, nothing of size m x m kept.
///
/// Products are in single precision, so which of two nearly equal distances is smaller can be wrong in the seventh
/// digit; the distances themselves are worked out anew in double precision.
struct NeighbourSearch {
  let contexts: Contexts
  private let dimension: Int
  /// Contexts seen from their mean, m x d.
  private let rows: [Float]
  /// The same in panels for the kernel.
  private let panels: [Float]
  private let panelCount: Int
  /// |c|^2 / 2, infinite in the places of padding.
  private let halfNorms: [Float]
  private let mean: [Double]
  private let threads: Int?

  private static let pieceRows = 64
  private static let tilePanels = 16

  init(_ contexts: Contexts, threads: Int? = nil) {
    self.contexts = contexts
    self.threads = threads
    let (m, d) = (contexts.count, contexts.dimension)
    dimension = d
    let panel = Int(TESSERA_PANEL)
    let panelCount = (m + panel - 1) / panel
    self.panelCount = panelCount
    let mean = contexts.moments(threads: threads).mean
    self.mean = mean
    var rows = [Float](repeating: 0, count: m * d)
    var panels = [Float](repeating: 0, count: panelCount * panel * d)
    var halfNorms = [Float](repeating: .infinity, count: panelCount * panel)
    var none: [Int] = []
    withPointers(&rows, &panels, &halfNorms, &none) { rows, panels, halfNorms, _ in
      Parallel.forEach(pieces: panelCount, threads: threads) { number, _ in
        for i in number * panel..<min((number + 1) * panel, m) {
          var sum = 0.0
          contexts.withRow(i) { k, value in
            let x = value - mean[k]
            sum += x * x
            rows[i * d + k] = Float(x)
            panels[(number * d + k) * panel + i % panel] = Float(x)
          }
          halfNorms[i] = Float(sum / 2)
        }
      }
    }
    self.rows = rows
    self.panels = panels
    self.halfNorms = halfNorms
  }

  /// Distance of two contexts, in double precision.
  func distance(_ i: Int, _ j: Int) -> Double {
    var sum = 0.0
    contexts.withRow(i) { k, value in
      let difference = value - contexts[j, k]
      sum += difference * difference
    }
    return sum.squareRoot()
  }

  /// For each of the contexts `queries` the nearest others, nearest first; -1 where there are not enough.
  ///
  /// - Parameter component: Where given, only contexts of another component than the query's count.
  /// - Returns: `queries.count` x `count` indices.
  /// - Complexity: O(queries x m x d).
  func nearest(_ queries: [Int32], count: Int, component: [Int32]? = nil) -> [Int32] {
    let d = dimension
    return rows.withUnsafeBufferPointer { rows in
      let rows = SharedInput(rows)
      return scan(queries.count, count: count) { query, target in
        target.update(from: rows[address: Int(queries[query]) * d], count: d)
      } admits: { query, other in
        other != queries[query]
          && (component.map { $0[Int(other)] != $0[Int(queries[query])] } ?? true)
      }
    }
  }

  /// For each of other contexts the nearest of these.
  ///
  /// - Precondition: As many coordinates.
  func nearest(to others: Contexts) -> [Int32] {
    precondition(others.dimension == dimension)
    return scan(others.count, count: 1) { query, target in
      others.withRow(query) { k, value in target[k] = Float(value - mean[k]) }
    } admits: { _, _ in
      true
    }
  }

  /// The lists behind both.
  ///
  /// - Parameters:
  ///   - copy: Writes a query's coordinates, seen from the mean.
  ///   - admits: Whether a context may be among a query's neighbours.
  private func scan(
    _ queries: Int, count: Int, copy: @Sendable (Int, UnsafeMutablePointer<Float>) -> Void,
    admits: @Sendable (Int, Int32) -> Bool
  ) -> [Int32] {
    var result = [Int32](repeating: -1, count: queries * count)
    result.withUnsafeMutableBufferPointer { result in
      // Every piece writes its own queries' places.
      let result = Shared(result)
      tiles(queries, copy: copy) { range in
        [NeighbourList](repeating: NeighbourList(count: count), count: range.count)
      } visit: { lists, tile in
        for row in 0..<tile.queries.count {
          for chunk in stride(from: 0, to: tile.width, by: 16) {
            let score =
              UnsafeRawPointer(tile.norms + chunk).loadUnaligned(as: SIMD16<Float>.self)
              - UnsafeRawPointer(tile.products + row * tile.stride + chunk).loadUnaligned(
                as: SIMD16<Float>.self)
            let mask = score .< lists[row].worst
            guard any(mask) else { continue }
            for place in 0..<16 where mask[place] {
              let other = Int32(tile.first + chunk + place)
              if admits(tile.queries.lowerBound + row, other) { lists[row].insert(other, score[place]) }
            }
          }
        }
      } finish: { lists, range in
        for row in 0..<range.count {
          for (place, index) in lists[row].indices.enumerated() {
            result[(range.lowerBound + row) * count + place] = index
          }
        }
      }
    }
    return result
  }

  /// Inner products of some queries with some contexts, seen from the mean.
  struct Tile {
    let queries: Range<Int>
    /// Number of the first context, and how many there are; those beyond the last have an infinite norm.
    let first: Int
    let width: Int
    /// Row of a query, then context; rows are `stride` apart.
    let products: UnsafePointer<Float>
    let stride: Int
    /// |c|^2 / 2 of the contexts.
    let norms: UnsafePointer<Float>
  }

  /// Visits all contexts for each of all contexts: `visit` gets |c_i|^2 / 2 of the queries as well.
  func pairs<State>(
    state: @Sendable (Range<Int>) -> State, visit: @Sendable (inout State, Tile, [Float]) -> Void,
    finish: @Sendable (State, Range<Int>) -> Void
  ) {
    let d = dimension
    rows.withUnsafeBufferPointer { rows in
      let rows = SharedInput(rows)
      tiles(contexts.count) { query, target in
        target.update(from: rows[address: query * d], count: d)
      } state: { range in
        (state(range), range.map { halfNorms[$0] })
      } visit: { own, tile in
        visit(&own.0, tile, own.1)
      } finish: { own, range in
        finish(own.0, range)
      }
    }
  }

  private func tiles<State>(
    _ queries: Int, copy: @Sendable (Int, UnsafeMutablePointer<Float>) -> Void,
    state: @Sendable (Range<Int>) -> State, visit: @Sendable (inout State, Tile) -> Void,
    finish: @Sendable (State, Range<Int>) -> Void
  ) {
    let d = dimension
    let (panel, tile) = (Int(TESSERA_PANEL), Self.tilePanels)
    let pieces = (queries + Self.pieceRows - 1) / Self.pieceRows
    panels.withUnsafeBufferPointer { panels in
      halfNorms.withUnsafeBufferPointer { halfNorms in
        let (panels, halfNorms) = (SharedInput(panels), SharedInput(halfNorms))
        Parallel.forEach(pieces: pieces, threads: threads) { piece, _ in
          let range = piece * Self.pieceRows..<min((piece + 1) * Self.pieceRows, queries)
          let width = tile * panel
          // Scratch of this piece alone.
          let offsets = UnsafeMutablePointer<Float>.allocate(capacity: max(range.count * d, 1))
          let products = UnsafeMutablePointer<Float>.allocate(capacity: range.count * width)
          defer {
            offsets.deallocate()
            products.deallocate()
          }
          for (row, query) in range.enumerated() { copy(query, offsets + row * d) }
          var own = state(range)
          for start in stride(from: 0, to: panelCount, by: tile) {
            let here = min(tile, panelCount - start)
            tessera_products(
              offsets, Int32(range.count), Int32(d), panels[address: start * d * panel], here, products, width
            )
            visit(
              &own,
              Tile(
                queries: range, first: start * panel, width: here * panel, products: products, stride: width,
                norms: halfNorms[address: start * panel]))
          }
          finish(own, range)
        }
      }
    }
  }
}

/// The smallest scores so far, in order.
private struct NeighbourList {
  private(set) var indices: [Int32] = []
  private var scores: [Float] = []
  private let count: Int
  /// What a score must be below to get in.
  private(set) var worst = Float.infinity

  init(count: Int) {
    self.count = count
    indices.reserveCapacity(count + 1)
    scores.reserveCapacity(count + 1)
  }

  mutating func insert(_ index: Int32, _ score: Float) {
    guard score < worst else { return }
    var place = scores.count
    while place > 0, scores[place - 1] > score { place -= 1 }
    scores.insert(score, at: place)
    indices.insert(index, at: place)
    if scores.count > count {
      scores.removeLast()
      indices.removeLast()
    }
    if scores.count == count { worst = scores[count - 1] }
  }
}
