import Foundation
import Synchronization
import TesseraReports

extension Medium {
  /// What a descriptor leads to: colours and a width on terminals alone.
  ///
  /// Colours are off under NO_COLOR (any value) and on terminals that call themselves dumb.
  init(descriptor: Int32) {
    self.init()
    guard isatty(descriptor) == 1 else { return }
    let environment = ProcessInfo.processInfo.environment
    hasColours = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    var size = winsize()
    // COLUMNS is older than the last change of the window: it counts where the terminal itself says nothing.
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      width = Int(size.ws_col)
    } else {
      width = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }
  }

  /// Where this run prints its tables; standard output unless its options say otherwise.
  static var current: Medium {
    get { chosen.withLock { $0 } ?? Medium(descriptor: 1) }
    set { chosen.withLock { $0 = newValue } }
  }

  private static let chosen = Mutex<Medium?>(nil)
}

extension TextTable {
  /// As it is shown where this run prints.
  var text: String { text(for: .current) }
}
