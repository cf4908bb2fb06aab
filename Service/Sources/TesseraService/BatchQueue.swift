import Foundation

/// Requests that wait for a model, handed out together: a few at a time when it is quiet, a full batch when it is busy.
///
/// While one batch is worked on, the next gathers. Nothing waits for company unless it is told to.
final class BatchQueue: @unchecked Sendable {
  /// One request's items.
  struct Job: Sendable {
    let items: ScoringItems
    /// After it nobody waits for the answer.
    let deadline: ContinuousClock.Instant
    let finish: @Sendable (Result<Scores, Refusal>) -> Void
  }

  private let capacity: Int
  private let batch: Int
  private let gather: Double
  // All that follows belongs to who holds the lock of the condition.
  private let condition = NSCondition()
  private var jobs: [Job] = []
  private var items = 0
  private var isClosed = false

  /// - Parameters:
  ///   - capacity: Items that may wait.
  ///   - batch: Items that are handed out together; a request of more goes alone.
  ///   - gather: Seconds that the first of a batch waits for others.
  init(capacity: Int, batch: Int, gather: Double) {
    self.capacity = capacity
    self.batch = batch
    self.gather = gather
  }

  /// Items that wait.
  var count: Int {
    condition.lock()
    defer { condition.unlock() }
    return items
  }

  /// - Throws: `Refusal` of `busy` where the items would be too many, of `stopping` once the queue is closed.
  func put(_ job: Job) throws(Refusal) {
    condition.lock()
    defer { condition.unlock() }
    guard !isClosed else { throw Refusal(.stopping, "the service is stopping") }
    guard items + job.items.count <= capacity else {
      throw Refusal(
        .busy, "\(items) items wait for the model, expected room for \(job.items.count) of \(capacity)")
    }
    jobs.append(job)
    items += job.items.count
    condition.signal()
  }

  /// The next batch, at least one job; nil once the queue is closed and empty. Blocks.
  func take() -> [Job]? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      while jobs.isEmpty {
        if isClosed { return nil }
        condition.wait()
      }
      if gather > 0 {
        let end = Date(timeIntervalSinceNow: gather)
        while items < batch, !isClosed, condition.wait(until: end) {}
      }
      // Another thread may have taken them while this one waited.
      if !jobs.isEmpty { return first() }
    }
  }

  private func first() -> [Job] {
    var (taken, sum) = (0, 0)
    while taken < jobs.count, taken == 0 || sum + jobs[taken].items.count <= batch {
      sum += jobs[taken].items.count
      taken += 1
    }
    let result = Array(jobs[..<taken])
    jobs.removeFirst(taken)
    items -= sum
    if !jobs.isEmpty { condition.signal() }
    return result
  }

  /// What waits is still handed out; nothing more is taken in.
  func close() {
    condition.lock()
    defer { condition.unlock() }
    isClosed = true
    condition.broadcast()
  }
}
