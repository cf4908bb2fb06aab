/// The connected components of the comparison graph. Rewards can be compared only within one.
public struct Components: Sendable, Equatable {
  /// Component of each alternative, numbered by first appearance.
  public let of: [Int]
  /// Number of components; an alternative that was never compared is one of its own.
  public let count: Int

  /// - Complexity: O(alternatives + pairs).
  public init(_ counts: PairCounts) {
    var component = [Int](repeating: -1, count: counts.alternatives)
    var count = 0
    var stack: [Int] = []
    var unseen = counts.alternatives
    for start in 0..<counts.alternatives where component[start] < 0 {
      component[start] = count
      unseen -= 1
      stack.append(start)
      while let i = stack.popLast() {
        // Where many pairs are compared, a few rows have named everybody.
        if unseen == 0 { break }
        for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
          let j = Int(counts.opponents[entry])
          if component[j] < 0 {
            component[j] = count
            unseen -= 1
            stack.append(j)
          }
        }
      }
      stack.removeAll(keepingCapacity: true)
      count += 1
    }
    of = component
    self.count = count
  }

  private init(of: [Int], count: Int) {
    self.of = of
    self.count = count
  }

  /// Components of merged alternatives, handed back to their members.
  public func spread(among groups: Partition) -> Components {
    Components(of: groups.groupOf.map { of[$0] }, count: count)
  }
}
