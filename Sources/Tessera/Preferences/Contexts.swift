/// Where the alternatives lie: one row of d finite numbers for each, in the precision it came in.
///
/// Bulk embeddings arrive as `Float` and stay so; coordinates written in a file arrive as `Double`, which the
/// exact weights need.
public struct Contexts: Sendable {
  enum Storage {
    case single(Matrix<Float>)
    case double(Matrix<Double>)
  }

  let storage: Storage
  /// Number of alternatives m.
  public let count: Int
  /// Number of coordinates d.
  public let dimension: Int

  /// - Parameter values: m x d, row i is alternative i.
  /// - Throws: `DatasetError.notFinite` for a NaN or an infinity.
  public init(_ values: Matrix<Float>) throws {
    storage = .single(values)
    count = values.rows
    dimension = values.columns
    try Self.checkFinite(values)
  }

  /// - Parameter values: m x d, row i is alternative i.
  /// - Throws: `DatasetError.notFinite` for a NaN or an infinity.
  public init(_ values: Matrix<Double>) throws {
    storage = .double(values)
    count = values.rows
    dimension = values.columns
    try Self.checkFinite(values)
  }

  private static func checkFinite<Scalar>(_ values: Matrix<Scalar>) throws {
    let bad = values.withUnsafeBufferPointer { values in
      values.firstIndex { !$0.isFinite }
    }
    if let bad {
      throw DatasetError.notFinite(row: bad / max(values.columns, 1), column: bad % max(values.columns, 1))
    }
  }

  public subscript(alternative: Int, coordinate: Int) -> Double {
    switch storage {
    case .single(let values): Double(values[alternative, coordinate])
    case .double(let values): values[alternative, coordinate]
    }
  }

  /// The context of one alternative.
  public func row(_ alternative: Int) -> [Double] {
    switch storage {
    case .single(let values): values.row(alternative).map(Double.init)
    case .double(let values): Array(values.row(alternative))
    }
  }

  /// The chosen rows and columns, in the order given; nil keeps all.
  public func selecting(rows: [Int]? = nil, columns: [Int]? = nil) -> Contexts {
    func select<Scalar>(_ values: Matrix<Scalar>) -> Matrix<Scalar> {
      if columns == nil, rows == nil { return values }
      var kept: [Scalar] = []
      let rowCount = rows?.count ?? values.rows
      let columnCount = columns?.count ?? values.columns
      kept.reserveCapacity(rowCount * columnCount)
      for position in 0..<rowCount {
        let row = values.row(rows?[position] ?? position)
        if let columns {
          for column in columns { kept.append(row[row.startIndex + column]) }
        } else {
          kept.append(contentsOf: row)
        }
      }
      return Matrix(rows: rowCount, columns: columnCount, storage: kept)
    }
    switch storage {
    case .single(let values): return Contexts(unchecked: .single(select(values)), like: self, rows, columns)
    case .double(let values): return Contexts(unchecked: .double(select(values)), like: self, rows, columns)
    }
  }

  private init(unchecked storage: Storage, like other: Contexts, _ rows: [Int]?, _ columns: [Int]?) {
    self.storage = storage
    count = rows?.count ?? other.count
    dimension = columns?.count ?? other.dimension
  }

  /// Smallest and largest value of each coordinate.
  public func bounds() -> (lower: [Double], upper: [Double]) {
    guard count > 0 else {
      let zeros = [Double](repeating: 0, count: dimension)
      return (zeros, zeros)
    }
    let pieces = pieces()
    let d = dimension
    var lower = pieces.flatMap { row($0.lowerBound) }
    var upper = lower
    lower.withUnsafeMutableBufferPointer { lower in
      upper.withUnsafeMutableBufferPointer { upper in
        let (lower, upper) = (Shared(lower), Shared(upper))
        Parallel.forEach(pieces: pieces.count) { piece, _ in
          for i in pieces[piece] {
            withRow(i) { k, value in
              if value < lower[piece * d + k] { lower[piece * d + k] = value }
              if value > upper[piece * d + k] { upper[piece * d + k] = value }
            }
          }
        }
      }
    }
    return (
      (0..<d).map { k in (0..<pieces.count).reduce(lower[k]) { min($0, lower[$1 * d + k]) } },
      (0..<d).map { k in (0..<pieces.count).reduce(upper[k]) { max($0, upper[$1 * d + k]) } }
    )
  }

  /// Calls `body` with every coordinate of one alternative.
  @inline(__always)
  package func withRow(_ alternative: Int, _ body: (_ coordinate: Int, _ value: Double) -> Void) {
    switch storage {
    case .single(let values):
      values.withUnsafeBufferPointer { values in
        for k in 0..<dimension { body(k, Double(values[alternative * dimension + k])) }
      }
    case .double(let values):
      values.withUnsafeBufferPointer { values in
        for k in 0..<dimension { body(k, values[alternative * dimension + k]) }
      }
    }
  }

  /// Rows of one piece of parallel work.
  private static let pieceRows = 1_024

  private func pieces() -> [Range<Int>] {
    stride(from: 0, to: count, by: Self.pieceRows).map { $0..<min($0 + Self.pieceRows, count) }
  }

  /// Adds up a vector of d numbers over all rows, in the order of fixed pieces.
  private func sums(threads: Int?, _ term: @Sendable (_ coordinate: Int, _ value: Double) -> Double)
    -> [Double]
  {
    let pieces = pieces()
    let d = dimension
    var partial = [Double](repeating: 0, count: pieces.count * d)
    partial.withUnsafeMutableBufferPointer { partial in
      let partial = Shared(partial)
      Parallel.forEach(pieces: pieces.count, threads: threads) { piece, _ in
        for i in pieces[piece] { withRow(i) { partial[piece * d + $0] += term($0, $1) } }
      }
    }
    return (0..<d).map { k in (0..<pieces.count).reduce(0) { $0 + partial[$1 * d + k] } }
  }

  /// Mean and variance of each coordinate over the alternatives.
  package func moments(threads: Int? = nil) -> (mean: [Double], variance: [Double]) {
    let m = Double(max(count, 1))
    let mean = sums(threads: threads) { $1 }.map { $0 / m }
    let variance = sums(threads: threads) { ($1 - mean[$0]) * ($1 - mean[$0]) }.map { $0 / m }
    return (mean, variance)
  }

  /// Mean and covariance (d x d, row-major) under weights that sum to 1.
  ///
  /// - Complexity: O(m d^2), a matrix product.
  package func covariance(weights: [Double]) -> (mean: [Double], covariance: [Double]) {
    let d = dimension
    var mean = [Double](repeating: 0, count: d)
    for i in 0..<count { withRow(i) { mean[$0] += weights[i] * $1 } }
    // In blocks of rows, so that no second copy of all contexts is needed.
    var covariance = [Double](repeating: 0, count: d * d)
    for piece in stride(from: 0, to: count, by: 4_096) {
      let rows = piece..<min(piece + 4_096, count)
      var scaled = [Double](repeating: 0, count: rows.count * d)
      for i in rows {
        let root = weights[i].squareRoot()
        withRow(i) { k, value in scaled[(i - rows.lowerBound) * d + k] = root * (value - mean[k]) }
      }
      let part = LinearAlgebra.multiply(
        scaled, rows: d, scaled, columns: d, inner: rows.count, transposeA: true)
      for index in covariance.indices { covariance[index] += part[index] }
    }
    return (mean, covariance)
  }

  /// Coordinates along given axes (rows of d numbers), seen from a point.
  package func projected(onto axes: [Double], count axisCount: Int, from point: [Double]) throws -> Contexts {
    let d = dimension
    // axes^T, d x axisCount
    var columns = [Double](repeating: 0, count: d * axisCount)
    for axis in 0..<axisCount {
      for k in 0..<d { columns[k * axisCount + axis] = axes[axis * d + k] }
    }
    var result: [Double] = []
    result.reserveCapacity(count * axisCount)
    for piece in stride(from: 0, to: count, by: 4_096) {
      let rows = piece..<min(piece + 4_096, count)
      var shifted = [Double](repeating: 0, count: rows.count * d)
      for i in rows { withRow(i) { k, value in shifted[(i - rows.lowerBound) * d + k] = value - point[k] } }
      result += LinearAlgebra.multiply(shifted, rows: rows.count, columns, columns: axisCount, inner: d)
    }
    // Bulk embeddings stay Float; coordinates of a plane keep what the exact weights need.
    if case .single = storage, axisCount > 3 {
      return try Contexts(Matrix(rows: count, columns: axisCount, storage: result.map { Float($0) }))
    }
    return try Contexts(Matrix(rows: count, columns: axisCount, storage: result))
  }

  /// |c - origin|^2 / 2 less |reference - origin|^2 / 2, and less the mean of that: what decides between
  /// alternatives beside the products with c - reference.
  package func halfSquaredDistances(from origin: [Double], reference: [Double], threads: Int? = nil)
    -> [Float]
  {
    let pieces = pieces()
    var result = [Double](repeating: 0, count: count)
    let shift = (0..<dimension).map { reference[$0] - 2 * origin[$0] }
    result.withUnsafeMutableBufferPointer { result in
      let result = Shared(result)
      Parallel.forEach(pieces: pieces.count, threads: threads) { piece, _ in
        for i in pieces[piece] {
          var sum = 0.0
          // (c - o)^2 - (r - o)^2 = (c - r)(c + r - 2 o), without cancellation.
          withRow(i) { k, value in sum += (value - reference[k]) * (value + shift[k]) }
          result[i] = sum / 2
        }
      }
    }
    let mean = result.reduce(0, +) / Double(max(count, 1))
    return result.map { Float($0 - mean) }
  }

  /// How many contexts lie outside a space.
  package func count(outside space: some AlternativeSpace, threads: Int? = nil) -> Int {
    let pieces = pieces()
    var partial = [Int](repeating: 0, count: pieces.count)
    let box = space.box
    partial.withUnsafeMutableBufferPointer { partial in
      let partial = Shared(partial)
      Parallel.forEach(pieces: pieces.count, threads: threads) { piece, _ in
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

  /// Groups of alternatives with exactly the same context.
  ///
  /// - Complexity: O(m d) expected.
  public func duplicates() -> DuplicateGroups {
    let pieces = pieces()
    var hashes = [UInt64](repeating: 0, count: count)
    hashes.withUnsafeMutableBufferPointer { hashes in
      let hashes = Shared(hashes)
      Parallel.forEach(pieces: pieces.count) { piece, _ in
        for i in pieces[piece] {
          var hash: UInt64 = 0
          withRow(i) { _, value in
            // Adding zero makes -0 and 0, which are equal, hash alike.
            hash = (hash ^ (value + 0).bitPattern) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
          }
          hashes[i] = hash
        }
      }
    }
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
    return DuplicateGroups(groupOf: groupOf, representatives: representatives)
  }

  private func isEqual(_ i: Int, _ j: Int) -> Bool {
    func equal<Scalar>(_ values: Matrix<Scalar>) -> Bool { values.row(i).elementsEqual(values.row(j)) }
    switch storage {
    case .single(let values): return equal(values)
    case .double(let values): return equal(values)
    }
  }
}
