/// Comparisons divided into folds that are held out in turn.
///
/// What belongs together stays together: prompts, else annotators, else pairs of alternatives, of which those of exact copies
/// are one. Only where held-out comparisons then still are about alternatives that other folds know can rewards of
/// alternatives predict them; so prompts and annotators are used where nine tenths are. Single votes are divided where there
/// are few pairs.
///
/// Groups go to folds by a hash of their names and the seed: copies of a record join the fold of their original, and no other
/// group moves.
///
/// What falls to a fold is gathered when it is asked for: beside the comparisons this takes three bytes of each.
public struct Folds: Sendable {
  public enum Unit: String, Sendable, Codable, CaseIterable { case prompt, annotator, pair, vote }

  public let unit: Unit
  public let count: Int
  /// Clusters are numbered below this.
  public let clusterCount: Int

  private let division: FoldDivision
  /// Counts of the others of each fold, where they are few enough to be kept.
  private let kept: [PairCounts]?

  /// Fewer votes, or fewer groups, are not divided.
  public static let leastVotes = 20.0
  static let leastGroups = 5
  static let leastPairs = 20
  /// Clusters are kept apart up to this many; beyond, several share a number.
  static let mostClusters = 2_048
  /// Counts of more comparisons than this are made again whenever they are asked for.
  static let keptComparisons = 500_000

  /// - Parameters:
  ///   - count: 65,535 at most.
  ///   - predictsNewAlternatives: Whether what is fitted is a function of contexts, so that whole prompts can be held out.
  /// - Returns: nil where there is too little to divide.
  /// - Complexity: O(comparisons x folds).
  public init?(
    _ data: PreferenceDataset, count: Int = 5, predictsNewAlternatives: Bool = false, seed: UInt64,
    work: Work = Work()
  ) {
    guard data.totalComparisons >= Self.leastVotes, count >= 2 else { return nil }
    for unit in Unit.allCases {
      if unit == .vote {
        guard let division = FoldDivision(votesOf: data, count: count, seed: seed) else { return nil }
        self.init(unit, count, division, min(data.comparisons.count, Self.mostClusters))
        return
      }
      guard let names = GroupNames(of: data, by: unit, work: work) else { continue }
      let groups = names.count
      guard groups >= (unit == .pair ? Self.leastPairs : Self.leastGroups) else { continue }
      let folds = min(count, groups, Int(UInt16.max))
      let found = FoldDivision(
        data, names, count: folds, byHash: unit == .pair && groups > 100, seed: seed, work: work)
      guard unit == .pair || predictsNewAlternatives || found.knownShare >= 0.9 else { continue }
      self.init(unit, folds, found, min(groups, Self.mostClusters))
      return
    }
    return nil
  }

  private init(_ unit: Unit, _ count: Int, _ division: FoldDivision, _ clusterCount: Int) {
    (self.unit, self.count, self.division, self.clusterCount) = (unit, count, division, clusterCount)
    kept =
      division.comparisons <= Self.keptComparisons ? (0..<count).map { division.trainingCounts(of: $0) } : nil
  }

  /// Comparisons of a fold, with the votes that fall to it. O(comparisons).
  public func heldOut(of fold: Int) -> [Comparison] { division.heldOut(of: fold) }

  /// All others. O(comparisons).
  public func training(of fold: Int) -> [Comparison] { division.training(of: fold) }

  /// What the others say of pairs. O(1) where there are few comparisons, else O(alternatives + comparisons).
  public func trainingCounts(of fold: Int) -> PairCounts {
    kept?[fold] ?? division.trainingCounts(of: fold)
  }

  /// Cluster of each held-out comparison of a fold: those of one are not independent. O(comparisons).
  public func clusters(of fold: Int) -> [Int32] { division.clusters(of: fold) }

  /// The same for all folds.
  public var heldOut: [[Comparison]] { (0..<count).map(heldOut) }
  public var training: [[Comparison]] { (0..<count).map(training) }
  public var clusters: [[Int32]] { (0..<count).map(clusters) }
}
