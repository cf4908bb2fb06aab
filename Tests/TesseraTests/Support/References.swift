import Foundation
import Tessera

/// Files of `Tests/References`: numbers from other packages, and from calculations that share no code with ours.
enum References {
  /// Tests/TesseraTests/Support/References.swift is three folders below Tests.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("References")

  private struct Document<Case: Decodable>: Decodable { let cases: [Case] }

  static func cases<Case: Decodable>(_ file: String, as: Case.Type = Case.self) throws -> [Case] {
    try JSONDecoder().decode(
      Document<Case>.self, from: Data(contentsOf: folder.appendingPathComponent(file))
    ).cases
  }

  /// What an estimate rests on, as `estimates.json` and `errors.json` hold it.
  struct Problem: Decodable {
    let name: String
    let alternatives: Int
    /// a, b, outcome, count.
    let rows: [[Double]]
    let weights: [Double]
    let groups: [Int]
    let lambda: Double
    let lambdaConvention: LambdaConvention
    let pairs: PairConvention
    let rewards: [Double]

    /// Soft labels one by one: a share with a count would stand for so many votes.
    var comparisons: [Comparison] {
      rows.flatMap { row in
        let (a, b, outcome, count) = (Int(row[0]), Int(row[1]), row[2], row[3])
        guard outcome != 0, outcome != 0.5, outcome != 1, count == count.rounded() else {
          return [Comparison(a: a, b: b, outcome: outcome, count: count)]
        }
        return Array(repeating: Comparison(a: a, b: b, outcome: outcome), count: Int(count))
      }
    }

    var counts: PairCounts { PairCounts(alternatives: alternatives, comparisons: comparisons) }

    var partition: Partition {
      var representatives: [Int] = []
      for (i, group) in groups.enumerated() where group == representatives.count { representatives.append(i) }
      return Partition(groupOf: groups, representatives: representatives)
    }

    var pairWeights: PairWeights {
      get throws {
        try PairWeights(products: weights, counts, pairs: pairs, lambda: lambdaConvention, groups: partition)
      }
    }

    /// The fit; maximum likelihood, lambda 0, as a lambda of 1e-12.
    func estimate() throws -> RewardEstimate {
      try BradleyTerry(lambda: max(lambda, 1e-12), tolerance: 1e-13).fit(counts, pairWeights)
    }
  }
}
