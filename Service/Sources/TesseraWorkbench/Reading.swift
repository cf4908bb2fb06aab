import Foundation
import Synchronization
import Tessera

/// A study that is being read, or a page that is being made.
final class Reading: Sendable {
  let cancellation = Cancellation()
  private let progress = Mutex((share: 0.0, what: "waiting"))
  private let waiting = Mutex<(isDone: Bool, who: [@Sendable () -> Void])>((false, []))

  var now: (share: Double, what: String) { progress.withLock { $0 } }

  func work(seconds: Double) -> Work {
    let stop = cancellation
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { stop.cancel() }
    return Work(cancellation: stop) { [weak self] share, what in
      self?.progress.withLock { $0 = (share, what) }
    }
  }

  func end() {
    let who = waiting.withLock { waiting in
      waiting.isDone = true
      return waiting.who
    }
    for one in who { one() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isDone = waiting.withLock { waiting in
        if !waiting.isDone { waiting.who.append { continuation.resume() } }
        return waiting.isDone
      }
      if isDone { continuation.resume() }
    }
  }
}
