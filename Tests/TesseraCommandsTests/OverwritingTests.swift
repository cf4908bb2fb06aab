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

  @Test func `A state takes the place of the one before`() throws {
    let votes = try folder.write("a,b,winner\nx,y,a\ny,z,b\nx,z,a\n", to: "votes.csv")
    let state = folder.file("week.json")
    #expect(try Tool.run(["fit", votes, "--save-state", state]).code == 0)
    #expect(try Tool.run(["fit", votes, "--from-state", state, "--save-state", state]).code == 0)
    #expect(try Tool.run(["fit", votes, "--from-state", state, "-o", state]).code == 64)
  }
}
