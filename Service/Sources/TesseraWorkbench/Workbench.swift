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
  private let readings = DispatchQueue(label: "tessera.readings", qos: .utility)
  private let questions = DispatchQueue(
    label: "tessera.questions", qos: .userInitiated, attributes: .concurrent)
  private let state = Mutex(State())

  private struct State {
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

  // MARK: Uploads

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
      let changed = try store.update(id) { record in
        if part == .alternatives { record.alternatives = ending } else { record.contexts = ending }
        record.bytes += bytes
        (record.state, record.problem, record.families) = (.preparing, nil, nil)
      }
      guard let changed else {
        try? FileManager.default.removeItem(at: file)
        throw WorkbenchProblem.noStudy
      }
      try move(file, to: store.place(part, of: changed))
      try store.forgetMade(of: id)
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

  // MARK: Reading

  /// A study that is being read, or a page that is being made.
  private final class Reading: Sendable {
    let cancellation = Cancellation()
    private let progress = Mutex((share: 0.0, what: "waiting"))
    private let waiting = Mutex<(isDone: Bool, who: [@Sendable () -> Void])>((false, []))

    var now: (share: Double, what: String) { progress.withLock { $0 } }

    func work(seconds: Double) -> Work {
      let stop = cancellation
      DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { stop.cancel() }
      return Work(cancellation: stop) { [weak self] share, what in
        self?.progress.withLock { $0 = (share, what) }
      }
    }

    func end() {
      let who = waiting.withLock { waiting in
        waiting.isDone = true
        return waiting.who
      }
      for one in who { one() }
    }

    func wait() async {
      await withCheckedContinuation { continuation in
        let isDone = waiting.withLock { waiting in
          if !waiting.isDone { waiting.who.append { continuation.resume() } }
          return waiting.isDone
        }
        if isDone { continuation.resume() }
      }
    }
  }

  /// Puts a study on the queue, once.
  @discardableResult
  private func read(_ id: String) -> Reading {
    let (reading, isNew) = state.withLock { state -> (Reading, Bool) in
      if let known = state.readings[id], !known.cancellation.isCancelled { return (known, false) }
      let reading = Reading()
      state.readings[id] = reading
      return (reading, true)
    }
    guard isNew else { return reading }
    readings.async { [self] in
      run(reading, id)
      state.withLock { state in if state.readings[id] === reading { state.readings[id] = nil } }
      reading.end()
    }
    return reading
  }

  private func run(_ reading: Reading, _ id: String) {
    guard !reading.cancellation.isCancelled, let record = try? store.record(id) else { return }
    let files = store.files(of: record)
    do {
      let study = try Study(files, limits: limits, work: reading.work(seconds: limits.readingSeconds))
      if let names = record.families, let live = study.live {
        try live.declare(LiveStudy.families(json: names, of: live.data))
      }
      let document = try study.document().compact()
      guard !reading.cancellation.isCancelled else { return }
      try store.keep(document, as: .document, of: id)
      try store.update(id) { ($0.state, $0.problem) = (.ready, nil) }
      state.withLock { state in
        state.loaded.removeAll { $0.id == id }
        state.loaded.append((id, study))
        if state.loaded.count > limits.inMemory { state.loaded.removeFirst() }
      }
    } catch is Cancelled {
      // Deleted, or replaced by a reading of more files, or out of time.
      let isOurs = state.withLock { !$0.isClosed && $0.readings[id] === reading }
      guard isOurs else { return }
      _ = try? store.update(id) {
        ($0.state, $0.problem) = (
          .failed, "reading it took longer than \(Int(limits.readingSeconds)) seconds"
        )
      }
    } catch {
      _ = try? store.update(id) { ($0.state, $0.problem) = (.failed, Self.words(error, files)) }
    }
  }

  /// What went wrong, without the paths of this machine.
  private static func words(_ error: any Error, _ files: StudyFiles) -> String {
    var text = "\(error)"
    for (path, name) in [
      (files.rows, files.name), (files.alternatives, "the alternatives"), (files.contexts, "the contexts"),
    ] {
      if let path { text = text.replacingOccurrences(of: path, with: name) }
    }
    // What is no message of ours could name anything.
    guard error is any KindedError, !text.contains("/files/") else {
      return "the file cannot be read"
    }
    return String(text.prefix(600))
  }

  private func forget(_ id: String) {
    let under = state.withLock { state -> [Reading] in
      state.loaded.removeAll { $0.id == id }
      state.failedPages[id] = nil
      return [state.readings.removeValue(forKey: id), state.pages.removeValue(forKey: id)].compactMap { $0 }
    }
    for reading in under { reading.cancellation.cancel() }
  }

  // MARK: Studies

  public func list() throws -> JSONValue {
    .array(try store.records().map { .object($0.brief) })
  }

  /// A study with all that the page shows of it, once it is there.
  ///
  /// - Throws: `WorkbenchProblem`.
  public func document(_ id: String) throws -> JSONValue {
    let record = try store.record(id)
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
    let made = record.state == .ready ? try store.made(.document, of: id) : nil
    members.append(("study", try made.map { try JSONReader.value(of: Array($0.utf8)) } ?? .null))
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

  private func live(_ id: String) async throws -> (Study, LiveStudy) {
    let study = try await study(id)
    guard let live = study.live else {
      throw WorkbenchProblem.notNow(
        "a stored fit holds no comparisons to fit again: upload those it came from")
    }
    return (study, live)
  }

  // MARK: Questions

  /// What the fit of a study weighed by.
  public func standardScheme(_ id: String) async throws -> Question.Scheme {
    try await live(id).1.standard.scheme
  }

  /// Runs what takes a while beside the threads of tasks.
  private func asking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    let hasRoom = state.withLock { state in
      guard state.questions < limits.questions, !state.isClosed else { return false }
      state.questions += 1
      return true
    }
    guard hasRoom else { throw WorkbenchProblem.busy }
    defer { state.withLock { $0.questions -= 1 } }
    return try await withCheckedThrowingContinuation { continuation in
      questions.async { continuation.resume(with: Result { try body() }) }
    }
  }

  /// Both estimates under a question.
  ///
  /// - Throws: `WorkbenchProblem`, and what fits throw.
  public func answer(_ id: String, _ question: Question) async throws -> JSONValue {
    let (study, live) = try await live(id)
    return try await asking { study.document(try live.answer(question)) }
  }

  /// Who wins with copies of an answer.
  public func clones(
    _ id: String, of answer: String, count: Int, distance: Double, record: CloneInjection.Record,
    _ question: Question
  ) async throws -> JSONValue {
    let (study, live) = try await live(id)
    guard (1...limits.clones).contains(count) else {
      throw WorkbenchProblem.setting(name: "count", found: "\(count)", expected: "1 to \(limits.clones)")
    }
    guard distance >= 0, distance <= 2 else {
      throw WorkbenchProblem.setting(
        name: "distance", found: "\(distance)", expected: "0 to 2 median distances")
    }
    guard let place = live.data.alternatives.firstIndex(where: { Array($0.id.utf8) == Array(answer.utf8) })
    else {
      throw WorkbenchProblem.setting(name: "id", found: "another name", expected: "the id of an answer")
    }
    return try await asking {
      study.document(
        try live.adding(
          ClonedStudy.Clones(of: place, count: count, distance: distance, record: record), question))
    }
  }

  /// Declares families; an empty list takes them back.
  public func declare(_ families: [(id: String, family: String)], for id: String) async throws -> JSONValue {
    let (study, live) = try await live(id)
    let partition = try families.isEmpty ? nil : LiveStudy.families(families, of: live.data)
    let text = JSONValue.array(
      families.map { .object([("id", .string($0.id)), ("family", .string($0.family))]) }
    ).compact()
    let changed = try store.update(id) { $0.families = families.isEmpty ? nil : text }
    guard changed != nil else { throw WorkbenchProblem.noStudy }
    live.declare(partition)
    // The schemes that can be asked are others now.
    try store.keep(study.document().compact(), as: .document, of: id)
    return try await asking {
      study.document(try live.answer(Question(partition == nil ? live.standard.scheme : .families)))
    }
  }

  // MARK: Exports

  public enum ExportFormat: String, Sendable, CaseIterable { case json, csv }

  public func weights(_ id: String, _ question: Question, as format: ExportFormat) async throws -> String {
    let (_, live) = try await live(id)
    return try await asking {
      let weights = try live.weights(question)
      return format == .csv ? CSV.text(weights) : try DocumentFile.text(weights)
    }
  }

  /// What to keep, look at and drop.
  public func keep(_ id: String, as format: ExportFormat) async throws -> String {
    let (_, live) = try await live(id)
    return try await asking {
      let duplicates = try live.duplicates(all: true)
      return format == .csv ? try duplicates.csv(CSV.field) : try DocumentFile.text(duplicates)
    }
  }

  /// The audit's page; nil while it is being made, which begins with the first call.
  public func page(_ id: String) async throws -> String? {
    let record = try store.record(id)
    if let made = try store.made(.page, of: id) { return made }
    let (_, live) = try await live(id)
    if let problem = state.withLock({ $0.failedPages.removeValue(forKey: id) }) {
      throw WorkbenchProblem.notNow(problem)
    }
    let making = state.withLock { state -> Reading? in
      if state.pages[id] != nil { return nil }
      let making = Reading()
      state.pages[id] = making
      return making
    }
    guard let making else { return nil }
    readings.async { [self] in
      defer {
        state.withLock { state in if state.pages[id] === making { state.pages[id] = nil } }
        making.end()
      }
      guard !making.cancellation.isCancelled else { return }
      let work = making.work(seconds: limits.readingSeconds)
      do {
        let page = try live.page(title: record.name, work: work)
        guard !making.cancellation.isCancelled else { return }
        try store.keep(page, as: .page, of: id)
      } catch is Cancelled {
        state.withLock { state in
          guard state.pages[id] === making, !state.isClosed else { return }
          state.failedPages[id] = "the page took longer than \(Int(limits.readingSeconds)) seconds"
        }
      } catch {
        let words = Self.words(error, store.files(of: record))
        state.withLock { $0.failedPages[id] = "the page could not be made: \(words)" }
      }
    }
    return nil
  }

  /// How far the page is; nil where none is being made.
  public func pageProgress(_ id: String) -> (share: Double, what: String)? {
    state.withLock { $0.pages[id] }?.now
  }
}
