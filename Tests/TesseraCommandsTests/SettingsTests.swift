import Foundation
import TestSupport
import Testing

/// Settings from files, settings that change nothing, states, parts, several files.
@Suite struct SettingsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func data() throws -> [String] {
    var alternatives = ""
    var rows = ""
    for i in 0..<20 {
      let x = Double(i)
      alternatives +=
        "{\"id\": \"n\(i)\", \"context\": [\(sin(x)), \(cos(2 * x)), \(sin(3 * x)), \(cos(5 * x)), \(sin(7 * x))]}\n"
      for step in [1, 3, 7] {
        rows +=
          "{\"a\": \"n\(i)\", \"b\": \"n\((i + step) % 20)\", \"winner\": \"\(i % 3 == 0 ? "b" : "a")\"}\n"
      }
    }
    return [
      try folder.write(rows, to: "c.jsonl"), "--alternatives", try folder.write(alternatives, to: "a.jsonl"),
      "--format", "json",
    ]
  }

  @Test func `A file of settings counts, and options win`() throws {
    let data = try data()
    let config = try folder.write(
      #"{"lambda": 0.3, "weights": "horizon", "lambda-convention": "normalized", "pairs": "count"}"#,
      to: "s.json")
    let byFile = try Tool.run(["fit"] + data + ["--config", config])
    let byOptions = try Tool.run(
      ["fit"] + data
        + [
          "--lambda", "0.3", "--weights", "horizon", "--lambda-convention", "normalized", "--pairs", "count",
        ])
    #expect(byFile.code == 0 && byFile.output == byOptions.output)
    let won = try Tool.run(["fit"] + data + ["--config", config, "--lambda", "0.5"])
    #expect(won.json["lambda"] as? Double == 0.5)
    #expect(won.json["pairs"] as? String == "count")
    // What a document says of its settings is a file of settings.
    let settings = try #require(byFile.json["settings"] as? [String: Any])
    let again = try folder.write(Array(JSONSerialization.data(withJSONObject: settings)), to: "again.json")
    #expect(try Tool.run(["fit"] + data + ["--config", again]).output == byFile.output)
  }

  @Test func `A file of settings that holds something else is refused with its place`() throws {
    let data = try data()
    for (text, code, message) in [
      (#"{"lamda": 0.3}"#, 65, "\"lamda\""), (#"{"lambda": "much"}"#, 65, "field \"lambda\""),
      (#"{"weights": "magic"}"#, 65, "magic"), (#"{"lambda": -1}"#, 64, "--lambda is -1.0"),
      ("[1]", 65, "an object"),
      ("{", 65, "malformed JSON"), (#"{"space": "box=1"}"#, 65, "field \"space\""),
    ] as [(String, Int32, String)] {
      let config = try folder.write(text, to: "bad.json")
      let result = try Tool.run(["fit"] + data + ["--config", config])
      #expect(result.code == code, "\(text): \(result.errors)")
      #expect(result.errors.contains(message), "\(text): \(result.errors)")
    }
    let forFit = try folder.write(#"{"mergeDuplicates": true}"#, to: "f.json")
    let weights = try Tool.run(["weights", data[2], "--config", forFit])
    #expect(weights.code == 65 && weights.errors.contains("does not have"))
  }

  @Test func `Options that change nothing are refused`() throws {
    let data = try data()
    let bare = Array(data.prefix(1)) + ["--format", "json"]
    for (arguments, named) in [
      (data + ["--weights", "horizon", "--space", "ball"], "--space"),
      (data + ["--weights", "linkage", "--method", "exact"], "--method"),
      (data + ["--weights", "horizon", "--target-error", "0.01"], "--target-error"),
      (data + ["--weights", "density", "--samples", "100"], "--samples"),
      (data + ["--weights", "uniform", "--pca", "2"], "--pca"),
      (data + ["--pair-space", "--method", "exact"], "--method"),
      (data + ["--pair-space", "--target-error", "0.1"], "--target-error"),
      (bare + ["--space", "ball"], "--space"), (bare + ["--normalize"], "--normalize"),
    ] {
      let result = try Tool.run(["fit"] + arguments)
      #expect(result.code == 64, "\(arguments.suffix(3))")
      #expect(result.errors.contains(named), "\(result.errors)")
    }
    for scheme in ["meta=0.5", "k-means=4"] {
      let box = try Tool.run(["fit"] + data + ["--weights", scheme])
      let ball = try Tool.run(["fit"] + data + ["--weights", scheme, "--space", "ball"])
      #expect(box.code == 0 && ball.code == 0, "\(ball.errors)")
      #expect(box.output != ball.output)
      #expect((ball.json["weights"] as? [String: Any])?["space"] as? String == "ball")
    }
  }

  @Test func `The provenance says what was done`() throws {
    let data = try data()
    func weights(_ options: [String]) throws -> [String: Any] {
      try Tool.run(["fit"] + data + options).json["weights"] as? [String: Any] ?? [:]
    }
    let horizon = try weights(["--weights", "horizon"])
    #expect(horizon["scheme"] as? String == "horizon")
    #expect(horizon["method"] as? String == "exact" && horizon["samples"] as? Int == 0)
    #expect((horizon["horizon"] as? Double ?? 0) > 0)
    let groups = try weights(["--weights", "k-means=4"])
    #expect(groups["scheme"] as? String == "k-means" && groups["groups"] as? Int == 4)
    let removed = try weights(["--weights", "remove-duplicates=0.5"])
    #expect(removed["scheme"] as? String == "remove-duplicates" && removed["resolution"] as? Double == 0.5)
    let voronoi = try weights(["--method", "sampled", "--samples", "2000", "--seed", "3"])
    #expect(voronoi["samples"] as? Int == 2_000 && voronoi["seed"] as? Int == 3)
  }

  @Test func `Prompts come from the alternatives or from the comparisons`() throws {
    let alternatives = try folder.write(
      (0..<6).map { "{\"id\": \"n\($0)\", \"context\": [\(Double($0 * $0) / 7), 1]}\n" }.joined(),
      to: "p.jsonl")
    var rows = ""
    for (i, j) in [(0, 1), (1, 2), (3, 4), (4, 5)] {
      rows += "{\"a\": \"n\(i)\", \"b\": \"n\(j)\", \"preference\": 1, \"prompt\": \"p\(i / 3)\"}\n"
    }
    let file = try folder.write(rows, to: "rows.jsonl")
    let result = try Tool.run(
      [
        "fit", file, "--alternatives", alternatives, "--per-prompt", "--weights", "horizon", "--format",
        "json",
      ])
    #expect(result.code == 0, "\(result.errors)")
    #expect(abs(result.rows().prefix(3).reduce(0) { $0 + ($1["weight"] as? Double ?? 0) } - 0.5) < 1e-12)
    let weights = result.json["weights"] as? [String: Any]
    #expect(weights?["scheme"] as? String == "horizon" && weights?["prompts"] as? Int == 2)
    #expect(weights?["method"] as? String == "exact")
    let crossing = try folder.write(
      rows + "{\"a\": \"n0\", \"b\": \"n5\", \"preference\": 1, \"prompt\": \"p1\"}\n", to: "x.jsonl")
    let refused = try Tool.run(["fit", crossing, "--alternatives", alternatives, "--per-prompt"])
    #expect(refused.code == 65 && refused.errors.contains("n0"))
  }

  @Test func `Several files are one`() throws {
    let data = try data()
    let all = try String(contentsOfFile: data[0], encoding: .utf8).split(separator: "\n").map { $0 + "\n" }
    let first = try folder.write(all.prefix(25).joined(), to: "1.jsonl")
    let second = try folder.write(
      "a,b,winner\n"
        + all.dropFirst(25).map { line -> String in
          let row = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: String] ?? [:]
          return "\(row["a"] ?? ""),\(row["b"] ?? ""),\(row["winner"] ?? "")\n"
        }.joined(), to: "2.csv")
    let one = try Tool.run(["fit"] + data)
    #expect(try Tool.run(["fit", first, second] + data.dropFirst()).output == one.output)
    let empty = try folder.write("", to: "3.jsonl")
    let refused = try Tool.run(["fit", first, empty] + data.dropFirst())
    #expect(refused.code == 65 && refused.errors.contains("3.jsonl: found no comparisons"))
  }

  @Test func `A fit from a state is the fit of all votes`() throws {
    let data = try data()
    let all = try String(contentsOfFile: data[0], encoding: .utf8).split(separator: "\n").map { $0 + "\n" }
    let first = try folder.write(all.prefix(40).joined(), to: "1.jsonl")
    let second = try folder.write(all.dropFirst(40).joined(), to: "2.jsonl")
    let state = folder.file("state.json")
    let rest = Array(data.dropFirst())
    #expect(try Tool.run(["fit", first] + rest + ["--save-state", state]).code == 0)
    let warm = try Tool.run(
      ["fit", second] + rest + ["--from-state", state, "--save-state", folder.file("s2.json")])
    let cold = try Tool.run(["fit", first, second] + rest)
    #expect(warm.code == 0, "\(warm.errors)")
    for (a, b) in zip(warm.rows(), cold.rows()) {
      for key in ["standardReward", "weightedReward", "weight", "standardRewardError", "weightedRewardError"]
      {
        // Both stop where the certificate is below 1e-10; lambda is 0.1.
        #expect(abs((a[key] as? Double ?? 9) - (b[key] as? Double ?? -9)) < 1e-7, "\(key)")
      }
    }
    let table = try Tool.run(["fit", second] + rest.dropLast(2) + ["--from-state", state])
    #expect(table.output.contains("Since the state: 20 comparisons more, 0 new alternatives"))
    let other = try Tool.run(["fit", second] + rest + ["--from-state", state, "--lambda", "0.2"])
    #expect(other.code == 64 && other.errors.contains("lambda auto"))
    let alone = try Tool.run(["fit"] + rest + ["--from-state", folder.file("s2.json")])
    #expect(alone.code == 0 && alone.rows().count == 20)
    // What is not asked for is as it was; what the weights came from is needed again.
    let counted = folder.file("counted.json")
    #expect(try Tool.run(["fit", first] + rest + ["--pairs", "count", "--save-state", counted]).code == 0)
    let on = try Tool.run(["fit", second] + rest + ["--from-state", counted])
    #expect(on.code == 0 && on.json["pairs"] as? String == "count", "\(on.errors)")
    let bare = try Tool.run(["fit", second, "--from-state", state])
    #expect(bare.code == 65 && bare.errors.contains("no contexts now"))
    let broken = try folder.write("{\"version\": 1}", to: "broken.json")
    #expect(try Tool.run(["fit", second] + rest + ["--from-state", broken]).code == 65)
  }

  @Test func `Parts of the samples add up to one run, byte for byte`() throws {
    let file = try data()[2]
    let common = ["weights", file, "--samples", "70000", "--seed", "4", "--method", "sampled"]
    let whole = try Tool.run(common + ["--format", "json"])
    var parts: [String] = []
    for k in [3, 1, 2] {
      let part = folder.file("part\(k).json")
      let threads = ["--threads", "\(k)"]
      #expect(try Tool.run(common + threads + ["--part", "\(k)/3", "-o", part]).code == 0)
      parts.append(part)
    }
    #expect(try Tool.run(["weights", "--merge"] + parts + ["--format", "json"]).output == whole.output)
    #expect(try Tool.run(["weights", "--merge"] + parts.dropLast()).code == 65)
    #expect(try Tool.run(["weights", "--merge"] + parts + [parts[0]]).code == 65)
    let foreign = folder.file("foreign.json")
    #expect(
      try Tool.run([
        "weights", file, "--samples", "70000", "--seed", "5", "--method", "sampled", "--part", "2/3", "-o",
        foreign,
      ]).code == 0)
    let mixed = try Tool.run(["weights", "--merge", parts[0], parts[1], foreign])
    #expect(mixed.code == 65 && mixed.errors.contains("other contexts"))
    let exact = try Tool.run(["weights", file, "--pca", "2", "--part", "1/2", "-o", folder.file("e.json")])
    #expect(exact.code == 64 && exact.errors.contains("no samples to divide"))
    #expect(try Tool.run(["weights", file, "--part", "4/3", "-o", foreign]).code == 64)
    #expect(try Tool.run(["weights", file, "--part", "1/3"]).code == 64)
  }

  @Test func `Differences from one alternative have errors of their own`() throws {
    let data = try data()
    let result = try Tool.run(["fit"] + data + ["--against", "n3"])
    #expect(result.json["against"] as? String == "n3")
    let rows = result.rows()
    #expect(rows[3]["weightedDifferenceError"] as? Double == 0)
    for key in ["standard", "weighted"] {
      let quasi = try #require((result.json["quasiVariances"] as? [String: Any])?[key] as? [Double])
      let worst = (result.json["quasiVariances"] as? [String: Any])?["\(key)LargestError"] as? Double ?? 9
      for i in rows.indices where i != 3 {
        let error = rows[i]["\(key)DifferenceError"] as? Double ?? 0
        #expect(error > 0)
        #expect(abs((quasi[i] + quasi[3]).squareRoot() / error - 1) <= worst + 1e-9)
      }
    }
    #expect(try Tool.run(["fit"] + data + ["--against", "nobody"]).code == 64)
  }

  @Test func `Who was never compared has no reward, who never lost is named`() throws {
    let votes = try folder.write("a,b,winner\nx,y,a\nx,z,a\ny,z,a\nz,y,a\n", to: "v.csv")
    let known = try folder.write(
      ["x", "y", "z", "never"].map { "{\"id\": \"\($0)\"}\n" }.joined(), to: "known.jsonl")
    let json = try Tool.run(["fit", votes, "--alternatives", known, "--format", "json"])
    #expect(json.rows()[3]["standardReward"] is NSNull && json.rows()[3]["standardRewardError"] is NSNull)
    #expect(json.json["neverCompared"] as? [String] == ["never"])
    #expect(json.json["neverLost"] as? [String] == ["x"])
    let table = try Tool.run(["fit", votes, "--alternatives", known]).output
    #expect(table.contains("no reward  never compared: never"))
    #expect(table.contains("unbeaten   x"))
  }
}

/// Stopping: at once, and nothing half-written.
@Suite struct InterruptionTests {
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `A signal ends the work within a fraction of a second and leaves nothing behind`(signal: Int32) throws
  {
    let folder = try TemporaryFolder()
    var values: [Float] = []
    for i in 0..<4_000 * 64 { values.append(Float(sin(Double(i) * 1.7))) }
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4000, 64), }\n"
    bytes += [UInt8(header.utf8.count), 0] + Array(header.utf8) + values.withUnsafeBytes { Array($0) }
    let file = try folder.write(bytes, to: "x.npy")
    let process = try Tool.start([
      "weights", file, "--samples", "2000000000", "--format", "csv", "-o", folder.file("out.csv"),
    ])
    Thread.sleep(forTimeInterval: 0.5)
    #expect(process.isRunning)
    let start = ContinuousClock.now
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    // The promise is 0.2 s; a loaded machine may need longer to notice that a process has ended.
    #expect(ContinuousClock.now - start < .seconds(1))
    #expect(process.terminationStatus == 128 + signal)
    #expect(folder.names == ["x.npy"])
  }
}
