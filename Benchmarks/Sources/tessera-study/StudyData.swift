import Foundation
import Tessera
import TesseraFormats

/// Which prompts a run is about: methods are chosen on one half, and the other is for one look at the end.
enum Half: String, CaseIterable, Sendable {
  /// Prompts of even number.
  case first
  /// Prompts of odd number.
  case second
  case all

  /// - Throws: `StudyError.prompt` where halves are asked for and the prompt is no number.
  func contains(_ prompt: String?) throws -> Bool {
    if self == .all { return true }
    guard let prompt, let number = Int(prompt) else { throw StudyError.prompt(prompt ?? "none") }
    return (number % 2 == 0) == (self == .first)
  }

  var words: String {
    switch self {
    case .first: "first (prompts of even number)"
    case .second: "second (prompts of odd number)"
    case .all: "both"
    }
  }
}

enum StudyError: Error, CustomStringConvertible {
  case prompt(String)
  case option(String)

  var description: String {
    switch self {
    case .prompt(let found): "found the prompt \"\(found)\"; expected a number, which tells the halves apart"
    case .option(let found):
      "found \(found); expected [--alpaca FOLDER] [--llmfao FOLDER] [--half first|second|all], or --boards or --topics"
    }
  }
}

/// Real data of a study.
struct StudyData: Sendable {
  let name: String
  let half: Half
  let dataset: PreferenceDataset

  /// Answers to prompts, each compared once or a few times: alternatives.jsonl, comparisons.jsonl, embeddings.npy.
  static func alpaca(_ folder: String, half: Half) throws -> StudyData {
    let read = try AlternativesReader.read(folder + "/alternatives.jsonl", texts: .all)
    var reader = ComparisonReader()
    reader.keepsPrompts = true
    let file = try reader.read(
      folder + "/comparisons.jsonl", format: .jsonl, alternatives: read.alternatives.map(\.id))
    let kept = try read.alternatives.indices.filter { try half.contains(read.alternatives[$0].prompt) }
    let contexts = try NumpyFile.readContexts(folder + "/embeddings.npy").selecting(rows: kept)
    let all = try PreferenceDataset(
      alternatives: read.alternatives, annotators: file.annotators, prompts: file.prompts,
      comparisons: file.comparisons)
    return StudyData(name: "alpaca", half: half, dataset: try all.keeping(kept).replacing(contexts: contexts))
  }

  /// A leaderboard: votes.csv with left, right, winner, worker, prompt.
  static func llmfao(_ folder: String, half: Half) throws -> StudyData {
    var reader = ComparisonReader()
    reader.keepsPrompts = true
    reader.map = FieldMap(["a": "left", "b": "right", "outcome": "winner"])
    let file = try reader.read(folder + "/votes.csv", format: .csv)
    var table = ComparisonTable()
    for row in file.comparisons.comparisons
    where try half.contains(row.prompt >= 0 ? file.prompts[Int(row.prompt)] : nil) {
      try table.add(row)
    }
    let all = try PreferenceDataset(
      alternatives: file.ids.map { Alternative(id: $0) }, annotators: file.annotators, prompts: file.prompts,
      comparisons: table)
    let counts = all.pairCounts
    let met = all.alternatives.indices.filter { counts.comparisons(of: $0) > 0 }
    return StudyData(name: "llmfao", half: half, dataset: try all.keeping(met))
  }

  /// What the data are, and how frequent near-duplicates are in them.
  func printFacts(_ dataset: PreferenceDataset) throws {
    guard let contexts = dataset.contexts else { return }
    let median = try contexts.medianNeighbourDistance()
    let scale = try contexts.localScale()
    let prompts = Set(dataset.comparisons.map(\.prompt)).count
    let frequency = try NearDuplicateFrequency(dataset)
    let nearest = Self.nearestComparisons(contexts, dataset.pairCounts)
    print("\n### \(name): the data\n")
    print(
      "Near: nearest neighbour within a share of the median neighbour distance. A comparison is near another where both its ends are; D and H are the resolution and the reach of `local`, \(LocalComparisonWeights.resolutionShare) h and \(LocalComparisonWeights.reachShare) h.\n"
    )
    print(
      "| half | prompts | alternatives | dimensions | comparisons | scale h | median neighbour distance | h / median |"
    )
    print(rule(columns: 8))
    print(
      "| \(half.words) | \(prompts) | \(contexts.count) | \(contexts.dimension) | \(String(format: "%.0f", dataset.totalComparisons)) | \(short(scale)) | \(short(median)) | \(short(scale / median)) |\n"
    )
    print("| near-duplicates | copies | within 0.1 | 0.25 | 0.5 | D | H |")
    print(rule(columns: 7))
    let alternatives = [frequency.copies.share] + frequency.within.map(\.portion.share)
    print("| share of alternatives | \(alternatives.map(percent).joined(separator: " | ")) | - | - |")
    let limits =
      [0] + NearDuplicateFrequency.distances.map { $0 * median }
      + [LocalComparisonWeights.resolutionShare * scale, LocalComparisonWeights.reachShare * scale]
    let comparisons = limits.map { limit in
      percent(Double(nearest.count { $0 <= limit }) / Double(nearest.count))
    }
    print("| share of comparisons | \(comparisons.joined(separator: " | ")) |")
  }

  /// Of each compared pair, how far the nearest other one is.
  private static func nearestComparisons(_ contexts: Contexts, _ counts: PairCounts) -> [Double] {
    let m = contexts.count
    let rows = (0..<m).map(contexts.row)
    var squares = [Double](repeating: 0, count: m * m)
    for i in 0..<m {
      for j in 0..<i {
        var sum = 0.0
        for k in rows[i].indices { sum += (rows[i][k] - rows[j][k]) * (rows[i][k] - rows[j][k]) }
        squares[i * m + j] = sum
        squares[j * m + i] = sum
      }
    }
    let compared = counts.pairs.map { ($0.a, $0.b) }
    return compared.indices.map { here in
      let (a, b) = compared[here]
      var least = Double.infinity
      for (there, (c, d)) in compared.enumerated() where there != here {
        let straight = squares[a * m + c] + squares[b * m + d]
        let crossed = squares[a * m + d] + squares[b * m + c]
        least = min(least, straight, crossed)
      }
      return least.squareRoot()
    }
  }
}

extension PreferenceDataset {
  /// Some of the alternatives, with the comparisons among them; without contexts.
  func keeping(_ kept: [Int]) throws -> PreferenceDataset {
    var place = [Int?](repeating: nil, count: alternatives.count)
    for (new, old) in kept.enumerated() { place[old] = new }
    var table = ComparisonTable()
    for row in comparisons {
      if let a = place[Int(row.a)], let b = place[Int(row.b)] { try table.add(row.between(a, b)) }
    }
    return try PreferenceDataset(
      alternatives: kept.map { alternatives[$0] }, annotators: annotators, prompts: prompts,
      comparisons: table)
  }
}

extension Comparison {
  /// The same statement about others.
  func between(_ a: Int, _ b: Int, count: Double? = nil) -> Comparison {
    Comparison(
      a: a, b: b, outcome: outcome, count: count ?? self.count,
      annotator: annotator >= 0 ? Int(annotator) : nil, prompt: prompt >= 0 ? Int(prompt) : nil)
  }
}
