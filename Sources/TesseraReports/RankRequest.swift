import Tessera
import TesseraFormats

/// What a leaderboard is asked for; every default stands here.
public struct RankRequest: Sendable, Equatable {
  public var fit = RewardFit.Settings()
  public var scale = RatingScale()
  /// How sure intervals are, between 0 and 1.
  public var level = 0.95
  public var ties = TieChoice.half

  public init() {}

  /// - Throws: `ReportProblem`, `RewardFitError.setting`.
  public func check() throws {
    try fit.check()
    guard level > 0, level < 1 else {
      throw ReportProblem.setting("level", "is \(level); expected a number between 0 and 1, as 0.95")
    }
  }
}

extension RankRequest: Decodable {
  private enum CodingKeys: String, CodingKey { case fit, scale, anchor, level, ties }

  /// What is left out has its default.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    try container.read(.fit, into: &fit)
    try container.read(.level, into: &level)
    try container.read(.ties, into: &ties)
    var unit = scale.unit
    try container.read(.scale, into: &unit)
    scale = RatingScale(
      unit, anchor: try container.decodeIfPresent(RatingScale.Anchor.self, forKey: .anchor))
  }
}

extension TieChoice {
  /// nil for half wins, and for what is not decided yet.
  var model: TieModel? {
    switch self {
    case .davidson: .davidson
    case .raoKupper: .raoKupper
    case .half, .automatic: nil
    }
  }
}
