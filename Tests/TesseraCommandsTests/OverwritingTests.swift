import Foundation
import TestSupport
import Testing

/// No command writes over what it reads.
@Suite struct OverwritingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func expectRefusal(_ arguments: [String], _ option: String, _ output: String, keeps file: String)
    throws
  {
    let before = try String(contentsOfFile: file, encoding: .utf8)
    let result = try Tool.run(arguments, in: folder.path)
    #expect(result.code == 64, "\(arguments)")
    #expect(
      result.errors.hasPrefix(
        "tessera: \(option) is \(output), which is read as well: writing it would lose rows; give another name."
      ), "\(result.errors)")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == before)
  }

  @Test func `Rows are not written over, under whatever name`() throws {
    let csv = try folder.write("a,b,winner\nx,y,a\ny,z,b\nx,z,a\n", to: "mine.csv")
    let rows = try folder.write(
      "{\"prompt\": \"p\", \"chosen\": \"good\", \"rejected\": \"bad\"}\n", to: "mine.jsonl")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.jsonl"), withDestinationPath: rows)
    try expectRefusal(["rank", csv, "-o", csv], "--output", csv, keeps: csv)
    try expectRefusal(["rank", "*.csv", "-o", "./mine.csv"], "--output", "./mine.csv", keeps: csv)
    try expectRefusal(["fit", rows, "--format", "json", "-o", rows], "--output", rows, keeps: rows)
    try expectRefusal(["fit", csv, "--save-state", csv], "--save-state", csv, keeps: csv)
    try expectRefusal(
      ["export", "mine.jsonl", "--resample", "100", "-o", "link.jsonl"], "--output", "link.jsonl", keeps: rows
    )
    try expectRefusal(
      ["export", "link.jsonl", "--deduplicate", "-o", "mine.jsonl"], "--output", "mine.jsonl", keeps: rows)
    try expectRefusal(["inspect", csv, "--faults", csv], "--faults", csv, keeps: csv)
    try expectRefusal(
      ["embed", rows, "-o", "x.npy", "--save-alternatives", rows], "--save-alternatives", rows, keeps: rows)
  }

  @Test func `Files of a data set's folder, alternatives and families are not written over`() throws {
    try FileManager.default.createDirectory(
      atPath: folder.file("set"), withIntermediateDirectories: true)
    let part = try folder.write(
      "{\"prompt\": \"p\", \"chosen\": \"good\", \"rejected\": \"bad\"}\n", to: "set/train.jsonl")
    try expectRefusal(
      ["export", "set", "-o", "set/train.jsonl"], "--output", "set/train.jsonl", keeps: part)
    try expectRefusal(["export", "set/train.jsonl", "-o", "set/"], "--output", "set/", keeps: part)
    let texts = try folder.write(
      "{\"id\": \"x\", \"text\": \"one\"}\n{\"id\": \"y\", \"text\": \"one\"}\n", to: "a.jsonl")
    try expectRefusal(
      ["duplicates", "--alternatives", "a.jsonl", "--deduplicated", "a.jsonl"], "--deduplicated", "a.jsonl",
      keeps: texts)
    let votes = try folder.write("a,b,winner\nx,y,a\n", to: "votes.csv")
    let families = try folder.write("id,family\nx,f\ny,g\n", to: "families.csv")
    try expectRefusal(
      ["rank", votes, "--families", families, "--suggest-families", families], "--suggest-families", families,
      keeps: families)
    try expectRefusal(
      ["fit", votes, "--families", families, "-o", families], "--output", families, keeps: families)
  }

  /// One would take the place of the other, and both would be said to be written.
  @Test func `Two outputs are not one file`() throws {
    let votes = try folder.write("a,b,winner\nx,y,a\ny,z,b\nx,z,a\n", to: "votes.csv")
    let versions = try folder.write("a,b,winner\ngpt-4-0314,gpt-4-0613,a\ngpt-4-0613,llama,a\n", to: "g.csv")
    let known = try folder.write(
      "{\"id\":\"x\",\"context\":[0,1]}\n{\"id\":\"y\",\"context\":[1,2]}\n{\"id\":\"z\",\"context\":[3,1]}\n",
      to: "known.jsonl")
    for (arguments, option, other) in [
      (["fit", votes, "-o", "out.json", "--save-state", "out.json"], "--output", "--save-state"),
      (["fit", votes, "-o", "./out.json", "--save-state", "out.json"], "--output", "--save-state"),
      (
        ["rank", versions, "--suggest-families", "out.json", "-o", "out.json"], "--suggest-families",
        "--output"
      ),
      (["inspect", votes, "--faults", "out.csv", "-o", "out.csv"], "--faults", "--output"),
      (
        ["weights", known, "--picture", "out.svg", "-o", "out.svg", "--format", "csv"], "--picture",
        "--output"
      ),
      (
        ["weights", known, "--center", "--save-transform", "out.json", "-o", "out.json"], "--output",
        "--save-transform"
      ),
      (
        ["duplicates", "--alternatives", known, "--deduplicated", "out.jsonl", "-o", "out.jsonl"],
        "--deduplicated", "--output"
      ),
      (["embed", known, "-o", "out.npy", "--save-embedder", "out.npy"], "--save-embedder", "--output"),
    ] {
      let result = try Tool.run(arguments, in: folder.path)
      #expect(result.code == 64, "\(arguments)")
      #expect(result.errors.hasPrefix("tessera: \(option) is "), "\(result.errors)")
      #expect(result.errors.contains(", and so is \(other): one would take the place"), "\(result.errors)")
    }
    #expect(folder.names == ["g.csv", "known.jsonl", "votes.csv"])
    // What keeps nothing can be given twice.
    #expect(
      try Tool.run(
        ["fit", votes, "-o", "/dev/null", "--format", "json", "--save-state", "state.json"], in: folder.path
      )
      .code == 0)
  }

  @Test func `An audit does not write over what it reads`() throws {
    let votes = try folder.write(
      #"[{"a":"x","b":"y","winner":"a"},{"a":"x","b":"y","winner":"b"}]"#, to: "audit.json")
    for folder in [".", self.folder.path, ""] {
      try expectRefusal(
        ["audit", "audit.json", "-o", folder], "--output", (folder.isEmpty ? "." : folder) + "/audit.json",
        keeps: votes)
    }
  }

  @Test func `Contexts of unlabelled answers are not written over`() throws {
    let votes = try folder.write("a,b,winner\nx,y,a\n", to: "votes.csv")
    let known = try folder.write(
      "{\"id\":\"x\",\"context\":[0,1]}\n{\"id\":\"y\",\"context\":[1,2]}\n", to: "known.jsonl")
    let pool = try folder.write("not read before this is told", to: "pool.npy")
    try expectRefusal(
      ["weights", known, "--space", "pool=pool.npy", "--center", "--save-transform", "pool.npy"],
      "--save-transform", "pool.npy", keeps: pool)
    try expectRefusal(
      [
        "fit", votes, "--alternatives", known, "--weights", "voronoi", "--space", "pool=pool.npy",
        "--save-state",
        "pool.npy",
      ], "--save-state", "pool.npy", keeps: pool)
    try expectRefusal(
      ["weights", known, "--space", "pool=pool.npy", "-o", "pool.npy", "--format", "csv"], "--output",
      "pool.npy", keeps: pool)
  }

  @Test func `A state takes the place of the one before`() throws {
    let votes = try folder.write("a,b,winner\nx,y,a\ny,z,b\nx,z,a\n", to: "votes.csv")
    let state = folder.file("week.json")
    #expect(try Tool.run(["fit", votes, "--save-state", state]).code == 0)
    #expect(try Tool.run(["fit", votes, "--from-state", state, "--save-state", state]).code == 0)
    #expect(try Tool.run(["fit", votes, "--from-state", state, "-o", state]).code == 64)
  }
}
