import Foundation
import TestSupport
import Testing

/// What is asked of reading and writing rows, and what is refused.
@Suite struct ReadingOptionsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func votes() throws -> String {
    try folder.write(
      "a,b,winner,note\n" + String(repeating: "x,y,a,k=v\nx,z,a,p!=q\ny,z,b,p!=q\nx,y,b,k=v\n", count: 4),
      to: "v.csv")
  }

  @Test func `Values of a filter can hold signs of equality`() throws {
    let votes = try votes()
    func comparisons(_ condition: String) throws -> Int? {
      try Tool.run(["inspect", votes, "--where", condition, "--format", "json"]).json["comparisons"] as? Int
    }
    #expect(try comparisons("note=k=v") == 8)
    #expect(try comparisons("note=p!=q") == 8)
    #expect(try comparisons("note!=p!=q") == 8)
    #expect(try Tool.run(["inspect", votes, "--where", "!=q"]).code == 64)
  }

  @Test func `Compressed files are read and not written`() throws {
    let votes = try votes()
    let export = try Tool.run(["export", votes, "-o", folder.file("x.jsonl.gz")])
    #expect(export.code == 64 && export.errors.contains("x.jsonl.gz; compressed files are read, not written"))
    #expect(try Tool.run(["inspect", votes, "--faults", folder.file("f.csv.zst")]).code == 64)
  }

  @Test func `A cut board is cut in CSV too, and Markdown says what is left out`() throws {
    let votes = try votes()
    let csv = try Tool.run(["rank", votes, "--format", "csv", "--top", "2"])
    #expect(csv.output.split(separator: "\n").count == 3)
    #expect(try Tool.run(["rank", votes, "--format", "csv"]).output.split(separator: "\n").count == 4)
    #expect(
      try Tool.run(["rank", votes, "--format", "markdown", "--top", "2"]).output.contains("... 1 more"))
  }

  @Test func `Marks that turn the direction of text are spelled out`() throws {
    let rows = try folder.write(
      "{\"prompt\": \"p\", \"chosen\": \"\\u202eevil\", \"rejected\": \"good\"}\n", to: "r.jsonl")
    #expect(try Tool.run(["inspect", rows]).output.contains("\\u{202e}evil"))
  }

  @Test func `Help of a command that is none says so`() throws {
    let result = try Tool.run(["help", "fti"])
    #expect(
      result.code == 64 && result.errors.hasPrefix("tessera: there is no command fti; did you mean fit?"))
  }

  @Test func `Boards in the paper's convention compare by the strength that was meant`() throws {
    // Too few votes to choose a strength by: it is .1, whatever the number of alternatives divides it by.
    let three =
      "{\"id\": \"x\", \"context\": [0, 0]}\n{\"id\": \"y\", \"context\": [0.1, 0]}\n{\"id\": \"z\", \"context\": [1, 1]}\n"
    let before = try folder.write(three, to: "3.jsonl")
    let after = try folder.write(three + "{\"id\": \"w\", \"context\": [1, 0]}\n", to: "4.jsonl")
    let monday = try folder.write("a,b,winner\nx,y,a\ny,z,a\nz,x,b\n", to: "m.csv")
    let tuesday = try folder.write("a,b,winner\nz,w,a\nw,x,b\n", to: "t.csv")
    let (first, both) = (folder.file("m.json"), folder.file("b.json"))
    for (files, alternatives, document) in [([monday], before, first), ([monday, tuesday], after, both)] {
      let made = try Tool.run(
        ["fit"] + files + ["--alternatives", alternatives, "--lambda-convention", "paper", "-o", document])
      #expect(made.code == 0, "\(made.errors)")
    }
    let compared = try Tool.run(["compare", first, both, "--estimate", "standard", "--nested"])
    #expect(compared.code == 0, "\(compared.errors)")
  }

  @Test func `A row that a filter leaves out is counted once, whichever filter it is`() throws {
    let file = try folder.write(
      "a,b,winner,lang\nx,y,a,en\nx,y,tie,en\ny,z,b,de\nx,z,tie,de\nx,z,a,en\n", to: "t.csv")
    for (options, rows, left) in [
      (["--drop", "tie"], 3, 2), (["--where", "lang=en"], 3, 2),
      (["--where", "lang=en", "--drop", "tie"], 2, 3),
      ([], 5, 0),
    ] {
      let found = try Tool.run(["inspect", file, "--format", "json"] + options).json
      #expect(found["rows"] as? Int == rows && found["filtered"] as? Int == left, "\(options)")
    }
    let table = try Tool.run(["inspect", file, "--drop", "tie"]).output
    #expect(table.contains("\nrows     3, and 2 left out by filters: 3 comparisons\n"))
  }

  /// Looking into a pipe before it is read would take from it, or wait for a second writer.
  @Test(arguments: ["weights", "embed", "duplicates"])
  func `A pipe is read once, from its beginning`(command: String) throws {
    let folder = try TemporaryFolder()
    let lines = [
      #"{"id":"x","context":[0,1],"text":"one two"}"#, #"{"id":"y","context":[0.5,2],"text":"three"}"#,
      #"{"id":"z","context":[3,2],"text":"four five"}"#,
    ]
    let file = try folder.write(lines.map { $0 + "\n" }.joined(), to: "known.jsonl")
    let pipe = folder.file("pipe.jsonl")
    try #require(mkfifo(pipe, 0o600) == 0)
    func arguments(_ path: String) -> [String] {
      switch command {
      case "weights": ["weights", path, "--format", "csv"]
      case "embed": ["embed", path, "-o", folder.file("out.npy")]
      default: ["duplicates", "--alternatives", path, "--format", "csv", "--all"]
      }
    }
    // One opening, two pieces with a pause between them: a second opening would find the rest, or wait for ever.
    let script = "(printf '%s\\n' \"$1\"; sleep 0.3; printf '%s\\n' \"$2\" \"$3\") > pipe.jsonl"
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/bin/sh")
    writer.arguments = ["-c", script, "sh"] + lines
    writer.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    try writer.run()
    let found = try Tool.run(
      ["20", Tool.path] + arguments("pipe.jsonl"), in: folder.path, program: "/usr/bin/timeout")
    if writer.isRunning { writer.terminate() }
    writer.waitUntilExit()
    func contexts() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.file("out.npy"))) }
    let array = command == "embed" && found.code == 0 ? try contexts() : Data()
    let expected = try Tool.run(arguments(file), in: folder.path)
    #expect(expected.code == 0 && found.code == 0, "\(found.errors)")
    // Lines of a file are numbered, those of a pipe are not.
    func withoutLines(_ output: String) -> String {
      output.replacing(#/^([0-9]+),[0-9]*,/#.anchorsMatchLineEndings()) { "\($0.output.1),," }
    }
    #expect(withoutLines(found.output) == withoutLines(expected.output))
    if command == "embed" { #expect(try contexts() == array) }
  }

  @Test func `Rows that are read twice do not come from a pipe`() throws {
    let folder = try TemporaryFolder()
    try #require(mkfifo(folder.file("pipe.csv"), 0o600) == 0)
    let result = try Tool.run(
      ["20", Tool.path, "export", "pipe.csv", "-o", "e.csv"], in: folder.path, program: "/usr/bin/timeout")
    #expect(result.code == 64)
    #expect(
      result.errors.hasPrefix("tessera: Rows are read twice, which pipe.csv cannot be: give a file."),
      "\(result.errors)")
  }

  @Test func `Files of pzstd begin with a frame that is skipped`() throws {
    let folder = try TemporaryFolder()
    let csv = try folder.write("a,b,winner\nx,y,a\ny,z,a\n", to: "v.csv")
    let packer = Process()
    packer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    packer.arguments = ["zstd", "-q", "-k", csv]
    try packer.run()
    packer.waitUntilExit()
    // RFC 8878, section 3.1.2: a magic number of sixteen, the size, and so many bytes of anything.
    let skipped = Data([0x5F, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3])
    let frame = try Data(contentsOf: URL(fileURLWithPath: csv + ".zst"))
    try (skipped + frame + skipped).write(to: URL(fileURLWithPath: folder.file("p.csv.zst")))
    let (plain, packed) = (
      try Tool.run(["fit", csv, "--format", "csv"]),
      try Tool.run(["fit", folder.file("p.csv.zst"), "--input-format", "csv", "--format", "csv"])
    )
    #expect(packed.code == 0 && packed.output == plain.output, "\(packed.errors)")
    try (skipped.prefix(9)).write(to: URL(fileURLWithPath: folder.file("short.csv.zst")))
    let short = try Tool.run(["fit", folder.file("short.csv.zst"), "--input-format", "csv"])
    #expect(
      short.code == 66 && short.errors.contains("Zstandard data end before their end"), "\(short.errors)")
  }

  /// Each would become U+FFFD, and be one alternative.
  @Test func `Names with half of a surrogate pair are refused, texts are not`() throws {
    let folder = try TemporaryFolder()
    let votes = try folder.write(
      #"{"a":"\ud800","b":"y","winner":"a"}"# + "\n" + #"{"a":"\ud801","b":"y","winner":"b"}"# + "\n",
      to: "v.jsonl")
    let fit = try Tool.run(["fit", votes])
    #expect(fit.code == 65)
    #expect(
      fit.errors.hasPrefix(
        #"tessera: \#(votes):1: field "a": found half of a surrogate pair, expected both halves"#),
      "\(fit.errors)")
    let known = try folder.write(#"{"id":"x\udc00","context":[1,2]}"# + "\n", to: "known.jsonl")
    #expect(try Tool.run(["weights", known]).errors.contains(#"field "id": found half of a surrogate pair"#))
    let texts = try folder.write(
      #"{"id":"x\ud83d\ude00","text":"cut \ud83d"}"# + "\n" + #"{"id":"y","text":"whole"}"# + "\n",
      to: "texts.jsonl")
    #expect(try Tool.run(["embed", texts, "-o", folder.file("t.npy")]).code == 0)
    // A prompt is a text, also where it names a place.
    let prompted = try folder.write(
      #"{"prompt":"cut \ud83d","a":"x","b":"y","winner":"a"}"# + "\n", to: "prompted.jsonl")
    #expect(try Tool.run(["inspect", prompted]).code == 0)
    let answers = try folder.write(
      #"{"id":"x","context":[1,2],"prompt":"cut \ud83d"}"# + "\n"
        + #"{"id":"y","context":[2,2],"prompt":"q"}"#
        + "\n", to: "answers.jsonl")
    #expect(try Tool.run(["weights", answers]).code == 0)
  }
}
