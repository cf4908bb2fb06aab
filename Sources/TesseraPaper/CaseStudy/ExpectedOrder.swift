import Foundation

/// Who leads among food, art and romance by the annotators' attitudes alone, without and with restaurants beside food.
///
/// The standard estimate orders topics that are compared equally often by their Borda counts, so this is what it converges
/// to. In the paper romance leads without the clones and art with them.
package struct ExpectedOrder {
  package typealias Topic = ParisDescriptions.Topic

  package let leader: Topic
  package let leaderWithClones: Topic
  /// Borda counts of food, art and romance without the clones.
  private let counts: [Double]

  package init(_ annotators: [AnnotatorType]) {
    let without = AnnotatorType.bordaCounts(Topic.originals, annotators)
    let with = AnnotatorType.bordaCounts(Topic.originals + [.restaurants], annotators)
    leader = Self.first(without)
    leaderWithClones = Self.first(with)
    counts = without
  }

  /// Whom the clones put before the leader; where they do not, who comes second.
  package var rival: Topic { others[0] }

  /// Whether the clones put another one first.
  package var isOvertaken: Bool { leader != leaderWithClones }

  /// The two that do not lead, the rival first.
  package var others: [Topic] {
    let ranked = Topic.originals.indices.filter { Topic.originals[$0] != leader }
      .sorted { counts[$0] > counts[$1] }.map { Topic.originals[$0] }
    return isOvertaken ? [leaderWithClones] + ranked.filter { $0 != leaderWithClones } : ranked
  }

  /// Others whose Borda count is the leader's: then nobody leads.
  package var ties: [Topic] {
    let best = counts.max() ?? 0
    return Topic.originals.indices.filter { Topic.originals[$0] != leader && best - counts[$0] < 1e-9 }
      .map { Topic.originals[$0] }
  }

  /// By how much the leader's Borda count exceeds that of the second, in words.
  package var leadInBordaCount: String {
    let sorted = counts.sorted(by: >)
    return String(format: "%.2g", sorted[0] - sorted[1])
  }

  private static func first(_ counts: [Double]) -> Topic {
    Topic.originals[Topic.originals.indices.max { counts[$0] < counts[$1] } ?? 0]
  }
}
