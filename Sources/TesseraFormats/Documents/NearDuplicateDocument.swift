import Tessera

/// How frequent near-duplicates are, in the documents of `inspect` and `audit`.
public struct NearDuplicateDocument: Sendable, Equatable, Codable {
  /// Median distance of nearest neighbours, in which copies count once.
  public var median: Double
  /// Alternatives with an exact copy.
  public var copies: Portion
  /// Alternatives with another one within shares of the median.
  public var within: [Level]
  /// Alternatives whose nearest neighbour answers the same prompt; null where fewer than two prompts are known.
  @Null public var samePrompt: Portion?
  /// Alternatives whose nearest neighbour is one that they were compared with.
  public var partner: Portion

  public struct Portion: Sendable, Equatable, Codable {
    public var alternatives: Int
    /// Those about which something is known.
    public var of: Int
    public var share: Double

    init(_ portion: NearDuplicateFrequency.Portion) {
      (alternatives, of, share) = (portion.alternatives, portion.of, portion.share)
    }
  }

  public struct Level: Sendable, Equatable, Codable {
    /// As a share of the median.
    public var distance: Double
    public var alternatives: Int
    public var share: Double
  }

  public init(_ found: NearDuplicateFrequency) {
    median = found.median
    copies = Portion(found.copies)
    within = found.within.map {
      Level(distance: $0.distance, alternatives: $0.portion.alternatives, share: $0.portion.share)
    }
    samePrompt = found.samePrompt.map(Portion.init)
    partner = Portion(found.partner)
  }
}
