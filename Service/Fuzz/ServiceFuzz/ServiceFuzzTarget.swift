import Foundation
import Tessera
import TesseraFormats
import TesseraService

/// What strangers send to the service, and what must hold of every answer.
///
/// Bytes are a first line, which stands for the head of a request, and its body. Three things end a run: a trap, an answer that
/// is no answer of the route's schema, and a refusal that blames the service for what was sent.
public enum ServiceFuzzTarget: String, CaseIterable, Sendable {
  /// The first line is a path with its query: `/v1/rewards?model=texts`.
  case scoring
  /// The same, where `STUDY` stands for the id of a study that is there.
  case questions
  /// The first line is the name of a file, the rest what it holds.
  case uploads

  /// Sends some bytes as a request.
  ///
  /// - Returns: Whether it was answered, and for a file, whether it could be read.
  @discardableResult
  public func run(_ bytes: [UInt8], at bench: ServiceFuzzBench) async -> Bool {
    let end = bytes.firstIndex(of: 0x0A) ?? bytes.endIndex
    let line = String(decoding: bytes[..<end], as: UTF8.self)
    let body = Array(bytes[end...].dropFirst())
    switch self {
    case .scoring: return await ask(bench.service, line, body).status < 400
    case .questions:
      let path = line.replacingOccurrences(of: "STUDY", with: bench.study)
      return await ask(bench.service, path, body).status < 400
    case .uploads: return await send(bench, line, body)
    }
  }

  /// A request from its head to its answer.
  private func ask(
    _ service: RewardService, _ line: String, _ body: [UInt8], method: String = "POST"
  ) async -> (status: Int, value: JSONValue) {
    let head = Self.head(method, line, type: "application/json", length: body.count)
    do {
      let route = try service.route(for: head)
      guard !route.takesFile else { return (404, .null) }
      try service.take(body.count, before: 0)
      defer { service.release(body.count) }
      let pending = try body.withUnsafeBufferPointer { try service.reply(to: route, head, body: $0) }
      let reply = try await pending()
      guard reply.contentType == "application/json" else { return (reply.status, .null) }
      guard let value = try? JSONReader.value(of: Array(reply.text.utf8)) else {
        fatalError("\(rawValue): an answer that is no JSON")
      }
      if let fault = route.answerSchema?.fault(in: value) {
        fatalError("\(rawValue): \(fault.field): found \(fault.found), expected \(fault.expected)")
      }
      return (reply.status, value)
    } catch let refusal as Refusal {
      check(refusal)
      return (refusal.reason.status, .null)
    } catch {
      fatalError("\(rawValue): an error of another kind: \(error)")
    }
  }

  private func check(_ refusal: Refusal) {
    precondition((400..<500).contains(refusal.reason.status), "\(rawValue): \(refusal.message)")
    precondition(!refusal.message.isEmpty && Refusal.schema.fault(in: refusal.body) == nil)
  }

  /// A file in parts, the study that is made of it, and its end.
  private func send(_ bench: ServiceFuzzBench, _ name: String, _ bytes: [UInt8]) async -> Bool {
    let service = bench.service
    var head = Self.head("POST", "/api/studies", type: "application/octet-stream", length: bytes.count)
    head.query["name"] = name
    do {
      let route = try service.route(for: head)
      let upload = try service.upload(to: route, head)
      for start in stride(from: 0, to: bytes.count, by: 1_000) {
        try bytes[start..<min(start + 1_000, bytes.count)].withUnsafeBytes {
          try service.write($0, to: upload)
        }
      }
      let reply = try service.finish(upload)
      guard case .object(let members)? = try? JSONReader.value(of: Array(reply.text.utf8)),
        case .string(let id)? = members.first(where: { $0.key == "id" })?.value
      else { fatalError("uploads: a study without an id") }
      let isReady = await settled(service, id)
      _ = await ask(service, "/api/studies/\(id)", [], method: "DELETE")
      return isReady
    } catch let refusal as Refusal {
      check(refusal)
      return false
    } catch {
      fatalError("uploads: an error of another kind: \(error)")
    }
  }

  /// Waits for a study, and asks what its page asks; false where its file could not be read.
  private func settled(_ service: RewardService, _ id: String) async -> Bool {
    while true {
      let (status, value) = await ask(service, "/api/studies/\(id)", [], method: "GET")
      guard status == 200, case .object(let members) = value else { fatalError("uploads: status \(status)") }
      switch (members.first { $0.key == "state" }?.value, members.first { $0.key == "problem" }?.value) {
      case (.string("ready"), _):
        _ = await ask(service, "/api/studies/\(id)/audit", Array(#"{"scheme":"uniform"}"#.utf8))
        return true
      case (.string("failed"), .string(let words)):
        precondition(!words.isEmpty && !words.contains("/files/"), "uploads: \(words)")
        return false
      default: try? await Task.sleep(for: .milliseconds(1))
      }
    }
  }

  /// - Parameter line: A path, and what stands behind a question mark in pairs.
  private static func head(_ method: String, _ line: String, type: String, length: Int) -> RewardService.Head
  {
    let parts = line.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var head = RewardService.Head(method: method, path: parts.first.map(String.init) ?? "")
    for pair in parts.dropFirst().first?.split(separator: "&") ?? [] {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      head.query[String(sides[0])] = sides.count == 2 ? String(sides[1]) : ""
    }
    (head.contentType, head.contentLength, head.host) = (type, length, "localhost:8080")
    return head
  }
}
