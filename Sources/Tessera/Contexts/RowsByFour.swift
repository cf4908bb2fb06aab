extension Contexts {
  /// Goes along four rows at once, with a number for each that every coordinate changes.
  ///
  /// Each number sees the coordinates of its row in order, as if the row were alone; but four of them need not wait for one
  /// another, and a chain of dependent operations is what takes the time.
  ///
  /// - Parameters:
  ///   - start: What the numbers begin with.
  ///   - step: Changes four numbers by a coordinate of four rows.
  ///   - body: Takes the number of a row.
  @inline(__always)
  func forEachFour<Number>(
    of rows: Range<Int>, from start: SIMD4<Number>,
    _ step: (_ numbers: inout SIMD4<Number>, _ coordinate: Int, _ values: SIMD4<Double>) -> Void,
    body: (_ row: Int, _ number: Number) -> Void
  ) {
    let d = dimension
    var row = rows.lowerBound
    while row < rows.upperBound {
      let count = Swift.min(4, rows.upperBound - row)
      // The last row stands in for those that are not there.
      let (b, c, e) = (Swift.min(1, count - 1) * d, Swift.min(2, count - 1) * d, (count - 1) * d)
      var numbers = start
      withRows(
        row,
        single: { x in
          for k in 0..<d {
            let values = SIMD4<Float>(x[k], x[b &+ k], x[c &+ k], x[e &+ k])
            step(&numbers, k, SIMD4<Double>(values))
          }
        },
        double: { x in for k in 0..<d { step(&numbers, k, SIMD4(x[k], x[b &+ k], x[c &+ k], x[e &+ k])) } })
      for lane in 0..<count { body(row + lane, numbers[lane]) }
      row += count
    }
  }
}
