extension Contexts {
  /// How many contexts lie outside a space.
  package func count(outside space: some AlternativeSpace, work: Work = Work()) -> Int {
    let pieces = pieces()
    var partial = [Int](repeating: 0, count: pieces.count)
    let box = space.box
    partial.withUnsafeMutableBufferPointer { partial in
      let partial = Shared(partial)
      work.forEachWithoutPause(pieces: pieces.count) { piece, _ in
        for i in pieces[piece] {
          if !(box.map { isInside($0, i) } ?? space.contains(row(i))) { partial[piece] += 1 }
        }
      }
    }
    return partial.reduce(0, +)
  }

  private func isInside(_ box: Box, _ i: Int) -> Bool {
    box.lower.withUnsafeBufferPointer { lower in
      box.upper.withUnsafeBufferPointer { upper in
        // Counted to the end: a loop that may stop early uses no vectors.
        var beyond = 0
        withRow(i) { k, value in beyond &+= (lower[k] <= value ? 0 : 1) &+ (value <= upper[k] ? 0 : 1) }
        return beyond == 0
      }
    }
  }
}
