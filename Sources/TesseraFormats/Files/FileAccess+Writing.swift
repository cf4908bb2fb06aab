import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files that are being written, for a signal handler to remove.
private let unfinished = Mutex<Set<String>>([])

extension FileAccess {
  /// Writes a file beside its place and renames it there, so that it appears whole or not at all.
  ///
  /// `-` is standard output. A file that is replaced keeps its mode; a link is written through, to where it leads.
  ///
  /// - Throws: `FormatError.cannotWrite`; what stood there before is then untouched.
  public static func write(_ bytes: some Collection<UInt8> & Sendable, to file: String) throws {
    try write(to: file) { try $0(Array(bytes)[...]) }
  }

  /// Like `write(_:to:)`, for content that is handed over in parts.
  public static func write(
    to file: String, parts: (_ append: (ArraySlice<UInt8>) throws -> Void) throws -> Void
  ) throws {
    switch try place(of: file) {
    case .direct(let descriptor):
      var isClosed = descriptor == 1
      defer { if !isClosed { close(descriptor) } }
      try parts { try append($0, to: descriptor, of: file) }
      if !isClosed {
        isClosed = true
        guard close(descriptor) == 0 else { throw failure(file) }
      }
    case .file(let target, let mode):
      removeStale(beside: target)
      let (temporary, descriptor) = try open(beside: target, of: file)
      var isClosed = false
      defer {
        if !isClosed { close(descriptor) }
        unfinished.withLock { _ = $0.remove(temporary) }
      }
      do {
        if let mode, fchmod(descriptor, mode) != 0 { throw failure(file) }
        try parts { try append($0, to: descriptor, of: file) }
        guard fsync(descriptor) == 0, rename(temporary, target) == 0 else { throw failure(file) }
      } catch {
        unlink(temporary)
        throw error
      }
      isClosed = true
      close(descriptor)
      keepName(of: target)
    }
  }

  /// Whether a file can be written, found out before the work that makes its content.
  ///
  /// - Throws: `FormatError.cannotWrite`: it is a folder, its folder is not there, or nothing may be written into that.
  public static func requireWritable(_ file: String) throws {
    guard file != "-" else { return }
    var status = stat()
    let exists = stat(file, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      throw FormatError.cannotWrite(file: file, reason: "it is a folder")
    }
    if exists, status.st_mode & S_IFMT != S_IFREG {
      guard access(file, W_OK) == 0 else { throw failure(file) }
      return
    }
    guard access(folder(of: destination(of: file)), W_OK | X_OK) == 0 else { throw failure(file) }
  }

  /// Removes what an interrupted write would leave behind.
  public static func removeUnfinished() {
    unfinished.withLock { for file in $0 { unlink(file) } }
  }

  // MARK: Where

  private enum Place {
    /// A device, a pipe or standard output: there is nothing to rename.
    case direct(Int32)
    /// A file, and its mode where it is there already.
    case file(String, mode: mode_t?)
  }

  private static func place(of file: String) throws -> Place {
    if file == "-" { return .direct(1) }
    var status = stat()
    guard stat(file, &status) == 0 else { return .file(destination(of: file), mode: nil) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw FormatError.cannotWrite(file: file, reason: "it is a folder")
    case S_IFREG: return .file(destination(of: file), mode: status.st_mode & 0o7777)
    default:
      let descriptor = openOnce(file, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw failure(file) }
      return .direct(descriptor)
    }
  }

  /// The path without links, also where nothing stands at their end yet.
  private static func destination(of file: String) -> String {
    var path = file
    for _ in 0..<40 {
      if let found = realpath(path, nil) {
        defer { free(found) }
        return String(cString: found)
      }
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(path, &buffer, buffer.count)
      guard count > 0 else { return path }
      let next = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      path = next.hasPrefix("/") ? next : folder(of: path) + "/" + next
    }
    return path
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  // MARK: Beside it

  /// A new file under a name that nobody can foresee, so that no link planted there is followed. It is locked as long as it
  /// is written: a part without a lock belongs to nobody any more.
  private static func open(beside target: String, of file: String) throws -> (name: String, descriptor: Int32)
  {
    for _ in 0..<100 {
      let name = "\(target).\(String(UInt64.random(in: 1 << 60...UInt64.max), radix: 16)).part"
      unfinished.withLock { _ = $0.insert(name) }
      let descriptor = openOnce(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)
      if descriptor >= 0 {
        // Somebody may have taken it for a leftover before the lock: then it has no name any more.
        _ = flock(descriptor, LOCK_EX | LOCK_NB)
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_nlink > 0 { return (name, descriptor) }
        close(descriptor)
      }
      let problem = errno
      unfinished.withLock { _ = $0.remove(name) }
      if descriptor < 0, problem != EEXIST {
        errno = problem
        throw failure(file)
      }
    }
    throw FormatError.cannotWrite(file: file, reason: "no name beside it is free")
  }

  /// Removes the parts that writers left who were killed.
  private static func removeStale(beside target: String) {
    let folder = folder(of: target)
    let start = (target.split(separator: "/").last.map(String.init) ?? target) + "."
    guard let list = opendir(folder) else { return }
    defer { closedir(list) }
    while let entry = readdir(list) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name.hasPrefix(start), name.hasSuffix(".part"), name.utf8.count == start.utf8.count + 21,
        name.dropFirst(start.count).dropLast(5).allSatisfy(\.isHexDigit)
      else { continue }
      let path = folder + "/" + name
      let descriptor = openOnce(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      // A writer holds the lock. Where locks are not to be had, nothing is removed.
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
      close(descriptor)
    }
  }

  /// The name, too, is on disk when the machine stops.
  private static func keepName(of target: String) {
    let descriptor = openOnce(folder(of: target), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    close(descriptor)
  }

  private static func append(_ part: ArraySlice<UInt8>, to descriptor: Int32, of file: String) throws {
    var rest = part
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { writeOnce(descriptor, $0) }
      if written < 0 {
        if errno == EINTR { continue }
        throw failure(file)
      }
      rest = rest.dropFirst(written)
    }
  }

  private static func failure(_ file: String) -> FormatError {
    .cannotWrite(file: file == "-" ? "standard output" : file, reason: String(cString: strerror(errno)))
  }
}

/// The system's own calls, whose names members of types hide.
private func writeOnce(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}

private func openOnce(_ path: String, _ flags: Int32) -> Int32 { open(path, flags, 0o644) }
