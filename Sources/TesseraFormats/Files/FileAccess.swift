import Tessera

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Opening files for reading, and writing them whole or not at all.
public enum FileAccess {
  static func openForReading(_ file: String) throws -> Int32 {
    if file == "-" { return 0 }
    var descriptor = open(file, O_RDONLY)
    // Opening a pipe waits for who writes to it, and a signal came in between.
    while descriptor < 0, errno == EINTR { descriptor = open(file, O_RDONLY) }
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR
        ? FormatError.noSuchFile(file)
        : FormatError.cannotRead(file: file, reason: String(cString: strerror(errno)))
    }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw FormatError.cannotRead(file: file, reason: "it is a folder")
    }
    return descriptor
  }

  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a file gives its bytes once: standard input, pipes, terminals. Looking into one first would take from it.
  public static func isReadOnce(_ path: String) -> Bool {
    if path == "-" { return true }
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    let kind = status.st_mode & S_IFMT
    return kind != S_IFREG && kind != S_IFDIR
  }

  /// Size of a regular file; nil for pipes and terminals.
  static func size(of descriptor: Int32) -> Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// Up to so many bytes as there is room for; 0 at the end alone.
  ///
  /// - Parameter file: For messages.
  /// - Throws: `FormatError.cannotRead`.
  static func read(_ descriptor: Int32, into target: UnsafeMutableRawBufferPointer, of file: String) throws
    -> Int
  {
    while true {
      let count = readOnce(descriptor, target)
      if count >= 0 { return count }
      // A signal came in between.
      if errno != EINTR { throw FormatError.cannotRead(file: file, reason: String(cString: strerror(errno))) }
    }
  }

  /// All that is left to read.
  ///
  /// - Parameter file: For messages.
  /// - Throws: `FormatError.cannotRead`, `MemoryError`.
  static func content(_ descriptor: Int32, of file: String) throws -> [UInt8] {
    var content: [UInt8] = []
    try MemoryNeed("the content of \(file)", bytes: size(of: descriptor) ?? 0).require()
    // One byte more than there is, so that the end is seen without growing.
    var room = (size(of: descriptor) ?? 0) + 1
    while true {
      let more = try [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
        while filled < room {
          let rest = UnsafeMutableRawBufferPointer(
            rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<room])
          let count = try read(descriptor, into: rest, of: file)
          if count == 0 { return }
          filled += count
        }
      }
      if content.isEmpty { content = more } else { content += more }
      if more.count < room { return content }
      room = max(1 << 16, content.count)
    }
  }

  /// All of a file, of a pipe too; standard input is none.
  ///
  /// - Throws: `FormatError`.
  static func content(ofFile file: String) throws -> [UInt8] {
    let descriptor = try openForReading(file)
    guard descriptor != 0 else {
      throw FormatError.cannotRead(file: file, reason: "it could not be opened")
    }
    defer { close(descriptor) }
    return try content(descriptor, of: file)
  }
}

/// The system's own calls, whose names members of types hide.
private func readOnce(_ descriptor: Int32, _ target: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, target.baseAddress, target.count)
}
