import Foundation
import Synchronization

/// Where text goes, as far as that changes how it looks.
struct Medium: Equatable, Sendable {
  /// Columns that fit beside one another; nil where nothing limits them, as in files and pipes.
  var width: Int?
  var hasColours = false
  /// Whether tables are those of Markdown.
  var isMarkdown = false

  static let plain = Medium()

  /// What a descriptor leads to: colours and a width on terminals alone.
  ///
  /// Colours are off under NO_COLOR (any value) and on terminals that call themselves dumb.
  init(descriptor: Int32) {
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

  init() {}

  /// Where this run prints its tables; standard output unless its options say otherwise.
  static var current: Medium {
    get { chosen.withLock { $0 } ?? Medium(descriptor: 1) }
    set { chosen.withLock { $0 = newValue } }
  }

  private static let chosen = Mutex<Medium?>(nil)

  func paint(_ text: String, _ colour: Colour?) -> String {
    guard hasColours, let colour, !text.isEmpty else { return text }
    return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }
}

/// Colours by their code; each has one meaning.
enum Colour: Int {
  case header = 1
  case worse = 31
  case better = 32
  case warning = 33
}
