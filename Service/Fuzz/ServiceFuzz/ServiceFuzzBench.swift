import Foundation
import Tessera
import TesseraFormats
import TesseraService
import TesseraText
import TesseraWorkbench

/// A small service that requests are thrown at: models over texts, over prompts and over vectors, and a workbench with a study.
public final class ServiceFuzzBench: Sendable {
  public let service: RewardService
  /// The id of a study of five answers in a plane.
  let study: String
  private let workbench: Workbench
  private let folder: String

  /// - Parameter parent: Where the store can be, in memory if it is to be fast.
  public init(in parent: String) async throws {
    folder = "\(parent)/tessera-fuzz-bench.\(UUID())"
    let texts = ["Paris is the capital.", "It is Lyon.", "I do not know.", "The answer is Paris.", "Berlin."]
    let embedder = try LexicalEmbedder(dimension: 3, seed: 3).fit(texts)
    func model(_ name: String, _ notes: [String: String], isOfTexts: Bool) throws -> ServedModel {
      let runs = (0..<2).map { RewardModel(dimension: 3, hidden: [4], seed: UInt64($0)) }
      let transform = ContextTransform(normalizes: !isOfTexts, mean: [], axes: [])
      return try ServedModel(
        name: name,
        RewardModelFile(
          ensemble: RewardEnsemble(models: runs), transform: transform, notes: notes,
          embedder: isOfTexts ? embedder.tensors : [:]), of: name)
    }
    var limits = Limits()
    (limits.bodyBytes, limits.items, limits.textLength) = (65_536, 64, 2_048)
    var bounds = WorkbenchLimits()
    (bounds.answers, bounds.readingSeconds) = (500, 60)
    workbench = try Workbench(StudyStore(folder: folder), limits: bounds)
    service = try RewardService(
      [
        model("texts", ["embedder": "builtin"], isOfTexts: true),
        model("prompts", ["embedder": "builtin", "with_prompt": "true"], isOfTexts: true),
        model("vectors", [:], isOfTexts: false),
      ], limits: limits, specialTokens: ["<|im_end|>"], workbench: workbench)
    study = try await Self.study(workbench)
  }

  deinit {
    workbench.close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  private static func study(_ workbench: Workbench) async throws -> String {
    let ids = ["a", "b", "c", "d", "e"]
    let places = [(0.0, 0.0), (1.0, 0.1), (0.2, 1.0), (0.01, 0.02), (2.0, 1.5)]
    var rows = ""
    for (i, a) in ids.enumerated() {
      for (j, b) in ids.enumerated().dropFirst(i + 1) where (i, j) != (0, 3) {
        let share = 0.3 + 0.1 * Double((i * 3 + j) % 5)
        rows += #"{"a":"\#(a)","b":"\#(b)","preference":\#(share),"count":9}"# + "\n"
      }
    }
    let lines = zip(ids, places).map { #"{"id":"\#($0)","context":[\#($1.0),\#($1.1)]}"# }
    let alternatives = lines.joined(separator: "\n")
    let upload = try workbench.upload(name: "votes.jsonl")
    try Array(rows.utf8).withUnsafeBytes { try upload.write($0) }
    let id = try upload.finish().id
    let more = try workbench.upload("alternatives.jsonl", to: id, as: "alternatives")
    try Array(alternatives.utf8).withUnsafeBytes { try more.write($0) }
    _ = try more.finish()
    while true {
      guard case .object(let members) = try workbench.document(id) else { continue }
      switch members.first(where: { $0.key == "state" })?.value {
      case .string("ready"): return id
      case .string("failed"): fatalError("the study of the bench cannot be read: \(members)")
      default: try await Task.sleep(for: .milliseconds(5))
      }
    }
  }
}
