import Foundation
import Synchronization
import Tessera
import TesseraFormats
import TesseraReports

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
    say(visible(message) + "\n")
  }

  static func warn(_ message: String) {
    clearProgress()
    say("tessera: \(Medium(descriptor: 2).paint("warning:", .warning)) \(visible(message))\n")
  }

  /// Columns of a line of a message: names in files can be of any length.
  private static let longest = 1_000

  private static func visible(_ message: String) -> String {
    message.split(separator: "\n", omittingEmptySubsequences: false)
      .map { TextTable.shortened(TextTable.visible(String($0), limit: .max), to: longest) }.joined(
        separator: "\n")
  }

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

  /// A line that stays, on standard error.
  static func note(_ line: String) { say(line + "\n") }

  /// Work on some cores that says how far it is and how long it takes: on a line of the terminal, or elsewhere in a line
  /// every half minute, so that a log shows that something happens.
  static func work(_ label: String, threads: Int?) -> Work {
    let progress = Progress(label, every: isatty(2) == 1 ? nil : Progress.interval)
    return Work(threads: threads) { share, what in progress.update(share, what) }
  }
}
