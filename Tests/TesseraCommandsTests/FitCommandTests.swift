import Foundation
import TestSupport
import Testing

@Suite struct FitCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Table 2 as proportions, and contexts on three corners of a square, with copies of c.
  func story(copies: Int) throws -> [String] {
    let p = ["ab": 0.6393, "ac": 0.4506, "bc": 0.6393]
    let ids = ["a", "b", "c"] + (0..<copies).map { "c copy \($0)" }
    func kind(_ id: String) -> String { String(id.prefix(1)) }
    var rows = ""
    for (i, first) in ids.enumerated() {
      for second in ids[(i + 1)...] {
        let preference = p[kind(first) + kind(second)] ?? 0.5
        rows += "{\"a\": \"\(first)\", \"b\": \"\(second)\", \"preference\": \(preference)}\n"
      }
    }
    let contexts = ["a": "[0, 0]", "b": "[1, 1]", "c": "[1, 0]"]
    let alternatives = ids.map { "{\"id\": \"\($0)\", \"context\": \(contexts[kind($0)] ?? "")}\n" }.joined()
    return [
      try folder.write(rows, to: "\(copies).jsonl"), "--alternatives",
      try folder.write(alternatives, to: "\(copies).alternatives.jsonl"),
    ]
  }

  @Test func aCloneFlipsTheStandardWinnerAndNotTheWeightedOne() throws {
    let before = try Tool.run(["fit"] + story(copies: 0) + ["--format", "json"])
    let after = try Tool.run(["fit"] + story(copies: 1) + ["--format", "json"])
    #expect(before.code == 0 && after.code == 0)
    #expect(before.errors == "" && after.errors == "")
    func winner(_ result: Tool.Result, _ key: String) -> String? {
      result.rows().max { ($0[key] as? Double ?? 0) < ($1[key] as? Double ?? 0) }?["id"] as? String
    }
    #expect(winner(before, "standardReward") == "a")
    #expect(winner(after, "standardReward") == "b")
    #expect(winner(before, "weightedReward") == "a")
    #expect(winner(after, "weightedReward") == "a")
    for (old, new) in zip(before.rows(), after.rows()) {
      let shift = (old["weightedReward"] as? Double ?? 9) - (new["weightedReward"] as? Double ?? -9)
      #expect(abs(shift) < 1e-9)
    }
  }

  @Test func theJSONDocumentHasTheAgreedKeys() throws {
    let result = try Tool.run(["fit"] + story(copies: 1) + ["--format", "json"])
    let json = result.json
    #expect(json["lambda"] as? Double == 0.1)
    #expect(json["lambdaConvention"] as? String == "local")
    #expect(json["components"] as? Int == 1)
    let estimates = try #require(json["estimates"] as? [String: [String: Any]])
    for name in ["standard", "weighted"] {
      #expect((estimates[name]?["certificate"] as? Double ?? 1) <= 1e-9)
      #expect(estimates[name]?["iterations"] is Int)
    }
    let weights = try #require(json["weights"] as? [String: Any])
    #expect(weights["scheme"] as? String == "voronoi")
    #expect(weights["space"] as? String == "bounding-box")
    #expect(weights["method"] as? String == "exact")
    #expect(weights["samples"] as? Int == 0)
    #expect(weights["seed"] as? Int == 0)
    #expect(
      abs((weights["effectiveAlternatives"] as? Double ?? 0) - 1 / (2 * 0.375 * 0.375 + 2 * 0.125 * 0.125))
        < 1e-9)
    #expect(weights["zeroWeightShare"] as? Double == 0)
    #expect(weights["maxStandardError"] as? Double == 0)
    let keys: Set = [
      "id", "weight", "weightStandardError", "standardReward", "standardRewardError", "weightedReward",
      "weightedRewardError", "winRate", "weightedWinRate", "averageWinRate", "weightedAverageWinRate",
      "comparisons",
    ]
    for row in result.rows() { #expect(Set(row.keys) == keys) }
    #expect(result.rows().map { $0["weight"] as? Double ?? 0 } == [0.375, 0.375, 0.125, 0.125])
    #expect(result.rows().map { $0["comparisons"] as? Int ?? 0 } == [3, 3, 3, 3])
  }

  @Test func withoutContextsTheTableSaysWhatTheWeightedEstimateNeeds() throws {
    let file = try folder.write("left,right,winner\nx,y,left\ny,z,right\n", to: "v.csv")
    let table = try Tool.run(["fit", file])
    #expect(table.code == 0)
    #expect(table.output.contains("the weighted one needs contexts"))
    // x beats y, z beats y: both won all they had.
    for row in ["x", "z"] {
      #expect(table.output.contains(try Regex("\n\(row) .* 1\\.000  +1\n")), "\(table.output)")
    }
    #expect(table.output.contains(try Regex("\ny .* 0\\.000  +2\n")))
    let json = try Tool.run(["fit", file, "--format", "json"])
    #expect((json.json["estimates"] as? [String: Any])?["weighted"] is NSNull)
    #expect(json.rows().allSatisfy { $0["weightedReward"] is NSNull })
    let uniform = try Tool.run(["fit", file, "--format", "json", "--weights", "uniform"])
    #expect(uniform.code == 0 && uniform.rows().count == 3)
    for row in uniform.rows() {
      #expect(row["weightedReward"] as? Double == row["standardReward"] as? Double)
    }
  }

  @Test func thePapersLambdaConventionScalesTheStandardEstimateOnly() throws {
    let story = try story(copies: 0)
    let paper = try Tool.run(
      ["fit"] + story + ["--format", "json", "--lambda", "0.3", "--lambda-convention", "paper"])
    let plain = ["--format", "json", "--lambda-convention", "normalized"]
    let normalized = try Tool.run(["fit"] + story + plain + ["--lambda", "0.1"])
    let weighted = try Tool.run(["fit"] + story + plain + ["--lambda", "0.3"])
    for i in 0..<3 {
      let (a, b) = (
        paper.rows()[i]["standardReward"] as? Double ?? 0,
        normalized.rows()[i]["standardReward"] as? Double ?? 1
      )
      #expect(abs(a - b) < 1e-9)
      let (c, d) = (
        paper.rows()[i]["weightedReward"] as? Double ?? 0,
        weighted.rows()[i]["weightedReward"] as? Double ?? 1
      )
      #expect(c == d)
    }
  }

  @Test func mergingDuplicatesMakesTheStandardEstimateIndependentOfExactClones() throws {
    let before = try Tool.run(["fit"] + story(copies: 0) + ["--format", "json"])
    let merged = try Tool.run(["fit"] + story(copies: 3) + ["--format", "json", "--merge-duplicates"])
    #expect(merged.rows().count == 6)
    for i in 0..<6 {
      let expected = before.rows()[min(i, 2)]["standardReward"] as? Double ?? 9
      #expect(abs((merged.rows()[i]["standardReward"] as? Double ?? -9) - expected) < 1e-9)
    }
    #expect(
      merged.rows().map { $0["weight"] as? Double ?? 0 } == [0.375, 0.375, 0.0625, 0.0625, 0.0625, 0.0625])
  }

  @Test func sameSeedSameBytesOnAnyNumberOfThreads() throws {
    var alternatives = ""
    var rows = ""
    for i in 0..<300 {
      let angle = Double(i)
      alternatives +=
        "{\"id\": \"n\(i)\", \"context\": [\(sin(angle)), \(cos(2 * angle)), \(sin(3 * angle)), \(cos(5 * angle))]}\n"
      for step in [1, 7, 31] {
        rows +=
          "{\"a\": \"n\(i)\", \"b\": \"n\((i + step) % 300)\", \"winner\": \"\(i % 3 == 0 ? "b" : "a")\"}\n"
      }
    }
    let common = [
      "fit", try folder.write(rows, to: "r.jsonl"), "--alternatives",
      try folder.write(alternatives, to: "a.jsonl"),
      "--format", "json", "--samples", "20000", "--seed", "5",
    ]
    let one = try Tool.run(common + ["--threads", "1"])
    #expect(one.code == 0)
    #expect(try Tool.run(common + ["--threads", "2"]).output == one.output)
    #expect(try Tool.run(common.map { $0 == "5" ? "6" : $0 }).output != one.output)
  }

  @Test func standardInputCSVOutputAndFiles() throws {
    let rows = "{\"a\": \"x, \\\"y\\\"\", \"b\": \"z\\nw\", \"preference\": 1}\n"
    let result = try Tool.run(
      ["fit", "-", "--input-format", "jsonl", "--format", "csv", "--output", folder.file("out.csv")],
      input: rows)
    #expect(result.code == 0 && result.output == "")
    let text = try String(contentsOfFile: folder.file("out.csv"), encoding: .utf8)
    #expect(
      text.hasPrefix("id,weight,weightStandardError,standardReward,standardRewardError,weightedReward,"))
    #expect(text.contains("\n\"x, \"\"y\"\"\",0.5,"))
    #expect(text.contains("\"z\nw\",0.5,"))
  }

  @Test func severalComponentsAreSaid() throws {
    let file = try folder.write("a,b,winner\nw,x,a\ny,z,b\n", to: "c.csv")
    let table = try Tool.run(["fit", file])
    #expect(table.output.contains("components 2: rewards and ranks compare only within a component"))
    #expect(try Tool.run(["fit", file, "--format", "json"]).json["components"] as? Int == 2)
  }

  @Test func contextsOutsideTheSpaceAreAWarning() throws {
    let result = try Tool.run(["fit"] + story(copies: 0) + ["--space", "box=0.2:2", "--format", "json"])
    #expect(result.code == 0)
    #expect(result.errors.contains("2 of 3 contexts lie outside the space box=0.2:2.0"))
  }

  @Test func weightsOfFigure1And2() throws {
    let file = try folder.write(
      """
      {"id": "p", "context": [0, 0]}
      {"id": "q", "context": [1, 0]}
      {"id": "r", "context": [1, 1]}
      {"id": "s", "context": [0.9, 1]}
      """, to: "a.jsonl")
    let result = try Tool.run(["weights", file, "--space", "unit-cube", "--format", "json"])
    for (row, expected) in zip(result.rows(), [0.34, 0.239875, 0.025, 0.395125]) {
      #expect(abs((row["weight"] as? Double ?? 0) - expected) < 1e-12)
      #expect(Set(row.keys) == ["id", "weight", "weightStandardError"])
    }
    #expect(((result.json["weights"] as? [String: Any])?["method"] as? String) == "exact")
    #expect(try Tool.run(["weights", file]).output.contains("4 alternatives in bounding-box, exact"))
  }

  @Test func inspectSaysWhatIsInTheFile() throws {
    let file = try folder.write(
      "a,b,winner,worker,prompt\nx,y,tie,1,p\nx,y,a,2,q\ny,z,b,1,q\nu,v,a,3,q\n", to: "v.csv")
    let json = try Tool.run(["inspect", file, "--format", "json"]).json
    let expected = [
      "alternatives": 5, "comparisons": 4, "ties": 1, "softLabels": 0, "pairs": 3, "annotators": 3,
      "prompts": 2,
      "components": 2, "largestComponent": 3,
    ]
    for (key, value) in expected { #expect(json[key] as? Int == value, "\(key)") }
    #expect(try Tool.run(["inspect", file]).output.contains("annotators"))
    // Nothing is known of where the alternatives lie.
    #expect(json["nearDuplicates"] is NSNull)
  }

  @Test func `inspect says how frequent near-duplicates are, and what that means for weights`() throws {
    // A pair of copies, a near pair at 1/16, the rest a distance of 1 apart: the median is 1.
    let places: [Double] = [0, 0, 1, 2, 2.0625, 3.0625, 4.0625, 5.0625]
    let alternatives = try folder.write(
      places.enumerated().map {
        "{\"id\": \"n\($0)\", \"context\": [\($1)], \"prompt\": \"p\($0 / 4)\"}\n"
      }.joined(), to: "places.jsonl")
    let votes = try folder.write("a,b,winner\nn0,n7,a\nn1,n6,a\nn2,n5,b\nn3,n4,b\n", to: "places.csv")
    let arguments = ["inspect", votes, "--alternatives", alternatives]
    let table = try Tool.run(arguments)
    #expect(table.code == 0 && table.errors == "")
    #expect(
      table.output.hasSuffix(
        """
        dimensions of the contexts                1
        exact duplicates                          1  1 group; --merge-duplicates pools them
        median distance of nearest neighbours     1
        alternatives with an exact copy           2  25.0 %
          with another within 0.1 of the median   4  50.0 %
          with another within 0.25 of the median  4  50.0 %
          with another within 0.5 of the median   4  50.0 %
          nearest one answers the same prompt     6  75.0 %
          nearest one was compared with it        2  25.0 %
        For weights: what is said of up to 50 % of the alternatives can count more than once; weights let near ones share. \
        tessera audit shows what that does to rewards.

        """))
    let json = try Tool.run(arguments + ["--format", "json"]).json
    let near = try #require(json["nearDuplicates"] as? [String: Any])
    #expect(near["median"] as? Double == 1)
    #expect((near["copies"] as? [String: Any])?["share"] as? Double == 0.25)
    #expect((near["samePrompt"] as? [String: Any])?["alternatives"] as? Int == 6)
    let csv = try Tool.run(arguments + ["--format", "csv"]).output
    #expect(csv.contains("nearDuplicates.within0.25,4\n"))
  }
}

/// Spaces and transforms by name.
@Suite struct SpaceOptionTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func alternatives() throws -> String {
    var text = ""
    for i in 0..<40 {
      let x = Double(i)
      text +=
        "{\"id\": \"n\(i)\", \"context\": [\(sin(x) + 2), \(cos(2 * x) / 2), \(sin(3 * x)), \(cos(5 * x))]}\n"
    }
    return try folder.write(text, to: "a.jsonl")
  }

  @Test func everySpaceGivesWeights() throws {
    let file = try alternatives()
    for space in [
      "bounding-box", "bounding-box=0.2", "unit-cube", "centered-cube", "centered-cube=4", "box=-1:3", "ball",
      "ball=4", "gaussian", "factor-mixture", "factor-product", "factor-product=3",
    ] {
      let result = try Tool.run(["weights", file, "--space", space, "--format", "json", "--samples", "20000"])
      #expect(result.code == 0, "\(space): \(result.errors)")
      let sum = result.rows().reduce(0) { $0 + ($1["weight"] as? Double ?? 0) }
      #expect(abs(sum - 1) < 1e-9)
    }
  }

  @Test func aPoolAndAStoredTransform() throws {
    let file = try alternatives()
    let stored = folder.file("t.json")
    let fitted = try Tool.run([
      "weights", file, "--normalize", "--pca", "3", "--save-transform", stored, "--format", "json",
    ])
    #expect(fitted.code == 0, "\(fitted.errors)")
    let again = try Tool.run(["weights", file, "--transform", stored, "--format", "json"])
    #expect(again.output == fitted.output)
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 4), }\n"
    bytes += [UInt8(header.utf8.count), 0] + Array(header.utf8)
    bytes += ([sin(1) + 2, cos(2) / 2, sin(3), cos(5), 2, 0.5, 0, 1] as [Double]).withUnsafeBytes {
      Array($0)
    }
    let pool = try folder.write(bytes, to: "pool.npy")
    let result = try Tool.run(["weights", file, "--space", "pool=\(pool)", "--format", "json"])
    #expect(result.rows()[1]["weight"] as? Double == 0.5)
    #expect(result.rows()[0]["weight"] as? Double == 0.5)
  }

  @Test func exactAndSampledByName() throws {
    let file = try alternatives()
    for method in ["exact", "sampled"] {
      let json = try Tool.run(["weights", file, "--method", method, "--format", "json"]).json
      #expect((json["weights"] as? [String: Any])?["method"] as? String == method)
    }
    let target = try Tool.run([
      "weights", file, "--method", "sampled", "--target-error", "0.0005", "--format", "json",
    ]).json
    let weights = try #require(target["weights"] as? [String: Any])
    #expect((weights["maxStandardError"] as? Double ?? 1) <= 0.0005)
    #expect((weights["samples"] as? Int ?? 0) > 16_384)
  }
}

/// Every kind of bad input: the exit code, and a message that names the place.
@Suite struct BadInputTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func expect(
    _ code: Int32, _ message: String, _ arguments: [String], _ source: SourceLocation = #_sourceLocation
  ) throws {
    let output = folder.file("out.json")
    let result = try Tool.run(arguments + ["--output", output])
    #expect(result.code == code, "\(result.errors)", sourceLocation: source)
    #expect(result.errors.contains(message), "\(result.errors)", sourceLocation: source)
    #expect(result.output == "", sourceLocation: source)
    #expect(!FileManager.default.fileExists(atPath: output), sourceLocation: source)
  }

  @Test func whatAFileHolds() throws {
    func fit(_ text: String, alternatives: String? = nil) throws -> [String] {
      ["fit", try folder.write(text, to: "c.jsonl")]
        + (try alternatives.map { ["--alternatives", try folder.write($0, to: "a.jsonl")] } ?? [])
    }
    let good = #"{"a": "x", "b": "y", "preference": 1}"# + "\n"
    let known = "{\"id\": \"x\", \"context\": [0]}\n{\"id\": \"y\", \"context\": [1]}\n"
    try expect(65, "no comparisons", fit(""))
    try expect(65, "c.jsonl:2: found malformed JSON", fit(good + "{"))
    try expect(
      65, "c.jsonl:2: field \"a\": found \"q\"",
      fit(good + #"{"a": "q", "b": "y", "preference": 1}"#, alternatives: known))
    try expect(65, "compared with itself", fit(#"{"a": "x", "b": "x", "preference": 1}"#))
    try expect(65, "expected a number from 0 to 1", fit(#"{"a": "x", "b": "y", "preference": -0.1}"#))
    try expect(65, "a second time", fit(good, alternatives: known + "{\"id\": \"x\", \"context\": [1]}"))
    try expect(65, "finite numbers", fit(good, alternatives: known + "{\"id\": \"z\", \"context\": [1e999]}"))
    try expect(
      65, "no contexts",
      fit(good, alternatives: "{\"id\": \"x\"}\n{\"id\": \"y\"}") + ["--weights", "voronoi"])
    let npy = try folder.write("\u{1}", to: "x.npy")
    try expect(65, "x.npy: found other bytes", fit(good, alternatives: known) + ["--contexts", npy])
    try expect(65, "x.npy", ["weights", npy])
    try expect(65, "no contexts", ["weights", try folder.write("{\"id\": \"x\"}", to: "t.jsonl")])
  }

  @Test func oneAlternativeOnly() throws {
    let alternatives = try folder.write("{\"id\": \"y\", \"context\": [1]}", to: "a.jsonl")
    let comparisons = try folder.write("", to: "c.jsonl")
    try expect(
      65, "found 1 alternative, expected at least two", ["fit", comparisons, "--alternatives", alternatives])
  }

  @Test func contextsOfAnotherNumber() throws {
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1), }\n"
    bytes += [UInt8(header.utf8.count), 0] + Array(header.utf8) + [UInt8](repeating: 0, count: 12)
    let npy = try folder.write(bytes, to: "x.npy")
    let comparisons = try folder.write(#"{"a": "x", "b": "y", "preference": 1}"#, to: "c.jsonl")
    let alternatives = try folder.write("{\"id\": \"x\"}\n{\"id\": \"y\"}", to: "a.jsonl")
    try expect(
      65, "found 3 rows, expected 2", ["fit", comparisons, "--alternatives", alternatives, "--contexts", npy])
  }

  @Test func whatAnOptionSays() throws {
    let comparisons = try folder.write(#"{"a": "x", "b": "y", "preference": 1}"#, to: "c.jsonl")
    let alternatives = try folder.write(
      "{\"id\": \"x\", \"context\": [0, 1]}\n{\"id\": \"y\", \"context\": [1, 0]}", to: "a.jsonl")
    let fit = ["fit", comparisons, "--alternatives", alternatives]
    try expect(64, "--lambda is 0.0", fit + ["--lambda", "0"])
    try expect(64, "--lambda is -1.0", fit + ["--lambda=-1"])
    try expect(64, "--lambda is nan", fit + ["--lambda", "nan"])
    try expect(64, "--lambda is inf", fit + ["--lambda", "inf"])
    try expect(64, "--samples is 0", fit + ["--samples", "0"])
    try expect(64, "seed", fit + ["--seed=-1"])
    try expect(64, "space", fit + ["--space", "klein-bottle"])
    try expect(64, "space", fit + ["--space", "box=1"])
    try expect(64, "space", fit + ["--space", "box=0:nan"])
    try expect(64, "coordinate 0 of the box runs from 1.0 to 1.0", fit + ["--space", "box=1:1"])
    try expect(64, "the space has 3 dimensions, the contexts have 2", fit + ["--space", "box=0,0,0:1,1,1"])
    try expect(64, "space", fit + ["--space", "ball=-1"])
    try expect(64, "space", fit + ["--space", "factor-product=0.5"])
    try expect(64, "--target-error is 0.0", fit + ["--target-error", "0"])
    try expect(64, "--target-error is -1.0", fit + ["--target-error=-1"])
    try expect(64, "give both", fit + ["--relative"])
    try expect(64, "the number of principal axes is 3; expected 1 to 2", fit + ["--pca", "3"])
    try expect(64, "--pca is 0", fit + ["--pca", "0"])
    try expect(64, "nothing to store", fit + ["--save-transform", folder.file("t.json")])
    try expect(66, "no such file", fit + ["--space", "pool=" + folder.file("missing.npy")])
    try expect(65, "no transform", fit + ["--transform", comparisons])
    try expect(64, "--weights voronoi needs contexts", ["fit", comparisons, "--weights", "voronoi"])
    try expect(64, "--merge-duplicates compares contexts", ["fit", comparisons, "--merge-duplicates"])
    try expect(64, "give both", ["fit", comparisons, "--contexts", "x.npy"])
    try expect(64, "columns", fit + ["--columns", "nonsense"])
    try expect(64, "columns", fit + ["--columns", "a=x,a=y"])
    try expect(64, "--input-format", ["fit", "-"])
    try expect(64, "format", fit + ["--format", "xml"])
  }

  @Test func filesThatAreNotThereOrCannotBeWritten() throws {
    try expect(66, "no such file", ["fit", folder.file("missing.csv")])
    try expect(66, "no such file", ["weights", folder.file("missing.npy")])
    try expect(66, "a folder", ["inspect", folder.path, "--input-format", "csv"])
    let comparisons = try folder.write(#"{"a": "x", "b": "y", "preference": 1}"#, to: "c.jsonl")
    let result = try Tool.run(["fit", comparisons, "--output", folder.file("no/folder/out.json")])
    #expect(result.code == 73)
    #expect(result.errors.contains("cannot be written"))
    #expect(folder.names == ["c.jsonl"])
  }
}

/// Data that nobody here made; skipped where it is absent.
@Suite struct RealDataTests {
  static let folder: String? = {
    var url = URL(fileURLWithPath: #filePath)
    while url.path != "/" {
      url.deleteLastPathComponent()
      let candidate = url.appendingPathComponent("shared/data").path
      if FileManager.default.fileExists(atPath: candidate + "/llmfao/votes.csv") { return candidate }
    }
    return nil
  }()

  @Test(.enabled(if: folder != nil, "shared/data is not here")) func llmfao() throws {
    let folder = try #require(Self.folder)
    let result = try Tool.run(
      ["fit", folder + "/llmfao/votes.csv", "--columns", "a=left,b=right,outcome=winner", "--format", "json"])
    #expect(result.code == 0 && result.errors == "")
    #expect(result.json["comparisons"] as? Int == 8_931)
    #expect(result.rows().count == 59)
    let standard = (result.json["estimates"] as? [String: Any])?["standard"] as? [String: Any]
    #expect(standard?["errorClusters"] as? Int == 124)
    let counted = result.rows().reduce(0) { $0 + ($1["comparisons"] as? Int ?? 0) }
    #expect(counted == 2 * 8_931)
    let table = try Tool.run([
      "inspect", folder + "/llmfao/votes.csv", "--columns", "a=left,b=right,outcome=winner",
    ])
    #expect(table.output.contains("3,471"))
  }

  @Test(.enabled(if: folder != nil, "shared/data is not here")) func alpaca() throws {
    let folder = try #require(Self.folder) + "/alpaca/"
    let result = try Tool.run([
      "fit", folder + "comparisons.jsonl", "--alternatives", folder + "alternatives.jsonl", "--contexts",
      folder + "embeddings.npy", "--weights", "voronoi", "--space", "bounding-box", "--format", "json",
      "--samples", "20000",
    ])
    #expect(result.code == 0 && result.errors == "")
    #expect(result.rows().count == 1_400)
    #expect(result.json["components"] as? Int == 100)
    let estimates = try #require(result.json["estimates"] as? [String: [String: Any]])
    #expect((estimates["weighted"]?["certificate"] as? Double ?? 1) <= 1e-9)
    let total = result.rows().reduce(0) { $0 + ($1["weight"] as? Double ?? 0) }
    #expect(abs(total - 1) < 1e-9)
  }

  @Test func sparseDataHasWeightsOfItsOwn() throws {
    let folder = try TemporaryFolder()
    var alternatives = ""
    var rows = ""
    for i in 0..<12 {
      alternatives +=
        "{\"id\": \"n\(i)\", \"prompt\": \"p\(i / 4)\", \"context\": [\(cos(Double(i))), \(sin(2 * Double(i)))]}\n"
      if i % 4 > 0 {
        rows += "{\"a\": \"n\(i)\", \"b\": \"n\(i - 1)\", \"preference\": \(i % 3 == 0 ? 1 : 0)}\n"
      }
    }
    let files = [
      try folder.write(rows, to: "c.jsonl"), "--alternatives", try folder.write(alternatives, to: "a.jsonl"),
      "--format", "json",
    ]
    let prompts = try Tool.run(["fit"] + files + ["--per-prompt"])
    #expect(prompts.code == 0, "\(prompts.errors)")
    for prompt in 0..<3 {
      let sum = prompts.rows()[4 * prompt..<4 * prompt + 4].reduce(0.0) {
        $0 + ($1["weight"] as? Double ?? 0)
      }
      #expect(abs(sum - 1.0 / 3) < 1e-9)
    }
    let pairs = try Tool.run(["fit"] + files + ["--pair-space"])
    #expect(pairs.code == 0, "\(pairs.errors)")
    #expect(pairs.rows().allSatisfy { ($0["weightedReward"] as? Double)?.isFinite == true })
    let horizon = try Tool.run(["fit"] + files + ["--weights", "horizon"])
    #expect((horizon.json["weights"] as? [String: Any])?["scheme"] as? String == "horizon")
    for bad in [
      ["--pair-space", "--per-prompt"], ["--pair-space", "--weights", "linkage"], ["--weights", "magic"],
    ] {
      #expect(try Tool.run(["fit"] + files + bad).code == 64, "\(bad)")
    }
    let bare = try folder.write(
      "{\"id\": \"n0\", \"context\": [1]}\n{\"id\": \"n1\", \"context\": [2]}\n", to: "bare.jsonl")
    let one = try folder.write("{\"a\": \"n0\", \"b\": \"n1\", \"preference\": 1}\n", to: "one.jsonl")
    #expect(try Tool.run(["fit", one, "--alternatives", bare, "--per-prompt"]).code == 65)
  }
}
