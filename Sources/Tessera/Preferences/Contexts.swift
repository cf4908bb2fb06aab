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
    func find<Scalar>(_ values: Matrix<Scalar>) -> (lower: [Double], upper: [Double]) {
      var lower = Array(values.row(0))
      var upper = lower
      values.withUnsafeBufferPointer { values in
        for i in 0..<count {
          for k in 0..<dimension {
            let value = values[i * dimension + k]
            if value < lower[k] { lower[k] = value }
            if value > upper[k] { upper[k] = value }
          }
        }
      }
      return (lower.map(Double.init), upper.map(Double.init))
    }
    guard count > 0 else {
      let zeros = [Double](repeating: 0, count: dimension)
      return (zeros, zeros)
    }
    switch storage {
    case .single(let values): return find(values)
    case .double(let values): return find(values)
    }
  }

  /// The contexts as seen from `origin`, rounded to `Float` only after the subtraction.
  package func offsets(from origin: [Double]) -> Matrix<Float> {
    func shift<Scalar>(_ values: Matrix<Scalar>) -> [Float] {
      values.withUnsafeBufferPointer { values in
        origin.withUnsafeBufferPointer { origin in
          [Float](unsafeUninitializedCapacity: values.count) { result, initialized in
            var index = 0
            for _ in 0..<count {
              for k in 0..<dimension {
                result[index] = Float(Double(values[index]) - origin[k])
                index += 1
              }
            }
            initialized = index
          }
        }
      }
    }
    switch storage {
    case .single(let values): return Matrix(rows: count, columns: dimension, storage: shift(values))
    case .double(let values): return Matrix(rows: count, columns: dimension, storage: shift(values))
    }
  }

  /// Groups of alternatives with exactly the same context.
  ///
  /// - Complexity: O(m d) expected.
  public func duplicates() -> DuplicateGroups {
    func group<Scalar>(_ values: Matrix<Scalar>) -> DuplicateGroups {
      var groupOf = [Int](repeating: 0, count: count)
      var representatives: [Int] = []
      var slots: [Int: [Int]] = [:]
      slots.reserveCapacity(count)
      values.withUnsafeBufferPointer { values in
        for i in 0..<count {
          var hash: UInt64 = 0
          for k in 0..<dimension {
            // Adding zero makes -0 and 0, which are equal, hash alike.
            let bits = Double(values[i * dimension + k] + 0).bitPattern
            hash = (hash ^ bits) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
          }
          let key = Int(truncatingIfNeeded: hash)
          let candidates = slots[key] ?? []
          let same = candidates.first { group in
            let other = representatives[group]
            for k in 0..<dimension where values[i * dimension + k] != values[other * dimension + k] {
              return false
            }
            return true
          }
          if let same {
            groupOf[i] = same
          } else {
            groupOf[i] = representatives.count
            slots[key, default: []].append(representatives.count)
            representatives.append(i)
          }
        }
      }
      return DuplicateGroups(groupOf: groupOf, representatives: representatives)
    }
    switch storage {
    case .single(let values): return group(values)
    case .double(let values): return group(values)
    }
  }
}
