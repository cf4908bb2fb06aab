import Dispatch
import Synchronization
import Tessera

/// The comparisons of files, put in their places on another core while the rows behind them are read.
///
/// They go in as they came, so the table is the same on any number of cores. Whoever asks for more than their sum waits for
/// those under way.
final class GrowingComparisons {
  /// What is handed over at once: a tenth of a millisecond's worth or more.
  private static let block = 16_384

  private final class Place: Sendable {
    struct Held {
      var table = ComparisonTable()
      var repeats = 0
      var refused: (any Error)?
    }

    let held = Mutex(Held())

    func add(_ block: [Comparison]) {
      held.withLock { held in
        guard held.refused == nil else { return }
        do { held.repeats += block.count - (try held.table.add(ofOne: block)) } catch { held.refused = error }
      }
    }
  }

  private let place = Place()
  private let queue: DispatchQueue?
  /// Blocks that may be under way: what is read faster than it is put away waits here.
  private let room = DispatchSemaphore(value: 2)
  private var waiting: [Comparison] = []
  private var isUnderWay = false
  /// Sum of the counts of all that was added.
  private(set) var total = 0.0

  /// - Parameter threads: With one, everything is put away at once.
  init(threads: Int) {
    queue = threads > 1 ? DispatchQueue(label: "comparisons") : nil
  }

  /// Adds comparisons that stand for one statement each, and are known to be sound.
  func add(plain comparisons: [Comparison]) {
    total += Double(comparisons.count)
    waiting += comparisons
    if waiting.count >= Self.block { handOver() }
  }

  private func handOver() {
    // A thread needs a stack, and its memory comes from an arena of its own: as much as eight stacks.
    guard let queue, Work.hasRoom(forThreads: 8) else {
      waitForOthers()
      place.add(waiting)
      waiting.removeAll(keepingCapacity: true)
      return
    }
    let block = waiting
    waiting = []
    waiting.reserveCapacity(Self.block + 1_024)
    isUnderWay = true
    room.wait()
    queue.async { [place, room] in
      place.add(block)
      room.signal()
    }
  }

  private func waitForOthers() {
    if isUnderWay { queue?.sync {} }
    isUnderWay = false
  }

  /// The table with all that was added.
  ///
  /// - Throws: what it refused of comparisons that went in meanwhile.
  private func whole<R: Sendable>(_ body: (inout Place.Held) throws -> R) throws -> R {
    if !waiting.isEmpty { handOver() }
    waitForOthers()
    return try place.held.withLock { held in
      if let refused = held.refused { throw refused }
      return try body(&held)
    }
  }

  /// - Returns: Whether it was the first of its kind.
  /// - Throws: `DatasetError`, as the table does.
  func add(_ comparison: Comparison) throws -> Bool {
    let (isFirst, sum) = try whole { held in (try held.table.add(comparison), held.table.total) }
    total = sum
    return isFirst
  }

  func contains(_ comparison: Comparison) throws -> Bool { try whole { $0.table.contains(comparison) } }

  /// The table, without what only more comparisons would need, and how many of the plain ones said what another says; both
  /// are gone from here.
  func take() throws -> (table: ComparisonTable, repeats: Int) {
    try whole { held in
      held.table.settle()
      let taken = (held.table, held.repeats)
      held = Place.Held()
      return taken
    }
  }
}
