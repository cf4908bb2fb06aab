import Foundation
import Tessera

/// What is done with files in the background.
extension Workbench {
  /// Puts a study on the queue, once.
  @discardableResult
  func read(_ id: String) -> Reading {
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

  func run(_ reading: Reading, _ id: String) {
    guard !reading.cancellation.isCancelled, let record = try? store.record(id) else { return }
    let files = store.files(of: record)
    do {
      let study = try Study(files, limits: limits, work: reading.work(seconds: limits.readingSeconds))
      if let names = record.families, let live = study.live {
        try live.declare(LiveStudy.families(json: names, of: live.data))
      }
      let document = try study.document().compact()
      guard !reading.cancellation.isCancelled,
        try store.keep(document, as: .document, of: record, { ($0.state, $0.problem) = (.ready, nil) })
      else { return }
      state.withLock { state in
        // Files that came meanwhile are read by another.
        guard state.readings[id] === reading else { return }
        state.loaded.removeAll { $0.id == id }
        state.loaded.append((id, study))
        if state.loaded.count > limits.inMemory { state.loaded.removeFirst() }
      }
    } catch is Cancelled {
      // Deleted, or replaced by a reading of more files, or out of time.
      let isOurs = state.withLock { !$0.isClosed && $0.readings[id] === reading }
      guard isOurs else { return }
      fail(record, "reading it took longer than \(Int(limits.readingSeconds)) seconds")
    } catch {
      fail(record, Self.words(error, files))
    }
  }

  func fail(_ record: StudyRecord, _ words: String) {
    _ = try? store.keep(nil, as: .document, of: record) { ($0.state, $0.problem) = (.failed, words) }
  }

  /// What went wrong, without the paths of this machine.
  static func words(_ error: any Error, _ files: StudyFiles) -> String {
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

  func forget(_ id: String) {
    let under = state.withLock { state -> [Reading] in
      state.loaded.removeAll { $0.id == id }
      state.failedPages[id] = nil
      return [state.readings.removeValue(forKey: id), state.pages.removeValue(forKey: id)].compactMap { $0 }
    }
    for reading in under { reading.cancellation.cancel() }
  }
}
