import Foundation
import TestSupport
import Testing

/// Options that would change nothing are refused, with the reason.
@Suite struct NoEffectTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `A seed where nothing is drawn`() throws {
    let file = try folder.write(
      (0..<4).map { "{\"id\": \"n\($0)\", \"context\": [\($0), \($0 * $0)]}\n" }.joined(), to: "a.jsonl")
    func weights(_ options: String...) throws -> Tool.Result { try Tool.run(["weights", file] + options) }
    for options in [["--seed", "3"], ["--weights", "horizon", "--seed", "3"]] {
      let result = try Tool.run(["weights", file] + options)
      #expect(result.code == 64)
      #expect(result.errors.contains("--seed has no effect here: the weights are exact; nothing is drawn."))
    }
    #expect(try weights("--method", "sampled", "--seed", "3").code == 0)
    #expect(try weights("--pca", "1", "--seed", "3").code == 0)
    let exact = try Tool.run(TableTests.story + ["--lambda", "0.1", "--seed", "3"])
    #expect(exact.code == 64)
    #expect(exact.errors.contains("--seed has no effect here: the weights are exact, lambda was given"))
    // Folds are dealt by the seed.
    #expect(try Tool.run(TableTests.story + ["--seed", "3"]).code == 0)
  }

  @Test func `Settings beside parts that were counted under their own`() throws {
    let file = try folder.write(
      (0..<4).map { "{\"id\": \"n\($0)\", \"context\": [\($0), \($0 * $0)]}\n" }.joined(), to: "a.jsonl")
    let part = folder.file("part.json")
    let common = ["weights", file, "--method", "sampled", "--samples", "2000", "--part", "1/1", "-o"]
    #expect(try Tool.run(common + [part]).code == 0)
    #expect(try Tool.run(common + [folder.file("part.csv")]).errors.contains("--part writes JSON"))
    #expect(try Tool.run(["weights", "--merge", part]).code == 0)
    for options in [
      ["--samples", "3"], ["--seed", "1"], ["--weights", "horizon"], ["--threads", "1"], ["--with-prompt"],
    ] {
      let result = try Tool.run(["weights"] + options + ["--merge", part])
      #expect(result.code == 64)
      #expect(result.errors.contains("\(options[0]) has no effect here: the parts"), "\(result.errors)")
    }
  }

  @Test func `A target for exact weights, and ways to embed an array`() throws {
    let file = try folder.write(
      (0..<4).map { "{\"id\": \"n\($0)\", \"context\": [\($0), \($0 * $0)]}\n" }.joined(), to: "a.jsonl")
    let exact = try Tool.run(["weights", file, "--method", "exact", "--target-error", "0.1"])
    #expect(exact.code == 64 && exact.errors.contains("whose weights have no error"), "\(exact.errors)")
    let array = folder.file("x.npy")
    let texts = try folder.write("{\"text\": \"one\"}\n{\"text\": \"two\"}\n", to: "t.jsonl")
    #expect(try Tool.run(["embed", texts, "-o", array]).code == 0)
    for options in [["--fitted-embedder", "/nonexistent"], ["--embedder", "none"], ["--with-prompt"]] {
      let result = try Tool.run(["weights", array] + options)
      #expect(
        result.code == 64 && result.errors.contains("\(options[0]) has no effect here"), "\(result.errors)")
    }
  }

  @Test func `Ways to embed where no alternative has a text`() throws {
    let votes = try folder.write("a,b,winner\nx,y,a\n", to: "v.csv")
    for options in [["--fitted-embedder", "/nonexistent"], ["--with-prompt"], ["--dimensions", "8"]] {
      let result = try Tool.run(["fit", votes, "--lambda", "0.1"] + options)
      #expect(
        result.code == 64
          && result.errors.contains("\(options[0]) has no effect here: no alternative has a text"),
        "\(result.errors)")
    }
  }

  @Test func `Names of services where none is asked`() throws {
    let file = try folder.write("{\"id\": \"x\", \"text\": \"one\"}\n", to: "t.jsonl")
    for options in [["--timeout", "5"], ["--cache", "c"], ["--attempts", "2"]] {
      let result = try Tool.run(["embed", file, "-o", folder.file("x.npy")] + options)
      #expect(
        result.code == 64 && result.errors.contains("\(options[0]) has no effect here"), "\(result.errors)")
    }
    for options in [["--base-url", "http://127.0.0.1:9/v1"], ["--model", "m"]] {
      let result = try Tool.run(["embed", file, "-o", folder.file("x.npy")] + options)
      #expect(result.code == 64 && result.errors.contains("give --embedder openai."), "\(result.errors)")
    }
  }
}
