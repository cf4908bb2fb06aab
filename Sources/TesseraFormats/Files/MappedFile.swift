import Tessera

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file in memory without reading it: its bytes, as long as this object lives.
///
/// The file must keep its size while it is open: a file that is cut short by another program meanwhile ends the process.
final class MappedFile: @unchecked Sendable {
  // Sendable: the bytes are read-only and live as long as the object.
  let bytes: UnsafeRawBufferPointer

  /// - Throws: `FormatError` where the file is not there, cannot be read, or is no regular file; `MemoryError` where there
  ///   is no room for it.
  init(_ file: String) throws {
    if file == "-" {
      throw FormatError.cannotRead(
        file: "standard input", reason: "this format is not read from its beginning on: give a file")
    }
    let descriptor = try FileAccess.openForReading(file)
    defer { close(descriptor) }
    guard let size = FileAccess.size(of: descriptor) else {
      throw FormatError.cannotRead(
        file: file, reason: "it is no regular file, and this format is not read from its beginning on")
    }
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      if errno == ENOMEM { throw MemoryNeed("the content of \(file)", bytes: size).refusal }
      throw FormatError.cannotRead(file: file, reason: String(cString: strerror(errno)))
    }
    bytes = UnsafeRawBufferPointer(start: start, count: size)
  }

  deinit {
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }
}
