/// A dense matrix in row-major order: a value, like an array.
public struct Matrix<Scalar: BinaryFloatingPoint & Sendable>: Sendable, Equatable {
  public let rows: Int
  public let columns: Int
  /// `rows * columns` numbers, row by row.
  public private(set) var storage: [Scalar]

  /// A matrix from its numbers, row by row.
  ///
  /// - Precondition: `storage.count == rows * columns`.
  public init(rows: Int, columns: Int, storage: [Scalar]) {
    precondition(storage.count == rows * columns, "\(storage.count) numbers do not fill \(rows) x \(columns)")
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  public init(rows: Int, columns: Int, repeating value: Scalar = 0) {
    self.init(rows: rows, columns: columns, storage: Array(repeating: value, count: rows * columns))
  }

  /// A matrix from a list of rows of equal length.
  public init(_ rowList: [[Scalar]]) {
    self.init(rows: rowList.count, columns: rowList.first?.count ?? 0, storage: rowList.flatMap { $0 })
  }

  public subscript(row: Int, column: Int) -> Scalar {
    get { storage[row * columns + column] }
    set { storage[row * columns + column] = newValue }
  }

  public func row(_ index: Int) -> ArraySlice<Scalar> {
    storage[index * columns..<(index + 1) * columns]
  }

  package func withUnsafeBufferPointer<R>(_ body: (UnsafeBufferPointer<Scalar>) throws -> R) rethrows -> R {
    try storage.withUnsafeBufferPointer(body)
  }

  package mutating func withUnsafeMutableBufferPointer<R>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> R
  ) rethrows -> R {
    try storage.withUnsafeMutableBufferPointer { try body($0) }
  }
}
