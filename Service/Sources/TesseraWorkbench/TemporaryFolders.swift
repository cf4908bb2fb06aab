import Foundation

/// Private folders of stores that nobody asked to keep: `tessera-workbench-` and 32 hexadecimal digits, in the system's folder for
/// such things.
///
/// A process that ends removes its own. One that was killed cannot: whoever makes the next one removes what dead ones left.
enum TemporaryFolders {
  private static let prefix = "tessera-workbench-"

  static var parent: String { FileManager.default.temporaryDirectory.path }

  static func newPath() -> String { "\(parent)/\(prefix)\(StudyRecord.newID())" }

  /// Removes folders whose owner is dead: of our name, of this user, with a lock that nobody holds. A folder without a lock is
  /// being made, or is not ours: it stays.
  static func removeStale(in parent: String = parent) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    where name.hasPrefix(prefix) && StudyRecord.isID(String(name.dropFirst(prefix.count))) {
      let folder = "\(parent)/\(name)"
      var status = stat()
      // A link is no folder here: it could lead anywhere.
      guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
        let lock = FolderLock(ofDead: folder)
      else { continue }
      // Held to the end: of several that clean up one does.
      withExtendedLifetime(lock) { try? FileManager.default.removeItem(atPath: folder) }
    }
  }
}

/// Says that the owner of a folder lives: the system lets go of it when the process ends, however it ends.
final class FolderLock: Sendable {
  private static let name = "owner.lock"
  private let descriptor: Int32

  /// Takes the lock of a new folder. It appears taken: nobody sees it free.
  ///
  /// - Throws: `WorkbenchProblem.store`.
  init(holding folder: String) throws(WorkbenchProblem) {
    let (new, place) = ("\(folder)/\(Self.name).new", "\(folder)/\(Self.name)")
    descriptor = open(new, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0, rename(new, place) == 0 else {
      throw .store("the private folder cannot be locked")
    }
  }

  /// The lock of a folder whose owner is gone; nil where one lives, or there is no lock.
  init?(ofDead folder: String) {
    descriptor = open("\(folder)/\(Self.name)", O_RDWR | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
