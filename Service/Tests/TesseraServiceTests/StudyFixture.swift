import Foundation
import Tessera
import TesseraFormats
import TesseraService
import TesseraWorkbench

/// Preferences that tests study: answers in a plane, of which some are copies of the first.
enum Votes {
  static let ids = (0..<12).map { "m\($0)" }
  /// Nine answers apart, an exact copy of the first, and two near ones.
  static let contexts: [[Double]] =
    [
      [0, 0], [1, 0.1], [2.2, 0], [0.1, 1.3], [1.2, 1.1], [2.1, 1.4], [0, 2.3], [1.1, 2.2], [2.3, 2.1],
    ]
    + [[0, 0], [0.02, 0.01], [0.01, -0.015]]

  /// Wins of a over b, out of 20. Copies are judged nearly as their original; nobody is compared with his own copies.
  static let comparisons: [(a: Int, b: Int, wins: Int)] = (0..<12).flatMap { a in
    (a + 1..<12).compactMap { b in
      if a == 0 || a >= 9, b >= 9 { return nil }
      // A sparse design: three of four pairs.
      if (a * 7 + b * 3) % 4 == 0 { return nil }
      let (i, j) = (a >= 9 ? 0 : a, b >= 9 ? 0 : b)
      return (a, b, 10 + (i * 5 % 7) - (j * 5 % 7) + (a * b) % 3 - 1)
    }
  }

  static var rows: String {
    comparisons.map {
      #"{"a":"\#(ids[$0.a])","b":"\#(ids[$0.b])","preference":\#(Double($0.wins) / 20),"count":20}"#
    }
    .joined(separator: "\n") + "\n"
  }

  static var alternatives: String {
    zip(ids, contexts).map { #"{"id":"\#($0)","context":[\#($1[0]),\#($1[1])]}"# }.joined(separator: "\n")
      + "\n"
  }

  static func dataset() throws -> PreferenceDataset {
    try PreferenceDataset(
      alternatives: ids,
      contexts: Contexts(Matrix(rows: ids.count, columns: 2, storage: contexts.flatMap { $0 })),
      comparisons: comparisons.map {
        Comparison(a: $0.a, b: $0.b, outcome: Double($0.wins) / 20, count: 20)
      })
  }

  /// Answers to two prompts as text, of which two differ by case alone; the third row repeats an answer of the first.
  static let texts = """
    {"prompt":"Capital of France?","chosen":"Paris is the capital.","rejected":"It is Lyon, I think."}
    {"prompt":"Capital of France?","chosen":"paris is the capital","rejected":"Berlin."}
    {"prompt":"Capital of France?","chosen":"Paris is the capital.","rejected":"Berlin."}
    {"prompt":"Capital of Peru?","chosen":"Lima, on the coast.","rejected":"Cusco, in the mountains."}
    {"prompt":"Capital of Peru?","chosen":"Lima, on the coast.","rejected":"I do not know."}

    """
}

/// A workbench in a folder of its own, and the service over it.
final class Bench: Sendable {
  let folder: String
  let workbench: Workbench
  let service: RewardService

  init(limits: WorkbenchLimits = WorkbenchLimits(), key: AccessKey? = nil) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("tessera-bench-\(UUID())").path
    workbench = try Workbench(StudyStore(folder: folder), limits: limits)
    service = try RewardService([], key: key, workbench: workbench)
  }

  deinit {
    workbench.close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Sends a file as a request does, in parts of 1,000 bytes.
  func send(
    _ text: String, _ path: String = "/api/studies", name: String = "votes.jsonl",
    query: [String: String] = [:],
    type: String? = "application/octet-stream", origin: String? = nil, authorization: String? = nil
  ) -> (status: Int, value: JSONValue) {
    var head = RewardService.Head(method: "POST", path: path)
    (head.query, head.contentType, head.host) = (query, type, "localhost:8080")
    head.query["name"] = head.query["name"] ?? name
    head.contentLength = text.utf8.count
    (head.origin, head.authorization) = (origin, authorization)
    let reply: Reply
    do {
      let route = try service.route(for: head)
      let upload = try service.upload(to: route, head)
      do {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
          try Array(rest.prefix(1_000)).withUnsafeBytes { try service.write($0, to: upload) }
          rest = rest.dropFirst(1_000)
        }
        reply = try service.finish(upload)
      } catch {
        upload.cancel()
        throw error
      }
    } catch let refusal as Refusal {
      reply = Reply(refusal)
    } catch {
      return (0, .null)
    }
    return (reply.status, (try? JSONReader.value(of: Array(reply.text.utf8))) ?? .null)
  }

  /// The study once it is ready, or has failed.
  func settled(_ id: String) async throws -> JSONValue {
    for _ in 0..<1_500 {
      let (status, value, _) = await service.ask("GET", "/api/studies/\(id)")
      guard status == 200 else { throw Wire.Closed() }
      if value["state"].text != "preparing" { return value }
      try await Task.sleep(for: .milliseconds(20))
    }
    throw Wire.Closed()
  }

  /// A study of the votes with their contexts.
  func votes() async throws -> (id: String, value: JSONValue) {
    let id = send(Votes.rows).value["id"].text ?? ""
    _ = send(Votes.alternatives, "/api/studies/\(id)/files/alternatives", name: "alternatives.jsonl")
    return (id, try await settled(id))
  }

  func ask(_ path: String, _ body: String, _ method: String = "POST") async -> (
    status: Int, value: JSONValue, text: String
  ) {
    await service.ask(method, path, body)
  }

  /// Whether any file of the store holds some bytes.
  func holds(_ text: String) throws -> Bool {
    let wanted = Data(text.utf8)
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
    return names.contains { name in
      FileManager.default.contents(atPath: "\(folder)/\(name)")?.range(of: wanted) != nil
    }
  }
}
