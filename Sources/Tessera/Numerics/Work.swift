import CTesseraKernels
import Dispatch
import Synchronization

/// Asks work that is under way to stop, from any thread.
public final class Cancellation: Sendable {
  private let asked = Atomic<Bool>(false)

  public init() {}

  /// Work that watches this stops within a piece, some tenths of a second at most, and throws `Cancelled`.
  public func cancel() { asked.store(true, ordering: .relaxed) }

  public var isCancelled: Bool { asked.load(ordering: .relaxed) }
}

/// The work was asked to stop: nothing is wrong, and nothing was finished.
public struct Cancelled: Error, Equatable, CustomStringConvertible {
  public init() {}
  public var description: String { "the work was stopped before its end" }
}

/// How work is done: on how many cores, who watches, who may stop it.
///
/// One value goes through everything that can take over a second. It changes no result: the same seed gives the same
/// bytes on any number of cores.
///
///     let stop = Cancellation()
///     let work = Work(threads: 4, cancellation: stop) { share, what in print(what, share) }
public struct Work: Sendable {
  /// Cores that pieces are shared among.
  public let threads: Int
  public let cancellation: Cancellation?
  private let watch: (@Sendable (_ share: Double, _ what: String) -> Void)?
  private let lower: Double
  private let upper: Double
  private let what: String

  /// - Parameters:
  ///   - threads: Cores to use; nil for all that this process may use.
  ///   - progress: Called from time to time, on the thread that asked for the work, with the share done and what is
  ///     under way.
  public init(
    threads: Int? = nil, cancellation: Cancellation? = nil,
    progress: (@Sendable (_ share: Double, _ what: String) -> Void)? = nil
  ) {
    self.init(
      threads: max(threads ?? Self.availableCores, 1), cancellation: cancellation, watch: progress, lower: 0,
      upper: 1, what: "")
  }

  private init(
    threads: Int, cancellation: Cancellation?, watch: (@Sendable (Double, String) -> Void)?, lower: Double,
    upper: Double, what: String
  ) {
    self.threads = threads
    self.cancellation = cancellation
    self.watch = watch
    self.lower = lower
    self.upper = upper
    self.what = what
  }

  /// Cores that the system lets this process use.
  public static let availableCores = Int(tessera_available_cores())

  /// The same for a part of the whole, which reports as that part.
  ///
  /// - Parameter what: What the part does, for those who watch; nil keeps the words of the whole.
  public func part(_ shares: ClosedRange<Double>, _ what: String? = nil) -> Work {
    Work(
      threads: threads, cancellation: cancellation, watch: watch,
      lower: lower + shares.lowerBound * (upper - lower),
      upper: lower + shares.upperBound * (upper - lower), what: what ?? self.what)
  }

  /// The same without reports, for work inside a step that reports itself.
  public var silent: Work {
    Work(threads: threads, cancellation: cancellation, watch: nil, lower: 0, upper: 1, what: "")
  }

  /// The same on one core.
  public var onOneCore: Work {
    Work(threads: 1, cancellation: cancellation, watch: watch, lower: lower, upper: upper, what: what)
  }

  /// Whether someone watches: then long runs are cut into shorter ones.
  public var isWatched: Bool { watch != nil }

  public var isCancelled: Bool { cancellation?.isCancelled ?? false }

  /// Tells those who watch how far the work is.
  ///
  /// - Parameters:
  ///   - share: Of this part, from 0 to 1.
  ///   - detail: More about what is under way; made only when someone watches.
  public func report(_ share: Double, _ detail: @autoclosure () -> String = "") {
    guard let watch else { return }
    let detail = detail()
    watch(
      lower + min(max(share, 0), 1) * (upper - lower),
      detail.isEmpty ? what : what.isEmpty ? detail : "\(what), \(detail)")
  }

  /// - Throws: `Cancelled` once the work was asked to stop.
  public func check() throws(Cancelled) { if isCancelled { throw Cancelled() } }

  /// Calls `body(piece, worker)` once for every piece in `0..<pieces`, on all cores.
  ///
  /// The pieces are fixed by the caller and every result has a place of its own, so the outcome is the same on any number
  /// of cores. `worker` is below `threads`; no two calls with the same worker overlap, so it can index scratch space.
  ///
  /// - Throws: `Cancelled`; pieces that had not begun are then left out.
  package func forEach(pieces: Int, _ body: @Sendable (_ piece: Int, _ worker: Int) -> Void) throws(Cancelled)
  {
    run(pieces: pieces, watching: cancellation, body)
    try check()
  }

  /// The same for passes of some tenths of a second at most, which end what they began.
  package func forEachWithoutPause(pieces: Int, _ body: @Sendable (_ piece: Int, _ worker: Int) -> Void) {
    run(pieces: pieces, watching: nil, body)
  }

  /// Whether the address space holds the stacks of so many more threads. Without that the system's queues would wait for one for
  /// ever, so whoever hands work to them asks first.
  package static func hasRoom(forThreads count: Int) -> Bool { tessera_room_for_threads(Int32(count)) == 1 }

  private func run(
    pieces: Int, watching cancellation: Cancellation?, _ body: @Sendable (_ piece: Int, _ worker: Int) -> Void
  ) {
    let workers = min(threads, pieces)
    guard workers > 1, Self.hasRoom(forThreads: workers - 1) else {
      for piece in 0..<max(pieces, 0) {
        if cancellation?.isCancelled ?? false { return }
        body(piece, 0)
      }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= pieces || cancellation?.isCancelled ?? false { return }
        body(piece, worker)
      }
    }
  }
}
