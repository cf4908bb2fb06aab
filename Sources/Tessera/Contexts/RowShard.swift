import CTesseraKernels

/// Some of the rows of contexts that no machine holds whole, with the number of the first.
///
/// What it says of its rows can be put together with what the other shards say, in any order and for any division of the rows,
/// to the bytes that one machine would have found: bounds, copies, sums in fixed pieces.
public struct RowShard: Sendable {
  public let contexts: Contexts
  /// Number of the first row.
  public let first: Int

  public init(_ contexts: Contexts, first: Int = 0) { (self.contexts, self.first) = (contexts, first) }

  /// Bits of the vectors that this machine works with. Numbers have the same bytes on all machines of at least 256, whose products
  /// are fused.
  public static let vectorBits = Int(tessera_vector_bits())

  /// Two words for each row that differ, but for a chance of about 2^-128 a pair, where rows differ.
  ///
  /// - Complexity: O(rows x d); 16 bytes a row.
  public func fingerprints(work: Work = Work()) -> [UInt64] {
    let pieces = contexts.pieces()
    var words = [UInt64](repeating: 0, count: 2 * contexts.count)
    withPointers(&words) { words in
      work.forEachWithoutPause(pieces: pieces.count) { piece, _ in
        for row in pieces[piece] {
          var print = Fingerprint()
          // Adding zero makes -0 and 0, which are equal, alike.
          contexts.withRow(row) { print.add($1 + 0) }
          (words[2 * row], words[2 * row + 1]) = print.words
        }
      }
    }
    return words
  }

  /// Sums of the coordinates.
  ///
  /// - Complexity: O(rows x d), as for all sums.
  public func sums(work: Work = Work()) -> PieceSums { contexts.sums(first: first, work: work) }

  /// Sums of the squared differences from the mean.
  ///
  /// - Throws: `ShardError.numbers` for a mean of another dimension.
  public func squareSums(around mean: [Double], work: Work = Work()) throws -> PieceSums {
    try check(mean.count, "the mean")
    return contexts.squareSums(around: mean, first: first, work: work)
  }

  /// The sum of the half norms, whose mean a packing takes off them.
  ///
  /// - Throws: `ShardError.numbers` for a packing of another dimension.
  public func halfNormSums(_ packing: Packing, work: Work = Work()) throws -> PieceSums {
    try check(packing.mean.count, "the packing")
    return PieceSums(of: packing.halfNorms(of: contexts, work: work), first: first, work: work)
  }

  func check(_ dimension: Int, _ what: String) throws {
    guard dimension == contexts.dimension else {
      throw ShardError.numbers(
        what: what, found: "\(dimension) coordinates", expected: "\(contexts.dimension), as the rows have")
    }
  }
}

extension Partition {
  /// Copies among the rows of all shards, by the fingerprints of the rows in their order.
  ///
  /// Rows with the same fingerprint count as copies; they are not looked at again.
  ///
  /// - Parameter fingerprints: Two words for each row.
  /// - Complexity: O(m) expected.
  public init(fingerprints words: [UInt64]) {
    let count = words.count / 2
    // Open addressing: a slot holds a group, or -1.
    var slotCount = 16
    while slotCount < 2 * count { slotCount *= 2 }
    var slots = [Int32](repeating: -1, count: slotCount)
    var groupOf = [Int](repeating: 0, count: count)
    var representatives: [Int] = []
    for row in 0..<count {
      let (low, high) = (words[2 * row], words[2 * row + 1])
      var slot = Int(truncatingIfNeeded: low ^ (low >> 32)) & (slotCount - 1)
      while slots[slot] >= 0 {
        let other = representatives[Int(slots[slot])]
        if words[2 * other] == low, words[2 * other + 1] == high { break }
        slot = (slot + 1) & (slotCount - 1)
      }
      if slots[slot] < 0 {
        slots[slot] = Int32(representatives.count)
        representatives.append(row)
      }
      groupOf[row] = Int(slots[slot])
    }
    self.init(groupOf: groupOf, representatives: representatives)
  }
}
