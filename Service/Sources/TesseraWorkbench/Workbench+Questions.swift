import Foundation
import Tessera
import TesseraFormats

/// What is asked while somebody waits.
extension Workbench {
  /// What the fit of a study weighed by.
  public func standardScheme(_ id: String) async throws -> Question.Scheme {
    try await live(id).1.standard.scheme
  }

  /// Runs what takes a while beside the threads of tasks.
  func asking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
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
    guard let changed else { throw WorkbenchProblem.noStudy }
    live.declare(partition)
    // The schemes that can be asked are others now.
    try store.keep(study.document().compact(), as: .document, of: changed)
    return try await asking {
      study.document(try live.answer(Question(partition == nil ? live.standard.scheme : .families)))
    }
  }
}
