import CSQLite
import Foundation
import Synchronization

/// Replies of services on disk, so that nothing that was paid for is asked twice, in SQLite.
///
/// The key is what was asked: address of the service, kind of reply, model and text. Each reply is stored as it arrives, so work that was
/// interrupted goes on where it stopped.
public final class ReplyCache: Sendable {
  public let file: String

  /// A connection that one thread uses at a time: SQLite is opened without its own locks, the mutex is the lock.
  private struct Connection: @unchecked Sendable { let pointer: OpaquePointer }
  private let connection: Mutex<Connection>

  /// `~/.cache/tessera/replies.sqlite`, or where XDG_CACHE_HOME says.
  public static var defaultFile: String {
    let environment = ProcessInfo.processInfo.environment
    let folder =
      environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory() + "/.cache"
    return folder + "/tessera/replies.sqlite"
  }

  /// Opens a cache, or makes one.
  ///
  /// - Throws: `ServiceError.cache` when the file is something else or cannot be written.
  public init(file: String) throws {
    self.file = file
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // What users asked is theirs alone; SQLite's own files beside it take its mode.
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    if descriptor >= 0 { close(descriptor) }
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let code = sqlite3_open_v2(file, &opened, flags, nil)
    guard code == SQLITE_OK, let opened else {
      let reason = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory"
      sqlite3_close(opened)
      throw ServiceError.cache(file: file, reason: reason)
    }
    connection = Mutex(Connection(pointer: opened))
    // Another process may be writing; waiting is better than losing a reply that was paid for.
    sqlite3_busy_timeout(opened, CInt(1_000 * Self.patience))
    do {
      try Self.run(
        opened, file,
        """
        PRAGMA journal_mode = WAL;
        CREATE TABLE IF NOT EXISTS answers (
          service TEXT NOT NULL, kind TEXT NOT NULL, model TEXT NOT NULL, request TEXT NOT NULL,
          reply BLOB NOT NULL, PRIMARY KEY (service, kind, model, request)) WITHOUT ROWID;
        """)
    } catch {
      sqlite3_close(opened)
      throw error
    }
  }

  deinit { connection.withLock { _ = sqlite3_close($0.pointer) } }

  /// Seconds to wait for other processes.
  private static let patience = 60.0

  /// Runs commands that may be run twice.
  ///
  /// Two processes that both turn a new file to WAL hold what the other waits for. SQLite then says at once that the file is
  /// locked, whatever its patience: one of them has to let go and come again.
  private static func run(_ connection: OpaquePointer, _ file: String, _ commands: String) throws {
    let start = ContinuousClock.now
    while true {
      let code = sqlite3_exec(connection, commands, nil, nil, nil)
      if code == SQLITE_OK { return }
      guard code & 0xFF == SQLITE_BUSY, .now - start < .seconds(patience) else {
        throw ServiceError.cache(file: file, reason: String(cString: sqlite3_errmsg(connection)))
      }
      usleep(.random(in: 1_000...5_000))
    }
  }

  /// Calls `body` with a prepared statement whose first parameters are service, kind, model and request.
  private func with<R>(
    _ command: String, _ service: String, _ kind: String, _ model: String, _ request: String,
    _ body: (OpaquePointer, OpaquePointer) throws -> R
  ) throws -> R {
    try connection.withLock { connection in
      var statement: OpaquePointer?
      guard sqlite3_prepare_v2(connection.pointer, command, -1, &statement, nil) == SQLITE_OK, let statement
      else {
        throw ServiceError.cache(file: file, reason: String(cString: sqlite3_errmsg(connection.pointer)))
      }
      defer { sqlite3_finalize(statement) }
      for (place, text) in [service, kind, model, request].enumerated() {
        // SQLITE_TRANSIENT: SQLite makes its own copy.
        let code = sqlite3_bind_text64(
          statement, Int32(place + 1), text, UInt64(text.utf8.count),
          unsafeBitCast(-1, to: sqlite3_destructor_type.self), UInt8(SQLITE_UTF8))
        guard code == SQLITE_OK else {
          throw ServiceError.cache(file: file, reason: String(cString: sqlite3_errstr(code)))
        }
      }
      return try body(connection.pointer, statement)
    }
  }

  /// The stored reply; nil when this was never answered.
  func reply(service: String, kind: String, model: String, request: String) throws -> Data? {
    try with(
      "SELECT reply FROM answers WHERE service = ?1 AND kind = ?2 AND model = ?3 AND request = ?4", service,
      kind,
      model, request
    ) { connection, statement in
      switch sqlite3_step(statement) {
      case SQLITE_ROW:
        let count = Int(sqlite3_column_bytes(statement, 0))
        guard count > 0, let bytes = sqlite3_column_blob(statement, 0) else { return Data() }
        return Data(bytes: bytes, count: count)
      case SQLITE_DONE: return nil
      default:
        throw ServiceError.cache(file: file, reason: String(cString: sqlite3_errmsg(connection)))
      }
    }
  }

  /// Says before the work that it cannot be written, or waits until it can.
  ///
  /// - Throws: `ServiceError.cache`.
  package func requireWritable() throws {
    try connection.withLock {
      try Self.run($0.pointer, file, "BEGIN IMMEDIATE")
      try Self.run($0.pointer, file, "ROLLBACK")
    }
  }

  func store(_ reply: Data, service: String, kind: String, model: String, request: String) throws {
    try with("INSERT OR REPLACE INTO answers VALUES (?1, ?2, ?3, ?4, ?5)", service, kind, model, request) {
      connection, statement in
      let bytes = Array(reply)
      let code = sqlite3_bind_blob64(
        statement, 5, bytes, UInt64(bytes.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self))
      guard code == SQLITE_OK, sqlite3_step(statement) == SQLITE_DONE else {
        throw ServiceError.cache(file: file, reason: String(cString: sqlite3_errmsg(connection)))
      }
    }
  }

  /// Makes what `body` stores one transaction: one wait for the disk instead of one a reply.
  func together(_ body: () throws -> Void) throws {
    try connection.withLock { try Self.run($0.pointer, file, "BEGIN IMMEDIATE") }
    do {
      try body()
      try connection.withLock { try Self.run($0.pointer, file, "COMMIT") }
    } catch {
      try? connection.withLock { try Self.run($0.pointer, file, "ROLLBACK") }
      throw error
    }
  }
}
