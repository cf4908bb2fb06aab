import Tessera

/// The JSON document of weights.
public struct WeightsDocument: Sendable, Equatable, Codable {
  public var weights: FitDocument.Weights
  public var alternatives: [Row]

  public struct Row: Sendable, Equatable, Codable {
    public var id: String
    public var weight: Double
    public var weightStandardError: Double
  }

  /// - Parameter advice: In words.
  public init(ids: [String], _ weights: AlternativeWeights, advice: [String]) {
    self.weights = FitDocument.Weights(weights, advice: advice)
    alternatives = ids.indices.map {
      Row(id: ids[$0], weight: weights.values[$0], weightStandardError: weights.standardErrors[$0])
    }
  }
}

/// A part of the samples of sampled weights, with the names of its alternatives.
public struct WeightsPartDocument: Sendable, Equatable, Codable {
  /// "tessera weights part": what tells this document from others.
  public var kind: String
  public var ids: [String]
  public var tally: VoronoiTally

  public static let kind = "tessera weights part"

  public init(ids: [String], tally: VoronoiTally) {
    kind = Self.kind
    self.ids = ids
    self.tally = tally
  }
}
