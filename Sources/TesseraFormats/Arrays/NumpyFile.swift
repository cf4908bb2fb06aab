import Foundation
import Tessera

/// NumPy's .npy files of two dimensions: contexts in and out.
public enum NumpyFile {
  /// Contexts from a file of float32 or float64 in C order, m x d.
  ///
  /// - Throws: `FormatError` when the file is no such array or ends early; a NaN or an infinity is named with
  ///   its row and column.
  public static func readContexts(_ file: String) throws -> Contexts {
    let descriptor = try FileAccess.openForReading(file)
    defer { if descriptor != 0 { close(descriptor) } }
    func problem(_ found: String, _ expected: String) -> FormatError {
      .content(file: file, line: nil, field: nil, found: found, expected: expected)
    }

    let start = try readBytes(descriptor, 10, file)
    guard start.count == 10, start.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) else {
      throw problem(
        start.isEmpty ? "an empty file" : "other bytes", "a .npy file, which begins with \\x93NUMPY")
    }
    var length = Int(start[8]) | Int(start[9]) << 8
    if start[6] >= 2 {
      let more = try readBytes(descriptor, 2, file)
      guard more.count == 2 else { throw problem("a header that ends early", "a .npy header") }
      length |= Int(more[0]) << 16 | Int(more[1]) << 24
    }
    let header = try readBytes(descriptor, length, file)
    guard header.count == length else {
      throw problem("a header that ends early", "\(length) bytes of header")
    }
    let text = String(decoding: header, as: UTF8.self)
    let type = text.firstMatch(of: /'descr':\s*'([^']*)'/).map { String($0.1) }
    guard type == "<f4" || type == "<f8" else {
      throw problem("the type \(type ?? "of a structure")", "float32 or float64, little-endian (<f4 or <f8)")
    }
    guard text.contains(/'fortran_order':\s*False/) else {
      throw problem("Fortran order", "C order; numpy.ascontiguousarray converts it")
    }
    let shape = text.firstMatch(of: /'shape':\s*\(([^)]*)\)/).map { match in
      match.1.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) }
    }
    guard let shape, shape.count == 2, let rows = shape[0], let columns = shape[1] else {
      throw problem(
        "\(shape?.count ?? 0) dimension\(shape?.count == 1 ? "" : "s")", "two: alternatives x coordinates")
    }
    guard rows > 0, columns > 0 else {
      throw problem("the shape \(rows) x \(columns)", "at least one alternative and one coordinate")
    }
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, count < 1 << 48 else {
      throw problem("the shape \(rows) x \(columns)", "an array that fits memory")
    }

    do {
      return type == "<f4"
        ? try Contexts(
          Matrix(rows: rows, columns: columns, storage: readNumbers(descriptor, count, file) as [Float]))
        : try Contexts(
          Matrix(rows: rows, columns: columns, storage: readNumbers(descriptor, count, file) as [Double]))
    } catch let error as ContextsError {
      throw problem("\(error)", "finite numbers")
    }
  }

  private static func readBytes(_ descriptor: Int32, _ count: Int, _ file: String) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = try fill(UnsafeMutableRawBufferPointer(buffer), descriptor, file)
    }
  }

  private static func readNumbers<Scalar>(_ descriptor: Int32, _ count: Int, _ file: String) throws
    -> [Scalar]
  {
    let wanted = count * MemoryLayout<Scalar>.stride
    func early(_ got: Int) -> FormatError {
      .content(
        file: file, line: nil, field: nil, found: "\(got) bytes of numbers",
        expected: "\(wanted): the file is cut short")
    }
    // Compare sizes before asking for memory: a broken header may promise more than any machine has.
    if let size = FileAccess.size(of: descriptor) {
      let rest = size - Int(lseek(descriptor, 0, SEEK_CUR))
      if rest < wanted { throw early(rest) }
    }
    return try [Scalar](unsafeUninitializedCapacity: count) { buffer, initialized in
      let got = try fill(UnsafeMutableRawBufferPointer(buffer), descriptor, file)
      guard got == wanted else { throw early(got) }
      initialized = count
    }
  }

  /// Reads until the buffer is full or the file ends.
  private static func fill(_ buffer: UnsafeMutableRawBufferPointer, _ descriptor: Int32, _ file: String)
    throws -> Int
  {
    var filled = 0
    while filled < buffer.count {
      let count = read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw FormatError.cannotRead(file: file, reason: String(cString: strerror(errno))) }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// Writes a matrix as float32 (`Float`) or float64 (`Double`) in C order.
  public static func write<Scalar>(_ matrix: Matrix<Scalar>, to file: String) throws {
    precondition(MemoryLayout<Scalar>.size == 4 || MemoryLayout<Scalar>.size == 8)
    let type = MemoryLayout<Scalar>.size == 4 ? "<f4" : "<f8"
    var header =
      "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(matrix.rows), \(matrix.columns)), }"
    // The numbers start at a multiple of 64 bytes.
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    try FileAccess.write(to: file) { append in
      let length = header.utf8.count
      try append([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(length & 255), UInt8(length >> 8)])
      try append(Array(header.utf8)[...])
      let rowsAtOnce = max(1, (1 << 20) / max(matrix.columns, 1))
      for first in stride(from: 0, to: matrix.rows, by: rowsAtOnce) {
        let last = min(first + rowsAtOnce, matrix.rows)
        try matrix.storage[first * matrix.columns..<last * matrix.columns].withUnsafeBytes {
          try append(Array($0)[...])
        }
      }
    }
  }
}
