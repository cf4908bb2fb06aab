import Tessera

/// A sparse matrix by rows, with products on all cores whose bytes do not depend on their number.
struct SparseRows: Sendable {
  let columns: Int
  /// Positions of each row in `places` and `values`: row i is `starts[i]..<starts[i + 1]`.
  private(set) var starts: [Int] = [0]
  private(set) var places: [Int32] = []
  private(set) var values: [Float] = []

  var rows: Int { starts.count - 1 }

  init(columns: Int) { self.columns = columns }

  mutating func append(_ row: [(place: Int32, value: Float)]) {
    for (place, value) in row {
      places.append(place)
      values.append(value)
    }
    starts.append(places.count)
  }

  func transposed() -> SparseRows {
    var counts = [Int](repeating: 0, count: columns + 1)
    for place in places { counts[Int(place) + 1] += 1 }
    for column in 0..<columns { counts[column + 1] += counts[column] }
    var result = SparseRows(columns: rows)
    result.starts = counts
    result.places = Array(repeating: 0, count: places.count)
    result.values = Array(repeating: 0, count: values.count)
    for row in 0..<rows {
      for position in starts[row]..<starts[row + 1] {
        let target = counts[Int(places[position])]
        result.places[target] = Int32(row)
        result.values[target] = values[position]
        counts[Int(places[position])] += 1
      }
    }
    return result
  }

  /// This matrix times a dense one: `columns` x `width`, row-major.
  func times(_ dense: [Double], width: Int, _ work: Work) throws -> [Double] {
    try dense.withUnsafeBufferPointer { try times($0, width: width, work) }
  }

  /// The same with a dense matrix of `Float`, which are widened one by one: a few rows need no copy of all of it.
  func times(_ dense: Matrix<Float>, _ work: Work) throws -> [Double] {
    try dense.withUnsafeBufferPointer { try times($0, width: dense.columns, work) }
  }

  @inline(__always)
  private func times<Number: BinaryFloatingPoint & Sendable>(
    _ dense: UnsafeBufferPointer<Number>, width: Int, _ work: Work
  ) throws -> [Double] {
    precondition(dense.count == columns * width)
    var result = [Double](repeating: 0, count: rows * width)
    let piece = 64
    try result.withUnsafeMutableBufferPointer { result in
      let (result, dense) = (Shared(result), SharedInput(dense))
      try work.forEach(pieces: (rows + piece - 1) / piece) { number, _ in
        for row in number * piece..<min((number + 1) * piece, rows) {
          // Disjoint rows of the result, read-only input.
          let sum = result[address: row * width]
          for position in starts[row]..<starts[row + 1] {
            let (source, value) = (dense[address: Int(places[position]) * width], Double(values[position]))
            for k in 0..<width { sum[k] += value * Double(source[k]) }
          }
        }
      }
    }
    return result
  }
}
