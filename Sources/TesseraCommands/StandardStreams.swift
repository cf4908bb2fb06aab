import Foundation

/// The three files that a program begins with.
enum StandardStreams {
  /// Keeps the places of streams that are closed: the next file that is opened would take one, and what is said would be
  /// written into it.
  static func reserve() {
    for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) == -1 {
      // Opened the wrong way round: what is read or written there fails, as it would have. The lowest free number is taken.
      _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
  }
}
