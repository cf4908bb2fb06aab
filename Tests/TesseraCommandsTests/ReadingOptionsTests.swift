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
}
