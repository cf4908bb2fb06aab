import Synchronization
import Tessera

/// What a caller on another thread watches a run by, and stops it with: numbers that both sides poll. No call ever goes back into
/// the caller's language, where an interrupt could hit it half way.
final class Control: Sendable {
  private let threads: Int?
  private let cancellation = Cancellation()
  /// The bits of a Double: the share that is done.
  private let bits = Atomic<UInt64>(0)

  /// - Parameter threads: 0 or less for all cores.
  init(threads: Int) { self.threads = threads > 0 ? threads : nil }

  var share: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  func stop() { cancellation.cancel() }

  func work() -> Work {
    Work(threads: threads, cancellation: cancellation) { share, _ in
      self.bits.store(share.bitPattern, ordering: .relaxed)
    }
  }
}
