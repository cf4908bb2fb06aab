import Tessera

/// A document that has rewards of alternatives: of a fit, or of a board.
public enum BoardDocument: Sendable, Decodable {
  case fit(FitDocument)
  case rank(RankDocument)

  /// Which of the two estimates.
  public enum Estimate: String, Sendable, Codable, CaseIterable { case standard, weighted }

  private enum CodingKeys: String, CodingKey { case kind }

  /// - Throws: `DecodingError` for a document of another kind.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard let kind = try container.decodeIfPresent(String.self, forKey: .kind) else {
      self = .fit(try FitDocument(from: decoder))
      return
    }
    guard kind == RankDocument.kind else {
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container,
        debugDescription: "found \"\(kind)\", expected a fit or \"\(RankDocument.kind)\"")
    }
    self = .rank(try RankDocument(from: decoder))
  }

  public var hasWeighted: Bool {
    switch self {
    case .fit(let fit): fit.estimates.weighted != nil
    case .rank(let board): board.estimates.weighted != nil
    }
  }

  public var settings: RewardFit.Settings {
    switch self {
    case .fit(let fit): fit.settings
    case .rank(let board): board.settings
    }
  }

  /// As settings mean it.
  public func lambda(_ estimate: Estimate) -> Double {
    switch self {
    case .fit(let fit):
      // Written for the weighted one where there is one; the standard one's stands in its curve. What stands in the estimate is
      // the objective's, which is another one in the paper's convention.
      estimate == .weighted || fit.estimates.weighted == nil
        ? fit.lambda
        : fit.settings.lambda.value ?? fit.estimates.standard.lambdaCurve?.chosen ?? LambdaCurve.fixed
    case .rank(let board):
      (estimate == .weighted ? board.estimates.weighted : nil)?.lambda ?? board.estimates.standard.lambda
    }
  }

  /// What weighs in the weighted estimate, as settings spell it; how ties are read.
  public var reading: (weights: String, ties: TieChoice) {
    switch self {
    case .fit(let fit): (fit.choice.weights.name, .half)
    case .rank(let board): (board.choice.weights.name, board.tieModel)
    }
  }

  /// Rewards and variances of one of the estimates: quasi-variances where the document has them, squared standard errors
  /// elsewhere.
  public func board(_ estimate: Estimate) -> RewardChanges.Board {
    switch self {
    case .fit(let fit):
      let isWeighted = estimate == .weighted
      let rows = fit.alternatives
      let quasi = isWeighted ? fit.quasiVariances?.weighted : fit.quasiVariances?.standard
      return RewardChanges.Board(
        ids: rows.map(\.id), rewards: rows.map { isWeighted ? $0.weightedReward : $0.standardReward },
        variances: rows.indices.map { i in
          let error = isWeighted ? rows[i].weightedRewardError : rows[i].standardRewardError
          return quasi.flatMap { i < $0.count ? $0[i] : nil } ?? error.map { $0 * $0 }
        }, components: rows.map { $0.component ?? 0 }, comparisons: rows.map(\.comparisons.value),
        total: fit.comparisons.value)
    case .rank(let board):
      let rows = board.alternatives
      func standing(_ row: RankDocument.Row) -> RankDocument.Standing? {
        estimate == .weighted ? row.weighted : row.standard
      }
      return RewardChanges.Board(
        ids: rows.map(\.id), rewards: rows.map { standing($0)?.reward },
        variances: rows.map { row in standing(row).map { $0.quasiVariance ?? $0.rewardError * $0.rewardError }
        },
        components: rows.map(\.component), comparisons: rows.map(\.comparisons.value),
        total: board.comparisons.value)
    }
  }
}
