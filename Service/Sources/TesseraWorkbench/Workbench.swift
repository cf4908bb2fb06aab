import Foundation
import Synchronization
import Tessera
import TesseraFormats

/// Studies that are stored, read, asked and deleted: all that a server has to translate.
///
///     let bench = Workbench(StudyStore(), limits: WorkbenchLimits())
///     let upload = try bench.upload(name: "votes.csv")      // then write, and finish
///     let answer = try await bench.answer(id, Question(.local, resolution: 0.2))
///
/// Files are read one after another on a queue of their own; questions are answered beside it. A study that is not in memory is
/// read again when it is asked.
public final class Workbench: Sendable {
  public let limits: WorkbenchLimits
  let store: StudyStore
  let readings = DispatchQueue(label: "tessera.readings", qos: .utility)
  let questions = DispatchQueue(
    label: "tessera.questions", qos: .userInitiated, attributes: .concurrent)
  let state = Mutex(State())

  struct State {
    /// Studies in memory, the last asked last.
    var loaded: [(id: String, study: Study)] = []
    var readings: [String: Reading] = [:]
    var pages: [String: Reading] = [:]
    /// Why a page could not be made; told once.
    var failedPages: [String: String] = [:]
    var questions = 0
    var isClosed = false
  }

  public init(_ store: StudyStore, limits: WorkbenchLimits = WorkbenchLimits()) throws(WorkbenchProblem) {
    (self.store, self.limits) = (store, limits)
    for record in try store.records() where record.state == .preparing { read(record.id) }
  }

  /// Stops what is under way; a temporary store is gone then.
  public func close() {
    let under = state.withLock { state -> [Reading] in
      state.isClosed = true
      return Array(state.readings.values) + Array(state.pages.values)
    }
    for reading in under { reading.cancellation.cancel() }
    readings.sync {}
    store.close()
  }

  // MARK: Studies

  public func list() throws -> JSONValue {
    .array(try store.records().map { .object($0.brief) })
  }

  /// A study with all that the page shows of it, once it is there.
  ///
  /// - Throws: `WorkbenchProblem`.
  public func document(_ id: String) throws -> JSONValue {
    let (record, made) = try store.record(id, with: .document)
    let progress = state.withLock { $0.readings[id] }?.now
    var members = record.brief
    members.append(
      (
        "progress",
        record.state == .preparing
          ? .object([
            ("share", .number(progress?.share ?? 0)), ("what", .string(progress?.what ?? "waiting")),
          ]) : .null
      ))
    members.append(
      ("families", try record.families.map { try JSONReader.value(of: Array($0.utf8)) } ?? .array([])))
    let shown = record.state == .ready ? made : nil
    members.append(("study", try shown.map { try JSONReader.value(of: Array($0.utf8)) } ?? .null))
    return .object(members)
  }

  /// Deletes a study with its files and all that was made from them.
  ///
  /// - Throws: `WorkbenchProblem`.
  public func delete(_ id: String) throws {
    _ = try store.record(id)
    forget(id)
    try store.delete(id)
  }

  /// The study, read again where it is not in memory.
  private func study(_ id: String) async throws -> Study {
    for _ in 0..<2 {
      let known = state.withLock { state -> Study? in
        guard let place = state.loaded.firstIndex(where: { $0.id == id }) else { return nil }
        let found = state.loaded.remove(at: place)
        state.loaded.append(found)
        return found.study
      }
      if let known { return known }
      let record = try store.record(id)
      guard record.state == .ready else {
        throw WorkbenchProblem.notNow(record.problem ?? "the study is being read")
      }
      await read(id).wait()
    }
    throw WorkbenchProblem.notNow("the study could not be read again")
  }

  func live(_ id: String) async throws -> (Study, LiveStudy) {
    let study = try await study(id)
    guard let live = study.live else {
      throw WorkbenchProblem.notNow(
        "a stored fit holds no comparisons to fit again: upload those it came from")
    }
    return (study, live)
  }

}
