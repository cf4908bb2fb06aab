import Tessera

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// NumPy's .npy files of two dimensions: contexts in and out.
public enum NumpyFile {
  /// Contexts from a file of float16, float32 or float64 in C order, m x d.
  ///
  /// - Throws: `FormatError` when the file is no such array or ends early; a NaN or an infinity is named with
  ///   its row and column.
  public static func readContexts(_ file: String) throws -> Contexts {
    let descriptor = try FileAccess.openForReading(file)
    defer { if descriptor != 0 { close(descriptor) } }
    // What can be mapped is not held twice.
    if descriptor != 0, FileAccess.size(of: descriptor) != nil {
      let mapped = try MappedFile(file)
      return try withExtendedLifetime(mapped) { try contexts(in: mapped.bytes, file: file, member: nil) }
    }
    let header = try Header(file: file, field: nil) { try readBytes(descriptor, $0, file) }
    let wanted = header.count * header.format.width
    let bytes = try readBytes(descriptor, wanted, file)
    guard bytes.count == wanted else { throw header.early(bytes.count, file: file, field: nil) }
    return try bytes.withUnsafeBytes { try header.contexts($0, file: file, field: nil) }
  }

  /// Contexts from the bytes of a .npy file that is a member of another file.
  ///
  /// - Parameter member: Its name; nil where the file is the array alone.
  static func contexts(in bytes: UnsafeRawBufferPointer, file: String, member: String?) throws -> Contexts {
    var position = 0
    let header = try Header(file: file, field: member) { count in
      let part = bytes[position..<position + min(count, bytes.count - position)]
      position += part.count
      return Array(part)
    }
    let wanted = header.count * header.format.width
    guard bytes.count - position >= wanted else {
      throw header.early(bytes.count - position, file: file, field: member)
    }
    return try header.contexts(
      UnsafeRawBufferPointer(rebasing: bytes[position..<position + wanted]), file: file, field: member)
  }

  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]  // \x93NUMPY

  /// What stands before the numbers.
  private struct Header {
    let format: NumberFormat
    let rows: Int
    let columns: Int
    /// Number of numbers.
    let count: Int

    /// - Parameter take: Hands out the next bytes, fewer where the file ends.
    init(file: String, field: String?, take: (Int) throws -> [UInt8]) throws {
      func problem(_ found: String, _ expected: String) -> FormatError {
        .content(file: file, line: nil, field: field, found: found, expected: expected)
      }
      let start = try take(10)
      guard start.count == 10, start.starts(with: magic) else {
        throw problem(
          start.isEmpty ? "an empty file" : "other bytes", "a .npy file, which begins with \\x93NUMPY")
      }
      guard (1...3).contains(start[6]), start[7] == 0 else {
        throw problem("version \(start[6]).\(start[7])", "version 1.0, 2.0 or 3.0 of the .npy format")
      }
      var length = Int(start[8]) | Int(start[9]) << 8
      if start[6] >= 2 {
        let more = try take(2)
        guard more.count == 2 else { throw problem("a header that ends early", "a .npy header") }
        length |= Int(more[0]) << 16 | Int(more[1]) << 24
      }
      guard length <= NumpyHeader.limit else {
        throw problem("\(length) bytes of header", "\(NumpyHeader.limit) at most")
      }
      let bytes = try take(length)
      guard bytes.count == length else {
        throw problem("a header that ends early", "\(length) bytes of header")
      }
      guard let header = NumpyHeader(bytes) else {
        throw problem(
          "a header of something else", "descr, fortran_order and shape, each once, as NumPy writes them")
      }
      switch header.type {
      case "<f2": format = .half
      case "<f4": format = .single
      case "<f8": format = .double
      default:
        throw problem(
          "the type \(header.type ?? "of a structure")",
          "float16, float32 or float64, little-endian (<f2, <f4 or <f8)")
      }
      if header.isFortran {
        throw problem("Fortran order", "C order; numpy.ascontiguousarray converts it")
      }
      do {
        count = try NumberFormat.count(of: header.shape)
      } catch { throw problem(error.found, error.expected) }
      (rows, columns) = (header.shape[0], header.shape[1])
    }

    func early(_ got: Int, file: String, field: String?) -> FormatError {
      .content(
        file: file, line: nil, field: field, found: "\(got) bytes of numbers",
        expected: "\(count * format.width): the file is cut short")
    }

    func contexts(_ bytes: UnsafeRawBufferPointer, file: String, field: String?) throws -> Contexts {
      do {
        return try format.contexts(rows: rows, columns: columns, bytes)
      } catch let error as ContextsError {
        throw FormatError.content(
          file: file, line: nil, field: field, found: "\(error)", expected: "finite numbers")
      }
    }
  }

  /// Reads bytes until there are as many or the file ends. Room is made as they come: a header can promise any number.
  private static func readBytes(_ descriptor: Int32, _ count: Int, _ file: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let room = min(count - bytes.count, max(1 << 20, bytes.count))
      let more = try [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
        filled = try FileAccess.read(descriptor, into: UnsafeMutableRawBufferPointer(buffer), of: file)
      }
      if more.isEmpty { break }
      bytes += more
    }
    return bytes
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
