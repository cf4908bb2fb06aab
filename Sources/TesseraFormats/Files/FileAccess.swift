import Foundation
import Synchronization

/// Opening files for reading, and writing them whole or not at all.
public enum FileAccess {
  /// Files that are being written, for a signal handler to remove.
  private static let unfinished = Mutex<Set<String>>([])

  static func openForReading(_ file: String) throws -> Int32 {
    if file == "-" { return 0 }
    let descriptor = open(file, O_RDONLY)
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

  /// Size of a regular file; nil for pipes and terminals.
  static func size(of descriptor: Int32) -> Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// Writes a file beside its place and renames it there, so that it appears whole or not at all.
  ///
  /// - Throws: `FormatError.cannotWrite`; what stood there before is then untouched.
  public static func write(_ bytes: some Collection<UInt8> & Sendable, to file: String) throws {
    try write(to: file) { try $0(Array(bytes)[...]) }
  }

  /// Like `write(_:to:)`, for content that is handed over in parts.
  public static func write(
    to file: String, parts: (_ append: (ArraySlice<UInt8>) throws -> Void) throws -> Void
  ) throws {
    // A link is written through, a device or pipe directly: there is nothing to rename.
    var status = stat()
    let exists = stat(file, &status) == 0
    let direct = exists && status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      throw FormatError.cannotWrite(file: file, reason: "it is a folder")
    }
    let target = exists && !direct ? URL(fileURLWithPath: file).resolvingSymlinksInPath().path : file
    let temporary = direct ? target : "\(target).\(getpid()).part"
    if !direct { unfinished.withLock { _ = $0.insert(temporary) } }
    defer { if !direct { unfinished.withLock { _ = $0.remove(temporary) } } }

    func fail() -> FormatError {
      let reason = String(cString: strerror(errno))
      if !direct { unlink(temporary) }
      return FormatError.cannotWrite(file: file, reason: reason)
    }
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw fail() }
    do {
      try parts { part in
        var rest = part
        while !rest.isEmpty {
          let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
          if written < 0 {
            if errno == EINTR { continue }
            throw fail()
          }
          rest = rest.dropFirst(written)
        }
      }
    } catch {
      close(descriptor)
      if !direct { unlink(temporary) }
      throw error
    }
    if direct {
      close(descriptor)
      return
    }
    guard fsync(descriptor) == 0, close(descriptor) == 0, rename(temporary, target) == 0 else { throw fail() }
  }

  /// Removes what an interrupted write would leave behind.
  public static func removeUnfinished() {
    unfinished.withLock { for file in $0 { unlink(file) } }
  }
}
