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
  /// How many of them, at the end, only set answers to different prompts apart; see `apart(byPrompt:)`.
  public let promptColumns: Int

  /// - Parameter values: m x d, row i is alternative i.
  /// - Throws: `ContextsError.notFinite` for a NaN or an infinity.
  public init(_ values: Matrix<Float>) throws {
    storage = .single(values)
    count = values.rows
    dimension = values.columns
    promptColumns = 0
    try Self.checkFinite(values)
  }

  /// - Parameter values: m x d, row i is alternative i.
  /// - Throws: `ContextsError.notFinite` for a NaN or an infinity.
  public init(_ values: Matrix<Double>) throws {
    storage = .double(values)
    count = values.rows
    dimension = values.columns
    promptColumns = 0
    try Self.checkFinite(values)
  }

  private static func checkFinite<Scalar>(_ values: Matrix<Scalar>) throws {
    let bad = values.withUnsafeBufferPointer { values in
      values.firstIndex { !$0.isFinite }
    }
    if let bad {
      throw ContextsError.notFinite(row: bad / max(values.columns, 1), column: bad % max(values.columns, 1))
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
    promptColumns = columns == nil ? other.promptColumns : 0
  }

  /// The same, of which so many coordinates only set prompts apart.
  init(_ other: Contexts, promptColumns: Int) {
    (storage, count, dimension) = (other.storage, other.count, other.dimension)
    self.promptColumns = promptColumns
  }

  /// The contexts as `Float`.
  public var singlePrecision: Matrix<Float> {
    switch storage {
    case .single(let values): values
    case .double(let values):
      Matrix(rows: count, columns: dimension, storage: values.storage.map { Float($0) })
    }
  }

  /// Calls `body` with every coordinate of one alternative.
  @inline(__always)
  package func withRow(_ alternative: Int, _ body: (_ coordinate: Int, _ value: Double) -> Void) {
    withRows(
      alternative,
      single: { row in for k in 0..<dimension { body(k, Double(row[k])) } },
      double: { row in for k in 0..<dimension { body(k, row[k]) } })
  }

  /// Calls one of two with the coordinates of an alternative and of those that follow it, in the precision they are held in:
  /// loops that are written for either can use vectors.
  @inline(__always)
  func withRows<R>(
    _ alternative: Int, single: (UnsafePointer<Float>) -> R, double: (UnsafePointer<Double>) -> R
  ) -> R {
    switch storage {
    case .single(let values):
      values.withUnsafeBufferPointer { single(SharedInput($0)[address: alternative * dimension]) }
    case .double(let values):
      values.withUnsafeBufferPointer { double(SharedInput($0)[address: alternative * dimension]) }
    }
  }

  /// Rows of each piece of parallel work.
  func pieces() -> [Range<Int>] {
    stride(from: 0, to: count, by: PieceSums.rows).map { $0..<min($0 + PieceSums.rows, count) }
  }
}
