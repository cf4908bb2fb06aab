import Foundation
import TestSupport
import Testing

/// Where results go, and what is known before they are made.
@Suite struct OutputTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func votes() throws -> String {
    try folder.write("a,b,winner\nx,y,a\ny,z,b\nx,z,a\nz,y,b\n", to: "v.csv")
  }

  private func contexts() throws -> String {
    try folder.write(
      "xyz".enumerated().map { "{\"id\": \"\($1)\", \"context\": [\($0), \($0 * $0)]}\n" }.joined(),
      to: "a.jsonl")
  }

  @Test func `A hyphen is standard output`() throws {
    let printed = try Tool.run(["fit", votes(), "--format", "csv"], in: folder.path)
    let asked = try Tool.run(["fit", votes(), "--format", "csv", "-o", "-"], in: folder.path)
    #expect(asked.code == 0 && asked.output == printed.output && !asked.output.isEmpty)
    #expect(folder.names == ["v.csv"])
    #expect(
      try Tool.run(["train", votes(), "--alternatives", contexts(), "-o", "-"], in: folder.path).code == 64)
  }

  @Test func `Outputs that cannot be written are told before the work, and nothing is left`() throws {
    let (votes, contexts) = (try votes(), try contexts())
    let train = ["train", votes, "--alternatives", contexts, "--steps", "200", "--runs", "1", "-o"]
    for arguments in [
      train + [folder.path], train + [folder.file("no/model")],
      ["fit", votes, "-o", folder.file("no/fit.csv")],
      ["fit", votes, "--save-state", folder.file("no/state.json")],
      ["weights", contexts, "--pca", "1", "--save-transform", folder.file("no/t.json")],
      ["weights", contexts, "--picture", folder.path],
    ] {
      let result = try Tool.run(arguments)
      #expect(result.code == 73, "\(arguments): \(result.errors)")
      #expect(result.output.isEmpty)
    }
    #expect(folder.names == ["a.jsonl", "v.csv"])
    #expect(!FileManager.default.fileExists(atPath: folder.path + ".checkpoint"))
  }

  @Test func `A transform is not stored over the contexts that it is of`() throws {
    let contexts = try contexts()
    let before = try String(contentsOfFile: contexts, encoding: .utf8)
    let result = try Tool.run(["weights", contexts, "--pca", "1", "--save-transform", contexts])
    #expect(
      result.code == 64 && result.errors.contains("--save-transform is \(contexts), which is read as well"))
    #expect(try String(contentsOfFile: contexts, encoding: .utf8) == before)
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT])
  func `A signal leaves nothing half-written`(signal: Int32) throws {
    let rows = (0..<3_000).map { "m\($0 % 60),m\(($0 * 7 + 1 + $0 / 60) % 60 + 60),a\n" }.joined()
    let votes = try folder.write("a,b,winner\n" + rows, to: "v.csv")
    // A pipe that nobody feeds holds the work while the output is known.
    let pipe = folder.file("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    let process = try Tool.start([
      "fit", votes, "--input-format", "csv", "--alternatives", pipe, "-o", folder.file("o.json"),
    ])
    usleep(500_000)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationStatus == 128 + signal)
    #expect(folder.names == ["pipe", "v.csv"])
  }

  @Test func `What is told to ignore hanging up does`() throws {
    let votes = try votes()
    // Votes that come late hold the work while the signal comes.
    let line = """
      (sleep 1; cat "\(votes)") | nohup "\(Tool.path)" fit - --input-format csv -o out.json >/dev/null 2>&1 &
      sleep 0.5; kill -HUP $!; wait $!; echo $?
      """
    let shell = try Tool.run(["-c", line], in: folder.path, program: "/bin/sh")
    #expect(shell.output == "0\n" && folder.names.contains("out.json"))
  }

  @Test(.enabled(if: isWithoutSanitizer))
  func `A file too large is an error`() throws {
    let votes = try votes()
    // What is told may go to a file as well, which only `cat` is allowed to write.
    let limited = "(ulimit -f 0; exec \"\(Tool.path)\" fit \"\(votes)\" -o big.json 2>&1) | cat >&2"
    let small = try Tool.run(["-c", limited], in: folder.path, program: "/bin/sh")
    #expect(small.errors.contains("big.json: cannot be written: File too large"))
    #expect(!folder.names.contains { $0.hasPrefix("big") })
  }

  @Test(arguments: [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "2>/dev/full"])
  func `What is said to a closed stream does not go into a file that is written`(closed: String) throws {
    let texts = try folder.write(
      "{\"id\": \"x\", \"text\": \"one\"}\n{\"id\": \"y\", \"text\": \"two\"}\n", to: "t.jsonl")
    let cache = folder.file("cache.sqlite")
    let server = try StubServer(StubServer.embeddings)
    func run(_ output: String, _ streams: String) throws {
      let line = """
        "\(Tool.path)" embed "\(texts)" -o "\(folder.file(output))" --embedder openai --model m --cache "\(cache)" \
          --base-url "\(server.address)" \(streams)
        """
      _ = try Tool.run(["-c", line], in: folder.path, program: "/bin/sh")
    }
    try run("whole.npy", "")
    try run("closed.npy", closed)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: folder.file("closed.npy")))
        == Data(contentsOf: URL(fileURLWithPath: folder.file("whole.npy"))))
    // The cache is a file that stays open.
    #expect(
      try Tool.run([
        "embed", texts, "-o", folder.file("z.npy"), "--embedder", "openai", "--model", "m", "--cache", cache,
        "--base-url", server.address,
      ]).code == 0)
    #expect(server.requests == 1)
  }

  @Test func `Cells that a spreadsheet would run are written as they are, and said`() throws {
    let plain = try Tool.run(["fit", votes(), "--format", "csv"])
    #expect(plain.code == 0 && !plain.errors.contains("formula"), "\(plain.errors)")
    for id in ["=1+1", "@x", "+a", "-a", "\"=a,b\""] {
      let file = try folder.write("a,b,winner\n\(id),y,a\ny,\(id),a\n", to: "f.csv")
      let result = try Tool.run(["fit", file, "--format", "csv"])
      #expect(result.code == 0 && result.output.contains("\n\(id),"), "\(result.output)")
      #expect(result.errors.contains("begins as a formula"), "\(id): \(result.errors)")
    }
  }

  @Test func `Counts that add up to too much are told once, with line and field`() throws {
    let row = "{\"a\": \"x\", \"b\": \"y\", \"preference\": 0.7, \"count\": 6e99}\n"
    let file = try folder.write(row + row, to: "c.jsonl")
    let result = try Tool.run(["fit", file])
    #expect(result.code == 65)
    #expect(
      result.errors
        == "tessera: \(file):2: field \"count\": found counts that add up to 1.2e+100, expected 1e+100 at most\n",
      "\(result.errors)")
  }

  @Test func `Names of any length do not fill a terminal`() throws {
    let wide = try folder.write(String(repeating: "x", count: 100_000) + ",b,winner\nx,y,z\n", to: "w.csv")
    let result = try Tool.run(["fit", wide])
    #expect(result.code == 65)
    #expect(result.errors.utf8.count < 1_200)
    #expect(result.errors.contains("expected a column for each side"))
  }

  @Test func `A picture is XML whatever ids hold`() throws {
    let ids = ["\\u001bx", "a<b", "c&d"]
    let file = try folder.write(
      ids.enumerated().map { "{\"id\": \"\($1)\", \"context\": [\($0), \($0 * $0)]}\n" }.joined(),
      to: "p.jsonl")
    #expect(try Tool.run(["weights", file, "--picture", folder.file("p.svg")]).code == 0)
    let picture = try String(contentsOfFile: folder.file("p.svg"), encoding: .utf8)
    #expect(!picture.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    #expect(picture.contains(">x ") && picture.contains("a&lt;b"))
  }

  @Test func `Rewards beyond the arithmetic are an error, not a number`() throws {
    let model = folder.file("m.safetensors")
    #expect(
      try Tool.run([
        "train", votes(), "--alternatives", contexts(), "--steps", "20", "--runs", "1", "--model", "linear",
        "--held-out", "0",
        "-o", model,
      ]).code == 0)
    let far = try folder.write("{\"id\": \"x\", \"context\": [1e200, -3e200]}\n", to: "far.jsonl")
    let result = try Tool.run(["score", model, far, "--format", "csv"])
    #expect(result.code == 65 && result.output.isEmpty)
    #expect(result.errors.contains("the reward of context number 0"))
  }
}
