/// What a request may cost, and how long it may take. Every default stands here.
public struct Limits: Sendable, Equatable {
  /// Bytes of a body.
  public var bodyBytes = 2 << 20
  /// Bytes of bodies that are held at once, by all requests together.
  public var heldBytes = 64 << 20
  /// Texts or vectors of a request.
  public var items = 1_024
  /// Characters of a text.
  public var textLength = 65_536
  /// Texts and vectors that may wait for a model.
  public var waiting = 4_096
  /// Texts and vectors that go through a model together.
  public var batch = 64
  /// Seconds that a batch waits for company once its first request is there.
  public var gatherSeconds = 0.0
  /// Connections at once; further ones wait in the system's queue.
  public var connections = 512
  /// Seconds from the head of a request to the end of its answer.
  public var requestSeconds = 30.0
  /// Seconds that a connection may stand still between requests, or within a head.
  public var idleSeconds = 60.0
  /// Seconds that requests under way get when the service is asked to stop.
  public var stopSeconds = 30.0

  public init() {}

  /// What is wrong with them, in words; nil where nothing is.
  public var problem: String? {
    let counts: [(String, Int, ClosedRange<Int>)] = [
      ("body bytes", bodyBytes, 1_024...(1 << 30)), ("bytes held", heldBytes, bodyBytes...(1 << 40)),
      ("items of a request", items, 1...100_000), ("characters of a text", textLength, 1...(1 << 24)),
      ("items waiting", waiting, items...10_000_000), ("items of a batch", batch, 1...100_000),
      ("connections", connections, 1...100_000),
    ]
    for (name, value, range) in counts where !range.contains(value) {
      return "\(name): \(value), expected \(range.lowerBound) to \(range.upperBound)"
    }
    let times = [
      ("seconds to gather", gatherSeconds, 0...1), ("seconds of a request", requestSeconds, 0.05...3_600),
      ("idle seconds", idleSeconds, 0.05...3_600), ("seconds to stop", stopSeconds, 0...3_600),
    ]
    for (name, value, range) in times where !range.contains(value) {
      return "\(name): \(value), expected \(range.lowerBound) to \(range.upperBound)"
    }
    return nil
  }
}
