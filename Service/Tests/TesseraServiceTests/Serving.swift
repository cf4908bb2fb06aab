import Foundation
import TesseraHTTP
import TesseraService

/// Runs what blocks on a thread of its own: threads of tasks are few, and the service needs them.
func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
  try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
    Thread.detachNewThread { done.resume(with: Result { try body() }) }
  }
}

/// Serves while `body` runs, then asks the service to stop and waits for its end.
func serving(
  _ service: RewardService, stops: Bool = true,
  _ body: @Sendable @escaping (Int, RewardServer) throws -> Void
) async throws {
  let port = AsyncStream.makeStream(of: Int.self)
  // Logs of tests go nowhere.
  let server = RewardServer(
    service, at: ListeningAddress(port: 0), log: ServiceLog(descriptor: -1), stopsOnSignals: false
  ) { port.continuation.yield($0) }
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await server.run() }
    guard let number = await port.stream.first(where: { _ in true }) else { throw Wire.Closed() }
    do {
      try await onThread { try body(number, server) }
    } catch {
      await server.stop()
      throw error
    }
    if stops { await server.stop() }
    try await group.waitForAll()
  }
}
