import HTTPTypes
import Hummingbird
import NIOCore
import TesseraFormats
import TesseraService

/// Translates requests and answers between HTTP and the service; it decides nothing.
struct Front: HTTPResponder {
  typealias Context = BasicRequestContext

  let service: RewardService
  let log: ServiceLog
  /// Whether every request is logged, or only those that were refused.
  let logsAll: Bool

  func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
    let start = ContinuousClock.now
    service.metrics.noteBegin()
    let head = RewardService.Head(request)
    var held = 0
    /// Bytes of a file that went to the disk; `isWhole` once all of it is there.
    var stored = (bytes: 0, isWhole: false)
    var path = "other"
    var reply: Reply
    var refusal: Refusal?
    do {
      let route = try service.route(for: head)
      path = route.path
      if route.takesFile {
        reply = try await store(request, route, head, &stored)
      } else {
        let body = route.request == nil ? ByteBuffer() : try await read(request, &held)
        reply = try await answer(route, head, body)
      }
    } catch let found as Refusal {
      if found.reason != .path { path = service.label(of: head.path) }
      refusal = found
      reply = Reply(found)
    } catch {
      // The other side went away within its body.
      service.release(held)
      service.metrics.noteEnd(route: path, status: 499, seconds: (.now - start).inSeconds)
      throw error
    }
    service.release(held)
    let seconds = (ContinuousClock.now - start).inSeconds
    service.metrics.noteEnd(route: path, status: reply.status, seconds: seconds)
    if logsAll || reply.status >= 400 {
      log.request(
        route: path, method: head.method, reply.status, seconds, bytes: held + stored.bytes, refusal)
    }
    return response(reply, refusal, head, isUnread: request.hasBody && held == 0 && !stored.isWhole)
  }

  /// Its bytes are read into values at once; only those go on.
  private func answer(_ route: Route, _ head: RewardService.Head, _ body: ByteBuffer) async throws -> Reply {
    let pending = try body.withUnsafeReadableBytes { bytes in
      try service.reply(to: route, head, body: bytes.bindMemory(to: UInt8.self))
    }
    return try await pending()
  }

  /// A file goes to the disk part by part; nothing of it is gathered here.
  private func store(
    _ request: Request, _ route: Route, _ head: RewardService.Head,
    _ stored: inout (bytes: Int, isWhole: Bool)
  ) async throws -> Reply {
    let upload = try service.upload(to: route, head)
    do {
      for try await part in request.body {
        try part.withUnsafeReadableBytes { try service.write($0, to: upload) }
        stored.bytes += part.readableBytes
      }
      guard stored.bytes == head.contentLength else {
        throw Refusal(
          .malformed,
          "body: found \(stored.bytes) bytes, expected \(head.contentLength ?? 0), as Content-Length says")
      }
    } catch {
      upload.cancel()
      throw error
    }
    stored.isWhole = true
    return try service.finish(upload)
  }

  private func read(_ request: Request, _ held: inout Int) async throws -> ByteBuffer {
    var body = ByteBuffer()
    for try await part in request.body {
      let count = part.readableBytes
      try service.take(count, before: held)
      held += count
      if body.readableBytes == 0 { body = part } else { body.writeImmutableBuffer(part) }
    }
    return body
  }

  private func response(
    _ reply: Reply, _ refusal: Refusal?, _ head: RewardService.Head, isUnread: Bool
  ) -> Response {
    var fields = HTTPFields()
    if reply.status != 204 {
      fields[.contentType] = reply.contentType
      fields[.contentLength] = String(reply.text.utf8.count)
    }
    for (name, value) in reply.headers {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    if let seconds = refusal?.retryAfter { fields[.retryAfter] = String(seconds) }
    switch refusal?.reason {
    case .method: fields[.allow] = service.allowedMethods(for: head.path)
    case .key: fields[.wwwAuthenticate] = "Bearer"
    default: break
    }
    if isUnread || service.isStopping || refusal?.reason == .length {
      fields[.connection] = "close"
    }
    let body =
      head.method == "HEAD" ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(string: reply.text))
    return Response(status: .init(code: reply.status), headers: fields, body: body)
  }
}

extension Request {
  fileprivate var hasBody: Bool {
    headers[.transferEncoding] != nil || headers[.contentLength].map { $0 != "0" } ?? false
  }
}

extension RewardService.Head {
  fileprivate init(_ request: Request) {
    let target = request.head.path ?? "/"
    let isPlain = !target.utf8.contains(0x3F)
    self.init(method: request.method.rawValue, path: isPlain ? target : request.uri.path)
    if !isPlain {
      for (name, value) in request.uri.queryParameters { query[String(name)] = String(value) }
    }
    host = request.head.authority
    authorization = request.headers[.authorization]
    contentType = request.headers[.contentType]
    origin = request.headers[.origin]
    fetchSite = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
    contentLength = request.headers[.contentLength].flatMap { Int($0) }
  }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
