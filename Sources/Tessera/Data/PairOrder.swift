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
  ///   - source: Its statements, below 2^30; a and b are below `alternatives`.
  ///   - work: Every core takes the rows of a range of numbers, and looks at all statements for them.
  /// - Complexity: O(alternatives + count) time, 16 bytes a statement, and as much while it is made.
  init<Source: PairStatements>(_ alternatives: Int, _ source: Source, work: Work) {
    let count = source.count
    precondition(count < 1 << 30)
    // More cores would wait for the same statements.
    let cores = count < 1 << 16 ? 1 : max(1, min(work.threads, 4))
    let numbers = (0..<cores).map {
      Int32(alternatives * $0 / cores)..<Int32(alternatives * ($0 + 1) / cores)
    }
    var starts = [Int](repeating: 0, count: alternatives + 1)
    withPointers(&starts) { starts in
      work.forEachWithoutPause(pieces: cores) { piece, _ in
        let own = numbers[piece]
        for position in 0..<count {
          let said = source.statement(position)
          if own.contains(said.a) { starts[Int(said.a) + 1] += 1 }
          if own.contains(said.b) { starts[Int(said.b) + 1] += 1 }
        }
      }
    }
    for i in 0..<alternatives { starts[i + 1] += starts[i] }
    self.starts = starts
    var byOpponent = [UInt64](repeating: 0, count: 2 * count)
    var fill = starts
    withPointers(&byOpponent, &fill) { byOpponent, fill in
      @Sendable func put(_ row: Int32, _ opponent: Int32, _ said: UInt64) {
        byOpponent[fill[Int(opponent)]] = UInt64(UInt32(bitPattern: row)) << 32 | said
        fill[Int(opponent)] += 1
      }
      work.forEachWithoutPause(pieces: cores) { piece, _ in
        let own = numbers[piece]
        for position in 0..<count {
          let said = source.statement(position)
          let (ofA, ofB) =
            said.plainHalves.map { (Self.plain | $0, Self.plain | (2 - $0)) }
            ?? (UInt64(position) << 1, UInt64(position) << 1 | 1)
          if own.contains(said.b) { put(said.a, said.b, ofA) }
          if own.contains(said.a) { put(said.b, said.a, ofB) }
        }
      }
    }
    var bits = [UInt64](repeating: 0, count: 2 * count)
    fill = starts
    withInputs(byOpponent, starts) { byOpponent, starts in
      withPointers(&bits, &fill) { bits, fill in
        work.forEachWithoutPause(pieces: cores) { piece, _ in
          let own = Int(numbers[piece].lowerBound)..<Int(numbers[piece].upperBound)
          for opponent in 0..<alternatives {
            for place in starts[opponent]..<starts[opponent + 1] {
              let entry = byOpponent[place]
              let row = Int(entry >> 32)
              guard own.contains(row) else { continue }
              bits[fill[row]] = UInt64(opponent) << 32 | (entry & 0xFFFF_FFFF)
              fill[row] += 1
            }
          }
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

/// What pairs are counted from, by position.
protocol PairStatements: Sendable {
  var count: Int { get }
  /// Who is compared.
  func statement(_ position: Int) -> PairOrder.Statement
  /// What an entry adds to the counts of its pair, from the row's side.
  func said(_ entry: PairOrder.Entry) -> PairCounts.Said
}
