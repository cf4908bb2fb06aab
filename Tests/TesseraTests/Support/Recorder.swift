import Synchronization

/// Keeps what is reported to a closure that may be called from anywhere.
final class Recorder<Value: Sendable>: Sendable {
  private let kept = Mutex<[Value]>([])

  func add(_ value: Value) { kept.withLock { $0.append(value) } }

  var values: [Value] { kept.withLock { $0 } }
}
