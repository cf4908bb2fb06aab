import Foundation
import TesseraFormats
import TesseraHTTP
import TesseraService
import TesseraWorkbench
import Testing

/// The workbench over connections: files that stream, bounds, headers.
@Suite(.serialized) struct StudyServerTests {
  private func upload(_ wire: Wire, _ path: String, _ body: String, headers: [String] = []) {
    wire.send(
      ([
        "POST \(path) HTTP/1.1", "Host: localhost", "Content-Type: application/octet-stream",
        "Content-Length: \(body.utf8.count)",
      ]
        + headers).joined(separator: "\r\n") + "\r\n\r\n")
    wire.send(body)
  }

  @Test func `A file streams in, is asked about and deleted over one connection`() async throws {
    let bench = try Bench()
    try await serving(bench.service) { port, _ in
      let wire = try Wire(port: port)
      self.upload(wire, "/api/studies?name=votes.jsonl", Votes.rows)
      let made = try #require(wire.answer())
      #expect(made.status == 201)
      let id = try #require(try JSONReader.value(of: Array(made.body.utf8))["id"].text)
      var state = "preparing"
      while state == "preparing" {
        wire.request("GET", "/api/studies/\(id)")
        state = try JSONReader.value(of: Array((wire.answer()?.body ?? "").utf8))["state"].text ?? ""
        Thread.sleep(forTimeInterval: 0.02)
      }
      #expect(state == "ready")
      wire.request("POST", "/api/studies/\(id)/audit", "{}")
      #expect(wire.answer()?.status == 200)
      wire.request("GET", "/api/studies/\(id)/weights?format=csv")
      let weights = try #require(wire.answer())
      #expect(weights.headers["content-disposition"] == "attachment; filename=\"weights.csv\"")
      #expect(weights.headers["x-content-type-options"] == "nosniff")
      wire.request("DELETE", "/api/studies/\(id)")
      let gone = try #require(wire.answer())
      #expect(gone.status == 204)
      #expect(gone.headers["content-length"] == nil)
      wire.request("GET", "/api/studies")
      #expect(wire.answer()?.body == "[]")
      wire.request("GET", "/metrics")
      let metrics = try #require(wire.answer()?.body)
      // Routes by their pattern: no id of a study is counted, or logged.
      #expect(metrics.contains("route=\"/api/studies/{study}/audit\",status=\"200\"} 1\n"))
      #expect(!metrics.contains(id))
    }
  }

  @Test func `Files that are too long are refused, announced or not, and nothing is left of them`()
    async throws
  {
    var limits = WorkbenchLimits()
    limits.uploadBytes = 100_000
    let bench = try Bench(limits: limits)
    try await serving(bench.service) { port, _ in
      let announced = try Wire(port: port)
      announced.send(
        "POST /api/studies?name=a.csv HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000000\r\n\r\n"
      )
      announced.send([UInt8](repeating: 0x61, count: 10_000))
      let first = try #require(announced.answer())
      #expect(first.status == 413)
      #expect(first.headers["connection"] == "close")
      let chunked = try Wire(port: port)
      chunked.send(
        "POST /api/studies?name=a.csv HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
      )
      for _ in 0..<30 { chunked.send("1000\r\n" + String(repeating: "a", count: 4_096) + "\r\n") }
      // Where its end is not announced, half a file could be taken for a whole one.
      #expect(chunked.answer()?.status == 411)
      // One that goes away in the middle.
      let broken = try Wire(port: port)
      broken.send(
        "POST /api/studies?name=a.csv HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: 50000\r\n\r\n"
      )
      broken.send([UInt8](repeating: 0x61, count: 20_000))
      Thread.sleep(forTimeInterval: 0.1)
      #expect(!(try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/files").isEmpty))
    }
    #expect(try bench.workbench.list() == .array([]))
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/files") == [])
  }

  @Test func `Browsers of other sites are refused by their headers`() async throws {
    let bench = try Bench()
    try await serving(bench.service) { port, _ in
      let wire = try Wire(port: port)
      for (headers, status) in [
        (["Origin: https://evil.example"], 403), (["Sec-Fetch-Site: cross-site"], 403),
        (["Origin: http://localhost", "Sec-Fetch-Site: same-origin"], 200), ([], 200),
      ] {
        wire.request("GET", "/api/studies", headers: headers)
        #expect(wire.answer()?.status == status, "\(headers)")
      }
      wire.request("GET", "/")
      let page = try #require(wire.answer())
      #expect(page.headers["content-security-policy"]?.contains("frame-ancestors 'none'") == true)
      #expect(page.headers["referrer-policy"] == "no-referrer")
      wire.request("HEAD", "/playground")
      #expect(wire.answer(hasBody: false)?.headers["content-type"] == "text/html; charset=utf-8")
    }
  }
}
