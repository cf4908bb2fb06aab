import Foundation
import Tessera
import TesseraServices

/// Scores for one model, in batches, on threads of its own.
final class Batcher: Sendable {
  let model: ServedModel
  let queue: BatchQueue
  private let metrics: Metrics
  private let seconds: Double

  init(_ model: ServedModel, _ limits: Limits, _ metrics: Metrics) {
    self.model = model
    self.metrics = metrics
    seconds = limits.requestSeconds
    queue = BatchQueue(capacity: limits.waiting, batch: limits.batch, gather: limits.gatherSeconds)
    for _ in 0..<model.workers {
      Thread.detachNewThread { [self] in
        while let batch = queue.take() { run(batch) }
      }
    }
  }

  /// - Throws: `Refusal`.
  func scores(of items: ScoringItems) async throws -> Scores {
    try await withCheckedThrowingContinuation { continuation in
      let job = BatchQueue.Job(items: items, deadline: .now + .seconds(seconds)) {
        continuation.resume(with: $0.mapError { $0 as any Error })
      }
      do {
        try queue.put(job)
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  private func run(_ batch: [BatchQueue.Job]) {
    let now = ContinuousClock.now
    let (late, alive) = (batch.filter { $0.deadline < now }, batch.filter { $0.deadline >= now })
    for job in late { job.finish(.failure(Refusal(.late, "the model had no time for the request"))) }
    guard !alive.isEmpty else { return }
    let sizes = alive.map(\.items.count)
    metrics.noteBatch(of: model.name, items: sizes.reduce(0, +))
    do {
      let all = try scores(of: alive.map(\.items))
      var start = 0
      for (job, size) in zip(alive, sizes) {
        let range = start..<start + size
        start += size
        job.finish(
          Self.finite(
            Scores(rewards: Array(all.rewards[range]), spreads: Array(all.spreads[range])), job.items))
      }
    } catch {
      // One bad item is one request's mistake: each goes alone then, and only that one fails.
      guard alive.count > 1, !(error is ServiceError) else {
        for job in alive { job.finish(.failure(refusal(error, job.items))) }
        return
      }
      for job in alive {
        job.finish(
          Result { try scores(of: [job.items]) }
            .mapError { refusal($0, job.items) }
            .flatMap { Self.finite($0, job.items) })
      }
    }
  }

  private func scores(of items: [ScoringItems]) throws -> Scores {
    var use = ServedModel.CacheUse()
    defer { metrics.noteCache(of: model.name, use) }
    return try model.scores(of: items, use: &use)
  }

  /// A reward that single precision cannot hold is no answer.
  private static func finite(_ scores: Scores, _ items: ScoringItems) -> Result<Scores, Refusal> {
    guard
      let place = scores.rewards.indices.first(where: { !(scores.rewards[$0] + scores.spreads[$0]).isFinite })
    else { return .success(scores) }
    return .failure(beyond(place, items))
  }

  private static func beyond(_ place: Int, _ items: ScoringItems) -> Refusal {
    Refusal(
      field: "\(items.field)[\(place)]", found: "numbers whose reward is beyond single precision",
      expected: "numbers of the size that the model was trained with")
  }

  private func refusal(_ error: any Error, _ items: ScoringItems) -> Refusal {
    if case ContextsError.noDirection(let place) = error, place < items.count {
      return Refusal(
        field: "\(items.field)[\(place)]", found: "nothing that the model knows: a vector of length zero",
        expected: "a direction")
    }
    if case ContextsError.reward(let place) = error, place < items.count { return Self.beyond(place, items) }
    metrics.noteFailure(of: model.name, "\(error)")
    return error is ServiceError
      ? Refusal(.embedder, "the service of embeddings gave no answer that can be used")
      : Refusal(.failure, "the request could not be scored")
  }
}

extension ScoringItems {
  /// How the items are called where their own names are not known.
  fileprivate var field: String {
    switch self {
    case .answers: "texts"
    case .vectors: "vectors"
    }
  }
}
