extension Contexts {
  /// Groups of alternatives with exactly the same context.
  ///
  /// - Complexity: O(m d) expected.
  public func duplicates(work: Work = Work()) -> Partition {
    let hashes = contentHashes(work: work)
    // Open addressing: a slot holds a group, or -1.
    var slotCount = 16
    while slotCount < 2 * count { slotCount *= 2 }
    var slots = [Int32](repeating: -1, count: slotCount)
    var groupOf = [Int](repeating: 0, count: count)
    var representatives: [Int] = []
    for i in 0..<count {
      var slot = Int(truncatingIfNeeded: hashes[i] ^ (hashes[i] >> 32)) & (slotCount - 1)
      while slots[slot] >= 0 {
        let other = representatives[Int(slots[slot])]
        if hashes[other] == hashes[i], isEqual(i, other) { break }
        slot = (slot + 1) & (slotCount - 1)
      }
      if slots[slot] < 0 {
        slots[slot] = Int32(representatives.count)
        representatives.append(i)
      }
      groupOf[i] = Int(slots[slot])
    }
    return Partition(groupOf: groupOf, representatives: representatives)
  }

  /// A number from the coordinates of each alternative alone: equal contexts have equal numbers, and the order of the
  /// alternatives does not matter.
  func contentHashes(work: Work = Work()) -> [UInt64] {
    let pieces = pieces()
    var hashes = [UInt64](repeating: 0, count: count)
    withPointers(&hashes) { hashes in
      work.forEachWithoutPause(pieces: pieces.count) { piece, _ in
        forEachFour(of: pieces[piece], from: SIMD4<UInt64>.zero) { hash, _, values in
          // Adding zero makes -0 and 0, which are equal, hash alike.
          hash = (hash ^ unsafeBitCast(values + 0, to: SIMD4<UInt64>.self)) &* 0x9E37_79B9_7F4A_7C15
          hash ^= hash &>> 29
        } body: { i, hash in
          hashes[i] = hash
        }
      }
    }
    return hashes
  }

  private func isEqual(_ i: Int, _ j: Int) -> Bool {
    func equal<Scalar>(_ values: Matrix<Scalar>) -> Bool { values.row(i).elementsEqual(values.row(j)) }
    switch storage {
    case .single(let values): return equal(values)
    case .double(let values): return equal(values)
    }
  }
}
