import Foundation
import TesseraFormats
import TesseraService
import TesseraWorkbench
import TestSupport
import Testing

/// Studies outlive the service in a folder, and nothing outlives it elsewhere.
@Suite struct StudyStoreTests {
  private func folder() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("tessera-store-\(UUID())").path
  }

  @Test func `A folder keeps studies and families for the next service`() async throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func bench() throws -> (Workbench, RewardService) {
      let workbench = try Workbench(StudyStore(folder: folder))
      return (workbench, try RewardService([], workbench: workbench))
    }
    var (workbench, service) = try bench()
    let upload = try workbench.upload(name: "votes.jsonl")
    try Array(Votes.rows.utf8).withUnsafeBytes { try upload.write($0) }
    let id = try upload.finish().id
    while await service.ask("GET", "/api/studies/\(id)").value["state"].text == "preparing" {
      try await Task.sleep(for: .milliseconds(20))
    }
    let families = #"{"families":[{"id":"m0","family":"x"},{"id":"m1","family":"x"}]}"#
    let before = await service.ask("POST", "/api/studies/\(id)/families", families)
    #expect(before.status == 200)
    workbench.close()
    (workbench, service) = try bench()
    defer { workbench.close() }
    while await service.ask("GET", "/api/studies/\(id)").value["state"].text == "preparing" {
      try await Task.sleep(for: .milliseconds(20))
    }
    let after = await service.ask("POST", "/api/studies/\(id)/audit", #"{"scheme":"families"}"#)
    #expect(after.status == 200)
    #expect(isNear(after.value["weighted"].numbers, before.value["weighted"].numbers))
  }

  @Test func `A folder serves one service at a time, and only its owner`() throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first = try StudyStore(folder: folder)
    defer { first.close() }
    let mode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int
    #expect(mode == 0o700)
    do {
      _ = try StudyStore(folder: folder)
      Issue.record("two services share a folder")
    } catch {
      #expect(error == .store("the folder is in use by another service; expected one of its own"))
    }
    // Below a file there is no folder.
    #expect(throws: WorkbenchProblem.self) { try StudyStore(folder: "\(folder)/studies.sqlite/studies") }
  }

  @Test func `A temporary store is private while it lasts, and gone when it is closed`() throws {
    func stores() throws -> Set<String> {
      Set(
        try FileManager.default.contentsOfDirectory(atPath: FileManager.default.temporaryDirectory.path)
          .filter { $0.hasPrefix("tessera-workbench-") })
    }
    let before = try stores()
    let workbench = try Workbench(StudyStore())
    let own = try #require(try stores().subtracting(before).first)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(own).path
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o700)
    let upload = try workbench.upload(name: "votes.jsonl")
    try Array(Votes.rows.utf8).withUnsafeBytes { try upload.write($0) }
    _ = try upload.finish()
    workbench.close()
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `A small file that unfolds to a large one, and an endless line, fail in words`() async throws {
    var limits = WorkbenchLimits()
    (limits.uploadBytes, limits.unpackedBytes, limits.recordBytes) = (200_000, 200_000, 2_000)
    let bench = try Bench(limits: limits)
    let line = #"{"a":"x","b":"y","preference":0.7,"note":""# + String(repeating: "n", count: 3_000) + #""}"#
    let many = String(repeating: #"{"a":"x","b":"y","preference":0.7}"# + "\n", count: 20_000)
    let folder = try TemporaryFolder()
    let path = try folder.write(many, to: "votes.jsonl")
    let packing = Process()
    packing.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    packing.arguments = ["gzip", path]
    try packing.run()
    packing.waitUntilExit()
    let packed = try Data(contentsOf: URL(fileURLWithPath: path + ".gz"))
    for (bytes, name, words) in [
      (Data(line.utf8), "votes.jsonl", "the upload:1: found a record of more than 2000 bytes"),
      (packed, "votes.jsonl.gz", "found more than 200000 bytes once it is unpacked"),
    ] {
      let upload = try bench.workbench.upload(name: name)
      try bytes.withUnsafeBytes { try upload.write($0) }
      let value = try await bench.settled(try upload.finish().id)
      #expect(value["state"].text == "failed")
      #expect(value["problem"].text?.contains(words) == true, "\(value)")
    }
  }

  @Test func `What a killed service left half is gone at the next start`() throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try StudyStore(folder: folder).close()
    let files = "\(folder)/files"
    for name in ["\(String(repeating: "a", count: 32)).rows", "\(String(repeating: "b", count: 32)).1.part"] {
      try Data("x".utf8).write(to: URL(fileURLWithPath: "\(files)/\(name)"))
    }
    try StudyStore(folder: folder).close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: files) == [])
  }

  @Test func `More bytes than an upload may have are refused as they come, whatever was announced`() throws {
    var limits = WorkbenchLimits()
    limits.uploadBytes = 2_000
    let bench = try Bench(limits: limits)
    let upload = try bench.workbench.upload(name: "votes.csv")
    let part = [UInt8](repeating: 0x61, count: 1_500)
    try part.withUnsafeBytes { try upload.write($0) }
    #expect(throws: WorkbenchProblem.tooLong(limit: 2_000)) {
      try part.withUnsafeBytes { try upload.write($0) }
    }
    upload.cancel()
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/files") == [])
  }

  @Test func `What was read of earlier files never stands for later ones`() async throws {
    let bench = try Bench()
    for round in 0..<25 {
      let id = try #require(bench.send(Votes.rows).value["id"].text)
      // At every moment of the first reading.
      try await Task.sleep(for: .milliseconds(round * 4))
      _ = bench.send(
        Votes.alternatives, "/api/studies/\(id)/files/alternatives", name: "alternatives.jsonl")
      let value = try await bench.settled(id)
      #expect(value["study"]["summary"]["contexts"].text == "2 numbers for each answer, as given")
      let asked = await bench.ask("/api/studies/\(id)/audit", #"{"scheme":"linkage","resolution":0.1}"#)
      #expect(asked.status == 200)
      #expect(await bench.ask("/api/studies/\(id)", "", "DELETE").status == 204)
    }
  }

  @Test func `A study that is not in memory is read again when it is asked`() async throws {
    var limits = WorkbenchLimits()
    limits.inMemory = 1
    let bench = try Bench(limits: limits)
    let (first, _) = try await bench.votes()
    let before = await bench.ask("/api/studies/\(first)/audit", #"{"lambda":0.2}"#).value
    _ = try await bench.votes()
    let after = await bench.ask("/api/studies/\(first)/audit", #"{"lambda":0.2}"#)
    #expect(after.status == 200)
    #expect(isNear(after.value["weighted"].numbers, before["weighted"].numbers))
  }

  @Test func `A study that is deleted while it is read leaves nothing`() async throws {
    let bench = try Bench()
    let id = try #require(bench.send(Votes.texts, name: "pairs.jsonl").value["id"].text)
    #expect(await bench.ask("/api/studies/\(id)", "", "DELETE").status == 204)
    let (other, _) = try await bench.votes()
    #expect(await bench.ask("/api/studies", "", "GET").value.count == 1)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/files").allSatisfy {
        $0.hasPrefix(other)
      })
  }

  @Test func `Reading that takes too long ends, and says so`() async throws {
    var limits = WorkbenchLimits()
    limits.readingSeconds = 1
    let bench = try Bench(limits: limits)
    // Three thousand long texts: their embedding alone takes longer.
    let words = (0..<400).map { "word\($0 * 7_919 % 5_003)" }
    let rows = (0..<3_000).map { row in
      let text = (0..<120).map { words[(row * 31 + $0 * $0) % words.count] }.joined(separator: " ")
      return #"{"prompt":"p\#(row)","chosen":"\#(text) \#(row)","rejected":"\#(row) \#(text)"}"#
    }
    let id = try #require(bench.send(rows.joined(separator: "\n"), name: "pairs.jsonl").value["id"].text)
    let value = try await bench.settled(id)
    #expect(value["state"].text == "failed")
    #expect(value["problem"].text == "reading it took longer than 1 seconds")
  }
}
