import Foundation

/// How wide tables may be.
enum TerminalWidth {
  /// Columns of the terminal on standard output, else of COLUMNS, else 100; never below 40.
  static var columns: Int {
    var size = winsize()
    if isatty(1) == 1, ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return max(Int(size.ws_col), 40)
    }
    let named = ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init)
    return max(named ?? 100, 40)
  }
}
