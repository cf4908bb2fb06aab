import Foundation
import Synchronization
import TestSupport
import Testing

@Suite struct EmbedCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func texts(_ count: Int) throws -> String {
    let lines = (0..<count).map {
      "{\"id\": \"t\($0)\", \"prompt\": \"p\($0 / 4)\", \"text\": \"answer \($0 * $0) of \($0 % 7) kinds\"}\n"
    }
    return try folder.write(lines.joined(), to: "t.jsonl")
  }

  func comparisons(_ count: Int) throws -> String {
    let lines = (0..<count - 1).map {
      "{\"a\": \"t\($0)\", \"b\": \"t\($0 + 1)\", \"preference\": \($0 % 3 == 0 ? 1 : 0)}\n"
    }
    return try folder.write(lines.joined(), to: "c.jsonl")
  }

  @Test func textsBecomeContextsAndFit() throws {
    let file = try texts(40)
    let made = try Tool.run([
      "embed", file, "-o", folder.file("c.npy"), "--dimensions", "16", "--with-prompt",
    ])
    #expect(made.code == 0, "\(made.errors)")
    #expect(made.output.contains("40 texts (40 different), contexts of 16 numbers"))
    let stored = try Tool.run(
      [
        "fit", comparisons(40), "--alternatives", file, "--contexts", folder.file("c.npy"), "--format",
        "json",
      ])
    let direct = try Tool.run(
      [
        "fit", comparisons(40), "--alternatives", file, "--dimensions", "16", "--with-prompt", "--format",
        "json",
      ])
    #expect(direct.code == 0, "\(direct.errors)")
    #expect(direct.errors.contains("built-in embedder"))
    #expect(direct.output == stored.output)
    let weights = try Tool.run(["weights", file, "--dimensions", "16", "--format", "json"])
    #expect(weights.rows().count == 40)
    // A line without an id is fine where only the text counts.
    let bare = try folder.write("{\"text\": \"one\"}\n{\"text\": \"two\"}\n", to: "bare.jsonl")
    #expect(try Tool.run(["embed", bare, "-o", folder.file("b.npy")]).code == 0)
  }

  @Test func aModelTrainedOnTextsScoresTexts() throws {
    let file = try texts(60)
    let model = folder.file("m.safetensors")
    let trained = try Tool.run(
      [
        "train", comparisons(60), "--alternatives", file, "--dimensions", "8", "--runs", "2", "--steps", "50",
        "-o", model,
      ])
    #expect(trained.code == 0, "\(trained.errors)")
    let scored = try Tool.run(["score", model, file, "--format", "json"])
    #expect(scored.rows().count == 60)
    #expect(scored.code == 0, "\(scored.errors)")
    let one = try folder.write("{\"id\": \"x\", \"text\": \"answer 16 of 4 kinds\"}\n", to: "one.jsonl")
    let alone = try Tool.run(["score", model, one, "--format", "json"])
    #expect(alone.rows()[0]["reward"] as? Double == scored.rows()[4]["reward"] as? Double)
  }

  @Test func workThatWasKilledIsNotPaidForTwice() throws {
    let file = try texts(60)
    let arguments = { (address: String) in
      [
        "embed", file, "-o", folder.file("k.npy"), "--embedder", "openai", "--base-url", address, "--model",
        "stub",
        "--request-size", "4", "--requests", "1", "--cache", folder.file("replies.sqlite"),
      ]
    }
    let pause = Mutex(0.05)
    let slow = try StubServer { request in
      let seconds = pause.withLock { $0 }
      if seconds < 0 { return .status(500) }
      Thread.sleep(forTimeInterval: seconds)
      return StubServer.embeddings(request)
    }
    let process = try Tool.start(arguments(slow.address))
    while process.isRunning, slow.requests < 6 { usleep(1_000) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let paid = slow.requests
    #expect(!FileManager.default.fileExists(atPath: folder.file("k.npy")))
    pause.withLock { $0 = 0 }
    let result = try Tool.run(arguments(slow.address))
    #expect(result.code == 0, "\(result.errors)")
    // 15 requests in all; what was under way when the process died may be asked again.
    let all = slow.requests
    #expect(all >= 15 && all <= 16 && paid < 15)
    pause.withLock { $0 = -1 }
    #expect(try Tool.run(arguments(slow.address)).code == 0)
    #expect(slow.requests == all)
  }

  @Test func badRequests() throws {
    let file = try texts(4)
    let output = ["-o", folder.file("x.npy")]
    for bad in [
      ["--embedder", "openai"], ["--dimensions", "0"], ["--requests", "0"], ["--timeout", "-1"],
      ["--no-cache", "--cache", "x"], ["--fitted-embedder", "x", "--embedder", "openai", "--model", "m"],
      ["--embedder", "openai", "--model", "m", "--base-url", "nowhere", "--no-cache"],
    ] {
      #expect(try Tool.run(["embed", file] + output + bad).code == 64, "\(bad)")
    }
    let none = try folder.write("{\"id\": \"a\", \"text\": \"x\"}\n{\"id\": \"b\"}\n", to: "none.jsonl")
    let missing = try Tool.run(["embed", none] + output)
    #expect(missing.code == 65)
    #expect(missing.errors.contains("no text of \"b\""))
    let server = try StubServer { _ in .status(401, body: "{\"error\": \"no\"}") }
    let refused = try Tool.run(
      ["embed", file, "--embedder", "openai", "--model", "m", "--no-cache", "--base-url", server.address]
        + output)
    #expect(refused.code == 69)
    #expect(refused.errors.contains("is the key right"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("x.npy")))
  }
}
