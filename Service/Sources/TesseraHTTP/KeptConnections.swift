import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import Synchronization

/// Connections of HTTP/1.1 of which none is lost on its way to the one who serves it.
///
/// A connection that is accepted while the server stops may find nobody who serves it any more. SwiftNIO ends the process over an
/// asynchronous channel that is dropped so; here it is closed instead.
struct KeptConnections: ServerChildChannel {
  private let inner: HTTP1Channel

  init(_ inner: HTTP1Channel) { self.inner = inner }

  final class Connection: ServerChildChannelValue {
    fileprivate let held: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    fileprivate let isServed = Atomic<Bool>(false)

    fileprivate init(_ held: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>) { self.held = held }

    var channel: any Channel { held.channel }

    deinit {
      guard !isServed.load(ordering: .relaxed) else { return }
      let held = held
      Task { try? await held.executeThenClose { _, _ in } }
    }
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
    inner.setup(channel: channel, logger: logger).map { Connection($0) }
  }

  func handle(value: Connection, logger: Logger) async {
    value.isServed.store(true, ordering: .relaxed)
    await inner.handle(value: value.held, logger: logger)
  }
}
