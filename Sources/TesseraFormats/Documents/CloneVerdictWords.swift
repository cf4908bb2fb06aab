import Tessera

/// A `CloneVerdict` in sentences, the same on a terminal, on a page and in documents.
public struct CloneVerdictWords: Sendable {
  public static let question = "Do clones distort these rewards?"

  private let verdict: CloneVerdict
  private let ids: [String]
  /// What the weighted estimate is called.
  private let weighted: String

  /// Ids in one sentence, at most.
  private static let mostNames = 6

  /// - Parameters:
  ///   - ids: Of all alternatives.
  ///   - weighted: What the weighted estimate is called.
  public init(_ verdict: CloneVerdict, ids: [String], weighted: String = "weighted") {
    (self.verdict, self.ids, self.weighted) = (verdict, ids, weighted)
  }

  /// The answer, why, and what to do: one paragraph.
  public var text: String { ([answer] + [action]).joined(separator: " ") }

  /// All lines for a person: the answer, what to do, then what it rests on.
  public var lines: [String] { [answer, action] + evidence }

  public var answer: String {
    let groups = verdict.reasons.compactMap { reason -> String? in
      guard case .groups(let count, let members) = reason else { return nil }
      return
        "\(Spell.count(count)) group\(count == 1 ? "" : "s") of near-duplicates \(count == 1 ? "holds" : "hold") \(Spell.count(members)) of \(Spell.count(ids.count)) answers"
    }.first
    if groups == nil, verdict.reasons.contains(.contextsAreRecords) {
      return
        "Unclear: no two of \(Spell.count(ids.count)) have nearly the same record, which does not rule copies out."
    }
    guard let groups else {
      return "No: there are no near-duplicates among \(Spell.count(ids.count)) answers."
    }
    switch verdict.answer {
    case .no:
      return
        "No: \(groups); when each group counts once, \(verdict.leaderChanges.isEmpty ? "no winner changes" : "no winner changes by more than a tie") and no other reward moves beyond its noise."
    case .yes: return "Yes: \(groups); when each group counts once, \(moved)."
    case .unclear:
      return verdict.reasons.contains(.contextsAreRecords)
        ? "Unclear: \(groups) by their records alone, and equal strength makes records alike as well as copying does."
        : "Unclear: \(groups); when each group counts once, \(moved), but not beyond its noise."
    }
  }

  private var moved: String {
    var parts: [String] = []
    if let change = verdict.leaderChanges.first {
      let more = verdict.leaderChanges.count - 1
      parts.append(
        "\(ids[change.to]) leads in place of \(ids[change.from]) (it gains \(shift(change.change, change.error)))"
          + (more > 0 ? " and \(more) more winner\(more == 1 ? " changes" : "s change")" : ""))
    }
    if !verdict.gains.isEmpty {
      parts.append("\(names(verdict.gains)) gain\(verdict.gains.count == 1 ? "s" : "")")
    }
    if !verdict.losses.isEmpty {
      parts.append("\(names(verdict.losses)) lose\(verdict.losses.count == 1 ? "s" : "")")
    }
    return parts.joined(separator: "; ")
  }

  private func names(_ shifts: [CloneVerdict.Shift]) -> String {
    let shown = shifts.prefix(3).map { "\(ids[$0.alternative]) (\(shift($0.change, $0.error)))" }
    let more = shifts.count - shown.count
    return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  /// A shift beside its noise.
  private func shift(_ change: Double, _ error: Double) -> String {
    error > 0
      ? printed("%+.3g ± %.2g, %.1f standard errors", change, error, abs(change) / error)
      : printed("%+.3g", change)
  }

  public var action: String {
    switch verdict.action {
    case .nothingToMend: return "There is nothing to mend: keep the standard estimate."
    case .useWeighted: return "Use the \(weighted) estimate, in which near-duplicates share one weight."
    case .keepStandard(let look):
      guard !look.isEmpty else { return "Keep the standard estimate." }
      let names = list(look)
      return verdict.answer == .yes
        ? "Mend the data and fit again: look at \(names)."
        : "Keep the standard estimate; these answers are worth a look: \(names)."
    case .tooLittleData(let collect):
      guard !collect.isEmpty else { return "There is too little data to tell: collect more comparisons." }
      let pairs = collect.map { "\(ids[$0.a]) with \(ids[$0.b])" }.joined(separator: ", ")
      return "There is too little data to tell: collect comparisons, most of all of \(pairs)."
    }
  }

  private func list(_ places: [Int]) -> String {
    let shown = places.prefix(Self.mostNames).map { ids[$0] }
    let more = places.count - shown.count
    return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  /// What the answer rests on, a sentence each.
  public var evidence: [String] { verdict.reasons.compactMap(reason) }

  /// nil where the answer says it already.
  private func reason(_ reason: CloneVerdict.Reason) -> String? {
    switch reason {
    case .noGroups, .groups: return nil
    case .contextsAreRecords:
      return "What is known of the alternatives are their records: declare families where they are known."
    case .largestShift(let largest, let count, let limit):
      let own =
        largest.rewardError.map { printed(", beside a standard error of its reward of %.2g", $0) }
        ?? ""
      return
        "The clearest of \(count) shifts of other rewards: \(ids[largest.alternative]) by \(shift(largest.change, largest.error))\(own); of so many, one counts from \(printed("%.1f", limit)) standard errors and half a standard error of the reward on."
    case .leaderChanges(let change):
      return
        "\(ids[change.to]) passes \(ids[change.from]), gaining \(shift(change.change, change.error)); the standard error of their difference is \(printed("%.2g", change.differenceError))."
    case .tooFewVotes(let votes):
      return "\(printed("%.4g", votes)) comparisons are too few to hold any out."
    case .noBetterThanCoin(let loss, let error):
      return error.isFinite
        ? printed(
          "What is held out is predicted no better than by a coin: log loss %.4f ± %.4f, and 0.6931 of a coin.",
          loss, error) : "What is held out cannot be told from what a coin predicts."
    case .weightedPredicts(let difference, let error):
      let word =
        abs(difference) <= CloneVerdict.clearly * error
        ? "as well as the standard one, up to noise"
        : difference > 0 ? "worse than the standard one" : "better than the standard one"
      return
        "The \(weighted) estimate predicts what is held out \(word): \(printed("a log loss %+.4f ± %.4f of the standard one's.", difference, error))"
    case .undone(let share):
      return
        "The \(weighted) estimate undoes \(printed("%.0f %%", max(0, 100 * share))) of these shifts."
    case .seedNoise(let noise):
      return printed(
        "Its weights are sampled: another seed alone moves a reward by %.3g, and a smaller shift of it says nothing.",
        noise)
    case .effectiveComparisons(let standard, let own):
      return printed("It rests on %.0f equally heavy pairs, the standard one on %.0f.", own, standard)
    }
  }
}
