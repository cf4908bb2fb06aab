import Foundation
import Tessera

/// What weights by default should do, and whether they do it: verdicts by figures, not by eye.
struct Goals {
  /// How many times smaller a shift should be.
  static let factor = 20.0
  /// Or which part of what knowing the clones gives.
  static let partOfKnown = 0.9
  /// What they may cost of held-out log loss, at most.
  static let cost = 0.01
  /// A shift of the standard estimate below this, in standard deviations of the rewards, is nothing to mend.
  static let negligible = 0.001
  /// Where clones are judged: about where reworded answers land, in median neighbour distances.
  static let distance = "0.5"

  private var lines: [String] = []

  /// A shift beside the standard estimate's and that of known clones.
  mutating func add(_ data: String, _ what: String, standard: Mean, ours: Mean, known: Mean) {
    guard !standard.values.isEmpty, !ours.values.isEmpty else { return }
    let isMet =
      ours.mean * Self.factor <= standard.mean || ours.mean * Self.partOfKnown <= known.mean
    if standard.mean < Self.negligible, ours.mean < Self.negligible {
      lines.append(
        "| \(data) | \(what) | shift | none moves by a thousandth of a standard deviation | nothing to mend |"
      )
      return
    }
    lines.append(
      "| \(data) | \(what) | shift | \(ratio(standard.mean, ours.mean)) times; known: \(ratio(standard.mean, known.mean)) | \(isMet ? "met" : "**missed**") |"
    )
  }

  /// The goal's distances and kinds of clones.
  mutating func add(_ data: String, _ study: ShiftStudy, placement name: String = distance, _ what: String) {
    guard let placement = study.placements.firstIndex(where: { $0.name == name }) else { return }
    for reward in [ShiftStudy.Reward.trained, .tabular] {
      // Rewards of their own are moved by clones of a part of a record, whoever knows them.
      for kind in study.kinds where reward == .trained || kind != .oneOfMany {
        for clones in ShiftStudy.cloneCounts {
          func mean(_ column: ShiftStudy.Column) -> Mean {
            study.mean(reward, kind, clones: clones, placement: placement, column)
          }
          add(
            data, "\(clones) clones with \(kind.rawValue), \(reward.rawValue) rewards, \(what)",
            standard: mean(.standard), ours: mean(.local), known: mean(.known))
        }
      }
    }
  }

  mutating func add(_ data: String, _ study: LeaderboardStudy, _ column: LeaderboardStudy.Column) {
    for record in [LeaderboardStudy.Record.whole, .ownVotes] {
      func mean(_ column: LeaderboardStudy.Column) -> Mean {
        study.shifts[record]?[column]?.largest ?? Mean()
      }
      add(
        data, "\(LeaderboardStudy.clones) clones with \(record.rawValue), \(column.rawValue)",
        standard: mean(.standard), ours: mean(column), known: mean(.known))
    }
  }

  /// What a scheme costs.
  mutating func add(_ data: String, _ study: HeldOutStudy?, _ scheme: String) {
    guard let row = study?.rows.first(where: { $0.name == scheme }) else { return }
    lines.append(
      "| \(data) | held-out log loss, \(scheme) | upper 95 % limit of the cost at most \(String(format: "%.0f", 100 * Self.cost)) % | \(String(format: "%.2f", 100 * row.upperLimit)) % | \(row.upperLimit <= Self.cost ? "met" : "**missed**") |"
    )
  }

  func printTable() {
    print("\n### Goals\n")
    print(
      "`local` where contexts are known, as is chosen where nothing is asked for; `horizon` on profiles of win rates for a board, as `--profiles` chooses: without it or declared families a board keeps the standard estimate. Goal of a shift: \(Int(Self.factor)) times smaller than the standard estimate's, or nine tenths of what known clones give.\n"
    )
    print("| data | what | goal | found | verdict |")
    print(rule(columns: 5))
    for line in lines { print(line) }
  }
}
