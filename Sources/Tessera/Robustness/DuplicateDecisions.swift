#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What to do with every member of every group of near-duplicates: keep it, drop it, or have a look at it.
///
///     let decisions = DuplicateDecisions(groups, contexts, alternatives, counts: dataset.pairCounts)
///     decisions.members[0]      // of the largest group: the one to keep first, then what to look at, then what to drop
///
/// - Exact copies, with equal contexts and equal texts: the one with most comparisons stays, the others can go.
/// - Near ones: the medoid stays, the member nearest to the mean of the group's different contexts (which is the one with the
///   smallest sum of squared distances to them). Of its copies that with most comparisons stays.
/// - Another member can go only where its text is that of one that stays, but for case, white space and marks of sentences
///   (`AnswerText.plain`). All others want a look: near answers can state different facts.
/// - One that judges told apart is never dropped: that won against an opponent to whom its double lost, or against the double
///   itself, more clearly than chance explains.
public struct DuplicateDecisions: Sendable {
  public enum Decision: String, Sendable, Codable, CaseIterable { case keep, review, drop }

  /// Why; other alternatives by their numbers.
  public enum Reason: Sendable, Equatable {
    /// Kept: of copies it has most comparisons, or is the first.
    case mostCompared
    /// Kept: the medoid.
    case central
    /// Equal context and equal text, or no texts.
    case copy(of: Int)
    case sameText(as: Int)
    /// `own` of its comparisons with an opponent were won, `others` of its double's.
    case contradicts(Int, opponent: Int, own: Double, others: Double)
    /// Its share of so many comparisons with its double.
    case comparedWithDouble(Int, share: Double, comparisons: Double)
    /// Numbers that only one of both texts has: its own, and the other's.
    case numbers(Int, own: [String], others: [String])
    /// How often the texts negate.
    case negations(Int, own: Int, others: Int)
    /// Twice the common words over all words.
    case words(Int, shared: Double)
    /// Near, and nothing more is known.
    case noText(Int)
  }

  public struct Member: Sendable, Equatable {
    public let alternative: Int
    public let decision: Decision
    public let reason: Reason
    /// The nearest other member; in a group of more than `mostExact` different contexts the one nearest of all, or else the
    /// one that is kept.
    public let nearestMember: Int
    /// From that, as the groups measure.
    public let distance: Double
    /// nil where a context has length zero.
    public let cosine: Double?
    /// 1 / members of the group: what of one vote is left to each.
    public let share: Double
  }

  /// For each group: the one that is kept, what wants a look, what can go; within them in ascending order.
  public let members: [[Member]]

  /// How many have a decision, over all groups.
  public func count(_ decision: Decision) -> Int {
    members.reduce(0) { $0 + $1.count { $0.decision == decision } }
  }

  /// Alternatives that can go as they stand.
  public var dropped: Set<Int> {
    Set(members.joined().filter { $0.decision == .drop }.map(\.alternative))
  }

  /// Different contexts of a group up to which the nearest members are looked for one by one.
  static let mostExact = 256
  /// By chance one in so many pairs of doubles contradicts itself, at most.
  static let chance = 1_000.0

  /// - Parameters:
  ///   - groups: Of these contexts.
  ///   - contexts: m x d, as they came.
  ///   - alternatives: With their texts, where they are known.
  ///   - counts: Who was compared with whom, of m alternatives; nil where nothing is known.
  /// - Throws: `ContextsError`, `Cancelled`.
  /// - Complexity: O(members x (d + length of the texts)), and of each group 256 x 256 x d.
  public init(
    _ groups: DuplicateGroups, _ contexts: Contexts, _ alternatives: [Alternative], counts: PairCounts? = nil,
    work: Work = Work()
  ) throws {
    precondition(
      contexts.count == alternatives.count && (counts?.alternatives ?? contexts.count) == contexts.count)
    let copies = contexts.duplicates(work: work)
    let seen = groups.nearness.isOfDirections ? try contexts.normalized() : contexts
    let exact = try ExactDistances(seen, work: work)
    var result: [[Member]] = []
    for rows in groups.groups {
      try work.check()
      result.append(
        Self.decide(rows, seen, copies.groupOf, exact, alternatives, counts, groups.nearest) {
          contexts.cosine($0, $1)
        })
    }
    members = result
  }

  private struct Answer: Hashable {
    let copy: Int
    let text: String?
  }

  private static func decide(
    _ rows: [Int], _ seen: Contexts, _ copyOf: [Int], _ exact: ExactDistances, _ alternatives: [Alternative],
    _ counts: PairCounts?, _ nearest: [DuplicateGroups.Nearest?], cosine: (Int, Int) -> Double?
  ) -> [Member] {
    func compared(_ i: Int) -> Double { counts?.comparisons(of: i) ?? 0 }
    // Most compared first, then as they come.
    let order = rows.map { (row: $0, compared: compared($0)) }
      .sorted { ($1.compared, $0.row) < ($0.compared, $1.row) }.map(\.row)
    func answer(_ i: Int) -> Answer { Answer(copy: copyOf[i], text: alternatives[i].text) }
    let first = answer(order[0])
    let areCopies = order.allSatisfy { answer($0) == first }
    let keeper: Int
    if areCopies {
      keeper = order[0]
    } else {
      let medoid = Self.medoid(rows, seen, exact)
      keeper = order.first { exact($0, medoid) == 0 } ?? medoid
    }
    let nearestMembers = Self.nearestMembers(rows, exact, keeper: keeper, nearest)
    // Who stays, by answer and by plain text.
    var byAnswer = [answer(keeper): keeper]
    var texts: [Int: AnswerText] = [:]
    func text(_ i: Int) -> AnswerText? {
      if let known = texts[i] { return known }
      texts[i] = alternatives[i].text.map(AnswerText.init)
      return texts[i]
    }
    var byText: [String: Int] = [:]
    if !areCopies, let plain = text(keeper)?.plain { byText[plain] = keeper }

    func decision(_ i: Int) -> (Decision, Reason) {
      if i == keeper { return (.keep, areCopies ? .mostCompared : .central) }
      if let double = byAnswer[answer(i)] {
        if let told = Self.told(i, double, counts) { return (.review, told) }
        return (.drop, .copy(of: double))
      }
      byAnswer[answer(i)] = i
      guard let own = text(i) else { return (.review, Self.told(i, keeper, counts) ?? .noText(keeper)) }
      if let double = byText[own.plain] {
        if let told = Self.told(i, double, counts) { return (.review, told) }
        return (.drop, .sameText(as: double))
      }
      byText[own.plain] = i
      if let told = Self.told(i, keeper, counts) { return (.review, told) }
      guard let other = text(keeper) else { return (.review, .noText(keeper)) }
      let (mine, yours) = (own.numbers.subtracting(other.numbers), other.numbers.subtracting(own.numbers))
      if !mine.isEmpty || !yours.isEmpty {
        return (.review, .numbers(keeper, own: mine.sorted(), others: yours.sorted()))
      }
      if own.negations != other.negations {
        return (.review, .negations(keeper, own: own.negations, others: other.negations))
      }
      return (.review, .words(keeper, shared: own.sharedWords(with: other)))
    }
    let members = order.map { i -> Member in
      let (decision, reason) = decision(i)
      // Texts of copies that go are not needed again.
      if decision == .drop { texts[i] = nil }
      let nearest = nearestMembers[i] ?? (keeper, 0)
      return Member(
        alternative: i, decision: decision, reason: reason, nearestMember: nearest.0, distance: nearest.1,
        cosine: cosine(i, nearest.0), share: 1 / Double(rows.count))
    }
    return members.sorted { a, b in
      (a.decision.place, a.alternative) < (b.decision.place, b.alternative)
    }
  }

  /// The row nearest to the mean of the different contexts.
  private static func medoid(_ rows: [Int], _ seen: Contexts, _ exact: ExactDistances) -> Int {
    let different = Self.different(rows, seen).map { $0[0] }
    var mean = [Double](repeating: 0, count: seen.dimension)
    for i in different { seen.withRow(i) { mean[$0] += $1 / exact.unit } }
    let count = Double(different.count)
    func square(_ i: Int) -> Double {
      var sum = 0.0
      seen.withRow(i) { k, value in
        let gap = value / exact.unit - mean[k] / count
        sum += gap * gap
      }
      return sum
    }
    let squares = different.map { (square: square($0), row: $0) }
    let least = squares.reduce(Double.infinity) { min($0, $1.square) }
    // Of equally central ones, up to rounding, the first.
    return squares.first { $0.square <= least * (1 + 1e-9) }?.row ?? rows[0]
  }

  /// Rows by context, each in ascending order.
  private static func different(_ rows: [Int], _ seen: Contexts) -> [[Int]] {
    let copies = seen.selecting(rows: rows).duplicates()
    var groups = [[Int]](repeating: [], count: copies.count)
    for (place, group) in copies.groupOf.enumerated() { groups[group].append(rows[place]) }
    return groups
  }

  private static func nearestMembers(
    _ rows: [Int], _ exact: ExactDistances, keeper: Int, _ nearest: [DuplicateGroups.Nearest?]
  ) -> [Int: (Int, Double)] {
    var result: [Int: (Int, Double)] = [:]
    let points = different(rows, exact.contexts)
    let inside = Set(rows)
    for (place, point) in points.enumerated() {
      if point.count > 1 {
        for i in point { result[i] = (point[0] == i ? point[1] : point[0], 0) }
        continue
      }
      let i = point[0]
      if points.count > mostExact {
        if let found = nearest[i], inside.contains(found.alternative) {
          result[i] = (found.alternative, found.distance)
        } else {
          let other = i == keeper ? (rows[0] == i ? rows[1] : rows[0]) : keeper
          result[i] = (other, exact(i, other))
        }
        continue
      }
      for (other, others) in points.enumerated() where other != place {
        let distance = exact(i, others[0])
        if distance < result[i]?.1 ?? .infinity { result[i] = (others[0], distance) }
      }
    }
    return result
  }

  /// Whether judges told two doubles apart.
  ///
  /// Shares are drawn towards a half by two votes each, which keeps the normal approximation honest for few votes (Agresti and
  /// Caffo, 2000). With k common opponents a difference counts beyond sqrt(2 log(2 k chance)) standard errors: a normal
  /// deviate gets there with less than 1 / (k chance).
  private static func told(_ i: Int, _ double: Int, _ counts: PairCounts?) -> Reason? {
    guard let counts else { return nil }
    if let entry = counts.entry(i, double) {
      let (n, p) = (counts.counts[entry], counts.rates[entry])
      let gap = abs(p - 0.5) / (0.25 / n).squareRoot()
      if gap > limit(1) { return .comparedWithDouble(double, share: p, comparisons: n) }
    }
    var common: [(opponent: Int, gap: Double, own: Double, others: Double)] = []
    for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
      let opponent = Int(counts.opponents[entry])
      guard opponent != double, let other = counts.entry(double, opponent) else { continue }
      let (p, q) = (counts.rates[entry], counts.rates[other])
      guard (p - 0.5) * (q - 0.5) < 0 else {
        common.append((opponent, 0, p, q))
        continue
      }
      let (n, k) = (counts.counts[entry], counts.counts[other])
      let (a, b) = ((p * n + 1) / (n + 2), (q * k + 1) / (k + 2))
      let error = (a * (1 - a) / (n + 2) + b * (1 - b) / (k + 2)).squareRoot()
      common.append((opponent, abs(a - b) / error, p, q))
    }
    guard let worst = common.max(by: { $0.gap < $1.gap }), worst.gap > limit(common.count) else { return nil }
    return .contradicts(double, opponent: worst.opponent, own: worst.own, others: worst.others)
  }

  private static func limit(_ tests: Int) -> Double { (2 * log(2 * Double(tests) * chance)).squareRoot() }
}

extension DuplicateDecisions.Decision {
  fileprivate var place: Int {
    switch self {
    case .keep: 0
    case .review: 1
    case .drop: 2
    }
  }
}
