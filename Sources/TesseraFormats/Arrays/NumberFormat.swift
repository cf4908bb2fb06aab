import Tessera

/// How numbers stand in a file of arrays: little-endian, in C order.
enum NumberFormat {
  case half, brainFloat, single, double

  var width: Int {
    switch self {
    case .half, .brainFloat: 2
    case .single: 4
    case .double: 8
    }
  }

  /// Contexts from their bytes: double precision stays, everything else becomes single precision.
  ///
  /// - Precondition: `bytes.count == rows * columns * width`.
  /// - Throws: `ContextsError.notFinite`, `MemoryError`.
  func contexts(rows: Int, columns: Int, _ bytes: UnsafeRawBufferPointer) throws -> Contexts {
    let count = rows * columns
    try MemoryNeed("contexts", rows: rows, columns: columns, width: width == 8 ? 8 : 4).require()
    precondition(bytes.count == count * width, "\(bytes.count) bytes for \(rows) x \(columns) numbers")
    func numbers<Scalar>(_ number: (Int) -> Scalar) -> [Scalar] {
      [Scalar](unsafeUninitializedCapacity: count) { buffer, initialized in
        for index in 0..<count { buffer.initializeElement(at: index, to: number(index)) }
        initialized = count
      }
    }
    func load<Bits: FixedWidthInteger>(_ index: Int, _ type: Bits.Type) -> Bits {
      Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: type))
    }
    func single(_ number: (Int) -> Float) throws -> Contexts {
      try Contexts(Matrix(rows: rows, columns: columns, storage: numbers(number)))
    }
    switch self {
    case .half: return try single { Float(halfPrecision: load($0, UInt16.self)) }
    case .brainFloat: return try single { Float(brainFloat: load($0, UInt16.self)) }
    case .single: return try single { Float(bitPattern: load($0, UInt32.self)) }
    case .double:
      return try Contexts(
        Matrix(rows: rows, columns: columns, storage: numbers { Double(bitPattern: load($0, UInt64.self)) }))
    }
  }

  /// The number of values of a shape m x d.
  ///
  /// - Throws: What is wrong with the shape, as found and expected.
  static func count(of shape: [Int]) throws(ShapeProblem) -> Int {
    guard shape.count == 2 else {
      throw ShapeProblem(
        found: "\(shape.count) dimension\(shape.count == 1 ? "" : "s")",
        expected: "two: alternatives x coordinates")
    }
    let (rows, columns) = (shape[0], shape[1])
    guard rows > 0, columns > 0 else {
      throw ShapeProblem(
        found: "the shape \(rows) x \(columns)", expected: "at least one alternative and one coordinate")
    }
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, count < 1 << 48 else {
      throw ShapeProblem(found: "the shape \(rows) x \(columns)", expected: "an array that fits memory")
    }
    return count
  }

  struct ShapeProblem: Error {
    let found: String
    let expected: String
  }
}
