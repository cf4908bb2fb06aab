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

  @Test func badRequests() throws {
    let data = try data()
    let output = ["-o", folder.file("x.safetensors")]
    for bad in [
      ["--steps", "0"], ["--batch", "0"], ["--runs", "0"], ["--learning-rate", "nan"], ["--hidden", "a"],
      ["--lambda", "0"],
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
