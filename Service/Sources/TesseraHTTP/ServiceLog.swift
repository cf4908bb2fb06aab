import Foundation
import Logging
import TesseraFormats
import TesseraService

/// One JSON object a line, on standard error.
///
/// A line tells routes, statuses and sizes, never what a body or a path holds. Whatever a message holds, a line is plain ASCII: no
/// sign of it steers a terminal.
public struct ServiceLog: Sendable {
  public enum Level: String, Sendable { case info, warning, error }

  private let descriptor: Int32

  /// - Parameter descriptor: 2 is standard error.
  public init(descriptor: Int32 = 2) { self.descriptor = descriptor }

  public func write(_ level: Level, _ event: String, _ members: [(key: String, value: JSONValue)] = []) {
    let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    let line = JSONValue.object(
      [("time", .string(time)), ("level", .string(level.rawValue)), ("event", .string(event))] + members
    ).compact()
    send(Self.plain(line) + "\n")
  }

  func request(
    route: String, method: String, _ status: Int, _ seconds: Double, bytes: Int, _ refusal: Refusal?
  ) {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"].contains(
      method)
    var members: [(key: String, value: JSONValue)] = [
      ("route", .string(route)), ("method", .string(known ? method : "other")), ("status", .integer(status)),
      ("milliseconds", .number((seconds * 1e5).rounded() / 100)), ("bytes", .integer(bytes)),
    ]
    if let refusal { members.append(("refused", .string(refusal.reason.rawValue))) }
    write(status >= 500 ? .warning : .info, "request", members)
  }

  /// What is not ASCII, spelled out as JSON spells it.
  public static func plain(_ line: String) -> String {
    guard !line.utf8.allSatisfy({ $0 < 0x80 }) else { return line }
    return line.utf16.reduce(into: "") { text, unit in
      if unit < 0x80, let scalar = Unicode.Scalar(unit) {
        text.unicodeScalars.append(scalar)
      } else {
        let digits = String(unit, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
  }

  /// Nobody listening is no reason to stop: what cannot be said is left unsaid.
  private func send(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 { rest = rest.dropFirst(written) } else if errno != EINTR { return }
    }
  }
}

/// What the libraries underneath say, in the same lines.
struct LibraryLog: LogHandler {
  let log: ServiceLog
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.warning

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    log.write(
      event.level >= .error ? .error : .warning, "library",
      [("source", .string(event.source)), ("message", .string(String("\(event.message)".prefix(500))))])
  }
}
