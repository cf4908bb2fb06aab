import Foundation
import Synchronization

/// A file that arrives: its bytes go to the disk as they come, and no more of them than it may have.
public final class Upload: Sendable {
  private struct Writing {
    var handle: FileHandle?
    var bytes = 0
  }

  private let place: URL
  private let limit: Int
  private let writing: Mutex<Writing>
  private let end: @Sendable (_ file: URL, _ bytes: Int) throws -> StudyRecord

  /// - Parameter end: Takes the whole file to where it belongs.
  init(
    to place: URL, limit: Int, end: @escaping @Sendable (_ file: URL, _ bytes: Int) throws -> StudyRecord
  ) throws(WorkbenchProblem) {
    // A name that is there already, or leads elsewhere, is refused.
    let descriptor = open(place.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .store("the store cannot be written") }
    (self.place, self.limit, self.end) = (place, limit, end)
    writing = Mutex(Writing(handle: FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)))
  }

  deinit { cancel() }

  /// - Throws: `WorkbenchProblem.tooLong`, `.store` where the disk is full.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(WorkbenchProblem) {
    let problem = writing.withLock { writing -> WorkbenchProblem? in
      guard let handle = writing.handle else { return .store("the upload has ended") }
      guard bytes.count <= limit - writing.bytes else { return .tooLong(limit: limit) }
      do {
        try handle.write(contentsOf: Data(bytes))
      } catch {
        return .store("the store cannot be written: the disk may be full")
      }
      writing.bytes += bytes.count
      return nil
    }
    if let problem { throw problem }
  }

  /// The file is whole.
  ///
  /// - Throws: `WorkbenchProblem`, for an empty one too.
  public func finish() throws -> StudyRecord {
    let bytes = writing.withLock { writing in
      try? writing.handle?.close()
      writing.handle = nil
      return writing.bytes
    }
    guard bytes > 0 else {
      cancel()
      throw WorkbenchProblem.setting(name: "body", found: "no bytes", expected: "a file")
    }
    return try end(place, bytes)
  }

  /// Nothing is left of it.
  public func cancel() {
    writing.withLock { writing in
      try? writing.handle?.close()
      writing.handle = nil
    }
    try? FileManager.default.removeItem(at: place)
  }
}
