import Foundation
import TestSupport
import Testing

@Suite struct CompareCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func votes(_ name: String, _ wins: [(String, String, Int)]) throws -> String {
    try folder.write(
      "a,b,winner\n" + wins.map { String(repeating: "\($0),\($1),\($0)\n", count: $2) }.joined(), to: name)
  }

  /// y leads on Monday, x by far with Tuesday's votes; z is new.
  func days() throws -> (monday: String, tuesday: String) {
    let monday = try votes(
      "monday.csv",
      [("x", "y", 30), ("y", "x", 40), ("x", "w", 30), ("w", "x", 30), ("y", "w", 35), ("w", "y", 25)])
    let tuesday = try votes(
      "tuesday.csv", [("x", "y", 400), ("y", "x", 100), ("x", "z", 20), ("z", "x", 20)])
    let files = (folder.file("monday.json"), folder.file("tuesday.json"))
    let first = try Tool.run(["rank", monday, "--lambda", "0.001", "-o", files.0])
    // What went into the file is summed up.
    #expect(
      first.code == 0 && first.output.hasSuffix("wrote \(files.0)\n") && first.output.hasPrefix("y leads"))
    #expect(try Tool.run(["rank", monday, tuesday, "--lambda", "0.001", "-o", files.1]).code == 0)
    return files
  }

  @Test func `Who leads and what is more than noise comes first`() throws {
    let (monday, tuesday) = try days()
    for options in [[], ["--nested"]] {
      let result = try Tool.run(["compare", monday, tuesday] + options)
      #expect(result.code == 0 && result.errors == "")
      let lines = result.output.split(separator: "\n").map(String.init)
      #expect(lines[0].hasPrefix("x leads now, y led before; between the two it is +1."))
      #expect(lines[0].hasSuffix("now, more than noise."))
      #expect(lines[1].contains("changed by more than noise (95 %, all together)"))
      #expect(lines[2].hasPrefix("New: z (rank "))
      #expect(result.output.contains(options.isEmpty ? "added up" : "nested"))
    }
  }

  @Test func `Rows hold both boards, adjusted values and what is new`() throws {
    let (monday, tuesday) = try days()
    let json = try Tool.run(["compare", monday, tuesday, "--format", "json"]).json
    let changes = try #require(json["changes"] as? [[String: Any]])
    #expect(Set(changes.compactMap { $0["id"] as? String }) == ["w", "x", "y"])
    for row in changes {
      let (before, after) = (row["rewardBefore"] as? Double ?? .nan, row["rewardAfter"] as? Double ?? .nan)
      #expect(abs((row["difference"] as? Double ?? .nan) - (after - before)) < 1e-12)
      #expect(row["adjustedPValue"] as? Double ?? 0 >= row["pValue"] as? Double ?? 1)
    }
    // Less the mean of the three.
    #expect(abs(changes.reduce(0) { $0 + ($1["rewardAfter"] as? Double ?? .nan) }) < 1e-12)
    #expect((json["new"] as? [[String: Any]])?.first?["id"] as? String == "z")
    let back = try Tool.run(["compare", tuesday, monday, "--format", "csv"])
    #expect(back.output.contains("\nz,gone,") && back.output.split(separator: "\n").count == 5)
  }

  @Test func `A board does not differ from itself, nor from the fit of the same votes`() throws {
    let (monday, _) = try days()
    let fit = folder.file("fit.json")
    #expect(
      try Tool.run(["fit", folder.file("monday.csv"), "--lambda", "0.001", "--format", "json", "-o", fit])
        .code == 0)
    for other in [monday, fit] {
      let result = try Tool.run(["compare", monday, other, "--nested", "--format", "json"])
      #expect(result.code == 0, "\(result.errors)")
      for row in result.json["changes"] as? [[String: Any]] ?? [] {
        #expect(row["difference"] as? Double == 0 && row["isCertain"] as? Bool == false)
      }
    }
  }

  @Test func `What cannot be compared is refused, with the place`() throws {
    let (monday, tuesday) = try days()
    let shrunk = try Tool.run(["compare", tuesday, monday, "--nested"])
    #expect(shrunk.code == 65 && shrunk.errors.contains("comparisons after"))
    let weighted = try Tool.run(["compare", monday, tuesday, "--estimate", "weighted"])
    #expect(weighted.code == 65 && weighted.errors.contains("estimates.weighted"))
    let other = folder.file("other.json")
    #expect(try Tool.run(["rank", folder.file("monday.csv"), "--lambda", "1", "-o", other]).code == 0)
    let unlike = try Tool.run(["compare", other, tuesday, "--nested"])
    #expect(unlike.code == 65 && unlike.errors.contains("lambda 1.0 before, 0.001 now"))
    #expect(try Tool.run(["compare", other, tuesday]).output.contains("The boards were not made alike"))
    // Four digits, unless they are the same in both.
    for (lambda, said) in [
      ("0.031622776601683791", "lambda 0.03162 before"), ("0.0010000001", "0.0010000001 before, 0.001 now"),
    ] {
      #expect(try Tool.run(["rank", folder.file("monday.csv"), "--lambda", lambda, "-o", other]).code == 0)
      let words = try Tool.run(["compare", other, tuesday]).output
      #expect(words.contains(said), "\(words)")
    }
    let kind = try folder.write("{\"kind\": \"tessera weights part\"}", to: "kind.json")
    let refused = try Tool.run(["compare", kind, tuesday])
    #expect(refused.code == 65 && refused.errors.contains("field \"kind\""))
    #expect(try Tool.run(["compare", folder.file("none.json"), tuesday]).code == 66)
    #expect(try Tool.run(["compare", monday, tuesday, "--level", "2"]).code == 64)
  }
}
