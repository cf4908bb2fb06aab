import Foundation
import Synchronization
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

  static func error(_ message: String) {
    clearProgress()
    FileHandle.standardError.write(Data((message + "\n").utf8))
  }

  static func warn(_ message: String) { error("tessera: warning: \(message)") }

  static func showProgress(_ line: String) {
    progressShown.store(true, ordering: .relaxed)
    FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
  }

  static func clearProgress() {
    if progressShown.exchange(false, ordering: .relaxed) {
      FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
  }
}

/// A line on the terminal with the share done and the time left, once work has taken a second.
final class Progress {
  private let label: String
  private let visible = isatty(2) == 1
  private let start = ContinuousClock.now
  private var last = ContinuousClock.now

  init(_ label: String) { self.label = label }

  /// - Parameter detail: What to show behind the label, computed only when it is shown.
  func update(_ share: Double, detail: @autoclosure () -> String = "") {
    guard visible else { return }
    let now = ContinuousClock.now
    guard now - start > .seconds(1), now - last > .milliseconds(100) || share >= 1 else { return }
    last = now
    let seconds =
      Double((now - start).components.seconds) + Double((now - start).components.attoseconds) * 1e-18
    let left = share > 0 ? seconds / share - seconds : 0
    Console.showProgress("\(label) \(Int(share * 100)) %, \(Self.spell(left)) left\(detail())")
  }

  func finish() { if visible { Console.clearProgress() } }

  private static func spell(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0).rounded(.up), 1e8))
    return whole < 90
      ? "\(whole) s" : whole < 5400 ? "\((whole + 30) / 60) min" : "\((whole + 1800) / 3600) h"
  }
}
