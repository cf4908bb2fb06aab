import Foundation
import TesseraFormats

/// Where a handler of signals writes which one came; nothing else may be done there.
nonisolated(unsafe) private var wake: Int32 = -1

/// Stops cleanly when it is asked to: nothing half-written is left behind.
enum Interruption {
  /// A thread of its own waits for the signals, so that they are answered at once, however busy the cores are.
  ///
  /// Handlers take them, not the masks of threads: libraries start threads before `main`, which know of no mask.
  static func install() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    wake = ends[1]
    let source = ends[0]
    Thread.detachNewThread {
      var number: UInt8 = 0
      while read(source, &number, 1) != 1 { if errno != EINTR { return } }
      FileAccess.removeUnfinished()
      Console.clearProgress()
      _exit(128 + Int32(number))
    }
    let stopping = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    for number in stopping {
      let before = signal(number) { number in
        let saved = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(wake, &byte, 1)
        errno = saved
      }
      // What was ignored stays so: nohup, and jobs in the background.
      if unsafeBitCast(before, to: Int.self) == 1 { signal(number, SIG_IGN) }
    }
    // Whoever started this program from a thread that hears no signals handed that down; one thread that hears them is enough.
    var heard = sigset_t()
    sigemptyset(&heard)
    for number in stopping { sigaddset(&heard, number) }
    pthread_sigmask(SIG_UNBLOCK, &heard, nil)
    // A file beyond the size that is allowed is an error of the write, which says so and cleans up.
    signal(SIGXFSZ, SIG_IGN)
  }
}
