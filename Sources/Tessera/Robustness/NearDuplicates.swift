/// Groups of alternatives that lie within a distance of one another and can duplicate one another's evidence.
public struct NearDuplicates: Sendable {
  /// The distance within which alternatives are near-duplicates.
  public let threshold: Double
  /// Median distance of nearest neighbours, in which copies count once.
  public let medianDistance: Double
  /// Members of groups of two or more within one component, in order of appearance.
  public let groups: [[Int]]
  /// Near-duplicates of an alternative of another component. Answers that are never compared, as those to different
  /// prompts, cannot duplicate one another's evidence: they are left alone.
  public let elsewhere: Int
  let tree: SpanningTree

  /// Alternatives beyond the first of each group.
  public var duplicates: Int { groups.reduce(0) { $0 + $1.count - 1 } }

  /// - Parameters:
  ///   - threshold: nil for half the median distance of nearest neighbours.
  ///   - medianDistance: The median, where it is known already; nil to work it out.
  ///   - tree: That of the contexts, where it is known already.
  /// - Throws: `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(m^2 d) time, O(m d) memory.
  public init(
    _ contexts: Contexts, components: Components, threshold: Double? = nil, medianDistance: Double? = nil,
    tree: SpanningTree? = nil, work: Work = Work()
  ) throws {
    let medianDistance = try medianDistance ?? contexts.medianNeighbourDistance(work: work)
    self.medianDistance = medianDistance
    self.threshold = threshold ?? medianDistance / 2
    let tree = try tree ?? SpanningTree(contexts, work: work)
    self.tree = tree
    let near = tree.groups(within: self.threshold)
    var place: [[Int]: Int] = [:]
    var members: [[Int]] = []
    for (i, group) in near.groupOf.enumerated() {
      let key = [group, components.of[i]]
      if let known = place[key] {
        members[known].append(i)
      } else {
        place[key] = members.count
        members.append([i])
      }
    }
    groups = members.filter { $0.count > 1 }
    elsewhere = contexts.count - near.count - groups.reduce(0) { $0 + $1.count - 1 }
  }

  /// Largest distance between neighbours along which a group hangs together.
  func reach(of group: [Int]) -> Double {
    let inside = Set(group)
    return tree.edges.filter { $0.length <= threshold && inside.contains($0.a) && inside.contains($0.b) }
      .map(\.length).max() ?? 0
  }
}
