import Foundation
import TestSupport
import Testing

/// Rows of preferences between texts in place of a file of alternatives.
@Suite struct AnswerRowsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Five different answers under two prompts; "No." stands under both.
  private func pairs(_ chosen: String = "chosen", _ rejected: String = "rejected") throws -> String {
    let rows = [
      ("What is one?", "One is a number.", "No."), ("What is one?", "One is a number!", "No."),
      ("What is two?", "Two is one more.", "No."), ("What is one?", "No.", "One is a number."),
    ]
    return try folder.write(
      rows.map { prompt, better, worse in
        "{\"id\": 7, \"prompt\": \"\(prompt)\", \"\(chosen)\": \"\(better)\", \"\(rejected)\": \"\(worse)\"}\n"
      }.joined(), to: "\(chosen).jsonl")
  }

  @Test func `Answers of rows are embedded in their order, and their ids are written`() throws {
    let pairs = try pairs()
    let (contexts, again) = (folder.file("x.npy"), folder.file("y.npy"))
    let alternatives = folder.file("alternatives.jsonl")
    let made = try Tool.run(["embed", pairs, "-o", contexts, "--save-alternatives", alternatives])
    #expect(made.code == 0, "\(made.errors)")
    #expect(made.output.hasPrefix("5 texts (4 different)"))
    let lines = try String(contentsOfFile: alternatives, encoding: .utf8).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let fitted = try Tool.run(["fit", pairs, "--lambda", "0.1", "--format", "json"]).rows()
    #expect(lines.compactMap { $0["id"] as? String } == fitted.compactMap { $0["id"] as? String })
    #expect(
      lines.compactMap { $0["text"] as? String } == [
        "One is a number.", "No.", "One is a number!", "Two is one more.", "No.",
      ])
    #expect(lines.last?["prompt"] as? String == "What is two?")
    // The file of alternatives stands for the rows.
    #expect(try Tool.run(["embed", alternatives, "-o", again]).code == 0)
    #expect(FileManager.default.contentsEqual(atPath: contexts, andPath: again))
    let fit = try Tool.run(["fit", pairs, "--alternatives", alternatives, "--contexts", contexts])
    #expect(fit.code == 0, "\(fit.errors)")
    let silent = try Tool.run(["embed", pairs, "-o", again])
    #expect(silent.output.contains("--save-alternatives FILE writes their ids"))
    let input = try Tool.run(
      ["embed", "-", "--layout", "trl", "--input-format", "jsonl", "-o", again],
      input: String(contentsOfFile: pairs, encoding: .utf8))
    #expect(input.code == 0 && FileManager.default.contentsEqual(atPath: contexts, andPath: again))
  }

  @Test func `Answers of rows weigh what they weigh in a fit`() throws {
    let pairs = try pairs()
    let weights = try Tool.run(["weights", pairs, "--weights", "horizon", "--format", "json"])
    #expect(weights.code == 0, "\(weights.errors)")
    let fit = try Tool.run(["fit", pairs, "--weights", "horizon", "--lambda", "0.1", "--format", "json"])
    #expect(weights.rows().count == 5)
    for (one, other) in zip(weights.rows(), fit.rows()) {
      #expect(one["id"] as? String == other["id"] as? String)
      #expect(one["weight"] as? Double == other["weight"] as? Double)
    }
    // Names of fields are those of all commands.
    let other = try self.pairs("better", "worse")
    let map = ["weights", other, "--map", "chosen=better,rejected=worse", "--weights"]
    #expect(try Tool.run(map + ["horizon", "--format", "json"]).output == weights.output)
    let local = try Tool.run(map + ["local"])
    #expect(local.code == 64 && local.errors.contains("tessera export"))
  }

  @Test func `A model scores the answers of rows as it scores their file`() throws {
    let pairs = try pairs()
    let model = folder.file("m.safetensors")
    let trained = try Tool.run([
      "train", pairs, "--model", "linear", "--runs", "1", "--steps", "5", "--held-out", "0",
      "--lambda", "0.1", "-o", model,
    ])
    #expect(trained.code == 0, "\(trained.errors)")
    let scored = try Tool.run(["score", model, pairs, "--format", "csv"])
    #expect(scored.code == 0, "\(scored.errors)")
    #expect(scored.output.split(separator: "\n").count == 6)
    let alternatives = folder.file("alternatives.jsonl")
    _ = try Tool.run(["embed", pairs, "-o", folder.file("x.npy"), "--save-alternatives", alternatives])
    #expect(try Tool.run(["score", model, alternatives, "--format", "csv"]).output == scored.output)
  }

  @Test func `Battles are taken by their answers; votes between names have none`() throws {
    let battles = try folder.write(
      (0..<2).map {
        "{\"model_a\": \"x\", \"model_b\": \"y\", \"prompt\": \"\($0)?\", \"response_a\": \"yes it is\", \"response_b\": \"no\", \"winner\": \"a\"}\n"
      }.joined(), to: "battles.jsonl")
    let embedded = try Tool.run(["embed", battles, "-o", folder.file("x.npy")])
    #expect(embedded.code == 0 && embedded.output.hasPrefix("4 texts"), "\(embedded.errors)")
    let votes = try folder.write("{\"a\": \"x\", \"b\": \"y\", \"winner\": \"a\"}\n", to: "v.jsonl")
    let refused = try Tool.run(["weights", votes])
    #expect(refused.code == 65 && refused.errors.contains("this looks like comparisons"))
  }

  @Test func `Options of rows are refused where there are none`() throws {
    let alternatives = try folder.write(
      "{\"id\": \"x\", \"text\": \"one\"}\n{\"id\": \"y\", \"text\": \"two\"}\n", to: "a.jsonl")
    let arrays = folder.file("x.npy")
    #expect(try Tool.run(["embed", alternatives, "-o", arrays]).code == 0)
    let limited = try Tool.run(["weights", arrays, "--limit", "1"])
    #expect(limited.code == 64 && limited.errors.contains("--limit says how rows of preferences are read"))
    let merged = try Tool.run(["weights", "--merge", "p.json", "--where", "a=b"])
    #expect(merged.code == 64 && merged.errors.contains("--where has no effect here"))
    for file in [folder.file("b.jsonl"), folder.file("b"), folder.file("b.jsonl.gz")] {
      let saved = try Tool.run(["embed", alternatives, "-o", arrays, "--save-alternatives", file])
      #expect(saved.code == 64 && saved.errors.contains("--save-alternatives"))
    }
  }
}
