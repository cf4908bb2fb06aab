import Foundation
import Synchronization
import Tessera
import TesseraFormats

/// Data goes to standard output; warnings, errors and progress to standard error.
enum Console {
  private static let progressShown = Atomic<Bool>(false)

  static func output(_ text: String) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      throw FormatError.cannotWrite(file: "standard output", reason: "\(error.localizedDescription)")
    }
  }

  /// What files hold must not steer the terminal: control characters are spelled out, but for the ends of lines.
  static func error(_ message: String) {
    clearProgress()
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    say(lines.map { TextTable.visible(String($0), limit: .max) }.joined(separator: "\n") + "\n")
  }

  static func warn(_ message: String) { error("tessera: warning: \(message)") }

  static func showProgress(_ line: String) {
    progressShown.store(true, ordering: .relaxed)
    say("\r\u{1B}[K\(line)")
  }

  static func clearProgress() {
    if progressShown.exchange(false, ordering: .relaxed) { say("\r\u{1B}[K") }
  }

  /// Nobody listening is no reason to lose the work: what cannot be said is left unsaid.
  private static func say(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if errno != EINTR {
        return
      }
    }
  }

  /// Work on some cores with a line on the terminal: the share done and the time left, once it has taken a second.
  static func work(_ label: String, threads: Int?) -> Work {
    guard isatty(2) == 1 else { return Work(threads: threads) }
    let line = ProgressLine(label)
    return Work(threads: threads) { share, what in line.update(share, what) }
  }
}

/// A line on the terminal that says how far work is.
private final class ProgressLine: Sendable {
  private let label: String
  private let start = ContinuousClock.now
  private let last = Mutex(ContinuousClock.now)

  init(_ label: String) { self.label = label }

  func update(_ share: Double, _ what: String) {
    if share >= 1 {
      Console.clearProgress()
      return
    }
    let now = ContinuousClock.now
    let due = last.withLock { last in
      guard now - start > .seconds(1), now - last > .milliseconds(100) else { return false }
      last = now
      return true
    }
    guard due else { return }
    let elapsed = (now - start).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    let left = share > 0 ? seconds / share - seconds : 0
    Console.showProgress(
      "\(label) \(Int(share * 100)) %, \(Self.spell(left)) left\(what.isEmpty ? "" : ", \(what)")")
  }

  private static func spell(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0).rounded(.up), 1e8))
    return whole < 90
      ? "\(whole) s" : whole < 5400 ? "\((whole + 30) / 60) min" : "\((whole + 1800) / 3600) h"
  }
}
