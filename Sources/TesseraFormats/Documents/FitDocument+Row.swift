extension FitDocument {
  public struct Row: Sendable, Equatable, Codable {
    public var id: String
    public var weight: Double
    public var weightStandardError: Double
    /// null where no comparison says anything.
    @Null public var standardReward: Double?
    @Null public var standardRewardError: Double?
    @Null public var weightedReward: Double?
    @Null public var weightedRewardError: Double?
    /// What the noise of sampled weights does to the reward, one standard error.
    public var weightedRewardSamplingError: Double?
    /// Errors of the differences from the alternative named in `against`.
    public var standardDifferenceError: Double?
    public var weightedDifferenceError: Double?
    /// Wins over comparisons, ties a half; and with comparisons counted by what they weigh.
    @Null public var winRate: Double?
    @Null public var weightedWinRate: Double?
    /// The paper's average win rate, with itself as an opponent; of documents before it was written, `winRate` is one without
    /// itself.
    public var averageWinRate: Double?
    /// Left out where comparisons are weighed, and alternatives are not.
    public var weightedAverageWinRate: Double?
    public var comparisons: Count
    public var component: Int?
    /// Left out where the alternative stands alone, or none were declared.
    public var family: String?

    package enum CodingKeys: String, CodingKey {
      case id, weight, weightStandardError, standardReward, standardRewardError, weightedReward,
        weightedRewardError, weightedRewardSamplingError, standardDifferenceError, weightedDifferenceError,
        winRate, weightedWinRate, averageWinRate, weightedAverageWinRate, comparisons, component, family
    }

    /// Every member in the order in which it is written: the one list that JSON and CSV are made from.
    package func eachMember(_ body: (CodingKeys, JSONValue) throws -> Void) rethrows {
      try body(.id, .string(id))
      try body(.weight, .number(weight))
      try body(.weightStandardError, .number(weightStandardError))
      try body(.standardReward, standardReward.map(JSONValue.number) ?? .null)
      try body(.standardRewardError, standardRewardError.map(JSONValue.number) ?? .null)
      try body(.weightedReward, weightedReward.map(JSONValue.number) ?? .null)
      try body(.weightedRewardError, weightedRewardError.map(JSONValue.number) ?? .null)
      if let weightedRewardSamplingError {
        try body(.weightedRewardSamplingError, .number(weightedRewardSamplingError))
      }
      if let standardDifferenceError { try body(.standardDifferenceError, .number(standardDifferenceError)) }
      if let weightedDifferenceError { try body(.weightedDifferenceError, .number(weightedDifferenceError)) }
      try body(.winRate, winRate.map(JSONValue.number) ?? .null)
      try body(.weightedWinRate, weightedWinRate.map(JSONValue.number) ?? .null)
      if let averageWinRate { try body(.averageWinRate, .number(averageWinRate)) }
      if let weightedAverageWinRate { try body(.weightedAverageWinRate, .number(weightedAverageWinRate)) }
      try body(
        .comparisons, Int(exactly: comparisons.value).map(JSONValue.integer) ?? .number(comparisons.value))
      if let component { try body(.component, .integer(component)) }
      if let family { try body(.family, .string(family)) }
    }

    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try eachMember { key, value in
        // By the types that documents are made of, which encoders know without asking.
        switch value {
        case .string(let text): try container.encode(text, forKey: key)
        case .number(let number): try container.encode(number, forKey: key)
        case .integer(let number): try container.encode(number, forKey: key)
        case .null: try container.encodeNil(forKey: key)
        default: try container.encode(value, forKey: key)
        }
      }
    }
  }
}
