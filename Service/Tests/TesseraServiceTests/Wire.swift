import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// A connection that sends the bytes it is given, right or wrong, and reads what comes.
final class Wire {
  private let socket: Int32

  init(port: Int) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else {
      Glibc.close(socket)
      throw Closed()
    }
  }

  deinit { Glibc.close(socket) }

  struct Closed: Error {}

  /// - Returns: Whether all was taken.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  func request(_ method: String, _ path: String, _ body: String = "", headers: [String] = []) {
    let lines =
      ["\(method) \(path) HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
      + (method == "POST" ? ["Content-Length: \(body.utf8.count)"] : []) + headers
    send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  struct Answer {
    var status = 0
    var headers: [String: String] = [:]
    var body = ""
  }

  private var buffer: [UInt8] = []

  /// - Returns: false at the end, or when nothing came in time.
  private func more() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(socket, &bytes, bytes.count, 0)
    guard count > 0 else { return false }
    buffer += bytes[..<count]
    return true
  }

  /// The next answer; nil when the connection ends before it does.
  func answer(hasBody: Bool = true) -> Answer? {
    var end: Int?
    while end == nil {
      end = buffer.indices.dropLast(3).first { Array(buffer[$0..<$0 + 4]) == [13, 10, 13, 10] }
      if end == nil, !more() { return nil }
    }
    guard let end else { return nil }
    let lines = String(decoding: buffer[..<end], as: UTF8.self).components(separatedBy: "\r\n")
    buffer.removeFirst(end + 4)
    var answer = Answer()
    answer.status = Int(lines[0].split(separator: " ")[1]) ?? 0
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      answer.headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    let length = hasBody ? Int(answer.headers["content-length"] ?? "0") ?? 0 : 0
    while buffer.count < length { if !more() { return nil } }
    answer.body = String(decoding: buffer[..<length], as: UTF8.self)
    buffer.removeFirst(length)
    return answer
  }

  /// Whether the other side closes within the patience of a connection.
  func ends() -> Bool {
    var byte: UInt8 = 0
    while true {
      let count = recv(socket, &byte, 1, 0)
      if count == 0 { return true }
      if count < 0 { return errno == ECONNRESET }
    }
  }
}
