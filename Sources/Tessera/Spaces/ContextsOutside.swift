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
          var inside = true
          if let box {
            withRow(i) { k, value in inside = inside && box.lower[k] <= value && value <= box.upper[k] }
          } else {
            inside = space.contains(row(i))
          }
          if !inside { partial[piece] += 1 }
        }
      }
    }
    return partial.reduce(0, +)
  }
}
