import Foundation
import TestSupport
import Testing

@Suite struct TrainCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func data() throws -> [String] {
    var alternatives = ""
    var rows = ""
    for i in 0..<60 {
      let x = Double(i)
      alternatives +=
        "{\"id\": \"n\(i)\", \"context\": [\(sin(x)), \(cos(2 * x)), \(sin(3 * x)), \(cos(5 * x))]}\n"
      for step in [1, 7, 23] {
        let j = (i + step) % 60
        rows += "{\"a\": \"n\(i)\", \"b\": \"n\(j)\", \"preference\": \(sin(x) > sin(Double(j)) ? 1 : 0)}\n"
      }
    }
    return [
      try folder.write(rows, to: "c.jsonl"), "--alternatives", try folder.write(alternatives, to: "a.jsonl"),
    ]
  }

  @Test func aTrainedModelScoresAnswers() throws {
    let model = folder.file("m.safetensors")
    let common =
      try ["train"] + data() + [
        "--runs", "3", "--steps", "300", "--learning-rate", "0.01", "--pca", "3", "-o", model,
      ]
    let trained = try Tool.run(common)
    #expect(trained.code == 0, "\(trained.errors)")
    #expect(trained.output.contains("3 runs of 300 steps, layers 3 - 32 - 32 - 1"))
    let first = try Data(contentsOf: URL(fileURLWithPath: model))
    _ = try Tool.run(common + ["--threads", "1"])
    #expect(try Data(contentsOf: URL(fileURLWithPath: model)) == first)
    let scores = try Tool.run(["score", model, folder.file("a.jsonl"), "--format", "json"])
    #expect(scores.json["runs"] as? Int == 3)
    let rewards = scores.rows().map { $0["reward"] as? Double ?? 0 }
    // The truth is the first coordinate.
    let right = (0..<59).count { (rewards[$0] > rewards[$0 + 1]) == (sin(Double($0)) > sin(Double($0 + 1))) }
    #expect(right > 50)
    #expect(scores.rows().allSatisfy { ($0["spread"] as? Double ?? -1) >= 0 })
    let linear = try Tool.run(
      ["train"] + data() + ["--model", "linear", "--runs", "1", "-o", folder.file("l.safetensors")])
    #expect(linear.output.contains("layers 4 - 1"))
  }

  @Test func bothEstimatesAreJudgedOnWhatIsHeldOut() throws {
    let result = try Tool.run(
      ["train"] + data() + ["--runs", "2", "--steps", "100", "-o", folder.file("m.safetensors")])
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.contains { $0.hasPrefix("standard ") && $0.contains("%") })
    #expect(lines.contains { $0.hasPrefix("weighted ") && $0.contains("%") })
    #expect(result.output.contains("of 18 pairs"))
    let none = try Tool.run(
      ["train"] + data() + ["--held-out", "0", "--runs", "1", "-o", folder.file("n.safetensors")])
    #expect(!none.output.contains("held out"))
  }

  @Test func trainingThatWasKilledGoesOn() throws {
    let common = try ["train"] + data() + ["--runs", "4", "--steps", "3000", "--checkpoint-every", "50"]
    let undisturbed = folder.file("undisturbed.safetensors")
    #expect(try Tool.run(common + ["-o", undisturbed]).code == 0)
    let killed = folder.file("killed.safetensors")
    let checkpoint = killed + ".checkpoint"
    let process = try Tool.start(common + ["-o", killed])
    while process.isRunning, !FileManager.default.fileExists(atPath: checkpoint) { usleep(1_000) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(!FileManager.default.fileExists(atPath: killed))
    #expect(FileManager.default.fileExists(atPath: checkpoint))
    // Other settings must not be mixed in.
    let other = try Tool.run(common + ["--lambda", "1", "-o", killed])
    #expect(other.code == 65)
    #expect(other.errors.contains("other data or settings"))
    let resumed = try Tool.run(common + ["-o", killed])
    #expect(resumed.errors.contains("resuming"))
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: killed))
        == Data(contentsOf: URL(fileURLWithPath: undisturbed)))
    #expect(!FileManager.default.fileExists(atPath: checkpoint))
  }

  @Test func badRequests() throws {
    let data = try data()
    let output = ["-o", folder.file("x.safetensors")]
    for bad in [
      ["--steps", "0"], ["--batch", "0"], ["--runs", "0"], ["--learning-rate", "nan"], ["--hidden", "a"],
      ["--lambda", "0"], ["--held-out", "1"], ["--patience", "0"], ["--checkpoint-every", "-1"],
    ] {
      #expect(try Tool.run(["train"] + data + bad + output).code == 64, "\(bad)")
    }
    #expect(try Tool.run(["train", data[0]] + output).code == 64)
    #expect(
      try Tool.run(["train"] + data + ["--learning-rate", "1e30"] + output).errors.contains("diverged"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("x.safetensors")))
    #expect(try Tool.run(["score", data[0], data[2]]).code == 65)
    #expect(try Tool.run(["score", folder.file("none"), data[2]]).code == 66)
  }
}
