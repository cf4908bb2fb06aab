import Foundation
import Synchronization
import Tessera

/// Shows how far work is, while it is under way.
final class Progress: Sendable {
  private let label: String
  private let state = Mutex(State())

  private struct State {
    var pace = Pace()
    var share = 0.0
    var what = ""
    var shown = 0.0
    var isDone = false
  }

  private let start = ContinuousClock.now
  /// Seconds between lines of a log; nil for a line on the terminal.
  private let interval: Double?

  /// - Parameter interval: Seconds between lines of a log; nil for a line on the terminal.
  init(_ label: String, every interval: Double?) {
    (self.label, self.interval) = (label, interval)
    guard let interval else { return }
    // A stage that reports nothing for long must not look dead: the clock writes, not the work.
    Thread.detachNewThread { [weak self] in
      while true {
        Thread.sleep(forTimeInterval: interval)
        guard let self, let line = self.line(at: self.seconds) else { return }
        Console.note("tessera: \(line)")
      }
    }
  }

  /// Seconds between lines off a terminal: TESSERA_PROGRESS_SECONDS, or 30.
  static var interval: Double {
    let wanted = ProcessInfo.processInfo.environment["TESSERA_PROGRESS_SECONDS"].flatMap { Double($0) }
    return wanted.flatMap { $0 > 0 && $0.isFinite ? $0 : nil } ?? 30
  }

  private var seconds: Double {
    let elapsed = (ContinuousClock.now - start).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  }

  func update(_ share: Double, _ what: String) {
    let now = seconds
    let due = state.withLock { state in
      state.share = share
      state.what = what
      state.isDone = share >= 1
      state.pace.add(share, at: now)
      guard !state.isDone, now > 1, now - state.shown > 0.1 else { return false }
      state.shown = now
      return true
    }
    guard interval == nil else { return }
    if share >= 1 { return Console.clearProgress() }
    if due, let line = line(at: now) { Console.showProgress(line) }
  }

  /// "fitting, 42 %, 3 min left, folds"; nil once the work is done.
  private func line(at now: Double) -> String? {
    state.withLock { state in
      guard !state.isDone else { return nil }
      let left = state.pace.left(at: now).map { ", \(Self.spell($0)) left" } ?? ""
      let what = state.what.isEmpty ? "" : ", \(state.what)"
      return "\(label), \(Int(state.share * 100)) %\(left)\(what)"
    }
  }

  private static func spell(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0).rounded(.up), 1e8))
    return whole < 90
      ? "\(whole) s" : whole < 5400 ? "\((whole + 30) / 60) min" : "\((whole + 1800) / 3600) h"
  }
}

/// How fast work gets on of late.
///
/// Stages take unlike times for a hundredth of the whole, so the rate is that of the last third of the time, ten seconds at
/// least. Waiting counts: where nothing is reported the rest takes longer and longer, and after that span nothing is
/// foretold.
package struct Pace: Sendable {
  private var reports: [(time: Double, share: Double)] = []

  package init() {}

  /// - Parameters:
  ///   - share: Done, from 0 to 1.
  ///   - time: Seconds since the start.
  package mutating func add(_ share: Double, at time: Double) {
    // Some hundred reports tell as much as millions.
    if let last = reports.last, reports.count > 1, time - last.time < max(0.05, time / 500) {
      reports[reports.count - 1].share = share
      return
    }
    reports.append((time, share))
    let first = reports.lastIndex { $0.time <= time - Self.span(at: time) } ?? 0
    if first > 256 { reports.removeFirst(first) }
  }

  private static func span(at time: Double) -> Double { max(10, time / 3) }

  /// Seconds until the end at the pace of late; nil where that tells nothing.
  package func left(at time: Double) -> Double? {
    guard let last = reports.last, last.share > 0 else { return nil }
    let from = time - Self.span(at: time)
    let (start, before) = reports.last { $0.time <= from } ?? (from > 0 ? reports[0] : (0, 0))
    guard last.share > before, time > start else { return nil }
    return (1 - last.share) * (time - start) / (last.share - before)
  }
}
