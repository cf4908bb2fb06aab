import Foundation
import Tessera
import TesseraFormats

/// Files in.
extension Workbench {
  /// Room for a new study.
  ///
  /// - Parameters:
  ///   - name: What the user calls the file: its ending tells the format, and it is shown. Never a path.
  ///   - format: nil for what the ending tells.
  /// - Throws: `WorkbenchProblem`.
  public func upload(name: String, format: RowFormat? = nil, layout: LayoutName? = nil) throws -> Upload {
    guard let format = format ?? RowFormat(file: name) else {
      throw WorkbenchProblem.setting(
        name: "name", found: "an ending that tells no format",
        expected: ".jsonl, .json, .csv, .tsv or .parquet, also with .gz or .zst, or the parameter format")
    }
    guard try store.records().count < limits.studies else {
      throw WorkbenchProblem.notNow("\(limits.studies) studies are stored; delete one")
    }
    let record = StudyRecord(
      id: StudyRecord.newID(), name: name, format: format.rawValue, layout: layout?.rawValue,
      created: Date().timeIntervalSince1970, bytes: 0, state: .preparing)
    return try Upload(to: store.unfinished(record.id), limit: room()) { [self] file, bytes in
      try requireRoom(bytes)
      var record = record
      record.bytes = bytes
      try move(file, to: store.place(.rows, of: record))
      try store.insert(record)
      read(record.id)
      return record
    }
  }

  /// A file of alternatives or of contexts for a study: it is read anew.
  ///
  /// - Throws: `WorkbenchProblem`.
  public func upload(_ name: String, to id: String, as part: String) throws -> Upload {
    let record = try store.record(id)
    guard let part = StudyStore.Part(rawValue: part), part != .rows else {
      throw WorkbenchProblem.setting(
        name: "part", found: "another word", expected: "alternatives or contexts")
    }
    let endings =
      part == .alternatives
      ? RowFormat.allCases.map(\.rawValue) : ContextsFile.endings.map { String($0.dropFirst()) }
    let own =
      part == .alternatives
      ? RowFormat(file: name)?.rawValue : name.lowercased().split(separator: ".").last.map(String.init)
    guard let ending = own, endings.contains(ending) else {
      throw WorkbenchProblem.setting(
        name: "name", found: "an ending that tells no format",
        expected: "one of \(endings.joined(separator: ", "))")
    }
    return try Upload(to: store.unfinished(id), limit: room()) { [self] file, bytes in
      try requireRoom(bytes)
      forget(id)
      try? FileManager.default.removeItem(at: store.place(part, of: record))
      let changed = try store.renew(id) { record in
        if part == .alternatives { record.alternatives = ending } else { record.contexts = ending }
        record.bytes += bytes
      }
      guard let changed else {
        try? FileManager.default.removeItem(at: file)
        throw WorkbenchProblem.noStudy
      }
      try move(file, to: store.place(part, of: changed))
      read(id)
      return changed
    }
  }

  private func room() throws -> Int {
    min(limits.uploadBytes, max(try limits.storedBytes - store.bytes(), 0))
  }

  private func requireRoom(_ bytes: Int) throws {
    guard try store.bytes() + bytes <= limits.storedBytes else {
      throw WorkbenchProblem.tooLong(limit: limits.storedBytes)
    }
  }

  private func move(_ file: URL, to place: URL) throws {
    do {
      try? FileManager.default.removeItem(at: place)
      try FileManager.default.moveItem(at: file, to: place)
    } catch {
      try? FileManager.default.removeItem(at: file)
      throw WorkbenchProblem.store("the store cannot be written")
    }
  }
}
