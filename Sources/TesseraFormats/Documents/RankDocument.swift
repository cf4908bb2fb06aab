import Tessera

/// The JSON document of a board: ratings, intervals, ranks, and the answer in words.
///
/// Keys are a contract: those of earlier versions stay. Members that do not apply are left out, or null where they have a place
/// in every row.
public struct RankDocument: Sendable, Equatable, Codable {
  /// "tessera rank": what tells this document from others.
  public var kind: String
  /// Of all intervals.
  public var level: Double
  public var seed: UInt64
  public var scale: Scale
  public var comparisons: FitDocument.Count
  public var comparedPairs: Int
  public var components: Int
  /// Comparisons that ended in a tie; and those of them in which both were called bad, null where that was not kept apart.
  public var ties: FitDocument.Count
  @Null public var bothBad: FitDocument.Count?
  /// How ties are read: half, davidson or rao-kupper.
  public var tieModel: TieChoice
  /// What predicts held-out votes how well; left out where that was not looked at.
  public var tieComparison: Ties?
  /// The answer, in sentences.
  public var answer: [String]
  /// Of the largest component; null where nobody was compared in it.
  @Null public var lead: Lead?
  public var choice: FitDocument.Choice
  public var settings: RewardFit.Settings
  public var estimates: Estimates
  /// Declared families of two members or more that have a vote, *if any*.
  public var families: [Family]?
  public var alternatives: [Row]
  /// The column that divides the votes, and a board for each of its values, *if any*.
  public var by: String?
  public var categories: [Category]?

  public static let kind = "tessera rank"

  public struct Scale: Sendable, Equatable, Codable {
    public var unit: RatingScale.Unit
    /// Points of one unit of log-odds.
    public var pointsPerLogOdds: Double
    @Null public var anchor: RatingScale.Anchor?
  }

  public struct Ties: Sendable, Equatable, Codable {
    public var folds: Int
    /// What was held out as a whole.
    public var unit: Folds.Unit
    /// Half wins first.
    public var readings: [TieModelComparison.Reading]
    public var best: TieChoice

    public init(_ comparison: TieModelComparison) {
      (folds, unit) = (comparison.folds, comparison.unit)
      (readings, best) = (comparison.readings, comparison.best)
    }
  }

  public struct Lead: Sendable, Equatable, Codable {
    public var first: String
    public var second: String
    /// Of scores, with its standard error.
    public var difference: Double
    public var error: Double
    /// Whether nobody can share the first place.
    public var isCertain: Bool
    /// Whom nobody is certainly above, the first included.
    public var leaders: [String]
  }

  public struct Estimates: Sendable, Equatable, Codable {
    public var standard: Estimate
    @Null public var weighted: Estimate?
  }

  public struct Estimate: Sendable, Equatable, Codable {
    /// As settings mean it.
    public var lambda: Double
    /// Largest violation of the first-order condition.
    public var certificate: Double
    public var outcome: RewardEstimate.Outcome
    public var errors: StandardErrors.Noise
    public var errorClusters: Int
    public var rankMethod: RankIntervals.Method
    /// Of each component: how many standard errors a difference must have; null where there is nobody to compare.
    public var rankQuantiles: [Double?]
    public var rankDraws: Int
    /// nu or theta of a model of ties; left out for half wins.
    public var tieParameter: Double?
  }

  public struct Family: Sendable, Equatable, Codable {
    public var name: String
    public var members: [String]
  }

  public struct Row: Sendable, Equatable, Codable {
    public var id: String
    public var component: Int
    @Null public var family: String?
    /// null where nothing tells the weights.
    @Null public var weight: Double?
    public var comparisons: FitDocument.Count
    @Null public var winRate: Double?
    public var ties: FitDocument.Count
    @Null public var bothBad: FitDocument.Count?
    /// null where no comparison says anything.
    @Null public var standard: Standing?
    @Null public var weighted: Standing?
    /// Why its place differs between the two estimates, *if it does*.
    public var why: String?

    /// By the weighted estimate, or the standard one where there is no other.
    public func best(_ document: RankDocument) -> Standing? {
      document.estimates.weighted == nil ? standard : weighted
    }
  }

  public struct Standing: Sendable, Equatable, Codable {
    /// Log-odds.
    public var reward: Double
    public var rewardError: Double
    @Null public var quasiVariance: Double?
    /// On the scale.
    public var score: Double
    public var scoreError: Double
    /// Lower and upper bound.
    public var scoreInterval: [Double]
    /// Shared by all that cannot be told from one another at the top of their intervals: 1 + number certainly above.
    public var rank: Int
    /// First and last place that it can have.
    public var ranks: [Int]
    /// Place by the reward alone.
    public var place: Int
  }

  public struct Category: Sendable, Equatable, Codable {
    public var name: String
    public var board: RankDocument

    public init(name: String, board: RankDocument) { (self.name, self.board) = (name, board) }
  }

  /// - Parameters:
  ///   - bothBad: Of each alternative, comparisons in which both were called bad; nil where that was not kept apart.
  ///   - familyName: Of the family of an alternative; nil where it stands alone.
  ///   - why: What was chosen, in words.
  public init(
    _ board: Leaderboard, seed: UInt64, ties comparison: TieModelComparison? = nil, bothBad: [Double]? = nil,
    why: [String] = [], familyName: (_ place: Int) -> String? = { _ in nil }
  ) {
    let (result, scale) = (board.result, board.scale)
    let (data, components) = (result.dataset, result.components)
    let ids = data.alternatives.map(\.id)
    let counts = data.pairCounts
    func count(_ value: Double) -> FitDocument.Count { FitDocument.Count(value) }
    kind = Self.kind
    level = board.best.ranks.level
    self.seed = seed
    self.scale = Scale(unit: scale.unit, pointsPerLogOdds: scale.factor, anchor: scale.anchor)
    comparisons = count(data.totalComparisons)
    comparedPairs = counts.pairCount
    self.components = components.count
    ties = count(data.ties)
    // Each of them is a comparison of two alternatives.
    _bothBad = Null(bothBad.map { count($0.reduce(0, +) / 2) })
    tieModel = board.best.ties.map { $0.model == .davidson ? .davidson : .raoKupper } ?? .half
    tieComparison = comparison.map(Ties.init)
    answer = []
    _lead = Null(
      board.lead.map { lead in
        Lead(
          first: ids[lead.first], second: ids[lead.second], difference: scale.factor * lead.difference,
          error: scale.factor * lead.error, isCertain: lead.isCertain, leaders: lead.leaders.map { ids[$0] })
      })
    choice = FitDocument.Choice(
      weights: result.choice.weights, pairs: result.choice.pairs, reason: result.choice.reason, why: why)
    settings = result.settings
    func estimate(_ fit: RewardFit.Estimate, _ column: Leaderboard.Column) -> Estimate {
      Estimate(
        lambda: fit.lambda, certificate: column.ties?.certificate ?? fit.fit.certificate,
        outcome: column.ties == nil ? fit.fit.outcome : .minimum, errors: fit.errors.noise,
        errorClusters: fit.errors.clusters, rankMethod: column.ranks.method,
        rankQuantiles: column.ranks.quantiles,
        rankDraws: column.ranks.draws, tieParameter: column.ties?.parameter)
    }
    estimates = Estimates(
      standard: estimate(result.standard, board.standard),
      weighted: result.weighted.flatMap { fit in board.weighted.map { estimate(fit, $0) } })
    let names = ids.indices.map(familyName)
    var members: [String: [String]] = [:]
    var order: [String] = []
    for (id, name) in zip(ids, names) {
      guard let name else { continue }
      if members[name] == nil { order.append(name) }
      members[name, default: []].append(id)
    }
    families =
      result.families == nil
      ? nil
      : order.compactMap { name in
        members[name].flatMap { $0.count > 1 ? Family(name: name, members: $0) : nil }
      }
    let winRates = result.winRates
    let moves = board.weighted.map { weighted in
      ids.indices.map { i -> Double in
        guard let a = board.standard.ranks.places[i], let b = weighted.ranks.places[i] else { return 0 }
        return Double(a - b)
      }
    }
    let pulls = moves.map { FamilyPull.of(result, moves: $0) }
    // A family is called by the name of a member.
    var nameOfGroup: [Int: String] = [:]
    if let groupOf = result.families?.groupOf, groupOf.count == ids.count {
      for (i, group) in groupOf.enumerated() { nameOfGroup[group] = nameOfGroup[group] ?? names[i] }
    }
    alternatives = ids.indices.map { i in
      func standing(_ column: Leaderboard.Column?) -> Standing? {
        guard let column, let reward = column.rewards[i], let error = column.errors.values[i],
          let score = column.score(i), let scoreError = column.scoreError(i),
          let interval = column.scoreInterval(i),
          let ranks = column.ranks.ranks[i], let place = column.ranks.places[i]
        else { return nil }
        return Standing(
          reward: reward, rewardError: error, quasiVariance: column.quasiVariances.flatMap { $0[i] },
          score: score,
          scoreError: scoreError, scoreInterval: [interval.lowerBound, interval.upperBound],
          rank: ranks.lowerBound,
          ranks: [ranks.lowerBound, ranks.upperBound], place: place)
      }
      var why: String?
      if let moves, moves[i] != 0 {
        let shared = names[i].flatMap { name in
          members[name].flatMap { $0.count > 1 ? (name, $0.count) : nil }
        }
        let pull = pulls.flatMap { $0[i] }.flatMap { pull in
          nameOfGroup[pull.family].map { "votes with \($0) count \(pull.shareChange < 0 ? "less" : "more")" }
        }
        let own = shared.map { "shares the weight of \($0.0) with \($0.1 - 1) other\($0.1 == 2 ? "" : "s")" }
        why = [own, pull].compactMap(\.self).joined(separator: "; ")
        if why == "" { why = nil }
      }
      return Row(
        id: ids[i], component: components.of[i], family: names[i],
        weight: board.weighted == nil ? nil : result.weights.values[i],
        comparisons: count(counts.comparisons(of: i)), winRate: winRates[i], ties: count(counts.ties(of: i)),
        bothBad: bothBad.map { count($0[i]) }, standard: standing(board.standard),
        weighted: standing(board.weighted),
        why: why)
    }
  }
}
