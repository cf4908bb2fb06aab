import Foundation
import TestSupport
import Testing

/// Every combination of options, checked from the printed document by loops that share nothing with the estimator.
@Suite struct VerifyCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Sixteen answers to four prompts: sparse comparisons, copies, ties, soft labels, counts, annotators, one that was never
  /// compared.
  func data() throws -> (comparisons: String, alternatives: String) {
    var alternatives = ""
    var rows = ""
    for i in 0..<16 {
      let prompt = i / 4
      // The last two answers of a prompt are copies.
      let place = Double(i % 4 == 3 ? i - 1 : i)
      alternatives +=
        "{\"id\": \"n\(i)\", \"prompt\": \"p\(prompt)\", \"context\": [\(cos(place)), \(sin(2 * place)), \(cos(3 * place))]}\n"
    }
    alternatives += "{\"id\": \"never\", \"prompt\": \"p3\", \"context\": [5, 5, 5]}\n"
    let outcomes = ["1", "0", "0.5", "0.25", "0.9", "1", "0"]
    for i in 0..<16 {
      for j in i + 1..<16 where i / 4 == j / 4 && (i + j) % 5 != 0 {
        for k in 0..<1 + (i * j) % 3 {
          rows +=
            "{\"a\": \"n\(i)\", \"b\": \"n\(j)\", \"preference\": \(outcomes[(i + 3 * j + 2 * k) % 7]), \"count\": \(1 + (i + k) % 4), \"annotator\": \"w\((i + k) % 3)\", \"prompt\": \"p\(i / 4)\"}\n"
        }
      }
    }
    return (try folder.write(rows, to: "c.jsonl"), try folder.write(alternatives, to: "a.jsonl"))
  }

  @Test(arguments: ["local", "normalized", "paper"], ["proportion", "count"])
  func `The printed rewards solve the first-order condition under every option`(
    convention: String, pairs: String
  )
    throws
  {
    let (comparisons, alternatives) = try data()
    for options in [
      [], ["--weights", "uniform"], ["--weights", "horizon"], ["--weights", "linkage=0.3"],
      ["--weights", "k-means=5"],
      ["--weights", "meta=0.5"], ["--weights", "remove-duplicates=0.2"], ["--weights", "density"],
      ["--weights", "radius-graph"], ["--weights", "topics"], ["--merge-duplicates"],
      ["--merge-duplicates", "--weights", "horizon"],
      ["--per-prompt"], ["--per-prompt", "--weights", "linkage"], ["--space", "ball", "--samples", "2000"],
      ["--pair-space", "--samples", "2000", "--pair-masses"], ["--pair-masses"], ["--lambda", "1e-6"],
      ["--pair-space", "--samples", "2000", "--pair-masses", "--merge-duplicates"],
      ["--normalize", "--pca", "2"],
    ] {
      let document = folder.file("fit.json")
      let fit = try Tool.run(
        [
          "fit", comparisons, "--alternatives", alternatives, "--lambda-convention", convention, "--pairs",
          pairs,
        ]
          + options + ["--format", "json", "-o", document])
      #expect(fit.code == 0, "\(options): \(fit.errors)")
      let verified = try Tool.run(["verify", document, "--comparisons", comparisons])
      #expect(verified.code == 0, "\(convention) \(pairs) \(options):\n\(verified.output)\(verified.errors)")
      #expect(verified.output.contains("weighted: largest residual"))
    }
  }

  @Test func `A reward, a weight or a win rate that is not right is found out`() throws {
    let (comparisons, alternatives) = try data()
    let fit = try Tool.run(["fit", comparisons, "--alternatives", alternatives, "--format", "json"])
    for key in [
      "weightedReward", "standardReward", "winRate", "weightedWinRate", "averageWinRate",
      "weightedAverageWinRate", "weight",
    ] {
      var document = fit.json
      var rows = fit.rows()
      rows[3][key] = (rows[3][key] as? Double ?? 0) + 1e-6
      document["alternatives"] = rows
      let file = try folder.write(Array(JSONSerialization.data(withJSONObject: document)), to: "changed.json")
      let verified = try Tool.run(["verify", file, "--comparisons", comparisons])
      #expect(verified.code == 1, "\(key)")
      #expect(verified.output.contains("FAILS"))
    }
  }

  @Test func `Documents from before win rates were wins over comparisons are checked by what they meant`()
    throws
  {
    // x beats y 3 of 4, and loses the one comparison with z: on average over opponents 3/8, over comparisons 3/5.
    let comparisons = try folder.write(
      "a,b,winner\nx,y,x\nx,y,x\nx,y,x\nx,y,y\nx,z,z\n", to: "old.csv")
    let fit = try Tool.run(["fit", comparisons, "--lambda", "0.1", "--format", "json"])
    func verify(_ winRates: [Double], keepsAverages: Bool) throws -> Tool.Result {
      var document = fit.json
      document["alternatives"] = zip(fit.rows(), winRates).map { row, rate in
        var row = row
        row["winRate"] = rate
        if !keepsAverages { row["averageWinRate"] = nil }
        return row
      }
      let file = try folder.write(Array(JSONSerialization.data(withJSONObject: document)), to: "old.json")
      return try Tool.run(["verify", file, "--comparisons", comparisons])
    }
    #expect(try verify([0.6, 0.25, 1], keepsAverages: true).code == 0)
    #expect(try verify([0.375, 0.25, 1], keepsAverages: false).code == 0)
    #expect(try verify([0.375, 0.25, 1], keepsAverages: true).code == 1)
    #expect(try verify([0.6, 0.25, 1], keepsAverages: false).code == 1)
  }

  @Test func `Any other figure that is not right is found out`() throws {
    let (comparisons, alternatives) = try data()
    let fit = try Tool.run(
      ["fit", comparisons, "--alternatives", alternatives, "--format", "json", "--pair-masses"])
    func verify(_ document: [String: Any]) throws -> Int32 {
      let file = try folder.write(Array(JSONSerialization.data(withJSONObject: document)), to: "changed.json")
      return try Tool.run(["verify", file, "--comparisons", comparisons]).code
    }
    #expect(try verify(fit.json) == 0)
    func object(_ key: String) -> [String: Any] { fit.json[key] as? [String: Any] ?? [:] }
    let estimates = object("estimates")
    for (key, value) in [
      ("certificate", -1), ("outcome", "200 iterations were not enough"), ("effectiveComparisons", 1),
    ] as [(String, Any)] {
      for name in ["standard", "weighted"] {
        var estimate = estimates[name] as? [String: Any] ?? [:]
        estimate[key] = value
        #expect(
          try verify(fit.json.merging(["estimates": estimates.merging([name: estimate]) { $1 }]) { $1 }) == 1)
      }
    }
    #expect(
      try verify(fit.json.merging(["estimates": estimates.merging(["weighted": NSNull()]) { $1 }]) { $1 })
        == 1)
    for key in ["effectiveAlternatives", "zeroWeightShare"] {
      let weights = object("weights").merging([key: 0.7]) { $1 }
      #expect(try verify(fit.json.merging(["weights": weights]) { $1 }) == 1, "\(key)")
    }
    #expect(
      try verify(fit.json.merging(["settings": object("settings").merging(["lambda": 5]) { $1 }]) { $1 }) == 1
    )
    #expect(try verify(fit.json.merging(["comparisons": 1]) { $1 }) == 1)
    #expect(try verify(fit.json.merging(["neverLost": ["n0"], "neverWon": ["n1"]]) { $1 }) == 1)
    var ridge = object("ridgeMasses")
    ridge["weighted"] = (ridge["weighted"] as? [Double] ?? []).map { 1.1 * $0 }
    #expect(try verify(fit.json.merging(["ridgeMasses": ridge]) { $1 }) == 1)
  }

  @Test func `A small residual is not enough where lambda is small`() throws {
    let comparisons = try folder.write(
      """
      {"a": "x", "b": "y", "winner": "a"}
      {"a": "x", "b": "y", "winner": "b"}
      {"a": "x", "b": "z", "winner": "a"}

      """, to: "three.jsonl")
    let fit = try Tool.run(["fit", comparisons, "--format", "json", "--lambda", "1e-12"])
    func verify(_ rewards: [Double]) throws -> Tool.Result {
      var document = fit.json
      var rows = fit.rows()
      for (i, reward) in rewards.enumerated() { rows[i]["standardReward"] = reward }
      document["alternatives"] = rows
      let file = try folder.write(Array(JSONSerialization.data(withJSONObject: document)), to: "changed.json")
      return try Tool.run(["verify", file, "--comparisons", comparisons])
    }
    let rewards = fit.rows().compactMap { $0["standardReward"] as? Double }
    #expect(try verify(rewards).code == 0)
    let forged = try verify([20, 20, -60])
    #expect(forged.code == 1)
    #expect(forged.output.contains("distance of the minimum"))
  }

  @Test func `Answers outside the space leave a document that holds`() throws {
    let comparisons = try folder.write(
      "{\"a\": \"x\", \"b\": \"y\", \"winner\": \"a\"}\n{\"a\": \"z\", \"b\": \"x\", \"winner\": \"a\"}\n",
      to: "c.jsonl")
    let alternatives = try folder.write(
      "{\"id\": \"x\", \"context\": [-5, -5]}\n{\"id\": \"y\", \"context\": [0.2, 0.3]}\n{\"id\": \"z\", \"context\": [0.7, 0.8]}\n",
      to: "a.jsonl")
    let document = folder.file("fit.json")
    let common = ["fit", comparisons, "--alternatives", alternatives, "--space", "unit-cube"]
    let table = try Tool.run(common)
    #expect(table.output.contains("Winner: z (standard), none (weighted)."))
    #expect(!(table.output + table.errors).contains("DPOTRF"))
    #expect(try Tool.run(common + ["--format", "json", "-o", document]).code == 0)
    #expect(try Tool.run(["verify", document, "--comparisons", comparisons]).code == 0)
  }

  @Test func `Other comparisons, and masses that are not there, are refused`() throws {
    let (comparisons, alternatives) = try data()
    let document = folder.file("fit.json")
    let common = ["fit", comparisons, "--alternatives", alternatives, "--format", "json", "-o", document]
    #expect(try Tool.run(common + ["--pair-space", "--samples", "1000"]).code == 0)
    let without = try Tool.run(["verify", document, "--comparisons", comparisons])
    #expect(without.code == 65)
    #expect(without.errors.contains("field \"pairMasses\": found nothing"))
    #expect(try Tool.run(common).code == 0)
    let other = try folder.write("{\"a\": \"n0\", \"b\": \"stranger\", \"preference\": 1}\n", to: "o.jsonl")
    let refused = try Tool.run(["verify", document, "--comparisons", other])
    #expect(refused.code == 65)
    #expect(refused.errors.contains("no \"stranger\""))
    let fewer = try folder.write("{\"a\": \"n0\", \"b\": \"n1\", \"preference\": 1}\n", to: "f.jsonl")
    #expect(try Tool.run(["verify", document, "--comparisons", fewer]).code == 1)
    let broken = try folder.write("{\"lambda\": ", to: "broken.json")
    #expect(try Tool.run(["verify", broken, "--comparisons", comparisons]).code == 65)
  }
}
