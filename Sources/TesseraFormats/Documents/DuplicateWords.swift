import Tessera

/// Groups of near-duplicates and what to do with their members, in words.
public struct DuplicateWords: Sendable {
  private let groups: DuplicateGroups
  private let decisions: DuplicateDecisions
  private let ids: [String]

  /// - Parameter ids: Of all alternatives.
  public init(_ groups: DuplicateGroups, _ decisions: DuplicateDecisions, ids: [String]) {
    (self.groups, self.decisions, self.ids) = (groups, decisions, ids)
  }

  /// What there is and what to do, in one sentence.
  public var answer: String {
    guard groups.members > 0 else {
      return "None of \(Spell.count(ids.count)) answers is a near-duplicate of another."
    }
    let (drop, review) = (decisions.count(.drop), decisions.count(.review))
    return
      "\(Spell.count(groups.members)) of \(Spell.count(ids.count)) answers are near-duplicates, in \(Spell.plural(groups.groups.count, "group")); \(Spell.count(drop)) can be dropped as they stand, \(Spell.count(review)) \(review == 1 ? "needs" : "need") a look."
  }

  /// What near means here, in all units that mean something.
  public var meaning: String {
    var text =
      groups.nearness == .exact || groups.distance == 0
      ? "Near are exact copies"
      : "Near is a distance of \(Self.short(groups.distance)) or less"
    if groups.nearness.isOfDirections { text += " between directions" }
    text +=
      groups.median > 0
      ? ": \(Self.short(groups.distance / groups.median)) of the median distance of nearest neighbours, \(Self.short(groups.median)) (over all answers, copies counted once)"
      : ": there are no two different contexts to measure it by"
    if let cosine = groups.cosine {
      text += "; a cosine of \(Self.cosine(cosine)) or more"
    } else if let least = decisions.members.joined().compactMap(\.cosine).min() {
      text += "; the cosine of a member and its nearest is \(Self.cosine(least)) or more"
    }
    return text + "."
  }

  /// Whether prompts count.
  public var scope: String {
    groups.isWithinPrompts
      ? "Only answers to one prompt are compared: a text under another prompt is another answer."
      : "All answers are compared with all."
  }

  /// What the groups leave out; empty where that is nothing.
  public var remarks: [String] {
    var lines: [String] = []
    if groups.besides > 0 {
      let verb = groups.besides == 1 ? "answer is" : "answers are"
      lines.append(
        "\(Spell.count(groups.besides)) more \(verb) near a member of a group, but too far from another of its members: outside all groups, and kept."
      )
    }
    if groups.isFlooded {
      lines.append(
        "Most answers have a near-duplicate, so the median is a distance of near-duplicates; different answers are \(Self.short(groups.localScale)) apart, and shares of the median are shares of that."
      )
    }
    if groups.isCoarse {
      lines.append(
        "Very many pairs are near: the largest groups grew around one member each, and could be cut elsewhere."
      )
    }
    return lines
  }

  public func reason(_ reason: DuplicateDecisions.Reason) -> String {
    switch reason {
    case .mostCompared: return "of these copies the most compared, or the first"
    case .central: return "in the middle of its group"
    case .copy(let other): return "an exact copy of \(ids[other])"
    case .sameText(let other):
      return "the text of \(ids[other]) but for case, white space and marks of sentences"
    case .contradicts(let other, let opponent, let own, let others):
      return
        "contradictory outcomes: won \(Self.percent(own)) against \(ids[opponent]), while \(ids[other]) won \(Self.percent(others))"
    case .comparedWithDouble(let other, let share, let comparisons):
      return
        "judges tell it from \(ids[other]): it won \(Self.percent(share)) of \(Spell.plural(comparisons, "comparison")) with it"
    case .numbers(let other, let own, let others):
      func list(_ numbers: [String]) -> String {
        numbers.isEmpty
          ? "none"
          : numbers.prefix(3).joined(separator: ", ")
            + (numbers.count > 3 ? " and \(numbers.count - 3) more" : "")
      }
      return "other numbers: \(list(own)), and in \(ids[other]) \(list(others))"
    case .negations(let other, let own, let others):
      return "negates \(Self.times(own)), \(ids[other]) \(Self.times(others)); \(Self.look)"
    case .words(let other, let shared):
      return "near \(ids[other]), with \(Self.percent(shared)) of the words in common; \(Self.look)"
    case .noText(let other): return "near \(ids[other]); no texts to compare"
    }
  }

  /// Why one outside all groups is kept.
  public func reasonAlone(_ i: Int) -> String {
    guard let nearest = groups.nearest[i], nearest.distance <= groups.distance else {
      return "no other is near"
    }
    return "near \(ids[nearest.alternative]), but not near all of its group"
  }

  private static let look = "do they say the same?"

  private static func times(_ number: Int) -> String { number == 1 ? "once" : "\(number) times" }
  private static func percent(_ share: Double) -> String { printed("%.0f %%", 100 * share) }
  static func short(_ value: Double) -> String { printed("%.3g", value) }
  static func cosine(_ value: Double) -> String { printed("%.4g", value) }
}
