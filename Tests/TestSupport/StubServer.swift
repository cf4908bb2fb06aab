import Foundation
import Synchronization

/// A server on this machine that answers POST requests as a test says: the peer of the clients of services.
public final class StubServer: Sendable {
  public struct Request: Sendable {
    public let number: Int
    public let path: String
    public let authorization: String?
    public let body: Data

    /// The body as a JSON object.
    public var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:]
    }
  }

  public enum Reply: Sendable {
    case json(String)
    case status(Int, headers: [String: String] = [:], body: String = "")
    /// The connection is closed without a word.
    case hangUp
    /// The reply stops in the middle.
    case cut(String)
    /// Nothing comes for some seconds.
    case silence(Double)
  }

  public let port: Int
  private let listener: Int32
  private let answer: @Sendable (Request) -> Reply
  private let log = Mutex<(requests: Int, times: [ContinuousClock.Instant], open: Int, most: Int)>(
    (0, [], 0, 0))

  public var address: String { "http://127.0.0.1:\(port)/v1" }
  public var requests: Int { log.withLock { $0.requests } }
  /// When requests came in.
  public var times: [ContinuousClock.Instant] { log.withLock { $0.times } }
  /// The most requests that were under way at once.
  public var mostAtOnce: Int { log.withLock { $0.most } }

  public init(_ answer: @escaping @Sendable (Request) -> Reply) throws {
    self.answer = answer
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = listener
    let bound = withUnsafeMutablePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, size) == 0 && listen(socket, 64) == 0
          && getsockname(socket, address, &size) == 0
      }
    }
    guard bound else { throw CocoaError(.fileWriteUnknown) }
    port = Int(UInt16(bigEndian: place.sin_port))
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(socket, nil, nil)
        guard connection >= 0 else { return }
        guard let self else { return }
        Thread.detachNewThread { self.serve(connection) }
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  public func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve(_ connection: Int32) {
    defer { close(connection) }
    var waiting = Data()
    while let (head, body) = Self.receive(connection, &waiting) {
      let lines = head.components(separatedBy: "\r\n")
      let number = log.withLock { log in
        log.requests += 1
        log.times.append(.now)
        log.open += 1
        log.most = max(log.most, log.open)
        return log.requests
      }
      let path = lines.first?.split(separator: " ").dropFirst().first.map(String.init) ?? ""
      let key = lines.first { $0.lowercased().hasPrefix("authorization:") }?.dropFirst(14)
      let reply = answer(
        Request(
          number: number, path: path, authorization: key?.trimmingCharacters(in: .whitespaces), body: body))
      defer { log.withLock { $0.open -= 1 } }
      switch reply {
      case .json(let text): Self.send(connection, 200, [:], text, text.utf8.count)
      case .status(let status, let headers, let text):
        Self.send(connection, status, headers, text, text.utf8.count)
      case .hangUp: return
      case .cut(let text):
        Self.send(connection, 200, [:], text, text.utf8.count + 100)
        return
      case .silence(let seconds):
        Thread.sleep(forTimeInterval: seconds)
        return
      }
    }
  }

  private static func receive(_ connection: Int32, _ waiting: inout Data) -> (head: String, body: Data)? {
    let separator = Data("\r\n\r\n".utf8)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    func more() -> Bool {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return false }
      waiting.append(contentsOf: buffer[0..<count])
      return true
    }
    while waiting.range(of: separator) == nil { if !more() { return nil } }
    guard let end = waiting.range(of: separator) else { return nil }
    let head = String(decoding: waiting[waiting.startIndex..<end.lowerBound], as: UTF8.self)
    let length =
      head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
      .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
    while waiting.distance(from: end.upperBound, to: waiting.endIndex) < length { if !more() { return nil } }
    let body = Data(waiting[end.upperBound..<end.upperBound + length])
    waiting = Data(waiting[(end.upperBound + length)...])
    return (head, body)
  }

  private static func send(
    _ connection: Int32, _ status: Int, _ headers: [String: String], _ body: String, _ length: Int
  ) {
    var text = "HTTP/1.1 \(status) Status\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    let bytes = Array((text + "\r\n" + body).utf8)
    _ = Foundation.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// A reply of /v1/embeddings: for each input its length and a number made of its bytes.
  public static func embeddings(_ request: Request) -> Reply {
    let inputs = request.json["input"] as? [String] ?? []
    let entries = inputs.enumerated().map { place, text in
      let sum = text.utf8.reduce(0) { ($0 * 31 + Int($1)) % 1_009 }
      return "{\"index\": \(place), \"embedding\": [\(text.utf8.count), \(sum), 1]}"
    }
    // Out of order: a client has to look at the index.
    return .json("{\"data\": [\(entries.reversed().joined(separator: ", "))], \"model\": \"stub\"}")
  }

  /// A reply of /v1/chat/completions.
  public static func chat(_ text: String) -> Reply {
    let data = try? JSONSerialization.data(withJSONObject: [
      "choices": [["message": ["role": "assistant", "content": text]]]
    ])
    return .json(String(decoding: data ?? Data(), as: UTF8.self))
  }
}
