import CTesseraKernels
import Tessera
import Testing

/// Products of bytes bound those of the rows, and a search by them finds what plain loops find.
@Suite struct ByteBoundsTests {
  /// Rows of every kind that a bound could break at: alike, one coordinate far above the rest, tiny, zero, of one sign.
  static func rows(_ m: Int, _ d: Int) -> [[Float]] {
    var random = RandomStream(seed: 11)
    return (0..<m).map { i in
      var row = (0..<d).map { _ in Float(random.normal()) }
      switch i % 8 {
      case 1: row[i % d] = 1e6
      case 2: row = row.map { $0 * 1e-38 }
      case 3: row = Array(repeating: 0, count: d)
      case 4: row = row.map { abs($0) + 3 }
      case 5: row = row.map { $0 < 0 ? -1 : 1 }
      case 6: row = row.map { $0 * 1e12 }
      case 7: row = row.map { $0 * 1e-44 }
      default: break
      }
      return row
    }
  }

  /// The bounds of all rows with all rows.
  static func bounds(_ rows: [[Float]], _ d: Int) -> [Float] {
    let padded = (d + 3) / 4 * 4
    let panels = (rows.count + 31) / 32
    var bytes = [Int8](repeating: 99, count: rows.count * padded)
    let of = rows.indices.map { i in
      bytes.withUnsafeMutableBufferPointer {
        tessera_to_bytes(rows[i], Int32(d), $0.baseAddress.map { $0 + i * padded })
      }
    }
    var packed = [UInt8](repeating: 99, count: panels * 32 * padded)
    for panel in 0..<panels {
      let range = panel * 32..<min(panel * 32 + 32, rows.count)
      packed.withUnsafeMutableBufferPointer {
        tessera_panel_of_bytes(
          Array(bytes[range.lowerBound * padded..<range.upperBound * padded]), Int32(range.count), Int32(d),
          $0.baseAddress.map { $0 + panel * 32 * padded })
      }
    }
    let rest = Array(repeating: Float(0), count: panels * 32 - rows.count)
    var products = [Float](repeating: .nan, count: rows.count * panels * 32)
    tessera_byte_bounds(
      bytes, of, Int32(rows.count), Int32(d), packed, of.map(\.scale) + rest, of.map(\.rest) + rest,
      of.map(\.length) + rest, panels, &products, panels * 32)
    return products
  }

  // Widths with and without a rest beside fours, counts of rows with every rest beside eights.
  @Test(arguments: [(1, 3), (31, 4), (40, 17), (67, 256), (33, 1_025)])
  func `No product is above its bound, and bounds are near where coordinates spread alike`(m: Int, d: Int) {
    let rows = Self.rows(m, d)
    let bounds = Self.bounds(rows, d)
    let stride = bounds.count / m
    func length(_ row: [Float]) -> Double { row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
    for i in 0..<m {
      for j in 0..<m {
        let product = zip(rows[i], rows[j]).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        let size = length(rows[i]) * length(rows[j])
        let bound = Double(bounds[i * stride + j])
        // What is tiny squared is no number of single precision.
        #expect(bound >= product - 0x1p-20 * size - 1e-37)
        if i % 8 == 0, j % 8 == 0, d > 100 { #expect(bound - product < 0.02 * size) }
      }
    }
  }

  /// Contexts that spread alike in all directions, which few axes do not help: with near-copies, copies and one far off.
  static func cloud(_ m: Int, _ d: Int) -> [[Double]] {
    var random = RandomStream(seed: 12)
    var rows = (0..<m).map { _ in (0..<d).map { _ in 7 + random.normal() } }
    for i in stride(from: 10, to: m, by: 10) {
      let size = i % 20 == 0 ? 0 : 1e-4
      rows[i] = rows[i / 2].map { $0 + size * random.normal() }
    }
    rows[m - 1] = rows[m - 1].map { 30 * $0 }
    return rows
  }

  @Test func `A search among contexts that spread alike finds what plain loops find`() throws {
    try PrincipalPrefixTests.check(Self.cloud(4_200, 70))
  }

  @Test func `Several neighbours, also outside a component, and as shards find them`() throws {
    let rows = Self.cloud(4_400, 66)
    let contexts = try Contexts(Matrix(rows))
    let search = try Distances(contexts)
    let component = rows.indices.map { Int32($0 % 5) }
    let asked: [Int32] = [0, 10, 20, 1_234, 4_399]
    let tree = try SpanningTree(contexts)
    let free = try search.neighbours(of: asked, count: 5)
    let parts = shards(of: contexts, [0, 4_200, 4_400])
    let packing = try packing(of: parts, contexts)
    let queries = RowShard(contexts.selecting(rows: asked.map { Int($0) }))
    var outside = NearestLists(queries: asked.count, count: 5)
    for part in parts {
      let others = Array(component[part.first..<part.first + part.contexts.count])
      outside = try ShardedDistances(part, packing: packing).taken(
        into: outside, of: queries, outside: (asked.map { component[Int($0)] }, others))
    }
    for (place, query) in asked.enumerated() {
      let i = Int(query)
      let nearest = rows.indices.filter { $0 != i }.map { (search.distance(i, $0), $0) }.sorted { $0 < $1 }
      let strangers = nearest.filter { component[$0.1] != component[i] }
      #expect(free.indices[place * 5..<place * 5 + 5].map { Int($0) } == nearest.prefix(5).map(\.1))
      #expect(outside.indices[place * 5..<place * 5 + 5].map { Int($0) } == strangers.prefix(5).map(\.1))
      // Every context hangs in the tree by its nearest one, or one as near.
      #expect(tree.edges.contains { ($0.a == i || $0.b == i) && $0.length == nearest[0].0 })
    }
  }
}
