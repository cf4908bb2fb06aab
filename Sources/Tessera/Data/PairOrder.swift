/// Statements about pairs in the order in which they are counted: by row, within a row by opponent, within a pair as they came.
///
/// Two passes of a counting sort that carry what is needed along, so that neither pass looks at the statements again: those of a large
/// file are in no cache. Every statement stands twice, in the rows of both its sides.
struct PairOrder {
  /// A statement as it stands in a row.
  struct Entry {
    /// The opponent above, what was said below.
    fileprivate let bits: UInt64

    var opponent: Int32 { Int32(truncatingIfNeeded: bits >> 32) }

    /// Whether the entry tells the whole: one win, loss or tie.
    var isPlain: Bool { bits & PairOrder.plain != 0 }

    /// The share that the row won, where the entry tells the whole.
    var outcome: Double { Double(bits & 3) / 2 }

    /// Which statement it is, elsewhere.
    var position: Int { Int(bits & 0x7FFF_FFFF) >> 1 }

    /// Whether the row is the statement's b.
    var isSwapped: Bool { bits & 1 != 0 }
  }

  /// Who is compared, and twice the share of a where a statement is one win, loss or tie.
  struct Statement {
    let a: Int32
    let b: Int32
    let plainHalves: UInt64?
  }

  fileprivate static let plain: UInt64 = 1 << 31

  /// Entries of row i are `starts[i]..<starts[i + 1]`.
  let starts: [Int]
  private let bits: [UInt64]

  /// - Parameters:
  ///   - count: Of statements; below 2^30.
  ///   - statement: By its position; a and b are below `alternatives`.
  /// - Complexity: O(alternatives + count) time, 16 bytes a statement, and as much while it is made.
  @inline(__always)
  init(_ alternatives: Int, _ count: Int, _ statement: (_ position: Int) -> Statement) {
    precondition(count < 1 << 30)
    var starts = [Int](repeating: 0, count: alternatives + 1)
    for position in 0..<count {
      let said = statement(position)
      starts[Int(said.a) + 1] += 1
      starts[Int(said.b) + 1] += 1
    }
    for i in 0..<alternatives { starts[i + 1] += starts[i] }
    self.starts = starts
    var byOpponent = [UInt64](repeating: 0, count: 2 * count)
    var fill = starts
    withPointers(&byOpponent, &fill) { byOpponent, fill in
      func put(_ row: Int32, _ opponent: Int32, _ said: UInt64) {
        byOpponent[fill[Int(opponent)]] = UInt64(UInt32(bitPattern: row)) << 32 | said
        fill[Int(opponent)] += 1
      }
      for position in 0..<count {
        let said = statement(position)
        let (own, other) =
          said.plainHalves.map { (Self.plain | $0, Self.plain | (2 - $0)) }
          ?? (UInt64(position) << 1, UInt64(position) << 1 | 1)
        put(said.a, said.b, own)
        put(said.b, said.a, other)
      }
    }
    var bits = [UInt64](repeating: 0, count: 2 * count)
    fill = starts
    withPointers(&bits, &fill) { bits, fill in
      for opponent in 0..<alternatives {
        for entry in byOpponent[starts[opponent]..<starts[opponent + 1]] {
          let row = Int(entry >> 32)
          bits[fill[row]] = UInt64(opponent) << 32 | (entry & 0xFFFF_FFFF)
          fill[row] += 1
        }
      }
    }
    self.bits = bits
  }

  /// How many entries there are.
  var count: Int { bits.count }

  @inline(__always)
  subscript(place: Int) -> Entry { Entry(bits: bits[place]) }
}
