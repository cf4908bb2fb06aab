/// How near two answers have to be to count as near-duplicates.
///
/// Spelled `exact`, `median=0.5`, `cosine=0.95`, `distance=0.2`.
public enum Nearness: Sendable, Equatable {
  /// Equal contexts.
  case exact
  /// Within a share of the median distance of nearest neighbours, in which copies count once; of the local scale where
  /// near-duplicates are most of them (`DuplicateGroups.isFlooded`).
  case median(Double)
  /// A cosine of at least this.
  case cosine(Double)
  /// Within a distance, in the contexts' own units.
  case distance(Double)

  /// Half the median distance of nearest neighbours, as everywhere in this library.
  public static let standard = Nearness.median(0.5)

  public static let spellings =
    "median=SHARE (of the median distance of nearest neighbours), cosine=SIMILARITY (-1 to 1), distance=NUMBER, exact or 0"

  public init?(name: String) {
    if name == "exact" || name == "0" {
      self = .exact
      return
    }
    let sides = name.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2, let value = Double(sides[1]), value.isFinite else { return nil }
    switch sides[0] {
    case "median" where value >= 0: self = .median(value)
    case "distance" where value >= 0: self = .distance(value)
    case "cosine" where (-1...1).contains(value): self = .cosine(value)
    default: return nil
    }
  }

  public var name: String {
    switch self {
    case .exact: "exact"
    case .median(let share): "median=\(share)"
    case .cosine(let cosine): "cosine=\(cosine)"
    case .distance(let distance): "distance=\(distance)"
    }
  }

  /// Whether contexts are seen by their directions alone: their lengths say nothing of cosines.
  public var isOfDirections: Bool { if case .cosine = self { true } else { false } }

  /// As a distance.
  ///
  /// - Parameter median: Of the distances of nearest neighbours.
  func distance(median: Double) -> Double {
    switch self {
    case .exact: 0
    case .median(let share): share * median
    case .distance(let distance): distance
    // Of directions, which have length 1.
    case .cosine(let cosine): (2 - 2 * cosine).squareRoot()
    }
  }
}
