/// Alternatives gathered into groups that count as one each: the paper's remedy where every answer has but one
/// comparison.
///
/// Groups are weighed as alternatives at their centres, and a group's weight is shared evenly by its members, of which copies count once. The
/// resolution is explicit: a root mean square distance, or a number of groups. Weights jump where a group splits or
/// joins another; `LinkageWeights` do not, at the price of more uneven weights.
public struct MetaAlternatives: Sendable {
  public let groups: Partition
  /// The mean of each group's contexts, in which copies count once.
  public let centres: Contexts
  private let copies: Partition

  /// Groups that are there already.
  public init(_ groups: Partition, of contexts: Contexts) throws {
    self.groups = groups
    copies = contexts.duplicates()
    let distinct = copies.representatives
    centres = try KMeans.means(
      contexts.selecting(rows: distinct), distinct.map { Int32(groups.groupOf[$0]) }, count: groups.count)
  }

  /// Most rows that are joined one by one; more are gathered by k-means first.
  static let directLimit = 4_000

  /// Groups whose members lie within a root mean square distance of one another, on average: average linkage.
  ///
  /// Above 4,000 different contexts, k-means makes 4,000 small groups first, which are then joined in the same way.
  ///
  /// - Parameter resolution: The distance below which groups join; not negative.
  /// - Throws: `WeightsError.resolution`.
  /// - Complexity: O(m^2 d) up to 4,000 contexts, then O(4,000 m d) a round of k-means. Memory O(m d).
  public static func averageLinkage(
    _ contexts: Contexts, resolution: Double, seed: UInt64 = 0, work: Work = Work()
  ) throws -> MetaAlternatives {
    guard resolution >= 0, resolution.isFinite else { throw WeightsError.resolution(found: resolution) }
    let (tree, first) = try linkage(contexts, seed: seed, work: work)
    return try MetaAlternatives(first.joined(by: tree.groups(within: resolution)), of: contexts)
  }

  /// The tree of groups of different contexts, and which context belongs to which of its leaves.
  public static func linkage(_ contexts: Contexts, seed: UInt64 = 0, work: Work = Work()) throws -> (
    tree: AverageLinkage, leaves: Partition
  ) {
    let copies = contexts.duplicates()
    guard copies.count > directLimit else {
      // Copies count once: they must not pull a centre towards them.
      return (
        try AverageLinkage(contexts.selecting(rows: copies.representatives), work: work), copies
      )
    }
    let distinct = contexts.selecting(rows: copies.representatives)
    let small = try KMeans.groups(distinct, count: directLimit, rounds: 8, seed: seed, work: work)
    let centres = try KMeans.means(distinct, small.groupOf.map { Int32($0) }, count: small.count)
    var sizes = [Double](repeating: 0, count: small.count)
    var spreads = sizes
    for (i, group) in small.groupOf.enumerated() {
      sizes[group] += 1
      distinct.withRow(i) { k, value in
        spreads[group] += (value - centres[group, k]) * (value - centres[group, k])
      }
    }
    for group in sizes.indices { spreads[group] /= sizes[group] }
    return (
      try AverageLinkage(centres, sizes: sizes, spreads: spreads, work: work), copies.joined(by: small)
    )
  }

  /// A chosen number of groups about centres: k-means. Copies count once.
  public static func kMeans(_ contexts: Contexts, count: Int, seed: UInt64 = 0, work: Work = Work()) throws
    -> MetaAlternatives
  {
    guard count >= 1 else { throw WeightsError.groupCount(found: count) }
    let copies = contexts.duplicates()
    let groups = try KMeans.groups(
      contexts.selecting(rows: copies.representatives), count: count, seed: seed, work: work)
    return try MetaAlternatives(copies.joined(by: groups), of: contexts)
  }

  /// Voronoi weights of the centres, each shared evenly by the different contexts of its group.
  ///
  /// - Parameters:
  ///   - sampling: The space lies around the centres.
  ///   - scheme: What made the groups, for the provenance.
  /// - Throws: `WeightsError`, `SpaceError`, `Cancelled`.
  public func weights(
    _ sampling: Sampling = Sampling(), scheme: String = "meta", resolution: Double? = nil, work: Work = Work()
  ) throws -> AlternativeWeights {
    shared(try Voronoi(sampling).weights(of: centres, work: work)).withProvenance {
      $0.scheme = scheme
      $0.resolution = resolution
      $0.groups = groups.count
      $0.choice = "\(groups.count) groups"
    }
  }

  /// A group's weight in equal parts to its different contexts, and each part to the copies: a copy takes nothing from
  /// the others of its group.
  private func shared(_ weights: AlternativeWeights) -> AlternativeWeights {
    let distinct = Partition(
      groupOf: copies.representatives.map { groups.groupOf[$0] }, representatives: groups.representatives)
    return weights.shared(among: distinct).shared(among: copies)
  }
}

extension Partition {
  /// These groups gathered into larger ones.
  ///
  /// - Parameter larger: Groups of these groups.
  public func joined(by larger: Partition) -> Partition {
    Partition(
      groupOf: groupOf.map { larger.groupOf[$0] },
      representatives: larger.representatives.map { representatives[$0] })
  }
}
