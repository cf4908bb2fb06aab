import Foundation
import Tessera
import TesseraFormats

/// What is taken along.
extension Workbench {
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
    let (record, made) = try store.record(id, with: .page)
    if let made { return made }
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
        try store.keep(page, as: .page, of: record)
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
