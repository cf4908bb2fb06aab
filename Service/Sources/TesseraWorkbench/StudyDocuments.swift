import Tessera
import TesseraFormats

/// What the page is told, as JSON. Numbers stand in columns: element k is about answer k of `answers`.
extension Study {
  /// All that a page shows before anything is asked.
  func document() throws -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("kind", .string(live == nil ? "fit" : "comparisons")), ("summary", summary),
      ("verdict", try fit.cloneVerdict.map { try DocumentEncoder.json($0) } ?? .null), ("answers", answers),
      ("first", first), ("schemes", .array(schemes)),
    ]
    members.append(("groups", live.map(\.groupList) ?? .array([])))
    return .object(members)
  }

  private var summary: JSONValue {
    .object([
      ("alternatives", .integer(fit.alternatives.count)), ("comparisons", .number(fit.comparisons.value)),
      ("pairs", .integer(fit.comparedPairs)), ("components", .integer(fit.components)),
      ("shown", .integer(shown.count)), ("contexts", .string(live?.contexts ?? "those of the stored fit")),
      ("layout", rows.map { .string($0.layout) } ?? .null),
      ("rows", rows.map { .integer($0.count) } ?? .null),
      ("leftOut", .integer(rows?.leftOut ?? 0)),
      ("warnings", .array((rows?.warnings ?? []).prefix(20).map(JSONValue.string))),
      ("duplicates", live?.groups.map { .integer($0.members) } ?? .null),
      ("duplicateGroups", live?.groups.map { .integer($0.groups.count) } ?? .null),
    ])
  }

  private var answers: JSONValue {
    let rows = shown.map { fit.alternatives[$0] }
    let labels = live.map { live in shown.map { live.data.alternatives[$0].label } } ?? rows.map(\.id)
    return .object([
      ("ids", .array(rows.map { .string($0.id) })), ("labels", .array(labels.map(JSONValue.string))),
      ("places", .array(shown.map(JSONValue.integer))),
      ("components", .array(rows.map { .integer($0.component ?? 0) })),
      ("comparisons", .array(rows.map { .number($0.comparisons.value) })),
      ("groups", .array(shown.map { live?.groups?.groupOf[$0].map { .integer($0 + 1) } ?? .null })),
    ])
  }

  /// The fit's own numbers, with their standard errors: what the page shows before a slider moves.
  private var first: JSONValue {
    let rows = shown.map { fit.alternatives[$0] }
    func column(_ value: (FitDocument.Row) -> Double?) -> JSONValue { .numbers(rows.map(value)) }
    let weighted = fit.estimates.weighted
    let all = fit.alternatives
    let components = all.map { $0.component ?? 0 }
    let standardRanks = Ranks.within(components, all.map(\.standardReward))
    let weightedRanks = Ranks.within(
      components, all.map { weighted == nil ? $0.standardReward : $0.weightedReward })
    return .object([
      (
        "scheme", .string((live?.standard.scheme ?? Question.Scheme(fit.choice.weights) ?? .uniform).rawValue)
      ),
      (
        "lambda",
        .object([
          ("standard", .number(live?.result.standard.lambda ?? fit.lambda)),
          ("weighted", .number(live?.result.best.lambda ?? fit.lambda)),
        ])
      ),
      ("standard", column(\.standardReward)), ("standardErrors", column(\.standardRewardError)),
      ("weighted", weighted == nil ? column(\.standardReward) : column(\.weightedReward)),
      ("weightedErrors", weighted == nil ? column(\.standardRewardError) : column(\.weightedRewardError)),
      ("weights", column(\.weight)),
      ("standardRanks", .numbers(shown.map { standardRanks[$0] })),
      ("weightedRanks", .numbers(shown.map { weightedRanks[$0] })),
      (
        "effectiveComparisons",
        .object([
          ("standard", .number(fit.estimates.standard.effectiveComparisons)),
          ("weighted", .number((weighted ?? fit.estimates.standard).effectiveComparisons)),
        ])
      ),
      ("effectiveAlternatives", .number(fit.weights.effectiveAlternatives)),
    ])
  }

  private var schemes: [JSONValue] {
    guard let live else { return [] }
    return live.schemes.map { scheme in
      let known = live.resolutions(scheme)
      return .object([
        ("name", .string(scheme.rawValue)), ("least", known.map { .number($0.range.lowerBound) } ?? .null),
        ("most", known.map { .number($0.range.upperBound) } ?? .null),
        ("standard", known.map { .number($0.standard) } ?? .null),
      ])
    }
  }

  /// An answer for the page.
  func document(_ answer: StudyAnswer) -> JSONValue {
    let components = live?.result.components.of ?? []
    return .object(
      [
        ("scheme", .string(answer.question.scheme.rawValue)),
        ("resolution", answer.resolution.map { .number($0) } ?? .null),
        ("groups", answer.groups.map { .integer($0) } ?? .null),
        ("winners", winners(answer.winners) { live?.data.alternatives[$0].id ?? "" }),
      ] + columns(answer.standard, answer.weighted, components))
  }

  /// Who wins with copies, and without them.
  func document(_ cloned: ClonedStudy) -> JSONValue {
    let original = cloned.clones.original
    let component = cloned.components.of[original]
    let old = (live?.result.components.of[original]).flatMap { cloned.before.winners.components[$0] }
    let new = cloned.winners.components[component]
    func change(
      _ before: Int?, _ after: Int?, _ earlier: WeightedEstimate, _ later: WeightedEstimate
    ) -> JSONValue {
      guard let before, let after else { return .null }
      return .object([
        ("before", .string(cloned.ids[before])), ("after", .string(cloned.ids[after])),
        ("changes", .bool(!RewardEstimate.areTied(later.rewards[before], later.rewards[after]))),
        ("rewardBefore", .number(earlier.rewards[original])),
        ("rewardAfter", .number(later.rewards[original])),
      ])
    }
    let mass = ([original] + Array(cloned.ids.indices.suffix(cloned.clones.count))).reduce(0) {
      $0 + cloned.weighted.pairs.weights[$1]
    }
    return .object(
      [
        ("id", .string(cloned.ids[original])), ("count", .integer(cloned.clones.count)),
        ("distance", .number(cloned.clones.distance)), ("record", .string(cloned.clones.record.rawValue)),
        ("standardWinner", change(old?.standard, new?.standard, cloned.before.standard, cloned.standard)),
        ("weightedWinner", change(old?.weighted, new?.weighted, cloned.before.weighted, cloned.weighted)),
        ("shareBefore", .number(cloned.before.weighted.pairs.weights[original])),
        ("shareAfter", .number(mass)),
        (
          "shift",
          .object([
            ("standard", .number(largestShift(cloned.before.standard, cloned.standard, original))),
            ("weighted", .number(largestShift(cloned.before.weighted, cloned.weighted, original))),
          ])
        ),
      ] + columns(cloned.standard, cloned.weighted, cloned.components.of))
  }

  /// How far another answer of the component moves, up to their common level.
  private func largestShift(_ before: WeightedEstimate, _ after: WeightedEstimate, _ original: Int) -> Double
  {
    guard let components = live?.result.components.of else { return 0 }
    let unknown = Set(before.fit.undetermined)
    let others = components.indices.filter {
      components[$0] == components[original] && $0 != original && !unknown.contains($0)
    }
    let raw = others.map { after.rewards[$0] - before.rewards[$0] }
    let level = raw.reduce(0, +) / Double(max(raw.count, 1))
    let largest = raw.reduce(0) { max($0, abs($1 - level)) }
    return largest > 1e-9 ? largest : 0
  }

  private func winners(_ winners: Winners, _ id: (Int) -> String) -> JSONValue {
    let main = winners.main.flatMap { winners.components[$0] }
    return .object([
      ("components", .integer(winners.components.count)), ("changed", .integer(winners.changed)),
      ("standard", main.map { .string(id($0.standard)) } ?? .null),
      ("weighted", main.map { .string(id($0.weighted)) } ?? .null),
      ("isOther", .bool(main?.isOther ?? false)),
    ])
  }

  /// - Parameter components: Of all alternatives of the estimates.
  private func columns(
    _ standard: WeightedEstimate, _ weighted: WeightedEstimate, _ components: [Int]
  ) -> [(key: String, value: JSONValue)] {
    let (plain, own) = (standard.fit.known, weighted.fit.known)
    let (plainRanks, ownRanks) = (Ranks.within(components, plain), Ranks.within(components, own))
    let stopped = [("standard", standard), ("weighted", weighted)].compactMap {
      name, estimate -> JSONValue? in
      guard case .stopped(let why) = estimate.fit.outcome else { return nil }
      return .string("the \(name) estimate is not a minimum: \(why)")
    }
    return [
      (
        "lambda",
        .object([("standard", .number(standard.lambda)), ("weighted", .number(weighted.lambda))])
      ),
      ("standard", .numbers(shown.map { plain[$0] })), ("weighted", .numbers(shown.map { own[$0] })),
      ("weights", .numbers(shown.map { weighted.pairs.weights[$0] })),
      ("standardRanks", .numbers(shown.map { plainRanks[$0] })),
      ("weightedRanks", .numbers(shown.map { ownRanks[$0] })),
      (
        "effectiveComparisons",
        .object([
          ("standard", .number(standard.effectiveComparisons)),
          ("weighted", .number(weighted.effectiveComparisons)),
        ])
      ),
      ("effectiveAlternatives", .number(1 / weighted.pairs.weights.reduce(0) { $0 + $1 * $1 })),
      ("stopped", .array(stopped)),
    ]
  }
}

extension LiveStudy {
  /// Groups of near-duplicates with what to do with their members; the largest 200.
  fileprivate var groupList: JSONValue {
    guard let decisions else { return .array([]) }
    return .array(
      decisions.members.prefix(200).map { members in
        .array(
          members.prefix(50).map { member in
            .object([
              ("id", .string(data.alternatives[member.alternative].id)),
              ("label", .string(data.alternatives[member.alternative].label)),
              ("decision", .string(member.decision.rawValue)),
            ])
          })
      })
  }
}

/// Places within components.
enum Ranks {
  static func within(_ components: [Int], _ rewards: [Double?]) -> [Double?] {
    var members: [Int: [Int]] = [:]
    for (i, component) in components.enumerated() where i < rewards.count && rewards[i] != nil {
      members[component, default: []].append(i)
    }
    var ranks = [Double?](repeating: nil, count: components.count)
    for group in members.values {
      let places = RewardEstimate.ranks(of: group.map { rewards[$0] ?? 0 })
      for (i, place) in zip(group, places) { ranks[i] = Double(place) }
    }
    return ranks
  }
}

extension JSONValue {
  /// Numbers, null where there is none; whole ones without a point.
  static func numbers(_ values: [Double?]) -> JSONValue {
    .array(
      values.map { value in
        guard let value, value.isFinite else { return .null }
        return Int(exactly: value).map(JSONValue.integer) ?? .number(value)
      })
  }
}
