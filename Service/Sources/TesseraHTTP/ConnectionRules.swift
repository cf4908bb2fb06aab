import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import TesseraService

/// What every connection keeps to: requests arrive within their time, answers are taken within theirs, and a refusal reaches the
/// one who still sends.
///
/// Hummingbird closes connections on which nothing moves; this closes those on which something moves too slowly.
final class ConnectionRules: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let limits: Limits
  private let longestBody: Int
  private let time: TimeAmount
  /// Requests whose answers have not ended.
  private var pending = 0
  /// Whether a request is arriving.
  private var isReading = false
  private var answerHasBegun = false
  /// Whether the answer under way is the last one.
  private var isLast = false
  /// Whether what still arrives is thrown away until the other side has read the last answer.
  private var isLingering = false
  /// Bytes that were thrown away so.
  private var dropped = 0
  private var deadline: NIODeadline?
  private var timer: Scheduled<Void>?

  /// How long the other side has to read a last answer.
  private static let linger = TimeAmount.seconds(1)
  /// What an answer may take beyond the time of a request: the model says itself that it is late.
  private static let grace = TimeAmount.seconds(2)

  init(_ limits: Limits, longestBody: Int) {
    self.limits = limits
    self.longestBody = longestBody
    time = .milliseconds(Int64(limits.requestSeconds * 1_000))
  }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    timer = nil
    context.fireChannelInactive()
  }

  // MARK: Requests

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isLingering { return drop(unwrapInboundIn(data), context) }
    switch unwrapInboundIn(data) {
    case .head(let head):
      pending += 1
      isReading = true
      if pending == 1 { wait(time, context) }
      let length = head.headerFields[.contentLength].flatMap { Int($0) } ?? 0
      if head.headerFields[.expect]?.lowercased() == "100-continue", length <= longestBody {
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
      }
    case .body: break
    case .end:
      isReading = false
      if pending == 1 { wait(time + Self.grace, context) }
    }
    context.fireChannelRead(data)
  }

  /// What cannot be read as HTTP is answered, where no other answer is under way, and the connection is closed.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if isLingering { return }
    guard pending == (isReading ? 1 : 0), !answerHasBegun else {
      context.fireErrorCaught(error)
      return
    }
    let isLong = (error as? HTTPParserError) == .headerOverflow
    refuse(
      isLong
        ? Refusal(.malformed, "head: found more, expected at most \(HeadLimits.bytes) bytes")
        : Refusal(.malformed, "head: found no HTTP, expected a request of HTTP/1.1"),
      context)
  }

  // MARK: Answers

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if isLingering {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(let head):
      answerHasBegun = true
      isLast = head.headerFields[.connection]?.lowercased() == "close"
    case .body: break
    case .end:
      answerHasBegun = false
      pending -= 1
      if isLast || isReading {
        context.writeAndFlush(data, promise: promise)
        close(context)
        return
      }
      if pending > 0 { wait(time, context) } else { deadline = nil }
    }
    context.write(data, promise: promise)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    // The other side reads slower than it asks.
    if context.channel.isWritable {
      if pending == 0, !isLingering { deadline = nil }
    } else if deadline == nil {
      wait(time, context)
    }
    context.fireChannelWritabilityChanged()
  }

  private func refuse(_ refusal: Refusal, _ context: ChannelHandlerContext) {
    let reply = Reply(refusal)
    var fields = HTTPFields()
    fields[.contentType] = reply.contentType
    fields[.contentLength] = String(reply.text.utf8.count)
    fields[.connection] = "close"
    let status = HTTPResponse.Status(code: reply.status)
    context.write(wrapOutboundOut(.head(HTTPResponse(status: status, headerFields: fields))), promise: nil)
    context.write(wrapOutboundOut(.body(ByteBuffer(string: reply.text))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    isReading = true
    close(context)
  }

  /// Closes the connection once the last answer is sent: at once where all of the request has arrived; otherwise what still
  /// arrives is thrown away for a while, since a connection that is closed over unread bytes loses the answer.
  private func close(_ context: ChannelHandlerContext) {
    isLingering = true
    guard isReading else {
      context.close(promise: nil)
      return
    }
    context.close(mode: .output, promise: nil)
    wait(Self.linger, context)
  }

  /// A stream that goes on and on is not waited for.
  private func drop(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
    guard case .body(let bytes) = part else { return }
    dropped += bytes.readableBytes
    if dropped > limits.bodyBytes { context.close(promise: nil) }
  }

  // MARK: Time

  /// - Parameter time: From now on; an earlier wish is forgotten.
  private func wait(_ time: TimeAmount, _ context: ChannelHandlerContext) {
    deadline = .now() + time
    // A timer that stands already looks again when it fires: none is made for each request.
    if timer == nil || isLingering {
      timer?.cancel()
      schedule(at: .now() + time, context)
    }
  }

  private func schedule(at moment: NIODeadline, _ context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(deadline: moment) {
      let (rules, context) = bound.value
      rules.look(context)
    }
  }

  private func look(_ context: ChannelHandlerContext) {
    timer = nil
    guard let deadline else { return }
    guard deadline <= .now() else { return schedule(at: deadline, context) }
    guard isReading, !answerHasBegun, !isLingering else {
      context.close(promise: nil)
      return
    }
    refuse(Refusal(.slow, "the request took more than \(limits.requestSeconds) seconds to arrive"), context)
  }
}

/// What the head of a request may hold.
enum HeadLimits {
  static let bytes = 32 << 10
  static let fields = 100
}
