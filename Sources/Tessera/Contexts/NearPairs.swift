import Synchronization

/// Two contexts that are near each other.
package struct NearPair: Sendable, Equatable {
  /// a is below b.
  package let a: Int32
  package let b: Int32
  /// In the contexts' own units, in double precision.
  package let distance: Double

  package init(a: Int32, b: Int32, distance: Double) { (self.a, self.b, self.distance) = (a, b, distance) }
}

extension Distances {
  /// The pairs of contexts within a distance of each other, by a, then by b.
  ///
  /// Products in single precision rule out all that is surely farther; the rest is worked out in double precision.
  ///
  /// - Parameter limit: Of the number of pairs: it can be quadratic.
  /// - Returns: nil where there are more, which is found out as soon as so many are seen.
  /// - Throws: `Cancelled`.
  /// - Complexity: O(m^2 d) time on all cores, O(m d + pairs) memory.
  package func pairs(within radius: Double, limit: Int) throws -> [NearPair]? {
    let sink = PairSink(limit: limit)
    let scaled = radius / unit
    let half = Float(scaled * scaled / 2).nextUp
    let search = try bounded(for: .within(scaled))
    let error = search.largestError
    try search.pairs { range in
      (pairs: [NearPair](), candidates: Candidates(width: Self.tileWidth))
    } visit: { state, tile, own in
      guard !sink.isFull else { return }
      for row in 0..<tile.queries.count {
        let query = tile.queries.lowerBound + row
        // Tiles that lie wholly before the query were seen from the other side.
        guard tile.first + tile.width > query + 1 else { continue }
        let found = state.candidates.find(
          in: tile, row: row, own: own[row], error: error, rounding: 0x1p-22, limit: half)
        for number in 0..<found {
          let other = tile.first + state.candidates[number].place
          guard other > query else { continue }
          let distance = exact(query, other)
          guard distance <= radius else { continue }
          state.pairs.append(NearPair(a: Int32(query), b: Int32(other), distance: distance))
        }
        if state.pairs.count > limit { sink.overflow() }
      }
    } finish: { state, range in
      sink.add(state.pairs, from: range.lowerBound)
    }
    return sink.pairs
  }
}

extension Distances {
  /// Which contexts lie within a distance of each other, as bits: for more pairs than a list can hold.
  ///
  /// - Throws: `Cancelled`.
  /// - Complexity: O(m^2 d) time on all cores, m^2 / 8 bytes. Only pairs that single precision cannot decide are worked out
  ///   in double precision.
  package func adjacency(within radius: Double) throws -> BitRows {
    let error = largestError
    let scaled = radius / unit
    let limit = Float(scaled * scaled / 2)
    var rows = BitRows(count: contexts.count)
    let words = rows.words
    try withPointers(&rows.bits) { bits in
      // Every query writes its own row.
      try pairs { _ in
        Candidates(width: Self.tileWidth)
      } visit: { candidates, tile, own in
        for row in 0..<tile.queries.count {
          let query = tile.queries.lowerBound + row
          let found = candidates.find(
            in: tile, row: row, own: own[row], error: error, rounding: 0x1p-22, limit: limit.nextUp)
          for number in 0..<found {
            let place = candidates[number].place
            let other = tile.first + place
            guard other != query else { continue }
            let size = own[row] + abs(tile.norms[place])
            let most =
              own[row] + tile.norms[place] - tile.products[row * tile.stride + place]
              + (error + 0x1p-22) * size
            guard most < limit.nextDown || exact(query, other) <= radius else { continue }
            bits[query * words + other / 64] |= 1 << UInt64(other % 64)
          }
        }
      } finish: { _, _ in
      }
    }
    return rows
  }
}

/// A square of bits: row i says which others are near i.
package struct BitRows: Sendable {
  /// Words of a row.
  let words: Int
  var bits: [UInt64]

  init(count: Int) {
    words = (count + 63) / 64
    bits = Array(repeating: 0, count: max(count * words, 1))
  }

  /// Clears in `set` all that are not near i.
  func keep(near i: Int, in set: inout [UInt64]) {
    for word in 0..<words { set[word] &= bits[i * words + word] }
  }

  /// Those of a set.
  static func members(of set: some Sequence<UInt64>) -> [Int] {
    var members: [Int] = []
    for (word, bits) in set.enumerated() {
      var rest = bits
      while rest != 0 {
        members.append(64 * word + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
    return members
  }

  func row(_ i: Int) -> ArraySlice<UInt64> { bits[i * words..<(i + 1) * words] }
}

/// Pairs as pieces find them, up to a limit.
private final class PairSink: Sendable {
  private struct Content {
    var parts: [(first: Int, pairs: [NearPair])] = []
    var count = 0
  }

  private let limit: Int
  private let content = Mutex(Content())
  private let full = Atomic<Bool>(false)

  init(limit: Int) { self.limit = limit }

  var isFull: Bool { full.load(ordering: .relaxed) }

  func overflow() { full.store(true, ordering: .relaxed) }

  func add(_ pairs: [NearPair], from first: Int) {
    content.withLock { content in
      content.count += pairs.count
      if content.count > limit { overflow() }
      if isFull { content.parts = [] } else { content.parts.append((first, pairs)) }
    }
  }

  /// In the order of the pieces, whichever ended first; nil where there were too many.
  var pairs: [NearPair]? {
    guard !isFull else { return nil }
    return content.withLock { content in
      content.parts.sorted { $0.first < $1.first }.flatMap { part in
        part.pairs.sorted { ($0.a, $0.b) < ($1.a, $1.b) }
      }
    }
  }
}
