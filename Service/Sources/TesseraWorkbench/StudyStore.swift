import Foundation
import GRDB
import TesseraFormats

/// Studies in a folder: a database of what is known of them, and their files beside it.
///
///     FOLDER/studies.sqlite        studies, and what was made from them
///     FOLDER/files/ID.rows         as it was uploaded
///
/// What is deleted is overwritten in the database and unlinked in the folder. Names of files are made here; those that users give
/// are text in a column.
public final class StudyStore: Sendable {
  let folder: URL
  /// Whether the folder goes when the store is closed.
  public let isTemporary: Bool
  private let database: DatabaseQueue
  private let lock: FolderLock?

  private var files: URL { folder.appendingPathComponent("files", isDirectory: true) }

  /// - Parameter folder: Made where it is not there, for its owner alone; nil for a private one that is gone at the end.
  /// - Throws: `WorkbenchProblem.store`.
  public init(folder path: String? = nil) throws(WorkbenchProblem) {
    isTemporary = path == nil
    if path == nil { TemporaryFolders.removeStale() }
    let place = path ?? TemporaryFolders.newPath()
    folder = URL(fileURLWithPath: place, isDirectory: true)
    do {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("files"), withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      lock = path == nil ? try FolderLock(holding: place) : nil
      var configuration = Configuration()
      configuration.prepareDatabase { database in
        // One service at a time; what is deleted leaves no bytes behind.
        try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
        try database.execute(sql: "PRAGMA secure_delete = ON")
        // Nor does the journal, which an exclusive lock keeps between transactions.
        try database.execute(sql: "PRAGMA journal_size_limit = 0")
        try database.execute(sql: "PRAGMA temp_store = MEMORY")
      }
      configuration.foreignKeysEnabled = true
      database = try DatabaseQueue(
        path: folder.appendingPathComponent("studies.sqlite").path, configuration: configuration)
      try Self.migrator.migrate(database)
      try database.write {
        try $0.execute(sql: "UPDATE study SET state = 'preparing' WHERE state <> 'failed'")
      }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      throw .store("the folder is in use by another service; expected one of its own")
    } catch {
      throw .store("the folder cannot be used as a store: \((error as NSError).localizedDescription)")
    }
    chmod(folder.appendingPathComponent("studies.sqlite").path, 0o600)
    removeStrays()
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("studies") { database in
      try database.create(table: "study") { table in
        table.primaryKey("id", .text)
        table.column("name", .text).notNull()
        table.column("format", .text).notNull()
        table.column("layout", .text)
        table.column("created", .double).notNull()
        table.column("bytes", .integer).notNull()
        table.column("state", .text).notNull()
        table.column("problem", .text)
        table.column("alternatives", .text)
        table.column("contexts", .text)
        table.column("revision", .integer).notNull()
        table.column("families", .text)
      }
      try database.create(table: "made") { table in
        table.column("study", .text).notNull().references("study", onDelete: .cascade)
        table.column("kind", .text).notNull()
        table.column("content", .text).notNull()
        table.primaryKey(["study", "kind"])
      }
    }
    return migrator
  }

  /// What an upload that was cut off has left.
  private func removeStrays() {
    let known = Set(((try? records()) ?? []).map(\.id))
    for name in (try? FileManager.default.contentsOfDirectory(atPath: files.path)) ?? []
    where !known.contains(String(name.prefix(32))) || name.hasSuffix(".part") {
      try? FileManager.default.removeItem(at: files.appendingPathComponent(name))
    }
  }

  /// Ends the store; a temporary one is gone then.
  public func close() {
    try? database.close()
    if isTemporary { try? FileManager.default.removeItem(at: folder) }
  }

  // MARK: Studies

  private func reading<Value>(_ body: (Database) throws -> Value) throws(WorkbenchProblem) -> Value {
    do { return try database.read(body) } catch { throw .store("the store cannot be read") }
  }

  private func writing<Value>(_ body: (Database) throws -> Value) throws(WorkbenchProblem) -> Value {
    do { return try database.write(body) } catch { throw .store("the store cannot be written") }
  }

  /// All of them, the newest first.
  func records() throws(WorkbenchProblem) -> [StudyRecord] {
    try reading { try StudyRecord.order(Column("created").desc, Column("id")).fetchAll($0) }
  }

  /// - Throws: `WorkbenchProblem.noStudy`.
  func record(_ id: String) throws(WorkbenchProblem) -> StudyRecord {
    // Nothing else becomes part of a path.
    guard StudyRecord.isID(id), let found = try reading({ try StudyRecord.fetchOne($0, key: id) }) else {
      throw .noStudy
    }
    return found
  }

  func insert(_ record: StudyRecord) throws(WorkbenchProblem) { try writing { try record.insert($0) } }

  /// - Returns: The record after the change; nil where the study is gone.
  func update(_ id: String, _ change: (inout StudyRecord) -> Void) throws(WorkbenchProblem) -> StudyRecord? {
    try writing { database in
      guard var record = try StudyRecord.fetchOne(database, key: id) else { return nil }
      change(&record)
      try record.update(database)
      return record
    }
  }

  /// Bytes of all files.
  func bytes() throws(WorkbenchProblem) -> Int {
    try reading { try Int.fetchOne($0, sql: "SELECT TOTAL(bytes) FROM study") ?? 0 }
  }

  /// - Throws: `WorkbenchProblem.noStudy`.
  func delete(_ id: String) throws(WorkbenchProblem) {
    let record = try record(id)
    _ = try writing { try StudyRecord.deleteOne($0, key: id) }
    for part in [Part.rows, .alternatives, .contexts] {
      try? FileManager.default.removeItem(at: place(part, of: record))
    }
  }

  // MARK: What was made

  enum Kind: String { case document, page }

  /// A study as it is, with what was made of it.
  ///
  /// - Throws: `WorkbenchProblem.noStudy`.
  func record(
    _ id: String, with kind: Kind
  ) throws(WorkbenchProblem) -> (record: StudyRecord, made: String?) {
    guard StudyRecord.isID(id) else { throw .noStudy }
    let found = try reading { database in
      try StudyRecord.fetchOne(database, key: id).map { record in
        (
          record,
          try String.fetchOne(
            database, sql: "SELECT content FROM made WHERE study = ? AND kind = ?",
            arguments: [id, kind.rawValue])
        )
      }
    }
    guard let found else { throw .noStudy }
    return found
  }

  /// Keeps what was made of a study, unless it is gone or its files have changed since.
  ///
  /// - Parameter change: Of the record, at the same moment.
  /// - Returns: Whether it was kept.
  @discardableResult
  func keep(
    _ content: String?, as kind: Kind, of made: StudyRecord, _ change: (inout StudyRecord) -> Void = { _ in }
  ) throws(WorkbenchProblem) -> Bool {
    try writing { database in
      guard var record = try StudyRecord.fetchOne(database, key: made.id), record.revision == made.revision
      else { return false }
      change(&record)
      try record.update(database)
      guard let content else { return true }
      try database.execute(
        sql: "INSERT OR REPLACE INTO made (study, kind, content) VALUES (?, ?, ?)",
        arguments: [made.id, kind.rawValue, content])
      return true
    }
  }

  /// The record after a change of its files: nothing is made of them yet.
  ///
  /// - Returns: nil where the study is gone.
  func renew(_ id: String, _ change: (inout StudyRecord) -> Void) throws(WorkbenchProblem) -> StudyRecord? {
    try writing { database in
      guard var record = try StudyRecord.fetchOne(database, key: id) else { return nil }
      change(&record)
      record.revision += 1
      (record.state, record.problem, record.families) = (.preparing, nil, nil)
      try record.update(database)
      try database.execute(sql: "DELETE FROM made WHERE study = ?", arguments: [id])
      return record
    }
  }

  // MARK: Files

  enum Part: String, CaseIterable { case rows, alternatives, contexts }

  func place(_ part: Part, of record: StudyRecord) -> URL {
    let ending: String? =
      switch part {
      case .rows: nil
      case .alternatives: record.alternatives
      case .contexts: record.contexts
      }
    return files.appendingPathComponent("\(record.id).\(part.rawValue)\(ending.map { ".\($0)" } ?? "")")
  }

  /// Where an upload is written until it is whole.
  func unfinished(_ id: String) -> URL { files.appendingPathComponent("\(id).\(StudyRecord.newID()).part") }

  func files(of record: StudyRecord) -> StudyFiles {
    StudyFiles(
      rows: place(.rows, of: record).path, format: RowFormat(rawValue: record.format) ?? .jsonl,
      layout: record.layout.flatMap { LayoutName(name: $0) },
      alternatives: record.alternatives.map { _ in place(.alternatives, of: record).path },
      contexts: record.contexts.map { _ in place(.contexts, of: record).path })
  }
}
