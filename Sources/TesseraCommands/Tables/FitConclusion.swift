import Tessera
import TesseraFormats
import TesseraReports

/// What a fit says: who wins, by which estimate, and how much depends on choices that the data leave open.
struct FitConclusion {
  private let result: RewardFit.Result
  private let standardRanks: [Int?]
  private let weightedRanks: [Int?]?

  init(_ result: RewardFit.Result, _ standardRanks: [Int?], _ weightedRanks: [Int?]?) {
    (self.result, self.standardRanks, self.weightedRanks) = (result, standardRanks, weightedRanks)
    ids = result.dataset.alternatives.map(\.id)
  }

  private let ids: [String]

  var text: String { failures + answer + dependence }

  /// An estimate that is none comes before everything that it says.
  private var failures: String {
    var text = ""
    for (name, estimate) in [("standard", result.standard), ("weighted", result.weighted)] {
      guard let fit = estimate?.fit, case .stopped(let why) = fit.outcome else { continue }
      text +=
        "NOT A MINIMUM: the \(name) estimate, \(why); certificate \(Spell.short(fit.certificate)) after \(Spell.plural(fit.iterations, "iteration"))\n"
    }
    return text.isEmpty ? "" : Medium.current.paint(String(text.dropLast()), .warning) + "\n"
  }

  private var answer: String {
    let components = result.components
    let before = Self.winners(standardRanks, components)
    guard let weightedRanks else {
      let winner = components.count == 1 ? "Winner by the standard estimate: \(names(before[0])).\n" : ""
      return winner
        + "Only the standard estimate: the weighted one needs contexts (--alternatives with context fields, or --contexts FILE.npy).\n"
    }
    let after = Self.winners(weightedRanks, components)
    var text: String
    if components.count == 1 {
      let (standard, weighted) = (names(before[0]), names(after[0]))
      text =
        before == after
        ? "Winner by both estimates: \(standard)." : "Winner: \(standard) (standard), \(weighted) (weighted)."
    } else {
      let flips = before.count { after[$0.key] != $0.value }
      text =
        "The winner changes in \(Spell.count(flips)) of \(Spell.plural(components.count, "component"))."
    }
    let moved = zip(standardRanks, weightedRanks).count { $0 != $1 }
    return text
      + " \(Spell.count(moved)) of \(Spell.plural(standardRanks.count, "alternative")) change their rank.\n"
  }

  private func names(_ winners: [Int]?) -> String {
    guard let winners, !winners.isEmpty else { return "none" }
    return TextTable.visible(winners.map { ids[$0] }.joined(separator: ", "), limit: 200)
  }

  /// Those of rank 1, by component.
  static func winners(_ ranks: [Int?], _ components: Components) -> [Int: [Int]] {
    var winners: [Int: [Int]] = [:]
    for i in ranks.indices where ranks[i] == 1 { winners[components.of[i], default: []].append(i) }
    return winners
  }

  /// A warning where the leaders depend on a strength of the regularisation that the data do not tell.
  private var dependence: String {
    let best = result.best.leaders
    guard
      let other = best.others.first(where: { $0.leaders.first != best.leaders.first }) ?? best.others.first
    else { return "" }
    let line =
      "The first places depend on lambda: at \(Spell.short(other.lambda)), which predicts as well, they are \(names(other.leaders))."
    return Medium.current.paint(line, .warning) + "\n"
  }
}
